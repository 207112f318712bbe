import { fileURLToPath } from "node:url";
import { readTrainingRun, sampleSteps, verificationSeconds, verifyRun } from "../../src/cli/verify_run.ts";
import { Verification } from "../../src/cli/verification.ts";
import { experimentRecord } from "../../src/experiments/core/record.ts";
import { runExperiment } from "../../src/experiments/core/run.ts";
import { staircase } from "../../src/experiments/staircase/mod.ts";
import { RunFolder } from "../../src/io/run_folder.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { root, run, temporaryFolder } from "../support/program.ts";
import { entriesIn } from "../support/traces.ts";

const gpu = await openGpu();
const program = fileURLToPath(new URL("examples/verify.ts", root));

const folder = temporaryFolder();
Deno.test.afterAll(() => folder[Symbol.dispose]());
const { path: cwd } = folder;
const result = await runExperiment(gpu, staircase, {
  layers: "8,6",
  samples: 37,
  steps: 30,
  probeEvery: 5,
  spectraEvery: 2,
  epsilons: [1e-2, 1e-6, 1e-9],
  replicas: 2,
});
{
  await using made = await RunFolder.open(`${cwd}/made`);
  await made.writeRun(await experimentRecord(gpu, staircase, result));
  await made.write("trace.csv", staircase.tables["trace.csv"](result).pieces());
}
const trace = Deno.readTextFileSync(`${cwd}/made/trace.csv`);
const record = Deno.readTextFileSync(`${cwd}/made/run.json`);

/** A folder with another trace or record. */
function altered(name: string, { csv = trace, json = record }): string {
  Deno.mkdirSync(`${cwd}/${name}`);
  Deno.writeTextFileSync(`${cwd}/${name}/trace.csv`, csv);
  Deno.writeTextFileSync(`${cwd}/${name}/run.json`, json);
  return `${cwd}/${name}`;
}

/** Changes the last row by its cells. */
function changeLast(change: (cells: string[]) => void): string {
  const lines = trace.trimEnd().split("\n");
  const cells = lines.pop()!.split(",");
  change(cells);
  return [...lines, cells.join(","), ""].join("\n");
}

/** Verifies the ranks of some probes of a folder, of all by default. */
async function verify(path: string, share = 1000, certificates: string | null = null) {
  const recorded = await readTrainingRun(path, null);
  const verification = await Verification.open(certificates);
  const steps = sampleSteps(recorded.rows, share);
  const repetition = await verifyRun(gpu, recorded, { steps, verification });
  return { ...verification.counts, ...repetition };
}

/** Ranks of the run: replicas, probes, layers, thresholds. */
const RANKS = 2 * 7 * 2 * 3;

Deno.test("verify: all ranks of a run hold, and are repeated to the bit", async () => {
  const { checked, wrong, unrepeated, differing, certain } = await verify(`${cwd}/made`);
  assert.deepEqual({ checked, wrong, unrepeated, differing }, {
    checked: RANKS,
    wrong: 0,
    unrepeated: 0,
    differing: 0,
  });
  assert(certain > 0.9 * RANKS);
});

Deno.test("verify: a share of the probes, each rank with its certificate", async () => {
  const ranks = RANKS * 3 / 7;
  const { checked, wrong } = await verify(`${cwd}/made`, 3, `${cwd}/c`);
  assert.deepEqual([checked, wrong], [ranks, 0]);
  const names = entriesIn(`${cwd}/c`);
  assert.deepEqual([names.length, names[0]], [ranks, "0001-replica-0-step-0-layer-1-0.01"]);
  const certificate = JSON.parse(Deno.readTextFileSync(`${cwd}/c/${names.at(-1)}/certificate.json`));
  assert.deepEqual([certificate.rows, certificate.columns, certificate.epsilon.decimal], [37, 6, 1e-9]);
});

