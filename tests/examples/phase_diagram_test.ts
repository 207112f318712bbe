import { fileURLToPath } from "node:url";
import type { PhasePlan } from "../../src/experiments/phase_diagram/plan.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, runRecorded, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/phase_diagram.ts", root));
const small = ["--samples=16", "--widths=5,3", "--init-scales=0.2:5:3", "--learning-rates=0.01,0.1"];

Deno.test("phase-diagram: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const { out, record } = await runRecorded<PhasePlan>(
    [...small, "--steps=20", "--replicas=2"],
    { cwd: folder.path, program },
    ["run.json", "phase_cells.csv", "phase_networks.csv", "phase_diagram.svg"],
  );
  const { status, configuration: { widths, initScales, learningRates, replicas, runs }, verdict, timings } =
    record;
  assert.deepEqual(
    [status, widths, initScales, learningRates, replicas, runs, timings.planned],
    ["done", [3, 5], [0.2, 1, 5], [0.01, 0.1], 12, 2, 40],
  );
  assert.equal(verdict.claims.length, 6);
  for (const { claim } of verdict.claims) assert(out.includes(`: ${claim} (`), claim);
  assert.match(out, /\nwidth 3: 12 networks, 0 diverged; ranks \d to \d, [\d.]+ % certain\nwidth 5: /);
  assert.equal(readTable(`${folder.path}/o/phase_cells.csv`).rows.length, 2 * 3 * 2);
  assert.equal(readTable(`${folder.path}/o/phase_networks.csv`).rows.length, 2 * 3 * 2 * 2);
});

Deno.test("phase-diagram: a map of nothing but divergence is a result, and the program succeeds", async () => {
  using folder = temporaryFolder();
  const args = [...small, "--learning-rates=1e20", "--steps=20", "--replicas=1"];
  const { record } = await runRecorded<PhasePlan>(
    args,
    { cwd: folder.path, program },
    ["run.json", "phase_cells.csv", "phase_networks.csv", "phase_diagram.svg"],
  );
  assert.deepEqual([record.status, record.diverged], ["done", []]);
  const { header, rows } = readTable(`${folder.path}/o/phase_cells.csv`);
  assert(rows.length === 6 && rows.every((row) => row[header.split(",").indexOf("diverged")] === "1"));
});

Deno.test("phase-diagram: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [
        ["--init-scales=0.1:1"],
        /^phase-diagram: init scales "0.1:1": give a list as 0.1,1,10 or FROM:TO:COUNT/,
      ],
      [["--init-scales=0,1"], /^phase-diagram: each of init scales must be .* above 0.*, not 0\n$/],
      [["--learning-rates=-1:1:4"], /^phase-diagram: first of learning rates must be .*, not -1\n$/],
      [["--learning-rates=1:2:1"], /^phase-diagram: number of learning rates must be .* from 2 .*, not 1\n$/],
      [["--task=mixture"], /^phase-diagram: the task mixture is no function: choose one with a mean .*\n$/],
      [["--replicas=20000"], /^phase-diagram: networks of a width must be .* 65536, not 120000\n$/],
      [["--activation=swish"], /^phase-diagram: .*swish.*\n$/],
      [["--init=he"], /^phase-diagram: .*he.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run([...small, ...args], { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/phase-diagram`), []);
});
