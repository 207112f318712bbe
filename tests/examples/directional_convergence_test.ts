import { fileURLToPath } from "node:url";
import type { DirectionalPlan } from "../../src/experiments/directional_convergence/plan.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, runRecorded, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/directional_convergence.ts", root));
const small = [
  "--networks=6,5:leaky-relu:0.1",
  "--samples=20",
  "--inputs=3",
  "--deltas=0.1,0.3",
  "--flow-steps=60",
  "--ascent-steps=40",
];

Deno.test("directional-convergence: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const { out, record } = await runRecorded<DirectionalPlan>(
    [...small, "--learning-rate=0.05"],
    { cwd: folder.path, program },
    [
      "alignment.csv",
      "directional_convergence.csv",
      "directional_convergence.svg",
      "run.json",
      "weight_ratios.csv",
    ],
  );
  const { status, configuration: { deltas, directions, replicas, runs }, verdict, timings } = record;
  assert.deepEqual(
    [status, deltas, directions, replicas, runs, timings.planned],
    ["done", [0.3, 0.1], 5, 10, 2, 2 * 160],
  );
  assert.equal(verdict.claims.length, 2 * 5);
  for (const { claim, statistic, value, interval, holds } of verdict.claims) {
    assert(claim && statistic && typeof value === "number" && typeof holds === "boolean");
    assert.equal(interval.length, 2);
    assert(out.includes(`: ${claim} (`));
  }
  assert.equal(readTable(`${folder.path}/o/alignment.csv`).rows.length, 2 * (10 + 5));
  assert.equal(readTable(`${folder.path}/o/weight_ratios.csv`).rows.length, 2 * 2 * (10 + 5));
});

Deno.test("directional-convergence: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [
        ["--deltas=0.1"],
        /^directional-convergence: a ladder of 1 δ shows no limit: give at least two different ones\n$/,
      ],
      [
        ["--networks=20,20:tanh"],
        /^directional-convergence: tanh is not homogeneous: use identity, relu, .*\n$/,
      ],
      [
        ["--networks=5:relu"],
        /^directional-convergence: 10-5-1 relu is homogeneous of order 2: give an order above 2, .*\n$/,
      ],
      [
        ["--networks=5,x:relu"],
        /^directional-convergence: network "5,x:relu": give hidden widths and an activation .*\n$/,
      ],
      [["--layers=5"], /^directional-convergence: --layers is now --networks\n$/],
      [["--loss=hinge"], /^directional-convergence: .*--loss.*\n$/],
      [["--deltas=0,0.1"], /^directional-convergence: .*--deltas.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run(args, { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/directional-convergence`), []);
});
