import { traceTable } from "../../src/io/trace_csv.ts";
import { TraceFile } from "../../src/io/trace_file.ts";
import { assert } from "../deps.ts";
import { inFolder, madeUpChunks, SMALL } from "../support/traces.ts";

const chunks = madeUpChunks(SMALL);
const swept = { learning_rate: [0.1, 0.2, 0.3] };
const { replicas, epsilons } = SMALL;
const trace = { replicas, epsilons, losses: [], probes: chunks.flatMap(({ probes }) => probes) };
const whole = traceTable(trace, swept).csv;

Deno.test("trace_file: grows by whole lines to the text of the table", () =>
  inFolder(async (folder) => {
    const path = `${folder}/trace.csv`;
    await using file = await TraceFile.create(path, { swept });
    assert.equal(await Deno.readTextFile(path), whole.slice(0, whole.indexOf("\n") + 1));
    for (const { probes } of chunks) {
      file.append(probes);
      const { bytes } = await file.flush();
      assert.equal(await Deno.readTextFile(path), whole.slice(0, bytes));
      assert.equal(whole[bytes - 1], "\n");
    }
    assert.equal(await Deno.readTextFile(path), whole);
  }));

Deno.test("trace_file: goes on from a position, goes back to it, and is written again where it was changed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/trace.csv`, rest = chunks.slice(2);
    const file = await TraceFile.create(path, { swept });
    for (const { probes } of chunks.slice(0, 2)) file.append(probes);
    const position = await file.flush();
    for (const { probes } of rest) file.append(probes);
    await file.flush();
    await file.truncate(position);
    for (const { probes } of rest) file.append(probes);
    await file.flush();
    assert.equal(await Deno.readTextFile(path), whole);
    await file.close();
    const spoilers: readonly (() => Promise<void>)[] = [
      () => Deno.writeTextFile(path, "0,9,half a li", { append: true }),
      () => Deno.writeTextFile(path, whole.replace("0,0,", "0,1,")),
      () => Deno.truncate(path, 9),
      () => Deno.remove(path),
    ];
    for (const spoil of spoilers) {
      await spoil();
      await using again = await TraceFile.resume(path, { position, swept, chunks: () => chunks.slice(0, 2) });
      for (const { probes } of rest) again.append(probes);
      await again.flush();
      assert.equal(await Deno.readTextFile(path), whole);
    }
  }));
