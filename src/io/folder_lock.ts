/**
 * A lock on a folder: one process at a time writes to it.
 *
 * The lock is a file that its owner holds locked in the sense of the operating system, which ends
 * with the process, however it ends. Some network disks do not share such locks between machines.
 * So the file also names the owner, who touches it every few seconds.
 *
 * @module
 */
import { dirname } from "node:path";
import { FileError } from "../errors.ts";
import { temporaryPath, writeWhole } from "./atomic.ts";
import { unwritable } from "./file_reason.ts";
import { hostName, isAlive } from "./host.ts";

/** Milliseconds from one sign of life of an owner to the next. */
const HEARTBEAT = 10_000;

/** Milliseconds without a sign of life after which an owner on another machine counts as dead. */
const DEAD_AFTER = 90_000;

/**
 * How often a lock is tried, and the milliseconds from one time to the next. A process that only
 * looks whether the owner lives holds it for a moment.
 */
const TRIES = 5, PAUSE = 50;

/** Who holds a lock. */
export interface LockOwner {
  /** Name of the machine. */
  readonly host: string;
  /** Number of the process there. */
  readonly pid: number;
  /** When it began, in ISO 8601. */
  readonly since: string;
}

/** What the file of a lock holds. */
interface LockText extends LockOwner {
  /** Number of the file on its disk; `null` where there are none. A copy of a lock is none. */
  readonly inode: number | null;
}

/** A lock that is held until it is disposed of, or its process ends. */
export class FolderLock implements AsyncDisposable {
  readonly #path: string;
  #file: Deno.FsFile;
  #text: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #isGiven = false;

