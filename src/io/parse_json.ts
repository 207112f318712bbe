/**
 * Parses JSON that others wrote.
 *
 * @module
 */
import { shown } from "../format.ts";

/** Objects and lists in each other, at most: what the toolkit reads has a few. */
const DEEPEST = 64;

/** Text is no JSON that can be read in one way only. The message says why, in a few words. */
export class JsonError extends Error {}

/**
 * Parses JSON. It refuses what a parser would not mind: an object that has a key twice, of which
 * the parser would take the last, and lists in lists without end, for which functions that call
 * themselves have no stack.
 *
 * @param text The text.
 * @returns The value. A key `__proto__` is one like any other.
 * @throws {JsonError} If it is none, or odd.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseJson } from "./parse_json.ts";
 *
 * assert.deepEqual(parseJson('{"a":{"a":1}}'), { a: { a: 1 } });
 * assert.throws(() => parseJson('{"a":1,"\\u0061":2}'), { message: "it names a twice" });
 * ```
 */
export function parseJson(text: string): unknown {
  const oddity = findOddity(text);
  if (oddity !== null) throw new JsonError(oddity);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JsonError("it is not JSON", { cause });
  }
}

/** What is odd about text that may be JSON; `null` if nothing is. */
function findOddity(text: string): string | null {
  const keys: (Set<string> | null)[] = [], colon = /[ \t\r\n]*:/y;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "{" || sign === "[") keys.push(sign === "{" ? new Set() : null);
    else if (sign === "}" || sign === "]") keys.pop();
    if (keys.length > DEEPEST) return "it is nested too deep";
    if (sign !== '"') continue;
    const begin = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    const held = keys.at(-1);
    if (!held) continue;
    colon.lastIndex = at + 1;
    if (!colon.test(text)) continue;
    const key = text.slice(begin, at + 1), name = key.includes("\\") ? unescaped(key) : key.slice(1, -1);
    if (held.has(name)) return `it names ${shown(name)} twice`;
    held.add(name);
  }
  return null;
}

/** Reads a string of JSON; as it is if it is none, which the parser tells. */
function unescaped(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Tells whether a value of JSON is an object.
 *
 * @param value The value.
 * @returns Whether it is, and no list.
 */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