Deno.test("verify: a changed rank is wrong, and the program fails with a line that says which", async () => {
  const csv = changeLast((cells) => [5, 6, 7].forEach((at) => cells[at] = String(Number(cells[at]) - 1)));
  altered("tampered", { csv });
  const { code, out, err } = await run(["tampered", "--share=2", "--json"], { cwd, program });
  assert.equal(code, 1);
  const [line, json] = out.trimEnd().split("\n");
  assert.match(line, /^tampered: 2 probes verified; 24 ranks checked, \d+ certain, 1 wrong$/);
  assert.deepEqual([JSON.parse(json).checked, JSON.parse(json).wrong], [24, 1]);
  assert.match(
    err,
    /\nverify: 1 rank of 24 wrong: the first is that of replica 1 step 30 layer 2 at ε = 1e-9, 5 and exactly 6;/,
  );
});

Deno.test("verify: what is not the run's own is found, though no interval is wrong", async () => {
  const of = async (name: string, files: { csv?: string; json?: string }) => {
    const { checked, wrong, unrepeated, differing } = await verify(altered(name, files));
    return { checked, wrong, unrepeated, differing };
  };
  const all = { checked: RANKS, wrong: 0, unrepeated: 0, differing: 0 };
  const wide = changeLast((cells) => cells[6] = "0");
  assert.deepEqual(await of("wide", { csv: wide }), { ...all, differing: 1 });
  const other = changeLast((cells) => cells[2] = "0.125");
  assert.deepEqual(await of("loss", { csv: other }), { ...all, checked: RANKS - 1, unrepeated: 1 });
  const missing = trace.trimEnd().split("\n").slice(0, -1).join("\n");
  assert.deepEqual(await of("missing", { csv: missing }), { ...all, checked: RANKS - 1, differing: 1 });
  const again = `${trace}${trace.trimEnd().split("\n").at(-1)}\n`;
  assert.deepEqual(await of("twice", { csv: again }), { ...all, differing: 1 });
  const seed = await of("seed", { json: record.replace('"seed": 0', '"seed": 1') });
  assert.deepEqual([seed.checked, seed.unrepeated, seed.wrong], [0, RANKS, 0]);
});

Deno.test("verify: what is no run of staircase is refused", async () => {
  const refused = (path: string, message: RegExp) =>
    assert.rejects(() => readTrainingRun(path, null), inputError(message));
  await refused(`${cwd}/none`, /there is no run/);
  const change = (from: string | RegExp, to: string) => ({ json: record.replace(from, to) });
  await refused(
    altered("atlas", change('"staircase",', '"staircase-atlas",')),
    /is a run of staircase-atlas; give/,
  );
  await refused(altered("old", change('"seed": 0', '"sede": 0')), /its run\.json has no seed/);
  await refused(altered("own", change('"name": "cosines"', '"name": "mine"')), /no task "mine"/);
  await refused(altered("held", change('"held_out": 0', '"held_out": 9')), /was trained on 37 samples/);
  await refused(altered("empty", { csv: trace.split("\n")[0] }), /holds no rank/);
  Deno.removeSync(`${altered("bare", {})}/trace.csv`);
  await refused(`${cwd}/bare`, /trace\.csv: cannot be read/);
  const { code, out, err } = await run(["nowhere"], { cwd, program });
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /^verify: nowhere: there is no run; give the folder of a run, or its run\.json\n$/);
});

Deno.test("sampleSteps: evenly, first and last among them; the time grows with their number", async () => {
  const row = { replica: 0, loss: 1, layer: 1, epsilon: 1, rank: 1, low: 1, high: 1 };
  const rows = [0, 10, 20, 30, 40, 40, 20].map((step) => ({ ...row, step }));
  assert.deepEqual(sampleSteps(rows, 3), [0, 20, 40]);
  assert.deepEqual(sampleSteps(rows, 1), [40]);
  assert.deepEqual(sampleSteps(rows, 9), [0, 10, 20, 30, 40]);
  const recorded = await readTrainingRun(`${cwd}/made`, null);
  assert(verificationSeconds(recorded, 20) < 10 && verificationSeconds(recorded, 1e7) > 600);
});
