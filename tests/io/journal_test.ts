import { FILE_START } from "../../src/io/append_file.ts";
import { Journal } from "../../src/io/journal.ts";
import { journalChunks, journalShape, readJournal } from "../../src/io/read_journal.ts";
import { TraceBuilder } from "../../src/train/trace_builder.ts";
import type { TraceChunk } from "../../src/train/state.ts";
import { assert, fc } from "../deps.ts";
import { bitsOf, inFolder, madeUpChunks, SMALL } from "../support/traces.ts";

const chunks = madeUpChunks(SMALL);

function traceOf(chunks: readonly TraceChunk[]) {
  const builder = new TraceBuilder(SMALL);
  for (const chunk of chunks) builder.add(chunk);
  return builder.trace;
}

/** Writes a journal, and gives the end of each record. */
async function write(path: string, some = chunks): Promise<number[]> {
  await using journal = await Journal.create(path, SMALL);
  const ends = [(await journal.flush()).bytes];
  for (const chunk of some) {
    journal.append(chunk);
    ends.push((await journal.flush()).bytes);
  }
  return ends;
}

Deno.test("journal: chunks read as they were written, to the bit", () =>
  inFolder(async (folder) => {
    const path = `${folder}/run-0.journal`;
    const ends = await write(path);
    assert.deepStrictEqual(bitsOf([...journalChunks(path)]), bitsOf(chunks));
    assert.deepEqual(journalShape(path), { replicas: SMALL.replicas, epsilons: SMALL.epsilons });
    const { trace, diverged, steps, end, isIntact } = await readJournal(path);
    assert.deepStrictEqual(bitsOf(trace), bitsOf(traceOf(chunks)));
    assert.deepEqual([[...diverged], steps, end, isIntact], [[[2, 18]], 26, ends.at(-1), true]);
    // Losses of a network end where it diverged.
    assert.deepEqual(trace.losses.map(({ length }) => length), [26, 26, 18]);
    assert.ok(trace.probes.some(({ kind }) => kind === "count"));
    assert.ok(trace.probes.some((probe) => probe.kind === "spectrum" && probe.floors === null));
    assert.equal((await readJournal(path, ends[2])).steps, 8);
  }));

Deno.test("journal: cut off anywhere, it ends with its last whole record", () =>
  inFolder(async (folder) => {
    const path = `${folder}/run-0.journal`, cut = `${folder}/cut`;
    const ends = await write(path, chunks.slice(0, 2));
    const bytes = await Deno.readFile(path);
    for (let size = 0; size <= bytes.length; size++) {
      await Deno.writeFile(cut, bytes.subarray(0, size));
      if (size < ends[0]) {
        await assert.rejects(readJournal(cut), { name: "FileError", message: /is no journal of a run/ });
        continue;
      }
      const { end, isIntact, steps } = await readJournal(cut);
      const whole = ends.findLastIndex((end) => end <= size);
      assert.deepEqual([end, isIntact, steps], [ends[whole], size === ends[whole], [0, 1, 8][whole]]);
    }
    // What a disk may hold behind the end after a power failure.
    await Deno.writeFile(cut, new Uint8Array([...bytes, ...new Uint8Array(100)]));
    assert.deepEqual((await readJournal(cut)).end, bytes.length);
  }));

Deno.test("journal: a flipped bit ends it before its record, or the record reads the same", () =>
  inFolder(async (folder) => {
    const path = `${folder}/run-0.journal`, flipped = `${folder}/flipped`;
    const ends = await write(path);
    const bytes = await Deno.readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const other = bytes.slice();
        other[bit >> 3] ^= 1 << (bit & 7);
        await Deno.writeFile(flipped, other);
        const record = ends.findIndex((end) => end > bit >> 3);
        const content = await readJournal(flipped).catch((error) => {
          assert.equal(error.name, "FileError");
          assert.equal(record, 0);
        });
        if (content && record > 0) assert.equal(content.end, ends[record - 1]);
      }),
      { numRuns: 300 },
    );
  }));

Deno.test("journal: goes on where it was flushed, and goes back", () =>
  inFolder(async (folder) => {
    const path = `${folder}/run-0.journal`;
    const journal = await Journal.create(path, SMALL);
    for (const chunk of chunks.slice(0, 3)) journal.append(chunk);
    const position = await journal.flush({ sync: true });
    for (const chunk of chunks.slice(3)) journal.append(chunk);
    await journal.flush();
    await journal.truncate(position);
    journal.append(chunks[3]);
    // A process that is killed here has not flushed it.
    await journal.close();
    assert.deepEqual((await readJournal(path)).end, position.bytes);
    await Deno.writeFile(path, new Uint8Array(7), { append: true });
    {
      await using again = await Journal.resume(path, position);
      for (const chunk of chunks.slice(3)) again.append(chunk);
      assert.deepEqual(again.shape.epsilons, SMALL.epsilons);
      await again.flush();
    }
    assert.deepStrictEqual(bitsOf((await readJournal(path)).trace), bitsOf(traceOf(chunks)));
    await assert.rejects(Journal.resume(path, { ...position, checksum: position.checksum ^ 1 }), {
      name: "FileError",
      message: /its first \d+ bytes are not those that were written/,
    });
    await assert.rejects(Journal.resume(path, { bytes: 1e6, checksum: 0 }), {
      message: /ends after \d+ of 1000000/,
    });
    await assert.rejects(Journal.resume(`${folder}/none`, FILE_START), { name: "FileError" });
  }));

Deno.test("journal: chunks of another run are refused, and what claims more than there is", () =>
  inFolder(async (folder) => {
    const path = `${folder}/run-0.journal`;
    await using journal = await Journal.create(path, { replicas: 2, epsilons: SMALL.epsilons });
    assert.throws(() => journal.append(chunks[0]), { name: "ShapeError", message: /losses of 3 replicas/ });
    await using other = await Journal.create(`${folder}/b`, { replicas: 3, epsilons: [1] });
    assert.throws(() => other.append(chunks[0]), {
      name: "ShapeError",
      message: /^ranks at .*: give them at 1$/,
    });
    const text = JSON.stringify({ replicas: 1e15, epsilons: [1] });
    const head = new Uint8Array([...new TextEncoder().encode("STAIRJNL"), 1, 0, 0, 0, text.length, 0, 0, 0]);
    await Deno.writeFile(path, new Uint8Array([...head, ...new TextEncoder().encode(text)]));
    await assert.rejects(readJournal(path), { name: "FileError", message: /its header is damaged/ });
    head[8] = 2;
    await Deno.writeFile(path, head);
    await assert.rejects(readJournal(path), {
      name: "FileError",
      message: /format has version 2, .* reads 1$/,
    });
  }));
