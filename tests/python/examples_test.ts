/**
 * The examples in PyTorch: real digits, a short training, ranks by `trace` and `watch`, and the
 * same in float64 by NumPy.
 */
import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { type Ending, filesIn, pairwise, readTable, root, run, temporaryFolder } from "../support/program.ts";
import { examples, runPython, torchPython } from "../support/python.ts";

const reference = fileURLToPath(new URL("reference_ranks.py", import.meta.url));
const program = (name: string) => fileURLToPath(new URL(`examples/${name}.ts`, root));
const EPSILONS = ["1e-2", "1e-4", "1e-6"];

/** Rows of `trace.csv` by step, layer and threshold. */
function ranksOf(folder: string): Map<string, { low: number; high: number; loss: number }> {
  const { header, rows } = readTable(`${folder}/trace.csv`);
  const column = (name: string) => header.split(",").indexOf(name);
  const [step, layer, epsilon, low, high, loss] = [
    "step",
    "layer_name",
    "epsilon",
    "rank_low",
    "rank_high",
    "loss",
  ].map(column);
  return new Map(
    rows.map((row) => [
      [row[step], row[layer], Number(row[epsilon])].join(),
      { low: Number(row[low]), high: Number(row[high]), loss: Number(row[loss]) },
    ]),
  );
}

function assertEnds({ code, out, err }: Ending): void {
  assert.equal(code, 0, out + err);
}

/** Writes the digits, and trains all examples. */
async function trainAll(cwd: string): Promise<void> {
  assertEnds(await run([`${cwd}/digits.npz`], { cwd, program: program("python/digits") }));
  await pairwise(["transformer", "mlp", "cnn"], async (name) => {
    const args = ["--steps=30", "--every=10", `--data=${cwd}/digits.npz`, `--out=${cwd}/${name}`];
    const ending = await runPython([`${examples}${name}.py`, ...args], { cwd });
    assertEnds(ending);
    assert.match(ending.out, /^loss \d\.\d+, held out \d+\.\d% right\n$/);
    assert.equal(ending.err, "");
  });
}

Deno.test({
  name:
    "examples in PyTorch: their features, ranks by trace, watch and a pipe, and those of NumPy in float64",
  ignore: torchPython === null,
  async fn(t) {
    using folder = temporaryFolder();
    const { path: cwd } = folder;
    await trainAll(cwd);
    const layers = {
      mlp: { layer1: 500, layer2: 500 },
      cnn: { relu1: 512, relu2: 512, relu3: 64 },
      transformer: { "blocks.0": 512, "blocks.1": 512 },
    };
    let certain = 0, all = 0;
    for (const [name, samples] of Object.entries(layers)) {
      await t.step(name, async () => {
        assert.deepEqual(filesIn(`${cwd}/${name}`), ["end.json", "tracker.json"]);
        const steps = [0, 10, 20, 30];
        assert.deepEqual(
          filesIn(`${cwd}/${name}/features`),
          steps.map((step) => `step_${String(step).padStart(9, "0")}.npz`),
        );
        const expected = await runPython([reference, `${cwd}/${name}`, ...EPSILONS], { cwd });
        assertEnds(expected);
        assertEnds(
          await run([`${cwd}/${name}`, "--quiet", `--out=${cwd}/${name}-ranks`], {
            cwd,
            program: program("trace"),
          }),
        );
        const ranks = ranksOf(`${cwd}/${name}-ranks`), lines = expected.out.trimEnd().split("\n");
        assert.equal(ranks.size, lines.length);
        assert.equal(lines.length, steps.length * Object.keys(samples).length * EPSILONS.length);
        for (const line of lines) {
          const [step, layer, epsilon, rank, rows, loss] = line.split(",");
          const found = ranks.get([step, layer, Number(epsilon)].join());
          assert(found, line);
          assert.equal(Number(rows), samples[layer as keyof typeof samples], line);
          assert(
            found.low <= Number(rank) && Number(rank) <= found.high,
            `${line} is not in ${found.low}…${found.high}`,
          );
          assert.equal(found.loss, Number(loss));
          all++;
          if (found.low === found.high) certain++;
        }
      });
    }
    assert(certain > 0.9 * all, `only ${certain} of ${all} ranks are certain`);

    await t.step("python3 -m staircase_tracker --pipe SCRIPT, and DIR", async () => {
      const args = ["--steps=30", "--every=10", `--data=${cwd}/digits.npz`];
      const [piped, watched] = await Promise.all([
        runPython(["-m", "staircase_tracker", "--pipe", `${examples}mlp.py`, ...args, "--out=piped"], {
          cwd,
        }),
        runPython(["-m", "staircase_tracker", "cnn", "--quiet"], { cwd }),
      ]);
      assertEnds(piped);
      assertEnds(watched);
      assert.deepEqual(ranksOf(`${cwd}/piped/rank`), ranksOf(`${cwd}/mlp-ranks`));
      assert.deepEqual(ranksOf(`${cwd}/cnn/rank`), ranksOf(`${cwd}/cnn-ranks`));
      assert.deepEqual(filesIn(`${cwd}/piped`), []);
    });
  },
});
