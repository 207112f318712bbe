/**
 * Works through the batches of a sweep, beside any number of other processes on any number of
 * machines that see the same folder.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GpuUnavailableError, InputError, StaircaseError } from "../../../errors.ts";
import { count } from "../../../format.ts";
import { unwritable } from "../../../io/file_reason.ts";
import { Claim } from "./claim.ts";
import { thisOwner } from "./owner.ts";
import { type BatchState, EXPIRES_AFTER, MOST_FAILURES, survey } from "./survey.ts";

/** Batches that may fail here, with none done in between. Then the machine may be at fault. */
const MOST_FAILED_HERE = 3;
/** Seconds between two looks for room on a full disk, or for batches of others. */
const LOOK_EVERY = 5;
/** Bytes that must fit on the disk for it to count as not full. */
const ROOM = 1 << 20;

/** What a batch is run with. */
export interface BatchCall {
  /** Id of the batch. */
  readonly batch: string;
  /** Folder to work in. It may hold an interrupted run of the batch, to go on from. */
  readonly folder: string;
  /** Aborted to stop it soon, with a checkpoint. */
  readonly signal: AbortSignal;
  /** Notes how far it is. */
  readonly onProgress: (step: number, steps: number) => void;
}

/** What to work on, and how. */
export interface WorkOptions {
  /** Ids of the batches, in the order to take them. */
  readonly batches: readonly string[];
  /** Runs a batch, or goes on with it. */
  readonly run: (call: BatchCall) => Promise<"done" | "stopped">;
  /** Folder in which the results of a batch belong when they are whole. */
  readonly resultFolder: (batch: string) => string;
  /** Tells whether the results of a batch are in place. */
  readonly isDone: (batch: string) => Promise<boolean>;
  /** Whether to wait for batches that other processes run. If not, returns when none is free. */
  readonly waits: boolean;
  /** Aborted to stop soon. */
  readonly signal: AbortSignal;
  /** Seconds without a sign of life after which others may take a batch over. Default: 300. */
  readonly expiresAfter?: number;
  /** Receives a line about each event worth one. */
  readonly onNotice: (line: string) => void;
  /** Receives how all batches stand, each time this process has looked. */
  readonly onStates?: (states: readonly BatchState[]) => void;
}

/** How the work ended. */
export interface WorkOutcome {
  /** `stopped`: by the signal; `waiting`: other processes run what is left. */
  readonly status: "done" | "stopped" | "waiting";
  /** How all batches stood at the end. */
  readonly states: readonly BatchState[];
  /** Batches that this process finished. */
  readonly finished: readonly string[];
  /** Whether this process made any step. */
  readonly hasMadeProgress: boolean;
}

const lineOf = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");

/** Whether an error, or what caused it, is a full disk or an exhausted quota. */
function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" || /os error (28|122)\b/.test(error.message) ||
    isFull(error.cause);
}

