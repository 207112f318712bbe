/**
 * The readers of what a run leaves for itself: journal, checkpoints, outcomes, spectra.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { FILE_START } from "../../../../src/io/append_file.ts";
import {
  type Checkpoint,
  journalPath,
  readCheckpoint,
  writeCheckpoint,
} from "../../../../src/io/checkpoint.ts";
import { Journal } from "../../../../src/io/journal.ts";
import { readJournal } from "../../../../src/io/read_journal.ts";
import { readOutcome, writeOutcome } from "../../../../src/io/outcome_file.ts";
import { readSpectra } from "../../../../src/io/read_spectra.ts";
import { writeSpectra } from "../../../../src/io/spectra_file.ts";
import { FileError } from "../../../../src/errors.ts";
import { assert, fc } from "../../../deps.ts";
import { bitsOf, madeUpChunks, SMALL } from "../../traces.ts";
import type { FuzzedParser } from "../parser.ts";
import { temporaryFolder } from "./temporary.ts";

const folder = temporaryFolder();
const chunks = madeUpChunks({ ...SMALL, counts: [1, 4, 3] });
const identity = { adapter: "A" };

const journalBytes = async () => {
  const path = `${folder}/made.journal`;
  {
    await using journal = await Journal.create(path, SMALL);
    for (const chunk of chunks) journal.append(chunk);
    await journal.flush();
  }
  return await Deno.readFile(path);
};

/** Damages bytes in a few places. */
const spoiled = (bytes: Uint8Array<ArrayBuffer>, from: number) =>
  fc.array(fc.tuple(fc.nat(bytes.length - from - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 255))), {
    maxLength: 4,
  })
    .map((changes) => {
      const other = bytes.slice();
      for (const [at, value] of changes) other[from + at] = value;
      return other;
    });

/** Gives each record of a journal the checksum that its bytes have now. */
function rechecked(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  for (let at = 16 + view.getUint32(12, true); at + 8 <= bytes.length;) {
    const length = view.getUint32(at, true), record = bytes.subarray(at + 8, at + 8 + length);
    view.setUint32(at + 4, crc32(record, length), true);
    at += 8 + length;
  }
  return bytes;
}

/** Gives a sealed file the digest that its bytes have now. */
function resealed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = bytes.length - 32;
  bytes.set(createHash("sha256").update(Buffer.from(bytes.buffer, 0, end)).digest(), end);
  return bytes;
}

const made = await journalBytes();

const journalParser: FuzzedParser = {
  name: "journal",
  files: () => [made],
  // Records that fit their checksums and nothing else.
  nearly: spoiled(made, 0).map((bytes) =>
    bytes[12] === made[12] && bytes[13] === 0 ? rechecked(bytes) : bytes
  ),
  parse: async (bytes) => {
    await Deno.writeFile(`${folder}/f`, bytes);
    const content = await readJournal(`${folder}/f`);
    if (!content.isIntact) throw new FileError("f: ends in the middle of a record");
    return content;
  },
  check: (bytes, value) => {
    const { trace, steps } = value as Awaited<ReturnType<typeof readJournal>>;
    assert(steps <= bytes.length && trace.probes.length <= bytes.length);
  },
  expansion: 64,
};

const checkpoint: Checkpoint = (() => {
  const arrays = {
    parameters: Uint32Array.of(1, 2, 3),
    moments: Uint32Array.of(4),
    none: new Uint32Array(0),
  };
  const state = { steps: 9, step: 7, arrays, diverged: [{ replica: 1, step: 3, layer: 2 }] };
  return { state, journal: FILE_START, trace: null, identity, notes: { lost: 1 } };
})();

const checkpointBytes = async () => {
  const path = `${folder}/checkpoints`;
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeFile(journalPath(path, 0), new Uint8Array(0));
  return await Deno.readFile(await writeCheckpoint(path, 0, checkpoint));
};

const sealed = await checkpointBytes();

const checkpointParser: FuzzedParser = {
  name: "checkpoint",
  files: () => [sealed],
  nearly: spoiled(sealed, 8).map(resealed),
  parse: async (bytes) => {
    const path = `${folder}/read`;
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeFile(journalPath(path, 0), new Uint8Array(0));
    await Deno.writeFile(`${path}/run-0-1.checkpoint`, bytes);
    return (await readCheckpoint(path, 0, identity))!.checkpoint;
  },
  check: (bytes, value) => {
    const { arrays } = (value as Checkpoint).state;
    const words = Object.values(arrays).reduce((sum, { length }) => sum + length, 0);
    assert.equal(4 * words, bytes.length - 48 - new DataView(bytes.buffer).getUint32(12, true));
  },
  expansion: 64,
};

const outcome = {
  rows: [{ rank: 7, losses: Float64Array.of(NaN, -0), text: "ε" }],
  map: new Map([[1, [true]]]),
};

const outcomeBytes = async () => {
  await writeOutcome(folder, 0, identity, outcome);
  return await Deno.readFile(`${folder}/run-0.outcome`);
};

const kept = await outcomeBytes();

const outcomeParser: FuzzedParser = {
  name: "outcome",
  files: () => [kept],
  nearly: spoiled(kept, 8).map(resealed),
  parse: async (bytes) => {
    await Deno.writeFile(`${folder}/run-0.outcome`, bytes);
    const { value, refused } = await readOutcome(folder, 0, identity);
    if (refused !== null) throw new FileError(refused);
    return [value];
  },
  expansion: 64,
};

const spectraBytes = async () => {
  await writeSpectra(`${folder}/made.npz`, { ...SMALL, chunks });
  return await Deno.readFile(`${folder}/made.npz`);
};

const npz = await spectraBytes();
const trace = await readSpectra(`${folder}/made.npz`);

/**
 * Gives the files of an archive the checksums that their bytes have now, in the directory, which
 * alone counts.
 */
function rezipped(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  for (let at = view.getUint32(bytes.length - 6, true); view.getUint32(at, true) === 0x02014b50;) {
    const size = view.getUint32(at + 24, true), local = view.getUint32(at + 42, true);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    view.setUint32(at + 16, crc32(bytes.subarray(begin, begin + size)), true);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true);
  }
  return bytes;
}

const spectraParser: FuzzedParser = {
  name: "spectra",
  files: () => [npz],
  // Entries that fit their checksums; the directory and what stands around the names stays.
  nearly: fc.tuple(fc.nat(npz.length - 1), fc.nat(255), fc.nat(npz.length - 1), fc.nat(255)).map(
    (changes) => {
      const other = npz.slice(), end = new DataView(other.buffer).getUint32(other.length - 6, true);
      for (const [at, value] of [changes.slice(0, 2), changes.slice(2)]) {
        // Every array lies behind a header of 128 bytes, that of a ZIP archive and its name.
        if (at > 200 && at < end && !(npz[at] === 0x50 || npz[at] === 0x4b || npz[at] <= 4)) {
          other[at] = value;
        }
      }
      try {
        return rezipped(other);
      } catch {
        return other;
      }
    },
  ),
  parse: async (bytes) => {
    await Deno.writeFile(`${folder}/f.npz`, bytes);
    return await readSpectra(`${folder}/f.npz`);
  },
  check: (bytes, value) => {
    if (bytes.every((byte, i) => byte === npz[i])) assert.deepStrictEqual(bitsOf(value), bitsOf(trace));
  },
  expansion: 64,
};

/** Readers of what a run leaves for itself. */
export const runParsers: readonly FuzzedParser[] = [
  journalParser,
  checkpointParser,
  outcomeParser,
  spectraParser,
];
