import { fileURLToPath } from "node:url";
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

const program = fileURLToPath(new URL("examples/depth_profile.ts", root));
const small = ["--layers=8,6", "--samples=32", "--steps=60", "--probe-every=20"];

Deno.test("depth-profile: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const { out, record } = await runRecorded(small, { cwd: folder.path, program }, [
    "depth_profile.csv",
    "depth_profile.svg",
    "run.json",
  ]);
  assert.deepEqual([record.status, record.configuration.replicas, record.verdict.claims.length], [
    "done",
    5,
    3,
  ]);
  for (const { claim, statistic, value, interval, holds } of record.verdict.claims) {
    assert(claim && statistic && typeof holds === "boolean" && interval.length === 2);
    // A correlation of constant ranks is none.
    assert(typeof value === "number" || value === null);
    assert(out.includes(`: ${claim} (`));
  }
  assert.equal(readTable(`${folder.path}/o/depth_profile.csv`).rows.length, 5 * 2 * 2 * 3);
});

Deno.test("depth-profile: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [["--layers=8"], /^depth-profile: one hidden layer has no depth: give at least two\n$/],
      [["--steps=0"], /^depth-profile: without a step there is nothing to compare: give at least one\n$/],
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
  const args = [...small, "--activation=relu", "--optimizer=sgd", "--learning-rate=1e30"];
  await assertAllDiverge("depth-profile", args, 5, { cwd: folder.path, program });
});
