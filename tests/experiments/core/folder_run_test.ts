import { completeValues, type GivenOptions } from "../../../src/cli/options.ts";
import { InputError } from "../../../src/errors.ts";
import { type FolderRunOptions, runInFolder } from "../../../src/experiments/core/folder_run.ts";
import { GpuLease } from "../../../src/experiments/core/gpu_lease.ts";
import { resumedOptions } from "../../../src/experiments/core/resumed_options.ts";
import { staircase } from "../../../src/experiments/staircase/mod.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { listCheckpoints } from "../../../src/io/checkpoint.ts";
import { assert } from "../../deps.ts";
import { filesIn, temporaryFolder } from "../../support/program.ts";

/** The device of all tests: most of the time of a small run goes to compiling for a new one. */
const lease = await GpuLease.open(() => Gpu.open({ adapter: "software" }));
Deno.test.afterAll(() => lease[Symbol.dispose]());

const small = {
  layers: "6,5",
  samples: 24,
  steps: 30,
  probeEvery: 10,
  replicas: 2,
} as const satisfies GivenOptions<typeof staircase.options>;

const valuesOf = (options: GivenOptions<typeof staircase.options>) =>
  completeValues(staircase.options, { ...small, ...options }, "staircase");

/** Runs staircase in a folder. */
async function trained(
  options: GivenOptions<typeof staircase.options>,
  how: FolderRunOptions,
) {
  const values = valuesOf(options);
  return await runInFolder(lease, staircase, await staircase.plan(values), {
    options: { ...values },
    ...how,
  });
}

function assertSame(one: string, other: string): void {
  for (const file of ["trace.csv", "spectra.npz", "staircase.svg"]) {
    assert.deepEqual(Deno.readFileSync(`${other}/${file}`), Deno.readFileSync(`${one}/${file}`), file);
  }
}

Deno.test("runInFolder: a run that is done grows, to the bits of one that was as long at once", async () => {
  using parent = temporaryFolder();
  const [folder, whole] = [`${parent.path}/grown`, `${parent.path}/whole`];
  // 25 is no multiple of the steps between probes: its last probe is none of the longer run.
  await trained({ steps: 25, spectraEvery: 2 }, { folder });
  const { values, isDone } = await resumedOptions(folder, staircase, { steps: 50 });
  assert.deepEqual([values.steps, values.spectraEvery, values.layers, isDone], [50, 2, "6,5", false]);
  const { record } = await trained(values, { folder, mode: "resume" });
  assert.deepEqual([record.status, record.timings.steps, record.sessions.length], ["done", 50, 2]);
  await trained({ steps: 50, spectraEvery: 2 }, { folder: whole });
  assertSame(whole, folder);
});

Deno.test("resumedOptions: a run that is done says so; other options are refused in a line", async () => {
  using parent = temporaryFolder();
  const folder = `${parent.path}/run`;
  await trained({}, { folder });
  assert((await resumedOptions(folder, staircase, {})).isDone);
  assert((await resumedOptions(folder, staircase, { steps: 30, seed: 0, quiet: true })).isDone);
  const refuse = async (flags: object, message: RegExp) =>
    await assert.rejects(
      () => resumedOptions(folder, staircase, { ...flags }),
      (error) => error instanceof InputError && message.test(error.message),
    );
  await refuse({ seed: 1 }, /^--seed 1 is not that of the run in .*, 0; leave it out, or begin another run$/);
  await refuse({ probeEvery: 5 }, /^--probe-every 5 is not that of the run in .*, 10; /);
  await refuse({ activation: "sine" }, /^--activation sine is not that of the run in .*, left out; /);
  await refuse({ steps: 29 }, /^--steps 29: the run in .* is to make 30; give at least as many$/);
  // A file that is missing is written again.
  Deno.removeSync(`${folder}/staircase.svg`);
  assert(!(await resumedOptions(folder, staircase, {})).isDone);
  await trained({}, { folder, mode: "resume" });
  assert(filesIn(folder).includes("staircase.svg"));

  await assert.rejects(
    () => trained({ seed: 1 }, { folder, mode: "resume" }),
    /is a run with other options; go on with its own, or begin in another folder$/,
  );
  await assert.rejects(
    () => trained({ samples: 25 }, { folder, mode: "resume" }),
    /was trained on other samples; /,
  );
  await assert.rejects(() => trained({}, { folder }), /holds a run .* --overwrite or --resume$/);
});

Deno.test("runInFolder: a run that comes to nothing replaces none; one with a result does", async () => {
  using parent = temporaryFolder();
  const folder = `${parent.path}/run`;
  const { record: { identity } } = await trained({}, { folder });
  const before = Deno.readTextFileSync(`${folder}/trace.csv`);
  const stop = new AbortController();
  stop.abort();
  const diverging = { init: "normal:1e30", activation: "identity" };
  for (const [options, how] of [[diverging, {}], [{ seed: 1 }, { signal: stop.signal }]] as const) {
    const { paths, result } = await trained(options, { folder, mode: "overwrite", ...how });
    assert.deepEqual([paths, result.status === "done"], [[], false]);
    assert.equal(Deno.readTextFileSync(`${folder}/trace.csv`), before);
    assert.deepEqual(JSON.parse(Deno.readTextFileSync(`${folder}/run.json`)).identity, identity);
  }
  assert((await resumedOptions(folder, staircase, {})).isDone);
  const { result } = await trained({ seed: 1 }, { folder, mode: "overwrite" });
  assert.equal(result.status, "done");
  assert.notEqual(Deno.readTextFileSync(`${folder}/trace.csv`), before);
});

Deno.test("runInFolder: damaged checkpoints are refused with a line, and the bits are the same", async () => {
  using parent = temporaryFolder();
  const [folder, whole] = [`${parent.path}/cut`, `${parent.path}/whole`];
  const options = { steps: 200, spectraEvery: 4 };
  await trained(options, { folder: whole });
  for (const damaged of [1, 2]) {
    const stop = new AbortController(), requests = new EventTarget();
    const onProgress = (steps: number) => {
      requests.dispatchEvent(new Event("checkpoint"));
      if (steps >= 20) stop.abort();
    };
    const how = { folder, signal: stop.signal, requests, onProgress, checkpointEvery: 3600 };
    assert.equal((await trained(options, how)).result.status, "stopped");
    const checkpoints = await listCheckpoints(`${folder}/state`);
    assert(checkpoints.length === 2 && checkpoints.every(({ problem }) => problem === null));
    for (const { path } of checkpoints.slice(0, damaged)) {
      const bytes = Deno.readFileSync(path);
      bytes[bytes.length - 7] ^= 1;
      Deno.writeFileSync(path, bytes);
    }
    const notices: string[] = [];
    await trained(options, { folder, mode: "resume", onNotice: (line) => void notices.push(line) });
    assert.equal(notices.length, 1, notices.join("\n"));
    assert.match(notices[0], /; the (checkpoint before it is used|training begins anew)$/);
    assertSame(whole, folder);
    Deno.removeSync(folder, { recursive: true });
  }
});
