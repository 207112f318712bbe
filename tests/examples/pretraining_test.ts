import { fileURLToPath } from "node:url";
import type { PretrainingPlan } from "../../src/experiments/pretraining/plan.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, runRecorded, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/pretraining.ts", root));
const small = ["--layers=8,6", "--samples=32", "--steps=20", "--probe-every=10", "--pretraining-steps=5"];

Deno.test("pretraining: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const tasks = "--tasks=cosines:leaky-relu:0.1,digits";
  const tables = ["pretraining.csv", "times.csv", "trace.csv"];
  const { out, record } = await runRecorded<PretrainingPlan>(
    [...small, tasks, "--replicas=2", "--pool=7"],
    { cwd: folder.path, program },
    [...tables, "pretraining.svg", "run.json"].sort(),
  );
  const { status, configuration: { tasks: learned, cases, replicas, runs }, verdict, timings } = record;
  assert.deepEqual([status, replicas, runs, timings.steps], ["done", 5 * 2, 2, 40]);
  assert.deepEqual(learned.map(({ name, samples }) => [name, samples]), [["cosines", 32], ["digits", 32]]);
  assert.deepEqual(cases.map(({ activation, optimizer }) => [activation, optimizer.name]), [
    ["leaky-relu:0.1", "adam"],
    ["relu", "momentum"],
  ]);
  assert.equal(verdict.claims.length, 2 * 2 * 4);
  for (const { claim, statistic, holds } of verdict.claims) {
    assert(claim && statistic && typeof holds === "boolean" && out.includes(`: ${claim} (`));
  }
  const rows = tables.map((name) => readTable(`${folder.path}/o/${name}`).rows.length);
  assert.deepEqual(rows, [20, 20 * 3, 20 * 3 * 2]);
});

Deno.test("pretraining: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [["--tasks=cosine"], /^pretraining: no task "cosine"; did you mean "cosines".*\n$/],
      [["--tasks=cosines,,abs"], /^pretraining: tasks "cosines,,abs": give names, separated by commas\n$/],
      [["--tasks=cosines:relu^2"], /^pretraining: no structured start for the activation relu\^2: .*\n$/],
      [["--tasks=cosines:swish"], /^pretraining: .*swish.*\n$/],
      [
        ["--tasks=cosines", "--data=d"],
        /^pretraining: no task reads data "d"; leave it out, or learn digits\n$/,
      ],
      [["--methods=structured"], /^pretraining: methods structured: .*\n$/],
      [["--methods=structured,xavier"], /^pretraining: no initialiser "xavier".*\n$/],
      [["--targets=0.1,0.5"], /^pretraining: targets 0.1, 0.5: .*\n$/],
      [["--replicas=0"], /^pretraining: .*--replicas.*\n$/],
      [["--epsilon=0"], /^pretraining: .*--epsilon.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run([...small, ...args], { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/pretraining`), []);
});
