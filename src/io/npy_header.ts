/**
 * The header of NumPy's `.npy` files: a magic string, a version, and a Python dictionary with type,
 * order and shape. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 *
 * @module
 */
import { InputError } from "../errors.ts";

/** Contents of the header of a `.npy` file. */
export interface NpyHeader {
  /** Bytes of one float. */
  readonly size: 4 | 8;
  /** Whether the most significant byte comes first. */
  readonly bigEndian: boolean;
  /** Whether the first index runs fastest. */
  readonly fortranOrder: boolean;
  /** Size along each dimension. */
  readonly shape: readonly number[];
  /** Where the entries begin, in bytes. */
  readonly start: number;
}

/** First bytes of a `.npy` file: `\x93NUMPY`. */
export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

// NumPy's own limit. The header of an array of floats is far shorter, whatever its shape.
const LONGEST = 10_000;

const KINDS: Readonly<Record<string, string>> = {
  b: "booleans",
  i: "integers",
  u: "integers",
  f: "floats of another size",
  c: "complex numbers",
  O: "Python objects",
  S: "text",
  U: "text",
  V: "records",
  M: "dates",
  m: "durations",
};

// Strings without escapes, words, whole numbers (Python 2 wrote an L after some) and punctuation.
const TOKEN = /\s*('[^'\\\n]*'|"[^"\\\n]*"|[A-Za-z]+|\d+L?|[{}()[\],:])/y;

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
function parseDescr(descr: string, name: string): { size: 4 | 8; bigEndian: boolean } {
  const match = /^([<>=|]?)f([48])$/.exec(descr);
  if (!match) {
    const kind = KINDS[descr.replace(/^[<>=|]/, "").charAt(0)] ?? "another type";
    throw new InputError(
      `${name}: holds ${kind} (${JSON.stringify(descr)}), not floats of 4 or 8 bytes; ` +
        'convert them with .astype("f4") or .astype("f8")',
    );
  }
  return { size: match[2] === "4" ? 4 : 8, bigEndian: match[1] === ">" };
}

/** Reads the dictionary: exactly `descr`, `fortran_order` and `shape`, in any order. */
function parseDictionary(text: string, name: string): Omit<NpyHeader, "start"> {
  const tokens = tokenize(text);
  let next = 0;
  const malformed = (expected: string): never => {
    const found = next < tokens.length ? `not ${JSON.stringify(tokens[next])}` : "but it ends";
    throw new InputError(
      `${name}: malformed .npy header, expected ${expected}, ${found}; save it again with numpy.save`,
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
        `${name}: holds records, not floats; save one of their fields as an array of its own`,
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
 * @param bytes The file, or its beginning.
 * @param name Name of the file, for errors.
 * @returns Type, order and shape of the array, and where its entries begin.
 * @throws {InputError} If the bytes do not begin a `.npy` file of version 1.0, 2.0 or 3.0, or the
 * file does not hold floats of 4 or 8 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseNpyHeader } from "./npy_header.ts";
 * import { npy } from "./npy.ts";
 *
 * const header = parseNpyHeader(npy([2, 3], new Float64Array(6)), "features.npy");
 * assert.deepEqual([header.size, header.shape, header.start], [8, [2, 3], 128]);
 * assert.deepEqual([header.bigEndian, header.fortranOrder], [false, false]);
 * ```
 */
export function parseNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const magic = NPY_MAGIC.findIndex((byte, i) => i < bytes.length && bytes[i] !== byte);
  if (magic >= 0) {
    throw new InputError(`${name}: does not begin as a .npy file does; save it with numpy.save`);
  }
  const needed = (length: number) => {
    if (bytes.length >= length) return;
    throw new InputError(
      `${name}: truncated after ${bytes.length} of the header's ${length} bytes; save it again with numpy.save`,
    );
  };
  needed(8);
  const [major, minor] = bytes.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new InputError(
      `${name}: is of version ${major}.${minor} of the .npy format; save it as version 1.0, 2.0 or 3.0`,
    );
  }
  const wide = major > 1;
  const begin = wide ? 12 : 10;
  needed(begin);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > LONGEST) {
    throw new InputError(
      `${name}: malformed .npy header of ${length} bytes; save it again with numpy.save`,
    );
  }
  needed(begin + length);
  const encoding = major === 3 ? "utf-8" : "latin1";
  const text = new TextDecoder(encoding).decode(bytes.subarray(begin, begin + length));
  return { ...parseDictionary(text, name), start: begin + length };
}
