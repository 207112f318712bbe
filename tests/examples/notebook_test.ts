import { assert } from "../deps.ts";
import { readFigure } from "../support/figure.ts";
import { jupyterPython, type Notebook, type Output, runNotebook, textOf } from "../support/notebook.ts";

const python = await jupyterPython();
const path = new URL("../../examples/staircase.ipynb", import.meta.url);
const notebook: Notebook = JSON.parse(await Deno.readTextFile(path));
const kept = notebook.cells.filter(({ cell_type }) => cell_type === "code");

/** Texts with their numbers taken out, and the numbers. */
function split(text: string): { words: string; numbers: number[] } {
  const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;
  return {
    words: text.replace(NUMBER, "#").replace(/\s+/g, " "),
    numbers: (text.match(NUMBER) ?? []).map(Number),
  };
}

/**
 * Asserts that a text is the kept one but for what rounding changes on another adapter: whole
 * numbers, ranks among them, by one; others by a tenth, since training amplifies it.
 */
function assertAlike(made: string, text: string): void {
  const [a, b] = [split(made), split(text)];
  assert.equal(a.words, b.words);
  for (const [i, x] of a.numbers.entries()) {
    const y = b.numbers[i], most = Number.isInteger(x) && Number.isInteger(y) ? 1 : 0.1 * Math.abs(y);
    assert(Math.abs(x - y) <= most, `${x} instead of ${y} in\n${made}`);
  }
}

/** Rows of certain ranks. Those of given features are the same on every adapter. */
const certainRanks = (text: string) => text.split("\n").filter((line) => line.includes("exactly"));

/** The figures in an output, as SVG. */
function figuresIn({ data = {} }: Output): string[] {
  const embedded = textOf(data["text/html"] ?? "").matchAll(/data:image\/svg\+xml;base64,([^"]*)"/g);
  const svg = [...embedded].map(([, base64]) => new TextDecoder().decode(Uint8Array.fromBase64(base64)));
  return data["image/svg+xml"] === undefined ? svg : [textOf(data["image/svg+xml"]), ...svg];
}

const isUpdate = Deno.args.includes("--update-golden");

Deno.test({
  name: "notebook: its cells run in Deno's Jupyter kernel and give the outputs that it has",
  ignore: python === null,
  fn: async () => {
    const made = await runNotebook(python!, path);
    assert.equal(made.length, kept.length);
    for (const outputs of made) {
      assert.deepEqual(outputs.filter(({ output_type }) => output_type !== "execute_result"), []);
    }
    if (isUpdate) return await keep(made);
    for (const [i, { outputs = [], source }] of kept.entries()) {
      assert.equal(made[i].length, outputs.length, textOf(source));
      for (const [k, output] of outputs.entries()) {
        const mine = made[i][k], types = Object.keys(output.data!);
        assert.deepEqual(Object.keys(mine.data!).toSorted(), types.toSorted());
        const [now, then] = [mine, output].map(({ data }) => textOf(data!["text/plain"]));
        assertAlike(now, then);
        assert.deepEqual(certainRanks(now), certainRanks(then));
        const [drawn, figures] = [figuresIn(mine), figuresIn(output)];
        assert.equal(drawn.length, figures.length);
        for (const svg of drawn) assert(readFigure(svg).length > 10);
      }
    }
  },
});

/** Writes outputs into the notebook. */
async function keep(made: readonly Output[][]): Promise<void> {
  let next = 0;
  const cells = notebook.cells.map((cell) => {
    if (cell.cell_type !== "code") return cell;
    const outputs = made[next++], counted = outputs.map((each) => ({ ...each, execution_count: next }));
    return { ...cell, execution_count: next, outputs: counted };
  });
  await Deno.writeTextFile(path, `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`);
}

Deno.test("notebook: it has outputs, tables and figures among them, and no errors", () => {
  const outputs = kept.flatMap(({ outputs = [] }) => outputs);
  assert(outputs.every(({ output_type }) => output_type === "execute_result"));
  assert(outputs.filter(({ data }) => data?.["text/html"]).length >= 3);
  const figures = outputs.flatMap(figuresIn);
  assert(figures.length >= 3);
  for (const svg of figures) assert(readFigure(svg).length > 10);
});
