import { fileURLToPath } from "node:url";
import type { RankCollapsePlan } from "../../src/experiments/rank_collapse/plan.ts";
import { assert } from "../deps.ts";
import {
  assertAllDiverge,
  filesIn,
  readTable,
  root,
  run,
  runRecorded,
  temporaryFolder,
} from "../support/program.ts";

const program = fileURLToPath(new URL("examples/rank_collapse.ts", root));
const small = ["--layers=8,6", "--samples=20", "--steps=40", "--replicas=2", "--weight-decays=0,1e-2"];
const FILES = ["rank_collapse.csv", "rank_collapse.svg", "run.json", "singular_values.csv"];

Deno.test("rank-collapse: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const { out, record } = await runRecorded<RankCollapsePlan>(
    small,
    { cwd: folder.path, program },
    FILES,
  );
  assert.deepEqual([record.status, record.configuration.replicas, record.verdict.claims.length], [
    "done",
    4,
    5,
  ]);
  const { deviations, weightDecays, replicasOfEach } = record.configuration;
  assert.deepEqual([deviations, weightDecays, replicasOfEach], [[0.1, 1], [0, 0.01], 2]);
  for (const { claim, statistic, value, interval, holds } of record.verdict.claims) {
    assert(claim && statistic && typeof holds === "boolean" && interval.length === 2);
    // A correlation of constant ranks is none.
    assert(typeof value === "number" || value === null);
    assert(out.includes(`: ${claim} (`));
  }
  assert.equal(readTable(`${folder.path}/o/rank_collapse.csv`).rows.length, 2 * 2 * 2 * 3);
});

Deno.test("rank-collapse: digits have the deviation that they have", async () => {
  using folder = temporaryFolder();
  const { record: { configuration, verdict } } = await runRecorded<RankCollapsePlan>(
    [...small, "--task=digits"],
    { cwd: folder.path, program },
    FILES,
  );
  assert.deepEqual([configuration.deviations, configuration.weightDecays], [[null], [0, 0.01]]);
  assert.equal(verdict.claims.length, 3);
  const { rows } = readTable(`${folder.path}/o/rank_collapse.csv`);
  assert.deepEqual([rows.length, rows[0][0]], [2 * 2 * 3, ""]);
});

Deno.test("rank-collapse: where every network diverges the files say so, and the status is 1", async () => {
  using folder = temporaryFolder();
  const args = [...small, "--optimizer=sgd", "--learning-rate=1e30"];
  await assertAllDiverge("rank-collapse", args, 8, { cwd: folder.path, program });
});

Deno.test("rank-collapse: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [
        ["--task=cosines"],
        /^rank-collapse: the task cosines has no classes: choose one with a cross-entropy\n$/,
      ],
      [
        ["--task=digits", "--deviations=1"],
        /^rank-collapse: the deviations of the task digits are fixed: /,
      ],
      [
        ["--deviations=1,1"],
        /^rank-collapse: two tasks have the same deviation: give each one of its own\n$/,
      ],
      [["--weight-decays=1e-2,0"], /^rank-collapse: weight decays 0.01, 0: give them in ascending order, /],
      [["--samples=3"], /^rank-collapse: 3 samples of 5 classes: give one of each at least\n$/],
      [["--steps=0"], /^rank-collapse: without a step nothing collapses: give at least one\n$/],
      [["--epsilons=1"], /^rank-collapse: .*--epsilons.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run([...small, ...args], { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err.replace(/^adapter: .*\n/, ""), message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/rank-collapse`), []);
});
