import { journalPath, writeCheckpoint } from "../../src/io/checkpoint.ts";
import { Journal } from "../../src/io/journal.ts";
import { openRun } from "../../src/io/open_run.ts";
import { RunFolder } from "../../src/io/run_folder.ts";
import { writeSpectra } from "../../src/io/spectra_file.ts";
import { TraceBuilder } from "../../src/train/trace_builder.ts";
import { TraceFile } from "../../src/io/trace_file.ts";
import { assert } from "../deps.ts";
import { root } from "../support/program.ts";
import { bitsOf, inFolder, madeUpChunks, SMALL } from "../support/traces.ts";

const chunks = madeUpChunks({ ...SMALL, seed: 7 }).map((chunk) => ({
  ...chunk,
  // A loss that is no number ends a network: trace.csv has none.
  probes: chunk.probes.map((probe) => ({ ...probe, loss: 0.5 })),
}));

function traceOf(count: number) {
  const builder = new TraceBuilder(SMALL);
  for (const chunk of chunks.slice(0, count)) builder.add(chunk);
  return builder.trace;
}

const rowsOf = (count: number) => traceOf(count).probes.length * SMALL.widths.length * SMALL.epsilons.length;

Deno.test("openRun: a run that goes on, is stopped, is resumed, and is done", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    {
      await using folder = await RunFolder.open(path);
      await folder.begin();
      await folder.writeRun({ status: "running", configuration: { probeEvery: 3 } });
      await using journal = await Journal.create(journalPath(folder.state, 0), SMALL);
      await using table = await TraceFile.create(`${path}/trace.csv`);
      const early = await openRun(path);
      assert.deepEqual([early.status, early.owner?.pid, early.checkpoints], ["running", Deno.pid, []]);
      assert.deepEqual([(await early.trace())?.probes, await early.rows()], [[], []]);
      for (const chunk of chunks.slice(0, 3)) {
        journal.append(chunk);
        table.append(chunk.probes);
      }
      const position = await journal.flush({ sync: true });
      const state = { steps: 26, step: 12, arrays: { parameters: Uint32Array.of(1) }, diverged: [] };
      for (let i = 0; i < 2; i++) {
        await writeCheckpoint(folder.state, 0, {
          state,
          journal: position,
          trace: null,
          identity: {},
          notes: null,
        });
      }
      await Deno.truncate(`${folder.state}/run-0-1.checkpoint`, 60);
      await table.flush();
      await Deno.writeTextFile(`${path}/trace.csv`, "0,12,0.5,1,0.0", { append: true });
      const { status, record, trace, rows, tables, checkpoints } = await openRun(`${path}/run.json`);
      assert.deepEqual([status, record], ["running", {
        status: "running",
        configuration: { probeEvery: 3 },
      }]);
      assert.deepStrictEqual(bitsOf(await trace()), bitsOf(traceOf(3)));
      assert.deepEqual([(await rows())?.length, tables], [rowsOf(3), ["trace.csv"]]);
      assert.deepEqual(checkpoints.map(({ run, step }) => [run, step]), [[0, 12], [0, null]]);
      assert.match(checkpoints[1].problem!, /run-0-1\.checkpoint: is damaged or cut off$/);
      await writeSpectra(`${path}/spectra.npz`, traceOf(2));
      // It is of before it was resumed.
      assert.equal((await (await openRun(path)).trace())?.probes.length, traceOf(3).probes.length);
      await folder.writeRun({ status: "stopped" });
      await folder.writeFigure("staircase", "<svg/>");
    }
    const stopped = await openRun(path);
    assert.deepEqual([stopped.status, stopped.owner, stopped.figures], ["stopped", null, ["staircase.svg"]]);
    assert.deepStrictEqual(bitsOf(await stopped.trace()), bitsOf(traceOf(2)));
    await Deno.remove(`${path}/state`, { recursive: true });
    await Deno.writeTextFile(`${path}/run.json`, '{ "status": "done" }');
    const done = await openRun(path);
    assert.deepEqual([done.status, done.checkpoints], ["done", []]);
    assert.deepStrictEqual(bitsOf(await done.trace()), bitsOf(traceOf(2)));
    assert.equal(await done.trace(1), null);
  }));

Deno.test("openRun: a killed run is told as such, and read up to its last whole record", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    const code = `
      import { journalPath, Journal, RunFolder } from ${JSON.stringify(new URL("src/io/mod.ts", root).href)};
      const folder = await RunFolder.open(${JSON.stringify(path)});
      await folder.begin();
      await folder.writeRun({ status: "running" });
      const journal = await Journal.create(journalPath(folder.state, 0), { replicas: 1, epsilons: [1] });
      for (let first = 0;; first++) {
        const losses = [Float32Array.of(first)];
        journal.append({ first, count: 1, losses, probes: [], diverged: [], state: null });
        await journal.flush();
        if (first === 5) console.log("ready");
      }`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" }).spawn();
    await child.stdout.getReader().read();
    const running = await openRun(path);
    assert.deepEqual([running.status, running.owner?.pid], ["running", child.pid]);
    const before = (await running.trace())!.losses[0];
    assert.ok(before.length >= 6);
    child.kill("SIGKILL");
    await child.status;
    const killed = await openRun(path);
    assert.deepEqual([killed.status, killed.owner], ["killed", null]);
    const { losses: [losses] } = (await killed.trace())!;
    assert.ok(losses.length >= before.length);
    assert.deepEqual(losses, Float32Array.from(losses, (_, i) => i));
    assert.equal(await killed.rows(), null);
  }));

Deno.test("openRun: a run of before there was a journal, and none at all", () =>
  inFolder(async (parent) => {
    await Deno.writeTextFile(`${parent}/run.json`, '{ "experiment": "staircase" }');
    await Deno.writeTextFile(
      `${parent}/trace.csv`,
      "replica,step,loss,layer,epsilon,rank,rank_low,rank_high\n0,5,0.5,1,1e-6,2,2,3\n",
    );
    const old = await openRun(parent);
    assert.deepEqual([old.status, old.record?.experiment], ["unknown", "staircase"]);
    assert.deepEqual([await old.trace(), (await old.rows())?.[0].high], [null, 3]);
    for (const name of ["none", "trace.csv"]) {
      await assert.rejects(openRun(`${parent}/${name}`), {
        name: "InputError",
        message: /there is no run; give the folder/,
      });
    }
    await Deno.writeTextFile(`${parent}/run.json`, "[");
    await assert.rejects(openRun(parent), { name: "InputError" });
  }));
