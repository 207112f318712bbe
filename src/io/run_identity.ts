/**
 * What a run must have in common with the files that it goes on from.
 *
 * @module
 */
import { quoted, shown } from "../format.ts";
import { compactJson } from "./json.ts";

/**
 * Texts by their names: all that decides the bits of a run, such as the configuration without the
 * number of steps, the adapter and versions.
 */
export type RunIdentity = Readonly<Record<string, string>>;

/**
 * Makes a short text of a configuration, which differs where the configuration does.
 *
 * @param configuration Any value that JSON can hold; keys in any order.
 * @returns The first 128 bits of its SHA-256, as 32 hexadecimal digits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { configurationHash } from "./run_identity.ts";
 *
 * const hash = await configurationHash({ seed: 1, hidden: [50, 50] });
 * assert.equal(hash, await configurationHash({ hidden: [50, 50], seed: 1 }));
 * assert.notEqual(hash, await configurationHash({ hidden: [50, 50], seed: 2 }));
 * ```
 */
export async function configurationHash(configuration: unknown): Promise<string> {
  const text = JSON.stringify(sorted(JSON.parse(compactJson(configuration))));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return digest.subarray(0, 16).toHex();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, item]) => [key, sorted(item)]),
  );
}

/**
 * Tells whether a value is an identity.
 *
 * @param value Any value, as of a file.
 * @returns Whether it has texts by their names.
 */
export function isIdentity(value: unknown): value is RunIdentity {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string");
}

/**
 * Finds what tells two runs apart.
 *
 * @param found Identity in a file.
 * @param wanted Identity of the run.
 * @returns What differs, in a few words; `null` if nothing does.
 */
export function differenceOf(found: RunIdentity, wanted: RunIdentity): string | null {
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    if (found[name] === wanted[name]) continue;
    const [there, here] = [found, wanted].map((identity) =>
      Object.hasOwn(identity, name) ? quoted(identity[name]) : "none"
    );
    return `${shown(name)} ${there} there, ${here} here`;
  }
  return null;
}
