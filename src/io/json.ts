/**
 * JSON that people can read: objects are spread over lines, lists of plain values are not.
 *
 * @module
 */

/** Replaces what JSON has no word for. */
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
 * Writes a value as JSON on one line, as for `--json`. Typed arrays become lists, big integers numbers, and numbers
 * that are not finite `null`.
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
 * Writes a value as JSON over several lines, as for `run.json`; otherwise as {@linkcode compactJson}.
 *
 * @param value An object, a list or a plain value.
 * @returns The text, with a line feed at its end.
 */
export function prettyJson(value: unknown): string {
  return layout(JSON.parse(compactJson(value)), "") + "\n";
}
