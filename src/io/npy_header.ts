/**
 * The header of NumPy's `.npy` files: a magic string, a version, and a Python dictionary with type,
 * order and shape. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";
import { type ByteSource, readRange } from "./bytes.ts";
import type { DtypeName } from "./dtypes.ts";
import { MOST_DIMENSIONS } from "./floats.ts";

/** Contents of the header of a `.npy` file. */
export interface NpyHeader {
  /** Type of the entries. */
  readonly dtype: DtypeName;
  /** Whether the most significant byte comes first. */
  readonly bigEndian: boolean;
  /** Whether the first index runs fastest. */
  readonly fortranOrder: boolean;
  /** Size along each dimension. */
  readonly shape: readonly number[];
  /** Where the entries begin, in bytes. */
  readonly start: number;
  /**
   * The shape with sizes joined where only a comma and three digits follow, as in `(2,621, 401)`;
   * `null` where there are none.
   */
  readonly joinedShape: readonly number[] | null;
}

/** First bytes of a `.npy` file: `\x93NUMPY`. */
export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

// NumPy's own limit. The header of an array of floats is far shorter, whatever its shape.
const LONGEST = 10_000;

/** Bytes in which any header ends that is read. */
export const LONGEST_START: number = 12 + LONGEST;

const DTYPES: Readonly<Record<string, DtypeName>> = {
  b1: "bool",
  i1: "i8",
  i2: "i16",
  i4: "i32",
  i8: "i64",
  u1: "u8",
  u2: "u16",
  u4: "u32",
  u8: "u64",
  f2: "f16",
  f4: "f32",
  f8: "f64",
  // NumPy has no such type. It saves those of ml_dtypes as so many bytes without a meaning.
  V2: "bf16",
};

const TO_FLOATS = 'convert them with .astype("f4") or .astype("f8")';

/** What else a type may be, by its first letter, and what to do. */
const REFUSED: Readonly<Record<string, readonly [kind: string, advice: string]>> = {
  b: ["booleans of an unknown size", TO_FLOATS],
  i: ["integers of an unknown size", TO_FLOATS],
  u: ["integers of an unknown size", TO_FLOATS],
  f: ["floats of more than 64 bits, or of an unknown size", 'convert them with .astype("f8")'],
  c: ["complex numbers", "save .real and .imag, or np.abs of them"],
  O: ["Python objects", TO_FLOATS],
  S: ["text", TO_FLOATS],
  U: ["text", TO_FLOATS],
  T: ["text", TO_FLOATS],
  V: ["records", "save one of their fields as an array of its own"],
  M: ["dates", TO_FLOATS],
  m: ["durations", TO_FLOATS],
};

// Strings without escapes, words, whole numbers (Python 2 wrote an L after some) and punctuation.
const TOKEN = /\s*('[^'\\\n]*'|"[^"\\\n]*"|[A-Za-z]+|\d+L?|[{}()[\],:])/y;

/** A shape with digits in groups that no comma separates. */
const GROUPED = /["']shape["']\s*:\s*\([^)]*\d[.'_\p{Zs}]\d{3}(?!\d)/u;

/**
 * Splits the dictionary into tokens. A character that begins no token is one itself, and ends the
 * list.
 */
function tokenize(text: string): string[] {
  const source = text.trimEnd();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(source);
    if (!match) return [...tokens, source.slice(at).trimStart().charAt(0)];
    tokens.push(match[1]);
  }
  return tokens;
}

/** Reads the type of the entries. */
function parseDescr(descr: string, name: string): Pick<NpyHeader, "dtype" | "bigEndian"> {
  const match = /^([<>=|]?)([biufV]\d)$/.exec(descr);
  if (match?.[2] === "V1") {
    throw new InputError(
      `${name}: holds single bytes without a type (${quoted(descr)}), as numpy.save writes ` +
        'all 8-bit floats; convert them with .astype("f4"), or save them as safetensors',
    );
  }
  if (match && Object.hasOwn(DTYPES, match[2])) {
    return { dtype: DTYPES[match[2]], bigEndian: match[1] === ">" };
  }
  // A letter and a size. Others are names, such as bfloat16, whose first letter tells nothing.
  const letter = /^[<>=|]?([A-Za-z])\d*(?:\[\w+\])?$/.exec(descr)?.[1] ?? "";
  if (!Object.hasOwn(REFUSED, letter)) {
    throw new InputError(
      `${name}: holds entries of an unknown type (${quoted(descr)}), not real numbers; ${TO_FLOATS}`,
    );
  }
  const [kind, advice] = REFUSED[letter];
  throw new InputError(`${name}: holds ${kind} (${quoted(descr)}), not real numbers; ${advice}`);
}

/**
 * Joins sizes where only a comma and three digits follow: some locales group digits so, and NumPy
 * writes a space after each comma.
 */
function joinGroups(text: string): number[] | null {
  const shape = /["']shape["']\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  const joined = shape?.replaceAll(
    /(?<![\d,])\d{1,3}(?:,\d{3})+(?!\d)/g,
    (size) => size.replaceAll(",", ""),
  );
  if (!joined || joined === shape) return null;
  return joined.split(",").map((size) => size.trim()).filter((size) => size !== "").map((size) =>
    parseInt(size)
  );
}

