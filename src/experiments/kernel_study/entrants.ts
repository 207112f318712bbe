/**
 * Modules whose rank methods are studied beside those of the toolkit.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { checkName } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { quoted, shown } from "../../format.ts";
import { fileReason } from "../../io/file_reason.ts";
import { readTextFile } from "../../io/text_file.ts";
import { parseNames } from "../core/names.ts";
import { type EntrantDescription, EntrantProcess } from "./entrant_process.ts";
import { type StudyMethod, studyMethods } from "./methods.ts";
import { peers } from "./peers.ts";

/** A module that enters a method, as the record of a study names it. */
export interface Entrant extends EntrantDescription {
  /** Its path as it was given; `null` for a peer. */
  readonly module: string | null;
  /** Name of its method: that of the peer, or of the file, with hyphens. */
  readonly name: string;
  /** The module and the `.wgsl` files beside it that it imports, with the SHA-256 of each. */
  readonly sources: readonly { readonly file: string; readonly sha256: string }[];
}

/** A peer that is not here. */
export interface MissingPeer {
  /** Its name. */
  readonly name: string;
  /** What is missing. */
  readonly reason: string;
}

/** Seconds that a module may take to load. */
const LOADING = 60;

/** Relative imports of shaders. */
const SHADERS = /\bfrom\s*["'](\.{1,2}\/[^"']+\.wgsl)["']/g;

/**
 * Loads the modules that a study is given, each in a process that is then ended.
 *
 * @param given Paths separated by commas, or a list of them; `null` for none.
 * @param seconds Seconds that a module may take to load.
 * @returns What the record says of each.
 * @throws {InputError} If a module does not load, exports no method, or has the name of another.
 */
export async function readEntrants(
  given: string | readonly string[] | null,
  seconds = LOADING,
): Promise<Entrant[]> {
  if (given === null) return [];
  const all: Entrant[] = [];
  const names = new Set([...studyMethods.map(({ name }) => name), ...Object.keys(peers)]);
  for (const module of new Set(parseNames("modules", given))) {
    const sources = await readSources(module);
    const described = await describe(resolve(module), seconds).catch((error: Error) => {
      const advice = error.message.includes("; ") ? "" : "; mend it, and try again";
      throw new InputError(`${shown(module)}: ${error.message}${advice}`);
    });
    const name = basename(module).replace(/\.[^.]+$/, "").replace(/[^A-Za-z0-9]+/g, "-").toLowerCase();
    if (names.has(name)) {
      throw new InputError(`${shown(module)}: there is a method ${quoted(name)} already; rename the file`);
    }
    names.add(name);
    all.push({ module, name, ...described, sources });
  }
  return all;
}

/**
 * Looks which peers are here.
 *
 * @param given Names of peers separated by commas, a list of them, or `all`; `null` for none.
 * @returns Those that are here, and those that are not.
 * @throws {InputError} If there is no peer of a name.
 */
export async function readPeers(
  given: string | readonly string[] | null,
): Promise<{ readonly here: Entrant[]; readonly missing: MissingPeer[] }> {
  const known = Object.keys(peers), here: Entrant[] = [], missing: MissingPeer[] = [];
  const names = new Set(
    given === null
      ? []
      : parseNames("peers", given).map((name) => checkName("peer", name, [...known, "all"])),
  );
  for (const name of known.filter((name) => names.has(name) || names.has("all"))) {
    try {
      here.push({ module: null, name, ...await describe(peers[name], LOADING), sources: [] });
    } catch (error) {
      missing.push({ name, reason: (error as Error).message.replace(/^does not load: /, "is not here: ") });
    }
  }
  return { here, missing };
}

async function describe(module: string, seconds: number): Promise<EntrantDescription> {
  await using process = new EntrantProcess(seconds);
  return await process.load(module);
}

/** Methods of modules, and the processes that they run in. */
export interface EnteredMethods extends AsyncDisposable {
  /** A method for each arithmetic of each module. */
  readonly methods: readonly StudyMethod[];
}

/**
 * Starts the modules of a study, each in a process of its own.
 *
 * @param entrants The modules, and peers.
 * @param seconds Seconds that a call of a method may take.
 * @param signal Ends the processes.
 * @returns Their methods. They throw where a result has not the right form, and ever after a call
 * that did not return.
 */
export async function startEntrants(
  entrants: readonly Entrant[],
  seconds: number,
  signal?: AbortSignal,
): Promise<EnteredMethods> {
  await using stack = new AsyncDisposableStack();
  const methods: StudyMethod[] = [];
  for (const { module, name, precisions, certified } of entrants) {
    const process = stack.use(new EntrantProcess(Math.max(seconds, LOADING), signal));
    await process.load(module === null ? peers[name] : resolve(module)).catch((error: Error) => {
      // Of a study that is stopped nothing more is asked.
      if (!signal?.aborted) throw new InputError(`${shown(module ?? name)}: ${error.message}`);
    });
    process.seconds = seconds;
    for (const precision of precisions) {
      const measure: StudyMethod["measure"] = (gpu, problem) => process.solve(problem, precision, gpu);
      methods.push({
        name,
        precision,
        certified,
        isEntered: true,
        measure,
        solve: async (gpu, problem) => (await measure(gpu, problem)).result,
        flops: (work) => process.flops(work),
        hasEnded: () => process.hasEnded,
      });
    }
  }
  const running = stack.move();
  return { methods, [Symbol.asyncDispose]: () => running.disposeAsync() };
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
