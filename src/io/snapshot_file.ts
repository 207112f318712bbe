/**
 * Snapshots of networks while they train: their parameters, for those who look at a run later.
 *
 * @module
 */
import { join } from "node:path";
import { FileError } from "../errors.ts";
import { differenceOf, isIdentity, type RunIdentity } from "./run_identity.ts";
import { readSealed, type SealedKind, writeSealed } from "./sealed_file.ts";

const KIND: SealedKind = { magic: "STAIRSNP", version: 1, name: "snapshot" };

/** Networks at one step. */
export interface Snapshot {
  /** Number of updates made before. */
  readonly step: number;
  /** Whatever is needed to read the arrays, as JSON. */
  readonly notes: unknown;
  /** Arrays by name, such as the parameters of all replicas. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/** What the header of a snapshot holds. */
interface Header extends Pick<Snapshot, "step" | "notes"> {
  readonly identity: RunIdentity;
  readonly arrays: readonly (readonly [name: string, length: number])[];
}

const NAME = /^run-(\d+)-(\d+)\.snapshot$/;

/**
 * Writes a snapshot. The same step of the same run has the same bits: one that is there is
 * replaced.
 *
 * @param folder Folder of the run's state; it is made if there is none.
 * @param run Number of the training in its run, from 0.
 * @param identity What a run must have in common with this one to use it.
 * @param snapshot The snapshot.
 * @throws {FileError} If it cannot be written.
 */
export async function writeSnapshot(
  folder: string,
  run: number,
  identity: RunIdentity,
  { step, notes, arrays }: Snapshot,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true }).catch(() => {});
  const entries = Object.entries(arrays);
  const header: Header = {
    identity,
    step,
    notes,
    arrays: entries.map(([name, values]) => [name, values.length]),
  };
  const parts = entries.map(([, { buffer, byteOffset, byteLength }]) =>
    new Uint8Array(buffer, byteOffset, byteLength)
  );
  await writeSealed(join(folder, `run-${run}-${step}.snapshot`), KIND, header, parts);
}

/**
 * Reads the snapshots of a training. Those that are damaged, or of another run, are left out.
 *
 * @param folder Folder of the run's state.
 * @param run Number of the training in its run, from 0.
 * @param identity What they must have in common with this run.
 * @param isWanted Tells of a step whether it is wanted. Default: all are.
 * @returns The snapshots, by their steps.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readSnapshots, writeSnapshot } from "./snapshot_file.ts";
 *
 * const folder = await Deno.makeTempDir(), identity = { seed: "1" };
 * const snapshot = { step: 7, notes: [1, 2], arrays: { parameters: Float32Array.of(1, 2, 3) } };
 * await writeSnapshot(folder, 0, identity, snapshot);
 * assert.deepEqual(await readSnapshots(folder, 0, identity), [snapshot]);
 * assert.deepEqual(await readSnapshots(folder, 0, { seed: "2" }), []);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readSnapshots(
  folder: string,
  run: number,
  identity: RunIdentity,
  isWanted: (step: number) => boolean = () => true,
): Promise<Snapshot[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const [, of, step] = NAME.exec(name) ?? [];
      if (Number(of) === run && isWanted(Number(step))) names.push(name);
    }
  } catch {
    // Without the folder there are none.
  }
  const found = await Promise.all(names.map((name) => readSnapshot(join(folder, name), identity)));
  return found.filter((snapshot) => snapshot !== null).sort((a, b) => a.step - b.step);
}

async function readSnapshot(path: string, wanted: RunIdentity): Promise<Snapshot | null> {
  try {
    const { header, body } = await readSealed(path, KIND);
    const { identity, step, notes, arrays } = header as Header ?? {};
    if (!isIdentity(identity) || differenceOf(identity, wanted) !== null) return null;
    if (!Number.isSafeInteger(step) || !Array.isArray(arrays) || body.length % 4 !== 0) return null;
    const floats = new Float32Array(body.buffer, 0, body.length / 4);
    let at = 0;
    const entries = arrays.map(([name, length]) => [name, floats.slice(at, at += length)] as const);
    return at === floats.length ? { step, notes, arrays: Object.fromEntries(entries) } : null;
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}
