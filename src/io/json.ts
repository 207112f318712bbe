/**
 * JSON on disk: keys in snake_case, objects spread over lines, lists of plain values on one line
 * each.
 *
 * @module
 */

/**
 * Keys whose values are maps from names of things, such as columns of a table. Names are left as
 * they are, at any depth.
 */
const DATA_MAPS: ReadonlySet<string> = new Set(["columns"]);

/**
 * An identifier in camel case, which begins with a small letter. Other keys, such as `allen-cahn`,
 * are names of things.
 */
const CAMEL = /^[a-z][A-Za-z0-9]*$/;
/** An identifier in snake case. */
const SNAKE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/**
 * Gives all keys of a value new names. Lists are entered; typed arrays and other objects with a
 * class are not.
 */
function translate(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => translate(item, rename));
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      DATA_MAPS.has(key) && !Array.isArray(item) ? [key, item] : [rename(key), translate(item, rename)]
    ),
  );
}

/**
 * Writes a name in snake case: `rankLow` as `rank_low`.
 *
 * @param name The name.
 * @returns The same in snake case. Names that are no identifiers in camel case, such as
 * `allen-cahn`, stay as they are.
 */
export function snakeName(name: string): string {
  return CAMEL.test(name) ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : name;
}

/**
 * Writes the keys of a value in snake case, as they are on disk: `learningRate` as `learning_rate`.
 * Goes through objects and lists. Leaves values alone, and keys that are names of things: those
 * with other characters than letters and digits (`allen-cahn`, `trace.csv`), and all below the key
 * `columns`.
 *
 * @param value Any value.
 * @returns A copy with other keys. Typed arrays are shared.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { camelCase, snakeCase } from "./json.ts";
 *
 * const run = {
 *   heldOut: 7,
 *   tasks: [{ name: "allenCahn", finalLoss: 0.1 }],
 *   columns: { "a.csv": { rank_low: "…" } },
 * };
 * assert.deepEqual(snakeCase(run), {
 *   held_out: 7,
 *   tasks: [{ name: "allenCahn", final_loss: 0.1 }],
 *   columns: { "a.csv": { rank_low: "…" } },
 * });
 * assert.deepEqual(camelCase(snakeCase(run)), run);
 * ```
 */
export function snakeCase(value: unknown): unknown {
  return translate(value, snakeName);
}

/**
 * Writes the keys of a value in camel case, as they are in memory: the inverse of {@linkcode
 * snakeCase}.
 *
 * @param value Any value, such as one parsed from `run.json`.
 * @returns A copy with other keys. Typed arrays are shared.
 */
export function camelCase(value: unknown): unknown {
  return translate(
    value,
    (key) => SNAKE.test(key) ? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : key,
  );
}

/** Replaces values that JSON cannot hold. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float64Array);
  return value;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

function layout(value: unknown, indent: string): string {
  if (isScalar(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const list = Array.isArray(value);
  if (list && value.every(isScalar)) return `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
  const items = list
    ? value.map((item) => layout(item, inner))
    : Object.entries(value as object).map(([key, item]) => `${JSON.stringify(key)}: ${layout(item, inner)}`);
  const [open, close] = list ? "[]" : "{}";
  return items.length === 0
    ? open + close
    : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`;
}

/**
 * Writes a value as JSON on one line, as for `--json`. Typed arrays become lists, big integers
 * become numbers, and numbers that are not finite become `null`. Keys stay as they are: see
 * {@linkcode snakeCase}.
 *
 * @param value An object, a list or a plain value.
 * @returns The text, without a line feed at its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compactJson, prettyJson } from "./json.ts";
 *
 * const summary = { loss: NaN, ranks: Uint32Array.of(2, 7), adapter: { name: "A" } };
 * assert.equal(compactJson(summary), '{"loss":null,"ranks":[2,7],"adapter":{"name":"A"}}');
 * assert.equal(
 *   prettyJson(summary),
 *   '{\n  "loss": null,\n  "ranks": [2, 7],\n  "adapter": {\n    "name": "A"\n  }\n}\n',
 * );
 * ```
 */
export function compactJson(value: unknown): string {
  return JSON.stringify(value, plain) ?? "null";
}

/**
 * Writes a value as JSON over several lines, as for `run.json`; otherwise as {@linkcode
 * compactJson}.
 *
 * @param value An object, a list or a plain value.
 * @returns The text, with a line feed at its end.
 */
export function prettyJson(value: unknown): string {
  return layout(JSON.parse(compactJson(value)), "") + "\n";
}
