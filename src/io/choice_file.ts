/**
 * Choices of kernels kept from one run to the next, in the user's cache folder.
 *
 * Each choice has a file of its own, which is written under a temporary name and renamed. Processes
 * that choose at the same time therefore lose no choice and tear no file; the last one to write a
 * choice wins. A file that can not be read or written is not an error: the choice is measured
 * again.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";
import { parseJson } from "./parse_json.ts";
import { readTextFile } from "./text_file.ts";
import type { ChoiceKey, ChoiceStore, RememberedChoice } from "../gpu/tune/choice_store.ts";
import { removeTemporaryFiles, temporaryPath } from "./atomic.ts";

/** Bytes of the file of a choice, at most: it names a few candidates. */
const LONGEST = 2 ** 20;

/** Age of a file in the making that nobody makes any more, in milliseconds: an hour. */
const STALE = 3_600_000;

/**
 * Finds the toolkit's folder among the user's caches: in `$XDG_CACHE_HOME`, or where the system
 * keeps caches.
 *
 * @param os Operating system, as `Deno.build.os` names it.
 * @param variable Reads an environment variable.
 * @returns The folder; `null` if no environment variable names one.
 */
export function cacheFolder(
  os: string = Deno.build.os,
  variable: (name: string) => string | undefined = environment,
): string | null {
  const folder = (name: string, ...inside: string[]) => {
    const path = variable(name);
    return path && isAbsolute(path) ? join(path, ...inside, "staircase") : null;
  };
  const own = os === "windows"
    ? folder("LOCALAPPDATA")
    : os === "darwin"
    ? folder("HOME", "Library", "Caches")
    : folder("HOME", ".cache");
  return folder("XDG_CACHE_HOME") ?? own;
}

/** An environment variable, if reading it needs no prompt. */
function environment(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/**
 * Reads a choice of an earlier run.
 *
 * @param key What the choice depends on.
 * @returns The choice; `null` if there is none that can be read.
 */
export async function recallChoice(key: ChoiceKey): Promise<RememberedChoice | null> {
  try {
    const path = await choicePath(key, "read");
    if (!path) return null;
    return parseChoice(await readTextFile(path, LONGEST), key);
  } catch {
    return null;
  }
}

/**
 * Parses the file of a choice.
 *
 * @param text Its content.
 * @param key What the choice must depend on.
 * @returns The choice; `null` if it is none, or that of something else.
 */
export function parseChoice(text: string, key: ChoiceKey): RememberedChoice | null {
  let file: unknown;
  try {
    file = parseJson(text);
  } catch {
    return null;
  }
  if (typeof file !== "object" || file === null) return null;
  const { key: found, chosen, milliseconds } = file as Record<string, unknown>;
  if (typeof chosen !== "string" || JSON.stringify(found) !== JSON.stringify(key)) return null;
  if (typeof milliseconds !== "object" || milliseconds === null || Array.isArray(milliseconds)) return null;
  const isTimes = Object.values(milliseconds).every((time) => time === null || typeof time === "number");
  return isTimes ? { chosen, milliseconds: milliseconds as RememberedChoice["milliseconds"] } : null;
}

/**
 * Writes a choice for later runs, if that is possible.
 *
 * @param key What the choice depends on.
 * @param choice The choice.
 */
export async function rememberChoice(key: ChoiceKey, choice: RememberedChoice): Promise<void> {
  let temporary: string | null = null;
  try {
    const path = await choicePath(key, "write");
    if (!path) return;
    await Deno.mkdir(join(path, ".."), { recursive: true });
    if (await choicePath(key, "read")) await removeTemporaryFiles(join(path, ".."), STALE);
    temporary = temporaryPath(join(path, ".."));
    await Deno.writeTextFile(temporary, JSON.stringify({ key, ...choice }) + "\n", { createNew: true });
    await Deno.rename(temporary, path);
  } catch {
    if (temporary) await Deno.remove(temporary).catch(() => {});
  }
}

/**
 * Choices in files of the user's cache folder, for {@linkcode GpuOptions.autotune}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { choiceFiles } from "./choice_file.ts";
 *
 * using gpu = await Gpu.open({ autotune: choiceFiles });
 * assert.deepEqual(gpu.choices, []);
 * ```
 */
export const choiceFiles: ChoiceStore = { recall: recallChoice, remember: rememberChoice };

/** The file of a choice; `null` if there is no folder, or using it would prompt for permission. */
async function choicePath(key: ChoiceKey, access: "read" | "write"): Promise<string | null> {
  const folder = cacheFolder();
  if (!folder || Deno.permissions.querySync({ name: access, path: folder }).state !== "granted") return null;
  const text = new TextEncoder().encode(JSON.stringify(key));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return join(folder, "choices", `${digest.toHex()}.json`);
}
