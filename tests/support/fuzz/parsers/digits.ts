/**
 * The reader of IDX files, plain and compressed.
 *
 * @module
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { parseIdxImages, parseIdxLabels, readIdxFile } from "../../../../src/tasks/digits/idx.ts";
import { assert, fc } from "../../../deps.ts";
import { idx, idxImages, idxLabels } from "../../idx_files.ts";
import type { FuzzedParser } from "../parser.ts";
import { temporaryFolder } from "./temporary.ts";

const IMAGES = 0x803, LABELS = 0x801;
const size = fc.oneof({ weight: 6, arbitrary: fc.nat(5) }, fc.constantFrom(2 ** 16, 2 ** 31, 2 ** 32 - 1));

const nearly = fc.tuple(
  fc.constantFrom(IMAGES, LABELS, LABELS, 0x802, 0x804, 0x80d03),
  fc.array(size, { minLength: 1, maxLength: 4 }),
  fc.uint8Array({ max: 10, maxLength: 130 }),
  fc.boolean(),
).map(([magic, sizes, body, fits]) => {
  const count = sizes.reduce((product, size) => product * size, 1);
  return idx(magic, sizes, fits && count < 1000 ? new Uint8Array(count).map((_, i) => i % 10) : body);
});

const plain = (): Uint8Array<ArrayBuffer>[] => [idxImages(3, 4, 5), idxLabels([3, 1, 4, 1, 5, 9])];
const zipped = (bytes: Uint8Array) => Uint8Array.from(gzipSync(bytes));

/** Compares dimensions and pixels, or labels, with the bytes. */
function assertHolds(bytes: Uint8Array, value: unknown): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (value instanceof Uint8Array) {
    assert.equal(view.getUint32(4), value.length);
    assert.deepEqual([...value], [...bytes.subarray(8)]);
    return;
  }
  const { count, rows, columns, pixels } = value as ReturnType<typeof parseIdxImages>;
  assert.deepEqual([count, rows, columns], [4, 8, 12].map((at) => view.getUint32(at)));
  assert.deepEqual([...pixels], [...bytes.subarray(16)]);
}

/** Parses images or labels, as the magic number says. */
const parse = (bytes: Uint8Array) => bytes[3] === 1 ? parseIdxLabels(bytes, "f") : parseIdxImages(bytes, "f");

const path = `${temporaryFolder()}/f`;

/** Readers of digits. */
export const digitParsers: readonly FuzzedParser[] = [
  { name: "idx", files: plain, nearly, parse, check: assertHolds, expansion: 1 },
  {
    name: "idx file",
    files: () => {
      const [images, labels] = plain();
      const members = [images.subarray(0, 7), images.subarray(7)].map(zipped);
      return [...plain(), zipped(images), zipped(labels), Uint8Array.of(...members[0], ...members[1])];
    },
    nearly: fc.tuple(nearly, fc.nat(3), fc.uint8Array({ maxLength: 4 })).map(([bytes, parts, rest]) => {
      if (parts === 0) return bytes;
      const step = Math.ceil(bytes.length / parts);
      const members = Array.from(
        { length: parts },
        (_, i) => zipped(bytes.subarray(i * step, (i + 1) * step)),
      );
      return Uint8Array.from([...members.flatMap((member) => [...member]), ...rest]);
    }),
    parse: async (bytes) => {
      await Deno.writeFile(path, bytes);
      const kind = await readIdxFile(path, IMAGES).catch(() => null) === null ? LABELS : IMAGES;
      return await readIdxFile(path, kind);
    },
    check: (bytes, value) => {
      const content = bytes[0] === 0x1f ? Uint8Array.from(gunzipSync(bytes)) : bytes;
      assert.deepEqual(value, content);
    },
    // What deflate makes of a byte.
    expansion: 1032,
  },
];
