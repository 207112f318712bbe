/**
 * The readers of arrays: .npy, .npz, safetensors, and files of any of these.
 *
 * @module
 */
import { heldBytes } from "../../../../src/io/bytes.ts";
import { openArrays } from "../../../../src/io/array_file.ts";
import { readFeatures, readWeights } from "../../../../src/io/feature_file.ts";
import type { FloatArray } from "../../../../src/io/floats.ts";
import { npy, parseNpy } from "../../../../src/io/npy.ts";
import { listNpz } from "../../../../src/io/npz.ts";
import { listSafetensors } from "../../../../src/io/safetensors.ts";
import { wholeArray } from "../../../../src/io/stored_array.ts";
import { assert, fc } from "../../../deps.ts";
import { bytesOf, npyOfBytes, safetensorsFile, zipArchive, type ZipFile } from "../../array_files.ts";
import { encode, type FuzzedParser } from "../parser.ts";
import { temporaryFolder } from "./temporary.ts";
import { assertSame, simpleNpy, simpleSafetensors, simpleZip } from "./simple_arrays.ts";

const numbers = Float64Array.from({ length: 24 }, (_, i) => (i - 11) / 7);
const bytes = Uint8Array.from({ length: 48 }, (_, i) => 37 * i);

const DESCRS = ["<f4", "<f8", ">f8", "<f2", "<i8", ">u8", "|u1", "|b1", "<i4", "<V2"];
const WIDTHS: Readonly<Record<string, number>> = { "1": 1, "2": 2, "4": 4, "8": 8 };

const npyFiles = (): Uint8Array<ArrayBuffer>[] => [
  npy([4, 6], numbers),
  npy([24], Float32Array.from(numbers)),
  npy([], Float64Array.of(7)),
  npyOfBytes([2, 3, 4], bytes, { descr: ">i2", fortranOrder: true, version: [3, 0] }),
  npyOfBytes([6], bytes, { descr: "<u8", version: [2, 0] }),
  npyOfBytes([4, 12], bytes, { descr: "|u1" }),
];

const size = fc.oneof(
  { weight: 8, arbitrary: fc.nat(4) },
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e20, 64),
);
const shape = fc.oneof(
  { weight: 8, arbitrary: fc.array(size, { maxLength: 4 }) },
  fc.nat(80).map((axes) => new Array<number>(axes).fill(1)),
);

/** A header and entries that may fit each other. */
const nearlyNpy = fc.tuple(
  shape,
  fc.constantFrom(...DESCRS, "<f16", "|O", "", "<c8"),
  fc.boolean(),
  fc.constantFrom<[number, number]>([1, 0], [2, 0], [3, 0], [4, 0], [1, 1]),
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -9, max: 9 })),
  fc.constantFrom(false, false, false, true),
).map(([shape, descr, fortranOrder, version, off, isOdd]) => {
  const needed = shape.reduce((product, size) => product * size, WIDTHS[descr.at(-1) ?? ""] ?? 1);
  const entries = new Uint8Array(Math.max(0, Math.min(needed, 4096) + off)).map((_, i) => 97 * i);
  const dictionary = isOdd
    ? `{'shape': (${shape.join(", ")}), 'descr': '${descr}', 'fortran_order': ${fortranOrder ? 1 : "True"}}`
    : undefined;
  return npyOfBytes(shape, entries, { descr, fortranOrder, version, ...dictionary && { dictionary } });
});

const npyParser: FuzzedParser = {
  name: "npy",
  files: npyFiles,
  nearly: nearlyNpy,
  parse: (bytes) => parseNpy(bytes, "f"),
  check: (bytes, value) => assertSame(value as FloatArray, simpleNpy(bytes)),
  expansion: 10,
};

const names = fc.constantFrom(
  "a.npy",
  "b.npy",
  "a",
  "",
  "../a.npy",
  "two\nlines.npy",
  `${"x".repeat(900)}.npy`,
);

const member: fc.Arbitrary<ZipFile> = fc.record({
  name: names,
  content: fc.oneof(fc.constantFrom(...npyFiles()), nearlyNpy),
  deflate: fc.boolean(),
  descriptor: fc.boolean(),
  zip64: fc.boolean(),
  claims: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    fc.record({
      size: fc.constantFrom(0, 1, 2 ** 16, 2 ** 31, 2 ** 32 - 1, 30e9, 2 ** 52),
      method: fc.constantFrom(0, 8, 12, 99),
      checksum: fc.nat(),
      flags: fc.constantFrom(0, 1, 8, 0x800, 0xffff),
    }, { requiredKeys: [] }),
  ),
});

/** Reads all arrays of an archive. */
async function readNpz(bytes: Uint8Array): Promise<FloatArray[]> {
  using arrays = listNpz(heldBytes(bytes), "f");
  const read: FloatArray[] = [];
  for (const name of arrays.names) read.push(wholeArray(await arrays.open(name)));
  return read;
}

/** Tells whether an array is that of a .npy file. */
function isSame(array: FloatArray, file: Uint8Array): boolean {
  try {
    assertSame(array, simpleNpy(file));
    return true;
  } catch {
    return false;
  }
}

