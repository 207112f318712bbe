/**
 * Files of claims: `claims/BATCH.N` is attempt N at a batch.
 *
 * Many processes on many machines share the folder, perhaps by NFS. One primitive decides: a file
 * is created exclusively (`O_EXCL`), which the file server does for one of them alone. Whoever
 * creates `BATCH.N` owns the batch as long as there is no `BATCH.(N+1)`. The owner alone rewrites
 * its file, by renaming another over it. No file is removed or renamed to take a batch over, so a
 * process that acts late on what it read hits nothing but a name that exists already.
 *
 * @module
 */
import { join } from "node:path";
import { writeAtomically } from "../../../io/atomic.ts";
import { type ClaimRecord, claimText, parseClaim } from "./record.ts";

/** Bytes that a claim may have. */
const MOST_BYTES = 1 << 16;

/** Folder of the claims of a sweep. */
export function claimsFolder(sweep: string): string {
  return join(sweep, "claims");
}

/** Folder in which an attempt works: nobody else writes to it, not even a former owner. */
export function workFolder(sweep: string, batch: string, attempt: number): string {
  return join(sweep, "work", `${batch}.${attempt}`);
}

function claimPath(sweep: string, batch: string, attempt: number): string {
  return join(claimsFolder(sweep), `${batch}.${attempt}`);
}

/**
 * Tells whether a file or folder exists.
 *
 * @param path Its path.
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Makes the claim of an attempt, if no process has.
 *
 * @param sweep Folder of the sweep.
 * @param record The claim.
 * @returns Whether it was made. If not, another process owns the batch.
 */
export async function createClaim(sweep: string, record: ClaimRecord): Promise<boolean> {
  await Deno.mkdir(claimsFolder(sweep), { recursive: true });
  const path = claimPath(sweep, record.batch, record.attempt);
  try {
    (await Deno.open(path, { write: true, createNew: true })).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
  try {
    await rewriteClaim(sweep, record);
  } catch (error) {
    // Such as on a full disk. Others leave a claim alone that was made this moment.
    await Deno.remove(path).catch(() => {});
    throw error;
  }
  return true;
}

/**
 * Writes a claim of this process anew.
 *
 * @param sweep Folder of the sweep.
 * @param record The claim.
 */
export async function rewriteClaim(sweep: string, record: ClaimRecord): Promise<void> {
  await writeAtomically(claimPath(sweep, record.batch, record.attempt), claimText(record));
}

/** Whether a later attempt owns the batch of a claim. */
export function isOvertaken(sweep: string, { batch, attempt }: ClaimRecord): Promise<boolean> {
  return exists(claimPath(sweep, batch, attempt + 1));
}

/** A claim as it is on disk. */
export interface StoredClaim {
  /** What it says; `null` where its owner was caught, or died, between making and writing it. */
  readonly record: ClaimRecord | null;
  /** When it was written, by the clock of the file server, in seconds. */
  readonly written: number;
}

/**
 * Reads a claim.
 *
 * @param sweep Folder of the sweep.
 * @param batch Id of the batch.
 * @param attempt Number of the attempt.
 * @returns The claim; `null` where there is none.
 */
export async function readClaim(sweep: string, batch: string, attempt: number): Promise<StoredClaim | null> {
  try {
    // Opening a file makes an NFS client ask the server for its attributes.
    using file = await Deno.open(claimPath(sweep, batch, attempt));
    const { mtime, size } = await file.stat();
    // No more than the file had: it may be anything.
    const bytes = new Uint8Array(Math.min(size, MOST_BYTES));
    let filled = 0;
    while (filled < bytes.length) {
      const read = await file.read(bytes.subarray(filled));
      if (read === null) break;
      filled += read;
    }
    const text = new TextDecoder().decode(bytes.subarray(0, filled));
    return { record: parseClaim(text), written: (mtime?.getTime() ?? 0) / 1000 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Finds the last attempt at each batch.
 *
 * @param sweep Folder of the sweep.
 * @returns Numbers of attempts by the ids of batches.
 */
export async function lastAttempts(sweep: string): Promise<Map<string, number>> {
  const last = new Map<string, number>();
  try {
    for await (const { name } of Deno.readDir(claimsFolder(sweep))) {
      const [, batch, attempt] = /^(\w[\w-]*)\.([1-9]\d*)$/.exec(name) ?? [];
      if (batch !== undefined) last.set(batch, Math.max(last.get(batch) ?? 0, Number(attempt)));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return last;
}

/**
 * Reads the clock of the file server, which dates all claims: clocks of machines differ. Where
 * nothing can be written, as for a reader of another's sweep, takes the clock of this machine.
 *
 * @param sweep Folder of the sweep.
 * @returns Seconds.
 */
export async function serverTime(sweep: string): Promise<number> {
  const path = join(claimsFolder(sweep), `.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.writeTextFile(path, "", { createNew: true });
    return ((await Deno.stat(path)).mtime?.getTime() ?? Date.now()) / 1000;
  } catch {
    return Date.now() / 1000;
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}
