/**
 * Writes files of arrays for tests: all that the formats allow, and what they do not.
 *
 * @module
 */
import { crc32 } from "node:zlib";

/** How a `.npy` file is written. */
export interface NpyOptions {
  version?: [major: number, minor: number];
  /** Type as NumPy writes it. */
  descr?: string;
  fortranOrder?: boolean;
  /** The dictionary as it is in the file, instead of one made from the other options. */
  dictionary?: string;
}

/** A `.npy` file with the floats in the order in which they are given. */
export function npyFile(
  shape: number[],
  values: number[],
  options: NpyOptions = {},
): Uint8Array<ArrayBuffer> {
  const { descr = "<f8" } = options;
  const size = descr.endsWith("4") ? 4 : 8, little = !descr.startsWith(">");
  const entries = new Uint8Array(size * values.length), view = new DataView(entries.buffer);
  values.forEach((value, i) => {
    if (size === 4) view.setFloat32(4 * i, value, little);
    else view.setFloat64(8 * i, value, little);
  });
  return npyOfBytes(shape, entries, { ...options, descr });
}

/** A `.npy` file with the bytes of its entries. */
export function npyOfBytes(
  shape: readonly number[],
  entries: Uint8Array,
  options: NpyOptions,
): Uint8Array<ArrayBuffer> {
  const { version = [1, 0], descr, fortranOrder = false } = options;
  const sizes = shape.length === 1 ? `(${shape},)` : `(${shape.join(", ")})`;
  const dictionary = options.dictionary ??
    `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? "True" : "False"}, 'shape': ${sizes}, }`;
  const text = new TextEncoder().encode(dictionary + "\n");
  const begin = version[0] === 1 ? 10 : 12, start = begin + text.length;
  const bytes = new Uint8Array(start + entries.length), view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...version]);
  if (begin === 10) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, begin);
  bytes.set(entries, start);
  return bytes;
}

/** One file of an archive, and how it is written. */
export interface ZipFile {
  name: string;
  content: Uint8Array<ArrayBuffer>;
  deflate?: boolean;
  /** Whether sizes and checksum follow the data instead of standing before it. */
  descriptor?: boolean;
  /** Whether sizes and place are 64-bit numbers in an extra field. */
  zip64?: boolean;
  /** What the archive says, if it is not the truth. */
  claims?: { size?: number; checksum?: number; method?: number; flags?: number };
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Little-endian numbers of the given bytes each. */
function fields(...pairs: [size: 2 | 4 | 8, value: number][]): number[] {
  return pairs.flatMap(([size, value]) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(value), true);
    return [...new Uint8Array(view.buffer, 0, size)];
  });
}

/**
 * A ZIP archive; with a ZIP64 end record if that is asked for. It may be the end of a file that has
 * `before` bytes in front of it.
 */
export async function zipArchive(
  files: ZipFile[],
  { zip64 = false, comment = "", before = 0 } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes: number[] = [], directory: number[] = [];
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const packed = file.deflate ? await deflate(file.content) : file.content;
    const checksum = file.claims?.checksum ?? crc32(file.content),
      size = file.claims?.size ?? file.content.length;
    const method = file.claims?.method ?? (file.deflate ? 8 : 0);
    const flags = file.claims?.flags ?? (file.descriptor ? 0x808 : 0x800);
    const offset = before + bytes.length, full = 0xffffffff;
    const first = [[4, 0x04034b50], [2, 20], [2, flags], [2, method], [4, 0]] as [2 | 4, number][];
    const head = file.descriptor ? [0, 0, 0] : [checksum, packed.length, size];
    bytes.push(...fields(...first, [4, head[0]], [4, head[1]], [4, head[2]]));
    // An extra field of another kind, as NumPy's have.
    bytes.push(...fields([2, name.length], [2, 6]), ...name, ...fields([2, 0x7777], [2, 2], [2, 0]));
    for (const byte of packed) bytes.push(byte);
    if (file.descriptor) {
      bytes.push(...fields([4, 0x08074b50], [4, checksum], [4, packed.length], [4, size]));
    }
    const other = fields([2, 0x7777], [2, 2], [2, 0]);
    const extra = file.zip64
      ? [...other, ...fields([2, 1], [2, 24], [8, size], [8, packed.length], [8, offset])]
      : other;
    const sizes = file.zip64 ? [full, full, full] : [packed.length, size, offset];
    directory.push(
      ...fields([4, 0x02014b50], [2, 20], [2, 20], [2, flags], [2, method], [4, 0], [4, checksum]),
      ...fields([4, sizes[0]], [4, sizes[1]], [2, name.length], [2, extra.length], [2, 1]),
      ...fields([2, 0], [2, 0], [4, 0], [4, sizes[2]]),
      ...name,
      ...extra,
      0x21,
    );
  }
  const begin = before + bytes.length;
  bytes.push(...directory);
  const end = before + bytes.length, count = files.length;
  if (zip64) {
    bytes.push(...fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count]));
    bytes.push(...fields([8, end - begin], [8, begin]));
    bytes.push(...fields([4, 0x07064b50], [4, 0], [8, end], [4, 1]));
  }
  const last: [2 | 4, number][] = zip64
    ? [[2, 0xffff], [2, 0xffff], [4, 0xffffffff], [4, 0xffffffff]]
    : [[2, count], [2, count], [4, end - begin], [4, begin]];
  bytes.push(...fields([4, 0x06054b50], [2, 0], [2, 0], ...last, [2, comment.length]));
  bytes.push(...new TextEncoder().encode(comment));
  return Uint8Array.from(bytes);
}

/** A safetensors file with any header and any data. */
export function safetensorsFile(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  return Uint8Array.from([...fields([8, text.length]), ...text, ...data]);
}

/** The bytes of floats. */
export function bytesOf(data: Float32Array | Float64Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
