/**
 * A claim that this process holds: signs of life while it works, and the fence before its results.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { createClaim, exists, isOvertaken, rewriteClaim, workFolder } from "./claim_files.ts";
import type { Owner } from "./owner.ts";
import type { ClaimRecord } from "./record.ts";
import { type BatchState, cameFurther, EXPIRES_AFTER } from "./survey.ts";

/** Signs of life within the time after which a claim expires. */
const BEATS = 10;

/** The batch belongs to another process now, or is done. Nothing is wrong. */
export class ClaimLost extends Error {}

/** What this process claims batches with. */
export interface ClaimOptions {
  /** This process. */
  readonly me: Owner;
  /** Seconds without a sign of life after which others may take a batch over. */
  readonly expiresAfter: number;
  /** Where the results of a batch go when they are whole. */
  readonly resultFolder: (batch: string) => string;
  /** Tells whether a batch is done. */
  readonly isDone: (batch: string) => Promise<boolean>;
  /** Receives a line about what went wrong and is mended. */
  readonly onNotice: (line: string) => void;
}

/**
 * Finds the attempt whose files the next one goes on from. What went wrong twice at one place may
 * be in the files: the third attempt begins anew.
 */
async function formerOf(sweep: string, { batch, claim, condition }: BatchState): Promise<number | null> {
  if (claim === null) return null;
  const endedBadly = condition === "failed" || condition === "expired";
  if (endedBadly && claim.resumes !== null && !cameFurther(claim)) return null;
  return await exists(workFolder(sweep, batch, claim.attempt)) ? claim.attempt : claim.resumes;
}

/** The claim to follow the last one of a batch. */
function recordAfter(state: BatchState, me: Owner, expiresAfter: number): ClaimRecord {
  const { batch, attempt, claim, failures } = state;
  const now = new Date().toISOString();
  return {
    batch,
    attempt: attempt + 1,
    owner: me,
    status: "running",
    started: now,
    written: now,
    expiresAfter,
    from: null,
    step: 0,
    steps: claim?.steps ?? 0,
    reached: Math.max(claim?.reached ?? 0, claim?.step ?? 0),
    failures,
    resumes: null,
    message: null,
  };
}

/**
 * Lets a batch that was given up be tried again, from its beginning.
 *
 * @param sweep Folder of the sweep.
 * @param state How the batch stands.
 * @param me This process.
 */
export async function forgive(sweep: string, state: BatchState, me: Owner): Promise<void> {
  const next = recordAfter(state, me, EXPIRES_AFTER);
  await createClaim(sweep, {
    ...next,
    status: "released",
    reached: 0,
    failures: 0,
    message: "to be tried again",
  });
}

/** Copies files and folders. Files that are being written, or gone, are left out. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (name.endsWith(".tmp")) continue;
    try {
      if (isDirectory) await copyFolder(join(from, name), join(to, name));
      if (isFile) await Deno.copyFile(join(from, name), join(to, name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** An attempt at a batch by this process. */
export class Claim {
  readonly #sweep: string;
  readonly #options: ClaimOptions;
  readonly #lost = new AbortController();
  #record: ClaimRecord;
  readonly #timer: ReturnType<typeof setInterval>;
  #beat: Promise<void> | null = null;
  #hasBegun = false;

  private constructor(sweep: string, record: ClaimRecord, options: ClaimOptions) {
    this.#sweep = sweep;
    this.#record = record;
    this.#options = options;
    this.#timer = setInterval(() => this.#startBeat(), options.expiresAfter / BEATS * 1000);
  }

  /**
   * Claims a batch, unless another process is faster.
   *
   * @param sweep Folder of the sweep.
   * @param state How the batch stands: it is free.
   * @param options What to claim with.
   * @returns The claim, which gives signs of life until it is finished; `null` if another process
   * has the batch.
   */
  static async take(sweep: string, state: BatchState, options: ClaimOptions): Promise<Claim | null> {
    const record = {
      ...recordAfter(state, options.me, options.expiresAfter),
      resumes: await formerOf(sweep, state),
    };
    return await createClaim(sweep, record) ? new Claim(sweep, record, options) : null;
  }