/** Reads the dictionary: exactly `descr`, `fortran_order` and `shape`, in any order. */
function parseDictionary(text: string, name: string): Omit<NpyHeader, "start" | "joinedShape"> {
  const tokens = tokenize(text);
  let next = 0;
  const malformed = (expected: string): never => {
    const found = next < tokens.length ? `not ${quoted(tokens[next])}` : "but it ends";
    const hint = GROUPED.test(text) ? "the digits of a size may be in groups, by a locale; " : "";
    throw new InputError(
      `${name}: malformed .npy header, expected ${expected}, ${found}; ${hint}save it again with numpy.save`,
    );
  };
  const expect = (token: string) => tokens[next] === token ? next++ : malformed(token);
  const string = (expected: string) => {
    // A single quote character is a string that is not closed.
    if (!/^['"]./.test(tokens[next] ?? "")) malformed(expected);
    return tokens[next++].slice(1, -1);
  };
  const descr = () => {
    if (tokens[next] === "[") {
      throw new InputError(
        `${name}: holds records, not real numbers; save one of their fields as an array of its own`,
      );
    }
    return parseDescr(string("a type in quotes"), name);
  };
  const fortranOrder = () => {
    if (tokens[next] !== "True" && tokens[next] !== "False") malformed("True or False");
    return tokens[next++] === "True";
  };
  const shape = () => {
    const sizes: number[] = [];
    expect("(");
    while (tokens[next] !== ")") {
      const size = /^\d/.test(tokens[next] ?? "") ? parseInt(tokens[next]) : NaN;
      if (!Number.isSafeInteger(size)) malformed("a size");
      sizes.push(size);
      next++;
      // Without a comma, (7) would be a number in Python.
      if (tokens[next] !== ")" || sizes.length === 1) expect(",");
    }
    next++;
    if (sizes.length > MOST_DIMENSIONS) {
      throw new InputError(
        `${name}: has ${sizes.length} dimensions, and NumPy allows ${MOST_DIMENSIONS}; save it with fewer`,
      );
    }
    return sizes;
  };

  let type: ReturnType<typeof descr> | undefined, order: boolean | undefined, sizes: number[] | undefined;
  expect("{");
  while (tokens[next] !== "}") {
    const key = string("descr, fortran_order or shape in quotes");
    expect(":");
    if (key === "descr" && !type) type = descr();
    else if (key === "fortran_order" && order === undefined) order = fortranOrder();
    else if (key === "shape" && !sizes) sizes = shape();
    else {
      next -= 2;
      malformed("descr, fortran_order and shape, once each");
    }
    if (tokens[next] !== "}") expect(",");
  }
  if (!type || order === undefined || !sizes) return malformed("descr, fortran_order and shape, once each");
  next++;
  if (next < tokens.length) malformed("nothing after }");
  return { ...type, fortranOrder: order, shape: sizes };
}

/**
 * Reads the header of a `.npy` file.
 *
 * @param source The file.
 * @param name Name of the file, for errors.
 * @returns Type, order and shape of the array, and where its entries begin.
 * @throws {InputError} If the bytes do not begin a `.npy` file of version 1.0, 2.0 or 3.0, or the
 * file does not hold real numbers of at most 64 bits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { heldBytes } from "./bytes.ts";
 * import { npy } from "./npy.ts";
 * import { readNpyHeader } from "./npy_header.ts";
 *
 * const header = readNpyHeader(heldBytes(npy([2, 3], new Float64Array(6))), "features.npy");
 * assert.deepEqual([header.dtype, header.shape, header.start], ["f64", [2, 3], 128]);
 * assert.deepEqual([header.bigEndian, header.fortranOrder], [false, false]);
 * ```
 */
export function readNpyHeader(source: ByteSource, name: string): NpyHeader {
  const first = readRange(source, 0, 12);
  const magic = NPY_MAGIC.findIndex((byte, i) => i < first.length && first[i] !== byte);
  if (magic >= 0) {
    throw new InputError(`${name}: does not begin as a .npy file does; save it with numpy.save`);
  }
  const needed = (length: number) => {
    if (source.size >= length) return;
    throw new InputError(
      `${name}: truncated after ${source.size} of the header's ${length} bytes; save it again with numpy.save`,
    );
  };
  needed(8);
  const [major, minor] = first.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new InputError(
      `${name}: is of version ${major}.${minor} of the .npy format; save it as version 1.0, 2.0 or 3.0`,
    );
  }
  const wide = major > 1;
  const begin = wide ? 12 : 10;
  needed(begin);
  const view = new DataView(first.buffer);
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > LONGEST) {
    throw new InputError(
      `${name}: malformed .npy header of ${length} bytes; save it again with numpy.save`,
    );
  }
  needed(begin + length);
  const encoding = major === 3 ? "utf-8" : "latin1";
  const text = new TextDecoder(encoding).decode(readRange(source, begin, length));
  return { ...parseDictionary(text, name), start: begin + length, joinedShape: joinGroups(text) };
}
