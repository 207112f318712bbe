/**
 * Modules whose rank methods are studied beside those of the toolkit.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../../errors.ts";
import { printable, quoted, shown } from "../../format.ts";
import { fileReason } from "../../io/file_reason.ts";
import { readTextFile } from "../../io/text_file.ts";
import { parseNames } from "../core/names.ts";
import type { MethodPrecision } from "../../rank/methods/rank_methods.ts";
import { checkedCount, checkedSolve, type EnteredMethod, enteredMethod } from "./entered_method.ts";
import { counting, spectra, type StudyMethod, studyMethods } from "./methods.ts";

/** A module that enters a method, as the record of a study names it. */
export interface Entrant {
  /** Its path as it was given. */
  readonly module: string;
  /** Name of its method: that of the file, with hyphens. */
  readonly name: string;
  /** Arithmetics that the method has. */
  readonly precisions: readonly MethodPrecision[];
  /** The module and the `.wgsl` files beside it that it imports, with the SHA-256 of each. */
  readonly sources: readonly { readonly file: string; readonly sha256: string }[];
}

/** Relative imports of shaders. */
const SHADERS = /\bfrom\s*["'](\.{1,2}\/[^"']+\.wgsl)["']/g;

/**
 * Loads the modules that a study is given.
 *
 * @param given Paths separated by commas, or a list of them; `null` for none.
 * @returns What the record says of each.
 * @throws {InputError} If a module does not load, exports no method, or has the name of another.
 */
export async function readEntrants(given: string | readonly string[] | null): Promise<Entrant[]> {
  if (given === null) return [];
  const all: Entrant[] = [];
  const names = new Set(studyMethods.map(({ name }) => name));
  for (const module of new Set(parseNames("modules", given))) {
    const sources = await readSources(module);
    const { mostColumns } = await load(module);
    const name = basename(module).replace(/\.[^.]+$/, "").replace(/[^A-Za-z0-9]+/g, "-").toLowerCase();
    if (names.has(name)) {
      throw new InputError(`${shown(module)}: there is a method ${quoted(name)} already; rename the file`);
    }
    names.add(name);
    all.push({ module, name, precisions: Object.keys(mostColumns) as MethodPrecision[], sources });
  }
  return all;
}

/**
 * Makes the methods of a study from its modules.
 *
 * @param entrants The modules.
 * @returns A method for each arithmetic of each. They throw where a result has not the right form.
 */
export async function enteredMethods(entrants: readonly Entrant[]): Promise<StudyMethod[]> {
  const all: StudyMethod[] = [];
  for (const { module, name, precisions } of entrants) {
    const method = await load(module);
    for (const precision of precisions) {
      const solve = method.yields === "count"
        ? counting(checkedCount(method), precision)
        : spectra(checkedSolve(method), precision);
      all.push({
        name,
        precision,
        certified: true,
        isEntered: true,
        solve,
        flops: (work) => method.flops?.(work) ?? null,
      });
    }
  }
  return all;
}

/** Imports a module. The second time it is the same. */
async function load(module: string): Promise<EnteredMethod> {
  let exported: unknown;
  try {
    exported = await import(pathToFileURL(resolve(module)).href);
  } catch (error) {
    const reason = printable(error instanceof Error ? error.message.split("\n")[0] : String(error));
    throw new InputError(`${shown(module)}: does not load: ${reason}; mend it, and try again`);
  }
  return enteredMethod(exported, module);
}

/** Reads a module and its shaders. */
async function readSources(module: string): Promise<Entrant["sources"]> {
  const read = async (file: string) => {
    try {
      return await readTextFile(file);
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(
        `${shown(file)}: ${fileReason(error)}; give --with a module that exports a method`,
      );
    }
  };
  const text = await read(module);
  const shaders = [...text.matchAll(SHADERS)].map(([, path]) => path);
  const sources = [{ file: basename(module), text }];
  for (const path of new Set(shaders)) {
    sources.push({ file: path, text: await read(join(dirname(module), path)) });
  }
  return await Promise.all(sources.map(async ({ file, text }) => ({ file, sha256: await sha256(text) })));
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