  private constructor(path: string, file: Deno.FsFile, text: string) {
    this.#path = path;
    this.#file = file;
    this.#text = text;
    this.#timer = setInterval(() => void this.#touch(), HEARTBEAT);
    // A lock alone keeps no process alive.
    Deno.unrefTimer(this.#timer);
  }

  /**
   * Takes a lock. That of a dead process is taken over.
   *
   * @param path Path of the lock's file, in a folder that exists.
   * @param options Milliseconds without a sign of life after which an owner on another machine
   * counts as dead. Default: 90,000.
   * @returns The lock, or else who holds it.
   * @throws {FileError} If the file cannot be written.
   */
  static async take(
    path: string,
    { deadAfter = DEAD_AFTER }: { readonly deadAfter?: number } = {},
  ): Promise<FolderLock | LockOwner> {
    for (let tries = 1;; tries++) {
      let file: Deno.FsFile;
      try {
        file = await Deno.open(path, { read: true, write: true, create: true });
      } catch (error) {
        throw unwritable(path, error);
      }
      try {
        const isFree = await tryLock(file);
        // An owner deletes its file: that which was opened may be gone, and another one there.
        const [opened, there] = [await file.stat(), await Deno.stat(path).catch(() => null)];
        if (!there || there.ino !== opened.ino || there.dev !== opened.dev) {
          file.close();
          continue;
        }
        if (isFree === false && tries < TRIES) {
          file.close();
          await new Promise((resolve) => setTimeout(resolve, PAUSE));
          continue;
        }
        const owner = await ownerOf(path, opened);
        const isElsewhere = owner !== null && owner.host !== hostName();
        const isHeld = isFree === false || isElsewhere && await isFresh(path, opened, deadAfter) ||
          // Without locks of the system, the number of the process has to do.
          isFree === null && owner !== null && !isElsewhere && isAlive(owner.pid);
        if (isHeld) {
          file.close();
          return owner ?? { host: "this machine", pid: 0, since: "" };
        }
        const since = new Date().toISOString();
        const content: LockText = { host: hostName(), pid: Deno.pid, since, inode: opened.ino };
        const text = JSON.stringify(content) + "\n";
        const lock = new FolderLock(path, file, text);
        try {
          await lock.#write();
        } catch (error) {
          await lock[Symbol.asyncDispose]();
          throw unwritable(path, error);
        }
        return lock;
      } catch (error) {
        if (!(error instanceof FileError)) file.close();
        throw unwritable(path, error);
      }
    }
  }

  /**
   * Takes the lock again where its file is gone: its folder was deleted, and made again.
   *
   * @returns `null`; or who has taken it meanwhile.
   * @throws {FileError} If the file cannot be written.
   */
  async renew(): Promise<LockOwner | null> {
    if (this.#isGiven || await this.#isInPlace()) return null;
    const taken = await FolderLock.take(this.#path);
    if (!(taken instanceof FolderLock)) return taken;
    clearInterval(taken.#timer);
    this.#file.close();
    [this.#file, this.#text] = [taken.#file, taken.#text];
    return null;
  }

  /** Tells whether the file at the path is the one that is locked. */
  async #isInPlace(): Promise<boolean> {
    const there = await Deno.stat(this.#path).catch(() => null);
    if (!there) return false;
    const own = await this.#file.stat();
    return own.ino === there.ino && own.dev === there.dev;
  }

  /** Gives a sign of life. A disk that is full or gone for a while ends no run. */
  async #touch(): Promise<void> {
    await this.renew().then(() => this.#write()).catch(() => {});
  }

  /** Writes the owner over itself, so that the disk stamps the file with its own time. */
  async #write(): Promise<void> {
    await this.#file.seek(0, Deno.SeekMode.Start);
    await writeWhole(this.#file, this.#text);
    await this.#file.truncate(this.#text.length);
  }

  /** Gives the lock back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isGiven) return;
    this.#isGiven = true;
    clearInterval(this.#timer);
    try {
      // While it is locked: nobody can have taken it yet, unless its folder was deleted.
      if (await this.#isInPlace()) await Deno.remove(this.#path);
    } catch {
      // It went with its folder, or the disk is gone.
    }
    this.#file.close();
  }
}

/**
 * Says that a process works in a folder.
 *
 * @param path Path of the folder.
 * @param owner The process.
 * @returns A phrase for a message.
 */
export function inUse(path: string, { host, pid, since }: LockOwner): string {
  return `the folder ${path} is in use by process ${pid} on ${host} since ${since}`;
}

/** Reads who holds a lock, dead or alive; `null` if nobody does. */
async function ownerOf(path: string, { ino }: Deno.FileInfo): Promise<LockOwner | null> {
  try {
    const { host, pid, since, inode } = JSON.parse(await Deno.readTextFile(path));
    const isOwner = typeof host === "string" && Number.isSafeInteger(pid) && typeof since === "string";
    return isOwner && inode === ino ? { host, pid, since } : null;
  } catch {
    return null;
  }
}

/**
 * Finds out whether a process works in a folder now, without taking its lock.
 *
 * @param path Path of the lock's file.
 * @returns The owner if it lives; otherwise `null`.
 */
export async function livingOwner(path: string): Promise<LockOwner | null> {
  try {
    using file = await Deno.open(path, { read: true });
    const info = await file.stat(), owner = await ownerOf(path, info);
    // A shared lock is refused while another process has its own.
    const isFree = await tryLock(file, false);
    if (owner === null || isFree === false) return owner;
    if (owner.host === hostName()) return isFree === null && isAlive(owner.pid) ? owner : null;
    return info.mtime && Date.now() - info.mtime.getTime() < DEAD_AFTER ? owner : null;
  } catch {
    return null;
  }
}

/** Locks a file for this process: whether it could; `null` where the disk has no locks. */
async function tryLock(file: Deno.FsFile, exclusive = true): Promise<boolean | null> {
  try {
    return await file.tryLock(exclusive);
  } catch {
    return null;
  }
}

/**
 * Tells whether a lock was touched of late. The clocks of two machines may differ, so both times
 * are the disk's: a new file has its present one.
 */
async function isFresh(path: string, { mtime }: Deno.FileInfo, deadAfter: number): Promise<boolean> {
  const probe = temporaryPath(dirname(path));
  await Deno.writeFile(probe, new Uint8Array(1), { createNew: true });
  const now = (await Deno.stat(probe)).mtime;
  await Deno.remove(probe).catch(() => {});
  return mtime !== null && now !== null && now.getTime() - mtime.getTime() < deadAfter;
}