/** Whether there is no room on the disk for the files of a batch. */
async function isDiskFull(sweep: string): Promise<boolean> {
  const path = join(sweep, `.${crypto.randomUUID()}.tmp`);
  try {
    using file = await Deno.open(path, { write: true, createNew: true });
    const bytes = new Uint8Array(ROOM);
    for (let at = 0; at < ROOM;) at += await file.write(bytes.subarray(at));
    await file.sync();
    return false;
  } catch (error) {
    if (isFull(error)) return true;
    throw unwritable(sweep, error);
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

/** One process at work. */
class Worker {
  readonly #sweep: string;
  readonly #options: WorkOptions;
  readonly #me = thisOwner();
  readonly #finished: string[] = [];
  readonly #failedHere = new Set<string>();
  /** How often the disk was full since the last batch was done. */
  #timesFull = 0;
  #hasMadeProgress = false;

  constructor(sweep: string, options: WorkOptions) {
    this.#sweep = sweep;
    this.#options = options;
  }

  async work(): Promise<WorkOutcome> {
    const { batches, isDone, signal, waits, onNotice, onStates } = this.#options;
    let announced = "";
    for (;;) {
      const states = await survey(this.#sweep, batches, { isDone, me: this.#me });
      onStates?.(states);
      if (signal.aborted) return this.#outcome("stopped", states);
      if (await this.#takeOne(states)) continue;
      const open = states.filter(({ condition }) => condition !== "done" && condition !== "abandoned");
      if (open.length === 0) return this.#outcome("done", states);
      const isToBeTriedAgain = open.some(({ condition }) => condition !== "running");
      if (!waits && !isToBeTriedAgain) return this.#outcome("waiting", states);
      const hosts = new Set(open.map(({ claim }) => claim?.owner.host ?? "another machine"));
      const line = `waiting for ${count(open.length, "batch", "batches")}, on ${[...hosts].join(", ")}`;
      if (line !== announced) onNotice(announced = line);
      await this.#pause();
    }
  }

  #outcome(status: WorkOutcome["status"], states: readonly BatchState[]): WorkOutcome {
    return { status, states, finished: this.#finished, hasMadeProgress: this.#hasMadeProgress };
  }

  /** Waits a little, or a multiple of that up to the time of expiry, or until the signal. */
  async #pause(times = 1): Promise<void> {
    const { signal, expiresAfter = EXPIRES_AFTER } = this.#options;
    const seconds = Math.min(times * Math.min(LOOK_EVERY, expiresAfter / 10), expiresAfter);
    await delay(seconds * 1000, undefined, { signal }).catch(() => {});
  }

  /** Does something again while the disk is full. */
  async #patiently<T>(action: () => Promise<T>): Promise<T> {
    const { signal, onNotice } = this.#options;
    for (let tries = 0;; tries++) {
      try {
        return await action();
      } catch (error) {
        if (!isFull(error) || signal.aborted) throw error;
        if (tries === 0) onNotice(`no space left in ${this.#sweep}: waiting until there is`);
      }
      await this.#pause();
    }
  }

  /** Claims the first batch that is free and runs it. */
  async #takeOne(states: readonly BatchState[]): Promise<boolean> {
    const { onNotice, expiresAfter = EXPIRES_AFTER, resultFolder, isDone } = this.#options;
    const options = { me: this.#me, expiresAfter, resultFolder, isDone, onNotice };
    // What failed here comes last: another machine may have more luck with it.
    const hasFailed = ({ batch }: BatchState) => Number(this.#failedHere.has(batch));
    for (const state of states.toSorted((a, b) => hasFailed(a) - hasFailed(b))) {
      if (!state.isFree) continue;
      const claim = await this.#patiently(() => Claim.take(this.#sweep, state, options));
      if (claim === null) continue;
      if (state.condition === "expired") {
        onNotice(
          `${state.batch}: takes over from ${state.claim?.owner.host}, silent for ${
            Math.round(state.silence)
          } s`,
        );
      }
      try {
        await this.#attempt(claim);
      } finally {
        await claim.abandon();
      }
      return true;
    }
    return false;
  }

  async #attempt(claim: Claim): Promise<void> {
    const { run, onNotice } = this.#options;
    const { batch } = claim.record;
    const signal = AbortSignal.any([this.#options.signal, claim.lost]);
    let ending: "done" | "stopped" = "stopped";
    let failure: { readonly error: unknown } | null = null;
    try {
      await claim.prepare();
      ending = await run({
        batch,
        folder: claim.folder,
        signal,
        onProgress: (step, steps) => {
          claim.progress(step, steps);
          this.#hasMadeProgress ||= step > (claim.record.from ?? 0);
        },
      });
      if (ending === "done") await this.#patiently(() => claim.commit());
    } catch (error) {
      if (!signal.aborted) failure = { error };
    }
    if (failure !== null) return await this.#fail(claim, failure.error);
    if (ending === "done") {
      this.#failedHere.clear();
      this.#timesFull = 0;
      this.#hasMadeProgress = true;
      this.#finished.push(batch);
      await this.#patiently(() => claim.finish("done"));
      await claim.discardEarlier();
    } else if (claim.lost.aborted) {
      onNotice(lineOf(claim.lost.reason));
      await claim.discard();
    } else {
      await this.#patiently(() => claim.finish("released", lineOf(signal.reason)));
    }
  }

  async #fail(claim: Claim, error: unknown): Promise<void> {
    const { onNotice } = this.#options;
    const { batch, failures } = claim.record;
    const message = lineOf(error);
    if (error instanceof GpuUnavailableError) {
      await this.#patiently(() => claim.finish("released", message));
      throw error;
    }
    if (isFull(error) || await isDiskFull(this.#sweep)) {
      // The batch is not to blame.
      await this.#patiently(() => claim.finish("released", message));
      await this.#pause(2 ** this.#timesFull++);
      return;
    }
    onNotice(`${batch} failed (${failures + 1} of ${MOST_FAILURES}): ${message}`);
    await this.#patiently(() => claim.finish("failed", message));
    // A wrong request fails on every machine.
    if (!(error instanceof InputError)) this.#failedHere.add(batch);
    if (this.#failedHere.size < MOST_FAILED_HERE) return;
    throw new StaircaseError(
      `${MOST_FAILED_HERE} batches in a row failed on this machine, the last one with: ${message}`,
      { cause: error },
    );
  }
}

/**
 * Works through the batches of a sweep: claims one, runs it, puts its results in place, and so on
 * until none is left. Any number of processes may do so at once; each batch is finished by one.
 *
 * @param sweep Folder of the sweep.
 * @param options What to work on, and how.
 * @returns How the work ended.
 * @throws {GpuUnavailableError} If there is no device.
 * @throws {StaircaseError} If three batches in a row fail here.
 * @throws {FileError} If the folder cannot be written, other than for lack of room.
 */
export function workThrough(sweep: string, options: WorkOptions): Promise<WorkOutcome> {
  return new Worker(sweep, options).work();
}
