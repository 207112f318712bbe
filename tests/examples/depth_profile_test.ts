import { fileURLToPath } from "node:url";
import type { ExperimentRecord } from "../../src/experiments/experiment_record.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, temporaryFolder } from "./program.ts";

const program = fileURLToPath(new URL("examples/depth_profile.ts", root));
const small = ["--layers=8,6", "--samples=32", "--steps=60", "--probe-every=20"];

Deno.test("depth-profile: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const ended = await run([...small, "--json", "--out=o"], { cwd: folder.path, program });
  assert.equal(ended.code, 0, ended.err);
  assert.deepEqual(filesIn(`${folder.path}/o`), ["depth_profile.csv", "depth_profile.svg", "run.json"]);
  const record = JSON.parse(Deno.readTextFileSync(`${folder.path}/o/run.json`)) as ExperimentRecord;
  assert.deepEqual(JSON.parse(ended.out.trimEnd().split("\n").at(-1)!), record);
  assert.deepEqual([record.status, record.configuration.replicas, record.verdict.claims.length], [
    "done",
    5,
    3,
  ]);
  for (const { claim, statistic, value, interval, holds } of record.verdict.claims) {
    assert(claim && statistic && typeof holds === "boolean" && interval.length === 2);
    // A correlation of constant ranks is none.
    assert(typeof value === "number" || value === null);
    assert(ended.out.includes(`: ${claim} (`));
  }
  assert.equal(readTable(`${folder.path}/o/depth_profile.csv`).rows.length, 5 * 2 * 2 * 3);
});

Deno.test("depth-profile: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [["--layers=8"], /^depth-profile: one hidden layer has no depth: give two at least\n$/],
      [["--steps=0"], /^depth-profile: no update, nothing to compare: give one step at least\n$/],
      [["--spectra-every=2"], /^depth-profile: .*--spectra-every.*\n$/],
      [["--replicas=0"], /^depth-profile: .*--replicas.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run(args, { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err.replace(/^adapter: .*\n/, ""), message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/depth-profile`), []);
});

Deno.test("depth-profile: where every network diverges the files tell, and the status is 1", async () => {
  using folder = temporaryFolder();
  const args = [
    ...small,
    "--activation=relu",
    "--optimizer=sgd",
    "--learning-rate=1e30",
    "--quiet",
    "--out=o",
  ];
  const { code, out, err } = await run(args, { cwd: folder.path, program });
  assert.deepEqual([code, out], [1, ""]);
  assert.match(
    err,
    /^depth-profile: every network diverged: lower the learning rate, or choose another initialiser\n$/,
  );
  const record = JSON.parse(Deno.readTextFileSync(`${folder.path}/o/run.json`)) as ExperimentRecord;
  assert.deepEqual([record.status, record.diverged.length, record.verdict.holds], ["diverged", 5, false]);
});
