import { fileURLToPath } from "node:url";
import type { SgdRankPlan } from "../../src/experiments/sgd_rank/plan.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, runRecorded, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/sgd_rank.ts", root));
const small = ["--samples=60", "--pool=7", "--layers=8,6", "--batch-sizes=20,10", "--steps=20"];

Deno.test("sgd-rank: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const { out, record } = await runRecorded<SgdRankPlan>(
    [...small, "--weight-decays=0,0.01"],
    { cwd: folder.path, program },
    ["run.json", "sgd_rank.csv", "sgd_rank.svg"],
  );
  const { status, configuration: { batchSizes, replicasOfEach, replicas, runs, steps }, verdict, timings } =
    record;
  assert.deepEqual(
    [status, batchSizes, replicasOfEach, replicas, runs, steps, timings.planned],
    ["done", [10, 20], 5, 3 * 2 * 5, 3, 20, 80],
  );
  assert.equal(verdict.claims.length, 4);
  for (const { claim, statistic, value, interval, holds } of verdict.claims) {
    assert(claim && statistic && typeof value === "number" && typeof holds === "boolean");
    assert.equal(interval.length, 2);
    assert(out.includes(`: ${claim} (`));
  }
  assert.equal(readTable(`${folder.path}/o/sgd_rank.csv`).rows.length, 2 * 2 * 30 * 3);
});

Deno.test("sgd-rank: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [["--batch-sizes=10"], /^sgd-rank: batch sizes: 10, nothing to compare; give at least two\n$/],
      [["--batch-sizes=10,61"], /^sgd-rank: batch sizes: 61 is out of range: give values from 1 to 60\n$/],
      [["--pool=5"], /^sgd-rank: squares of side 5 do not tile images of side 28: give a divisor of it\n$/],
      [["--learning-rates=0,1"], /^sgd-rank: .*--learning-rates.*\n$/],
      [["--replicas=0"], /^sgd-rank: .*--replicas.*\n$/],
      [["--seeds=3"], /^sgd-rank: --seeds is now --replicas\n$/],
      [["--activation=swish"], /^sgd-rank: .*swish.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run([...small, ...args], { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/sgd-rank`), []);
});
