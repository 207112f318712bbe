/**
 * Python, with the packages that its tests need.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { type Ending, root } from "./program.ts";

/** Finds a Python that has packages; `null` if there is none. */
async function pythonWith(...packages: string[]): Promise<string | null> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const args = ["-c", `import ${packages.join(", ")}`];
    const command = new Deno.Command(python, { args, stdout: "null", stderr: "null" });
    if (await command.output().then(({ success }) => success, () => false)) return python;
  }
  return null;
}

/** Python with NumPy and PyTorch; `null` if there is none. */
export const torchPython = await pythonWith("numpy", "torch");

/** The folder of the tracker and its examples. */
export const examples = fileURLToPath(new URL("examples/python/", root));

/** Runs Python in a folder; `deno`, which the tracker starts, is the one that runs this. */
export async function runPython(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ending> {
  assert(torchPython);
  const PATH = `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;
  const { code, stdout, stderr } = await new Deno.Command(torchPython, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: examples, PATH, ...env },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}
