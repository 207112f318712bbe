/**
 * Damaged files: bits flipped, ends cut off, blocks doubled, left out and exchanged, lengths and
 * numbers replaced.
 *
 * @module
 */
import { fc } from "../../deps.ts";
import { decode, encode } from "./parser.ts";

type Bytes = Uint8Array<ArrayBuffer>;
/** Changes a file. */
type Mutation = (bytes: Bytes, others: readonly Uint8Array[]) => Bytes;

/** Sizes that a reader may allocate or compute with. */
const LENGTHS = [
  ...[0n, 1n, 2n, 7n, 64n, 127n, 128n, 255n, 256n, 0x7fffn, 0xffffn, 0x10000n, 0x7fffffffn, 0x80000000n],
  ...[0xfffffffen, 0xffffffffn, 2n ** 32n, 2n ** 40n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n],
];

/** What is written in the place of a number, of a word or of a sign. */
const WORDS = [
  ...["", "0", "-1", "1e308", "1e999", "-0", "NaN", "Infinity", "9007199254740993", "0x10", "00", "1.5"],
  ...["4294967296", "99999999999999999999", "null", "true", "[]", "{}", '""', "__proto__", "constructor"],
  ...["\u0000", "\n", "\r\n", "\ufeff", "\u2028", "é", "\ud83d\ude00", "1".repeat(400), "(".repeat(99)],
];

/** A place in a file: anywhere, or among its first or last bytes. */
const place = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => (size: number) => Math.floor(share * size)),
  fc.nat(160).map((at) => (size: number) => Math.min(at, size)),
  fc.nat(160).map((at) => (size: number) => Math.max(0, size - at)),
);
const length = fc.oneof(fc.nat(8), fc.nat(300));

const joined = (...parts: readonly Uint8Array[]): Bytes =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const flip = fc.tuple(place, fc.nat(7)).map(([at, bit]): Mutation => (bytes) => {
  const changed = bytes.slice(), index = at(bytes.length);
  if (index < changed.length) changed[index] ^= 1 << bit;
  return changed;
});
const byte = fc.tuple(place, fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255))).map(
  ([at, value]): Mutation => (bytes) => {
    const changed = bytes.slice(), index = at(bytes.length);
    if (index < changed.length) changed[index] = value;
    return changed;
  },
);
const cut = place.map((at): Mutation => (bytes) => bytes.slice(0, at(bytes.length)));
const behead = fc.nat(40).map((count): Mutation => (bytes) => bytes.slice(count));
const extend = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.nat(3000).map((n) => new Uint8Array(n))).map(
  (more): Mutation => (bytes) => joined(bytes, more),
);
const field = fc.tuple(place, fc.constantFrom(2, 4, 8), fc.boolean(), fc.constantFrom(...LENGTHS)).map(
  ([at, size, isLittle, value]): Mutation => (bytes) => {
    const word = new DataView(new ArrayBuffer(8));
    word.setBigUint64(0, BigInt.asUintN(8 * size, value) << BigInt(isLittle ? 0 : 64 - 8 * size), isLittle);
    const changed = bytes.slice(), index = at(bytes.length);
    changed.set(new Uint8Array(word.buffer, 0, Math.min(size, changed.length - index)), index);
    return changed;
  },
);
const block = (change: (block: Bytes) => Uint8Array) =>
  fc.tuple(place, length).map(([at, count]): Mutation => (bytes) => {
    const from = at(bytes.length), to = Math.min(bytes.length, from + count);
    return joined(bytes.subarray(0, from), change(bytes.slice(from, to)), bytes.subarray(to));
  });
const splice = fc.tuple(place, length, place, fc.nat()).map(
  ([at, count, from, which]): Mutation => (bytes, others) => {
    const other = others[which % others.length], start = at(bytes.length), begin = from(other.length);
    return joined(
      bytes.subarray(0, start),
      other.subarray(begin, begin + count),
      bytes.subarray(start + count),
    );
  },
);
const word = fc.tuple(fc.nat(), fc.constantFrom(...WORDS)).map(
  ([which, by]): Mutation => (bytes) => {
    // Byte for byte, so that a binary file with text in it keeps its other bytes.
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, 2 ** 16));
    const words = [...text.matchAll(/\d+|[A-Za-z_]\w*|[-{}[\]():,;"']/g)];
    if (words.length === 0) return bytes;
    const { index, 0: { length } } = words[which % words.length];
    return joined(bytes.subarray(0, index), encode(by), bytes.subarray(index + length));
  },
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  flip,
  byte,
  cut,
  behead,
  extend,
  field,
  block((bytes) => joined(bytes, bytes)),
  block(() => new Uint8Array()),
  splice,
  { weight: 3, arbitrary: word },
);

/**
 * Damages files.
 *
 * @param files The files.
 * @returns Files with one change to four; now and then one as it is, or any bytes.
 */
export function damaged(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const some = fc.tuple(fc.constantFrom(...files), fc.array(mutation, { minLength: 1, maxLength: 4 })).map(
    ([file, changes]) =>
      changes.reduce((bytes: Bytes, change) => change(bytes, files), Uint8Array.from(file)),
  );
  return fc.oneof(
    { weight: 30, arbitrary: some },
    { weight: 1, arbitrary: fc.constantFrom(...files) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 100 }).map(encode) },
  );
}

/** Text that is damaged as bytes are. */
export const damagedText = (texts: readonly string[]): fc.Arbitrary<string> =>
  damaged(texts.map(encode)).map(decode);
