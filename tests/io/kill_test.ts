import { journalPath, readCheckpoint } from "../../src/io/checkpoint.ts";
import { Journal } from "../../src/io/journal.ts";
import { readJournal } from "../../src/io/read_journal.ts";
import { RunFolder } from "../../src/io/run_folder.ts";
import { assert } from "../deps.ts";
import { root } from "../support/program.ts";
import { entriesIn, inFolder } from "../support/traces.ts";

/** Processes that are killed. */
const KILLS = 6;

/** Goes on with a run as fast as it can: chunk n has the losses n, a checkpoint every third one. */
const code = (path: string) => `
  import * as io from ${JSON.stringify(new URL("src/io/mod.ts", root).href)};
  const folder = await io.RunFolder.open(${JSON.stringify(path)}, { mode: ${JSON.stringify("resume")} })
    .catch(() => io.RunFolder.open(${JSON.stringify(path)}));
  await folder.begin();
  const journalFile = io.journalPath(folder.state, 0), swept = {};
  const found = await io.readCheckpoint(folder.state, 0, {});
  const position = found?.checkpoint.journal, step = found?.checkpoint.state.step ?? 0;
  const journal = position
    ? await io.Journal.resume(journalFile, position)
    : await io.Journal.create(journalFile, { replicas: 1, epsilons: [1] });
  const table = await io.TraceFile.resume(folder.path + "/trace.csv", {
    position: found?.checkpoint.trace ?? null,
    chunks: () => position ? io.journalChunks(journalFile, position.bytes) : [],
  });
  await folder.writeRun({ status: "running", step });
  console.log(step);
  for (let first = step;; first++) {
    const ranks = [{ epsilon: 1, rank: first, low: first, high: first }];
    const layers = [{ kind: "count", layer: 1, precision: "double", ranks }];
    const probes = [{ kind: "count", step: first, replica: 0, loss: 0.5, accuracy: null, layers }];
    journal.append({ first, count: 1, losses: [Float32Array.of(first)], probes, diverged: [], state: null });
    table.append(probes);
    if (first % 3 > 0) continue;
    const state = { steps: 1e9, step: first + 1, arrays: { parameters: new Uint32Array(3000).fill(first) }, diverged: [] };
    const checkpoint = { state, identity: {}, notes: null };
    const journalEnd = await journal.flush({ sync: true }), trace = await table.flush();
    await io.writeCheckpoint(folder.state, 0, { ...checkpoint, journal: journalEnd, trace });
  }`;

Deno.test("killed at any time, a run goes on from its last checkpoint, and loses nothing before it", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    let last = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = new Deno.Command(Deno.execPath(), { args: ["eval", code(path)], stdout: "piped" })
        .spawn();
      const { value } = await child.stdout.getReader().read();
      const begun = Number(new TextDecoder().decode(value));
      assert.ok(begun >= last, `begins at ${begun}, after a checkpoint at ${last}`);
      await new Promise((resolve) => setTimeout(resolve, 40 + 37 * kill + 50 * Math.random()));
      child.kill("SIGKILL");
      await child.status;

      await using folder = await RunFolder.open(path, { mode: "resume" });
      const found = await readCheckpoint(folder.state, 0, {});
      if (!found) continue;
      assert.deepEqual(found.refused, []);
      const { state: { step, arrays }, journal, trace } = found.checkpoint;
      assert.deepEqual(new Set(arrays.parameters), new Set([step - 1]));
      const content = await readJournal(journalPath(folder.state, 0), journal.bytes);
      assert.deepEqual([content.steps, content.isIntact], [step, true]);
      assert.deepEqual(content.trace.losses[0], Float32Array.from({ length: step }, (_, i) => i));
      const rows = (await Deno.readTextFile(`${path}/trace.csv`)).slice(0, trace!.bytes).trimEnd().split(
        "\n",
      );
      assert.deepEqual(rows.slice(1).map((row) => Number(row.split(",")[1])), [...content.trace.losses[0]]);
      await (await Journal.resume(journalPath(folder.state, 0), journal)).close();
      last = step;
      // Nothing that was half written stays.
      const kept = entriesIn(folder.state).filter((name) => name.endsWith(".checkpoint")).length;
      assert.ok(kept >= 1 && kept <= 3);
      assert.deepEqual(
        [...entriesIn(path), ...entriesIn(folder.state)].filter((name) => name.endsWith(".tmp")),
        [],
      );
    }
    assert.ok(last > 0);
  }));
