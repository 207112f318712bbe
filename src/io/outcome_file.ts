/**
 * Outcomes of finished parts of an experiment, which a resumed one does not compute again.
 *
 * @module
 */
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { FileError } from "../errors.ts";
import { differenceOf, isIdentity, type RunIdentity } from "./run_identity.ts";
import { readSealed, type SealedKind, writeSealed } from "./sealed_file.ts";

const KIND: SealedKind = { magic: "STAIROUT", version: 1, name: "outcome" };

const pathOf = (folder: string, run: number) => join(folder, `run-${run}.outcome`);

/**
 * Keeps the outcome of a part of a run.
 *
 * @param folder Folder of the run's state; it is made if there is none.
 * @param run Number of the part, from 0.
 * @param identity What a run must have in common with this one to use it.
 * @param value Numbers, texts, lists, objects, maps, typed arrays: what a structured clone holds.
 * @throws {FileError} If it cannot be written.
 */
export async function writeOutcome(
  folder: string,
  run: number,
  identity: RunIdentity,
  value: unknown,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true }).catch(() => {});
  await writeSealed(pathOf(folder, run), KIND, { identity, v8: Deno.version.v8 }, [serialize(value)]);
}

/**
 * Reads the outcome of a part of a run.
 *
 * @param folder Folder of the run's state.
 * @param run Number of the part, from 0.
 * @param identity What it must have in common with this run.
 * @returns The value; `null` if there is none. With it, why it was refused, or `null`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readOutcome, writeOutcome } from "./outcome_file.ts";
 *
 * const folder = await Deno.makeTempDir(), rows = [{ rank: 7, losses: Float32Array.of(NaN, -0) }];
 * await writeOutcome(folder, 0, { seed: "1" }, rows);
 * assert.deepEqual((await readOutcome(folder, 0, { seed: "1" })).value, rows);
 * assert.equal((await readOutcome(folder, 0, { seed: "2" })).value, null);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readOutcome(
  folder: string,
  run: number,
  identity: RunIdentity,
): Promise<{ readonly value: unknown; readonly refused: string | null }> {
  const path = pathOf(folder, run);
  try {
    const { header, body } = await readSealed(path, KIND);
    const { identity: found, v8 } = header as Partial<Record<string, unknown>> ?? {};
    if (!isIdentity(found) || typeof v8 !== "string") {
      throw new FileError(`${path}: its header is not that of an outcome`);
    }
    const difference = differenceOf({ ...found, v8 }, { ...identity, v8: Deno.version.v8 });
    if (difference) return { value: null, refused: `${path}: belongs to another run (${difference})` };
    return { value: valueOf(body, path), refused: null };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.cause instanceof Deno.errors.NotFound) return { value: null, refused: null };
    return { value: null, refused: error.message };
  }
}

/** The value that bytes stand for. */
function valueOf(bytes: Uint8Array<ArrayBuffer>, path: string): unknown {
  try {
    return deserialize(bytes);
  } catch (cause) {
    throw new FileError(`${path}: its content is no value`, { cause });
  }
}