  /** What it says. */
  get record(): ClaimRecord {
    return this.#record;
  }

  /** Folder to work in. */
  get folder(): string {
    return workFolder(this.#sweep, this.#record.batch, this.#record.attempt);
  }

  /** Aborted, with {@linkcode ClaimLost}, when another process owns the batch or it is done. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Prepares the folder to work in: what the attempt before has left, or nothing. Its owner may
   * still be writing, if it is not dead but was silent: therefore the files are copied.
   */
  async prepare(): Promise<void> {
    const { batch, resumes } = this.#record;
    const former = resumes === null ? null : workFolder(this.#sweep, batch, resumes);
    if (former === null || !await exists(former)) {
      this.#record = { ...this.#record, resumes: null };
      return await Deno.mkdir(this.folder, { recursive: true });
    }
    const copy = `${this.folder}.copy`;
    try {
      await copyFolder(former, copy);
      await Deno.rename(copy, this.folder);
    } catch (error) {
      await Deno.remove(copy, { recursive: true }).catch(() => {});
      throw error;
    }
  }

  /**
   * Notes how far the work is. The next sign of life tells it; the first step gives one at once.
   *
   * @param step Steps made.
   * @param steps Steps of the batch.
   */
  progress(step: number, steps: number): void {
    const { resumes } = this.#record, from = this.#record.from ?? (resumes === null ? 0 : step);
    this.#record = { ...this.#record, from, step, steps };
    if (this.#hasBegun || step <= from) return;
    this.#hasBegun = true;
    this.#startBeat();
  }

  /**
   * Puts the results in place, whole and in one stroke. If another process has done so, its results
   * stay, and these, which are the same, are removed.
   *
   * @returns Whether these results are the ones in place.
   */
  async commit(): Promise<boolean> {
    const { batch } = this.#record;
    const target = this.#options.resultFolder(batch);
    await Deno.mkdir(dirname(target), { recursive: true });
    for (;;) {
      try {
        await Deno.rename(this.folder, target);
        return true;
      } catch (error) {
        if (!await exists(target)) throw error;
      }
      if (await this.#options.isDone(batch)) {
        await this.discard();
        return false;
      }
      // Results that cannot be read, such as those of a disk that lost them.
      await Deno.rename(target, `${this.folder}.${crypto.randomUUID()}`);
    }
  }

  /** Removes what this attempt has written so far. */
  async discard(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }

  /** Removes what earlier attempts left, when the batch is done. */
  async discardEarlier(): Promise<void> {
    const { batch, attempt } = this.#record;
    for (let earlier = 1; earlier < attempt; earlier++) {
      await Deno.remove(workFolder(this.#sweep, batch, earlier), { recursive: true }).catch(() => {});
    }
  }

  /** Ends the signs of life without a word, as death does. */
  async abandon(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beat;
  }

  /**
   * Ends the claim.
   *
   * @param status How it ended.
   * @param message Why, in one line.
   * @throws If the claim cannot be written. It may be tried again.
   */
  async finish(status: "done" | "released" | "failed", message: string | null = null): Promise<void> {
    await this.abandon();
    this.#record = { ...this.#record, status, message };
    await this.#write();
  }

  #write(): Promise<void> {
    this.#record = { ...this.#record, written: new Date().toISOString() };
    return rewriteClaim(this.#sweep, this.#record);
  }

  #startBeat(): void {
    this.#beat ??= this.#keepAlive().finally(() => this.#beat = null);
  }

  async #keepAlive(): Promise<void> {
    const { batch } = this.#record;
    try {
      if (await isOvertaken(this.#sweep, this.#record)) {
        this.#lost.abort(new ClaimLost(`another process has taken batch ${batch} over`));
      } else if (await this.#options.isDone(batch)) {
        this.#lost.abort(new ClaimLost(`another process has finished batch ${batch}`));
      } else {
        await this.#write();
      }
    } catch (error) {
      this.#options.onNotice(
        `no sign of life of batch ${batch}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
