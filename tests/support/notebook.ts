/**
 * Notebooks: their cells, and running them in Deno's Jupyter kernel.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";

/** A text, in one piece or in lines. */
type Lines = string | readonly string[];

/** An output of a cell. */
export interface Output {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, Lines>>;
  readonly text?: Lines;
}

/** A cell. */
interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly source: Lines;
  readonly outputs?: readonly Output[];
}

/** The content of a file `.ipynb`. */
export interface Notebook {
  readonly cells: readonly Cell[];
}

/** Reads a text that may be in lines. */
export const textOf = (lines: Lines): string => typeof lines === "string" ? lines : lines.join("");

/** Finds a Python that has jupyter-client; `null` if there is none. */
export async function jupyterPython(): Promise<string | null> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const args = ["-c", "import jupyter_client"];
    const command = new Deno.Command(python, { args, stdout: "null", stderr: "null" });
    if (await command.output().then(({ success }) => success, () => false)) return python;
  }
  return null;
}

/**
 * Runs the code cells of a notebook, one after another, in a kernel that `deno jupyter` installs
 * into a temporary folder.
 *
 * @returns The outputs of each.
 */
export async function runNotebook(python: string, path: URL): Promise<Output[][]> {
  const home = await Deno.makeTempDir({ prefix: "staircase-jupyter-" });
  const run = async (command: string, args: string[], env: Record<string, string>) => {
    const { success, stdout, stderr } = await new Deno.Command(command, { args, env }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
  try {
    // The kernel itself has the environment's own home, with the caches of Deno in it.
    const installed = { HOME: home, XDG_DATA_HOME: `${home}/data`, JUPYTER_DATA_DIR: `${home}/data/jupyter` };
    await run(Deno.execPath(), ["jupyter", "--install"], installed);
    const kernels = [...specsIn(home)];
    assert.equal(kernels.length, 1, `${kernels}`);
    const script = fileURLToPath(new URL("run_notebook.py", import.meta.url));
    const data = kernels[0].slice(0, kernels[0].indexOf("/kernels/"));
    // Runtime files of the kernel go to the temporary folder as well.
    const env = { JUPYTER_PATH: data, JUPYTER_RUNTIME_DIR: `${home}/runtime`, NO_COLOR: "1" };
    return JSON.parse(await run(python, [script, fileURLToPath(path)], env));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Paths of kernel specifications in a folder. */
function* specsIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* specsIn(`${folder}/${name}`);
    else if (name === "kernel.json") yield `${folder}/${name}`;
  }
}
