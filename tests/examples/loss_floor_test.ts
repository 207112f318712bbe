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

const program = fileURLToPath(new URL("examples/loss_floor.ts", root));
const small = ["--layers=8,6", "--samples=32", "--steps=60", "--probe-every=20"];

Deno.test("loss-floor: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const { out, record } = await runRecorded(small, { cwd: folder.path, program }, [
    "loss_floor.csv",
    "loss_floor.svg",
    "run.json",
  ]);
  assert.deepEqual([record.status, record.configuration.replicas, record.verdict.claims.length], [
    "done",
    5,
    4,
  ]);
  for (const { claim, statistic, value, interval, holds } of record.verdict.claims) {
    assert(claim && statistic && typeof holds === "boolean" && interval.length === 2);
    // A p-value without anything to test is null.
    assert(typeof value === "number" || statistic.includes("circular shifts"));
    assert(out.includes(`: ${claim} (`));
  }
  assert.equal(readTable(`${folder.path}/o/loss_floor.csv`).rows.length, 5 * 4 * 3);
});

Deno.test("loss-floor: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [
        ["--task=digits"],
        /^loss-floor: the task digits has no loss floor: choose one with a mean squared error\n$/,
      ],
      [["--spectra-every=2"], /^loss-floor: .*--spectra-every.*\n$/],
      [["--replicas=0"], /^loss-floor: .*--replicas.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run([...small, ...args], { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err.replace(/^adapter: .*\n/, ""), message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/loss-floor`), []);
});

Deno.test("loss-floor: where every network diverges the files tell, and the status is 1", async () => {
  using folder = temporaryFolder();
  const args = [...small, "--activation=relu", "--optimizer=sgd", "--learning-rate=1e30"];
  await assertAllDiverge("loss-floor", args, 5, { cwd: folder.path, program });
});
