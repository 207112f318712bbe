/**
 * Models on the disk: files, folders, shards with an index.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { InputError } from "../errors.ts";
import { listed, shown } from "../format.ts";
import { compareNames, findFiles } from "../io/find_files.ts";

/** A model. */
export interface ModelFiles {
  /** Path that it was given by. */
  readonly path: string;
  /** Paths of its files; one may name arrays behind a colon. */
  readonly files: readonly string[];
}

/** Name of a shard: `model-00001-of-00002.safetensors`. */
const SHARD = /-\d+-of-\d+(\.\w+)$/;
/** Name of an index of shards. */
const INDEX = /\.index\.json$/;
/** Endings of the files of a folder: those of the first kind that there are make up the model. */
const ENDINGS = [".safetensors", ".npz", ".npy"];

/**
 * Finds models. A file is one, and so are a folder, an index and the shards of a pattern together.
 *
 * @param paths Paths or patterns, as the user gave them.
 * @returns The models: as given, or in natural order where that is alphabetical, as shells have it.
 * @throws {InputError} If a path leads to no file, or an index is malformed or names a file that is
 * not there.
 */
export async function findModels(paths: readonly string[]): Promise<ModelFiles[]> {
  const isSorted = paths.every((path, i) => i === 0 || paths[i - 1] < path);
  const models: ModelFiles[] = [], shards = new Map<string, string[]>();
  for (const path of isSorted ? [...paths].sort(compareNames) : paths) {
    for (const found of await findFiles(path)) {
      const whole = SHARD.test(found) ? found.replace(SHARD, "$1") : null;
      const together = whole === null ? undefined : shards.get(whole);
      if (together) {
        together.push(found);
        continue;
      }
      const files = await filesOf(found);
      if (whole !== null) shards.set(whole, files);
      models.push({ path: whole ?? found, files });
    }
  }
  return models;
}

/** The files of a path that is no pattern. */
async function filesOf(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch(() => null);
  if (info?.isDirectory) return await filesOfFolder(path);
  return info && INDEX.test(path) ? await filesOfIndex(path) : [path];
}

async function filesOfFolder(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (!isDirectory && !name.startsWith(".")) names.push(name);
  }
  names.sort(compareNames);
  const indices = names.filter((name) => INDEX.test(name) && ENDINGS.some((ending) => name.includes(ending)));
  if (indices.length > 1) {
    throw new InputError(`${shown(path)}: holds several models (${listed(indices)}); give the index of one`);
  }
  if (indices.length === 1) return await filesOfIndex(join(path, indices[0]));
  for (const ending of ENDINGS) {
    const files = names.filter((name) => name.endsWith(ending));
    if (files.length > 0) return files.map((name) => join(path, name));
  }
  throw new InputError(
    `${shown(path)}: holds no ${ENDINGS.join(", ")} file; give a file, or a folder with one`,
  );
}

/** The shards that an index names. */
async function filesOfIndex(path: string): Promise<string[]> {
  const malformed = (cause?: unknown) =>
    new InputError(`${shown(path)}: is no index of shards, which has a weight_map; save it again`, { cause });
  let map: unknown;
  try {
    map = (JSON.parse(await Deno.readTextFile(path)) as { readonly weight_map?: unknown }).weight_map;
  } catch (cause) {
    throw malformed(cause);
  }
  if (typeof map !== "object" || map === null) throw malformed();
  const names = [...new Set<unknown>(Object.values(map))];
  if (names.length === 0 || names.some((name) => typeof name !== "string" || basename(name) !== name)) {
    throw malformed();
  }
  const files = (names as string[]).sort(compareNames).map((name) => join(dirname(path), name));
  for (const file of files) {
    const there = await Deno.stat(file).then(() => true, () => false);
    if (!there) {
      throw new InputError(`${shown(path)}: names ${shown(basename(file))}, which is not there; load it`);
    }
  }
  return files;
}