const archives = async () => [
  await zipArchive([{ name: "a.npy", content: npyFiles()[0] }, { name: "b.npy", content: npyFiles()[3] }]),
  await zipArchive([{ name: "a.npy", content: npyFiles()[5], deflate: true }, {
    name: "weights.npy",
    content: npyFiles()[1],
    deflate: true,
    descriptor: true,
  }]),
  await zipArchive([{ name: "a.npy", content: npyFiles()[1], zip64: true }], { zip64: true, comment: "end" }),
];

const nearlyZip = fc.tuple(
  fc.array(member, { maxLength: 3 }),
  fc.boolean(),
  fc.constantFrom("", "PK\x05\x06"),
);

const npzParser: FuzzedParser = {
  name: "npz",
  files: archives,
  nearly: nearlyZip.map(([files, zip64, comment]) => zipArchive(files, { zip64, comment })),
  parse: readNpz,
  check: (bytes, value) => {
    const stored = simpleZip(bytes).filter((each) => each[0] === 0x93);
    for (const array of value as FloatArray[]) {
      assert(stored.some((each) => isSame(array, each)), "an array is not in the archive");
    }
  },
  // Deflate makes up to 1032 bytes of one.
  expansion: 10 * 1032,
};

const DTYPES = ["F32", "F64", "F16", "BF16", "I64", "U8", "BOOL", "F8_E4M3", "F4", "C64", "__proto__"];
const nearlySafetensors = fc.tuple(
  fc.dictionary(
    fc.constantFrom("a", "b", "__metadata__", "__proto__", "", "two\nlines", "x".repeat(700)),
    fc.record({
      dtype: fc.oneof(
        fc.constantFrom<unknown>(...DTYPES),
        fc.constantFrom<unknown>(7, null, "f".repeat(500)),
      ),
      shape: fc.oneof(
        { weight: 6, arbitrary: shape as fc.Arbitrary<unknown> },
        fc.constantFrom<unknown>(null, [-1], ["2"], [0.5]),
      ),
      data_offsets: fc.tuple(fc.constantFrom(0, 8, 16, 2 ** 53), fc.constantFrom(0, 8, 16, 24, 2 ** 60)),
    }, { requiredKeys: ["dtype"] }),
    { maxKeys: 3 },
  ),
  fc.constantFrom(0, 8, 16, 24, 17),
  fc.constantFrom("", " ", "\0", "x", ',"a":{}'),
).map(([header, data, end]) =>
  safetensorsFile(JSON.stringify(header) + end, new Uint8Array(data).map((_, i) => 31 * i))
);

const tensorFiles = (): Uint8Array<ArrayBuffer>[] => {
  const header = {
    __metadata__: { format: "pt" },
    w: { dtype: "F64", shape: [4, 6], data_offsets: [0, 192] },
    "layers.0": { dtype: "U8", shape: [2, 24], data_offsets: [192, 240] },
  };
  return [
    safetensorsFile(header, Uint8Array.of(...bytesOf(numbers), ...bytes)),
    safetensorsFile({ x: { dtype: "BF16", shape: [3, 8], data_offsets: [0, 48] } }, bytes),
    encode("step,loss\n0,1.5\n100,0.25\n".repeat(20)),
  ];
};

const safetensorsParser: FuzzedParser = {
  name: "safetensors",
  files: tensorFiles,
  nearly: nearlySafetensors,
  parse: async (bytes) => {
    using arrays = listSafetensors(heldBytes(bytes), "f");
    const read: [string, FloatArray][] = [];
    for (const name of arrays.names) read.push([name, wholeArray(await arrays.open(name))]);
    return new Map(read);
  },
  check: (bytes, value) => {
    for (const [name, array] of value as Map<string, FloatArray>) {
      assertSame(array, simpleSafetensors(bytes, name));
    }
  },
  expansion: 10,
};

/** Files of all formats. */
const allFiles = async () => [...npyFiles(), ...await archives(), ...tensorFiles()];

/** Weights of 24 samples. */
const weights = Float64Array.from(numbers, (_, i) => 1 / (i + 1));
const weightFiles = () => [npy([24, 1], weights), npy([24], Float32Array.from(weights))];

/** A parser of files by their path. */
function ofFiles(
  name: string,
  read: (path: string) => Promise<unknown>,
  files: FuzzedParser["files"] = allFiles,
): FuzzedParser {
  const folder = temporaryFolder();
  return {
    name,
    files,
    nearly: fc.oneof<fc.Arbitrary<Uint8Array | Promise<Uint8Array>>[]>(
      nearlyNpy,
      nearlySafetensors,
      nearlyZip.map(([files, zip64, comment]) => zipArchive(files, { zip64, comment })),
    ),
    parse: async (bytes) => {
      const path = `${folder}/f`;
      await Deno.writeFile(path, bytes);
      return await read(path);
    },
    expansion: 10 * 1032,
  };
}

/** Readers of arrays. */
export const arrayParsers: readonly FuzzedParser[] = [
  npyParser,
  npzParser,
  safetensorsParser,
  ofFiles("array file", async (path) => {
    for (const each of await openArrays(path)) wholeArray(each);
  }),
  ofFiles("features", (path) => readFeatures(path, { axes: [0] })),
  ofFiles("weights", (path) => readWeights(path, 24), weightFiles),
];
