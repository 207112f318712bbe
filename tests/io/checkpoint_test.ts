import { type Checkpoint, journalPath, readCheckpoint, writeCheckpoint } from "../../src/io/checkpoint.ts";
import { Journal } from "../../src/io/journal.ts";
import { assert, fc } from "../deps.ts";
import { bitsOf, entriesIn, inFolder, madeUpChunks, SMALL } from "../support/traces.ts";

const identity = { configuration: "0123", adapter: "A" };
const chunks = madeUpChunks(SMALL);

function stateAt(step: number): Checkpoint["state"] {
  const arrays = {
    parameters: Uint32Array.of(step, 0x7fc00001, 0x80000000),
    step: Uint32Array.of(step),
    none: new Uint32Array(0),
  };
  return { steps: 9, step, arrays, diverged: [{ replica: 2, step: 1, layer: "output" }] };
}

/** Writes so many checkpoints, and chunks of a journal between them. */
async function write(folder: string, count: number): Promise<Checkpoint[]> {
  await using journal = await Journal.create(journalPath(folder, 0), SMALL);
  const made: Checkpoint[] = [];
  for (let i = 0; i < count; i++) {
    journal.append(chunks[i]);
    const position = await journal.flush({ sync: true });
    const checkpoint = { state: stateAt(i), journal: position, trace: null, identity, notes: { lost: i } };
    await writeCheckpoint(folder, 0, checkpoint);
    made.push(checkpoint);
  }
  return made;
}

Deno.test("checkpoint: reads as it was written; the last two are kept", () =>
  inFolder(async (folder) => {
    assert.equal(await readCheckpoint(folder, 0, identity), null);
    assert.equal(await readCheckpoint(`${folder}/none`, 0, identity), null);
    const made = await write(folder, 4);
    assert.deepEqual(entriesIn(folder), ["run-0-3.checkpoint", "run-0-4.checkpoint", "run-0.journal"]);
    const found = await readCheckpoint(folder, 0, identity);
    assert.deepStrictEqual(bitsOf(found), bitsOf({ checkpoint: made[3], refused: [] }));
    assert.equal(await readCheckpoint(folder, 1, identity), null);
  }));

Deno.test("checkpoint: one that is cut off or changed is refused with a line, and the one before is taken", () =>
  inFolder(async (folder) => {
    const made = await write(folder, 2);
    const path = `${folder}/run-0-2.checkpoint`, bytes = await Deno.readFile(path);
    const expectRefusal = async (content: Uint8Array) => {
      await Deno.writeFile(path, content);
      const found = await readCheckpoint(folder, 0, identity);
      assert.deepEqual(found?.checkpoint.state, made[0].state);
      assert.equal(found.refused.length, 1);
      assert.match(
        found.refused[0],
        /^[^\n]*run-0-2\.checkpoint: (is cut off after \d+ bytes|is damaged or cut off|is no checkpoint)$/,
      );
    };
    for (let size = 0; size < bytes.length; size++) await expectRefusal(bytes.subarray(0, size));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const other = bytes.slice();
        other[at] ^= change;
        await expectRefusal(other);
      }),
      { numRuns: 300 },
    );
    await expectRefusal(new Uint8Array([...bytes, 0]));
    await Deno.writeFile(path, bytes);
    assert.deepEqual((await readCheckpoint(folder, 0, identity))?.checkpoint.state, made[1].state);
  }));

Deno.test("checkpoint: one without its part of the journal is refused", () =>
  inFolder(async (folder) => {
    const made = await write(folder, 2);
    await Deno.truncate(journalPath(folder, 0), made[1].journal.bytes - 1);
    const found = await readCheckpoint(folder, 0, identity);
    assert.deepEqual(found?.checkpoint.state, made[0].state);
    assert.match(found.refused[0], /run-0\.journal: ends after \d+ of \d+ bytes$/);
    // It does not take the place of one of the last two.
    const before = ["run-0-1.checkpoint", "run-0-2.checkpoint.refused", "run-0.journal"];
    assert.deepEqual(entriesIn(folder), before);
    await writeCheckpoint(folder, 0, made[0]);
    assert.deepEqual(entriesIn(folder), before.toSpliced(1, 0, "run-0-2.checkpoint"));
    await Deno.remove(journalPath(folder, 0));
    await assert.rejects(readCheckpoint(folder, 0, identity), {
      name: "FileError",
      message: /^no checkpoint of .* can be used: cannot read .*run-0\.journal: .*; begin in another folder$/,
    });
  }));

Deno.test("checkpoint: one of another run is refused, and says what differs", () =>
  inFolder(async (folder) => {
    await write(folder, 2);
    await assert.rejects(readCheckpoint(folder, 0, { ...identity, adapter: "B" }), {
      name: "InputError",
      message:
        /run-0-2\.checkpoint: belongs to another run \(adapter "A" there, "B" here\); give the options/,
    });
    await assert.rejects(
      readCheckpoint(folder, 0, { adapter: "A" }),
      /configuration "0123" there, none here/,
    );
  }));

Deno.test("checkpoint: a folder that cannot be written to", () =>
  inFolder(async (folder) => {
    const [, made] = await write(folder, 2);
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(writeCheckpoint(`${folder}/file`, 0, made), { name: "FileError" });
  }));
