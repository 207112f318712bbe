import { parseFlags } from "../../../src/cli/flags.ts";
import { completeValues, flagsOf, type GivenOptions } from "../../../src/cli/options.ts";
import { type FolderRunOptions, runInFolder } from "../../../src/experiments/core/folder_run.ts";
import { GpuLease } from "../../../src/experiments/core/gpu_lease.ts";
import { experiments } from "../../../src/experiments/mod.ts";
import { staircase } from "../../../src/experiments/staircase/mod.ts";
import { DeviceLostError } from "../../../src/errors.ts";
import { camelCase } from "../../../src/io/json.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { assert } from "../../deps.ts";
import { filesIn, temporaryFolder } from "../../support/program.ts";
import { TINY } from "../tiny_runs.ts";

/** Columns that hold wall times, or follow from them. */
const TIMES =
  /^(start_ms|start_steps|step_ms|steps|ms|milliseconds.*|gpu_milliseconds|peak_share|loss_same_time|repeats)$/;
/** Experiments whose tables and figures hold wall times. */
const TIMED = ["pretraining", "kernel-study"];

/** Tables of the kernel study whose rows go as far as the time allows. */
const UNSTEADY = ["cost.csv", "growth.csv", "tall.csv"];

/** A table without its columns of times. */
function withoutTimes(csv: string): string[][] {
  const rows = csv.trimEnd().split("\n").map((line) => line.split(","));
  const kept = [...rows[0].keys()].filter((column) => !TIMES.test(rows[0][column]));
  return rows.map((row) => kept.map((column) => row[column]));
}

type AnyExperiment = typeof experiments[number];

async function planOf({ name, options, plan }: AnyExperiment) {
  const { flags } = parseFlags(flagsOf(options), TINY[name].split(" "));
  return await plan(completeValues(options, flags as GivenOptions<typeof options>, name));
}

/** The device of all tests: most of the time of a small run goes to compiling for a new one. */
const lease = await GpuLease.open(() => Gpu.open({ adapter: "software" }));
Deno.test.afterAll(() => lease[Symbol.dispose]());

/** Compares what two runs have left, apart from times. */
function assertSameFiles(experiment: AnyExperiment, one: string, other: string): void {
  const isTimed = TIMED.includes(experiment.name);
  const content = (folder: string, file: string) => Deno.readFileSync(`${folder}/${file}`);
  for (const file of Object.keys(experiment.tables).filter((file) => !UNSTEADY.includes(file))) {
    const [a, b] = [one, other].map((folder) => new TextDecoder().decode(content(folder, file)));
    if (isTimed) assert.deepEqual(withoutTimes(b), withoutTimes(a), file);
    else assert(b === a, file);
  }
  const others = [
    ...isTimed ? [] : Object.keys(experiment.figures),
    ...experiment.trace ? ["spectra.npz"] : [],
  ];
  for (const file of others) assert.deepEqual(content(other, file), content(one, file), file);
}

for (const experiment of experiments) {
  const { name } = experiment;

  Deno.test(`${name}: stopped again and again, and gone on with, its files are the same`, async () => {
    using parent = temporaryFolder();
    const whole = `${parent.path}/whole`, cut = `${parent.path}/cut`;
    const plan = await planOf(experiment);
    await runInFolder(lease, experiment, plan, { folder: whole });

    let stops = 0, status = "";
    while (status !== "done") {
      const stop = new AbortController();
      // Stopped at its first report, and later each time.
      let reports = 0;
      const onProgress = () => void (reports++ >= 3 ** stops - 1 && stop.abort());
      const how: FolderRunOptions = { folder: cut, mode: "resume", signal: stop.signal, onProgress };
      status = (await runInFolder(lease, experiment, plan, how)).result.status;
      if (status === "stopped") stops++;
      assert(stops < 200, "it does not come to an end");
    }
    assert(stops > 0, "it was never stopped");
    assertSameFiles(experiment, whole, cut);
    const record = camelCase(JSON.parse(Deno.readTextFileSync(`${cut}/run.json`))) as {
      status: string;
      sessions: { exitStatus: number }[];
    };
    assert.equal(record.status, "done");
    const statuses = record.sessions.map(({ exitStatus }) => exitStatus), last = statuses.pop()!;
    assert.deepEqual(statuses, new Array(stops).fill(130));
    // The signal may come with the very last report.
    assert([0, 130].includes(last), `${last}`);
    assert.deepEqual(filesIn(cut).filter((file) => file.startsWith(".")), []);
  });
}

Deno.test("experiments: devices that are lost at random times are replaced, and the files are the same", async () => {
  for (const [name, wanted] of [["staircase", 2], ["methods", 1]] as const) {
    const experiment = experiments.find((each) => each.name === name)!;
    using parent = temporaryFolder();
    const whole = `${parent.path}/whole`, broken = `${parent.path}/broken`;
    const plan = await planOf(experiment);
    await runInFolder(lease, experiment, plan, { folder: whole });
    const notices: string[] = [];
    let losses = 0, reports = 0;
    const { result } = await runInFolder(lease, experiment, plan, {
      folder: broken,
      // As often as states can be asked for.
      checkpointEvery: 0.001,
      onProgress: () => {
        if (losses === wanted || reports++ < 2 * losses) return;
        losses++;
        lease.gpu.device.destroy();
      },
      onNotice: (line) => void notices.push(line),
    });
    assert.equal(result.status, "done");
    assertSameFiles(experiment, whole, broken);
    assert.equal(losses, wanted);
    const { device_losses: noted } = JSON.parse(Deno.readTextFileSync(`${broken}/run.json`));
    assert.equal(noted.length, wanted);
    assert.equal(notices.length, wanted);
    for (const line of notices) assert.match(line, /^the device was lost: .*; another one is opened$/);
  }
});

Deno.test("experiments: a device that is lost three times without a step further ends the run, all kept", async () => {
  using parent = temporaryFolder();
  const folder = `${parent.path}/run`, whole = `${parent.path}/whole`;
  const plan = await planOf(staircase as AnyExperiment);
  const how: FolderRunOptions = { folder, mode: "resume" };
  const destroy = () => lease.gpu.device.destroy();
  await assert.rejects(
    runInFolder(lease, staircase as AnyExperiment, plan, { ...how, onProgress: destroy }),
    DeviceLostError,
  );
  const record = JSON.parse(Deno.readTextFileSync(`${folder}/run.json`));
  assert.deepEqual([record.status, record.device_losses.length], ["failed", 3]);
  assert.deepEqual([record.sessions[0].exit_status, record.sessions[0].signal], [1, null]);
  await lease.reopen();
  assert.equal((await runInFolder(lease, staircase as AnyExperiment, plan, how)).result.status, "done");
  await runInFolder(lease, staircase as AnyExperiment, plan, { folder: whole });
  assertSameFiles(staircase as AnyExperiment, whole, folder);
});
