/**
 * How the batches of a sweep stand, from its files alone.
 *
 * @module
 */
import { lastAttempts, readClaim, serverTime } from "./claim_files.ts";
import { isGone, type Owner } from "./owner.ts";
import type { ClaimRecord } from "./record.ts";

/** Attempts in a row that may fail, or die, at one place. Then a batch is given up. */
export const MOST_FAILURES = 3;
/** Seconds without a sign of life after which a claim expires. */
export const EXPIRES_AFTER = 300;
/**
 * Share of the time of expiry that passes before a batch that failed once is tried again: 10 s by
 * default. Four times as much after each further failure.
 */
const FIRST_PAUSE = 1 / 30;
/** Seconds for which an NFS client may not see a folder that another machine has made. */
const UNSEEN = 60;
/** Share of its steps by which an attempt must pass all earlier ones to have made progress. */
const PROGRESS = 0.01;

/**
 * How a batch stands: `open`, no process has begun it; `running`; `expired`, its owner is gone;
 * `released`, its owner stopped; `failed`, to be tried again; `abandoned`, it failed too often;
 * `done`.
 */
export type Condition = "open" | "running" | "expired" | "released" | "failed" | "abandoned" | "done";

/** One batch of a sweep, and its last claim. */
export interface BatchState {
  /** Id of the batch. */
  readonly batch: string;
  /** How it stands. */
  readonly condition: Condition;
  /** Number of its last attempt; 0 for none. */
  readonly attempt: number;
  /** The last claim that can be read; `null` for none. */
  readonly claim: ClaimRecord | null;
  /** Seconds since its last sign of life. */
  readonly silence: number;
  /** Attempts in a row, the last one included, that failed or died at one place. */
  readonly failures: number;
  /** Whether a process may take it now. */
  readonly isFree: boolean;
}

/** Where to look. */
export interface SurveyOptions {
  /** Tells whether a batch is done. */
  readonly isDone: (batch: string) => Promise<boolean>;
  /** This process. */
  readonly me: Owner;
}

/** Whether an attempt came notably further than all before it. */
export function cameFurther({ step, steps, reached }: ClaimRecord): boolean {
  return step > reached + PROGRESS * steps;
}

/** Failures in a row after an attempt. A stop is no failure; progress forgives earlier ones. */
function failuresAfter(claim: ClaimRecord, endedBadly: boolean): number {
  const before = cameFurther(claim) ? 0 : claim.failures;
  return before + (endedBadly ? 1 : 0);
}

async function lastReadable(sweep: string, batch: string, attempt: number): Promise<ClaimRecord | null> {
  for (let earlier = attempt; earlier > 0; earlier--) {
    const stored = await readClaim(sweep, batch, earlier);
    if (stored?.record) return stored.record;
  }
  return null;
}

async function stateOf(
  sweep: string,
  batch: string,
  attempt: number,
  { isDone, me, now }: SurveyOptions & { readonly now: number },
): Promise<BatchState> {
  if (await isDone(batch)) {
    const claim = await lastReadable(sweep, batch, attempt);
    return { batch, condition: "done", attempt, claim, silence: 0, failures: 0, isFree: false };
  }
  const stored = attempt > 0 ? await readClaim(sweep, batch, attempt) : null;
  if (stored === null) {
    return { batch, condition: "open", attempt, claim: null, silence: 0, failures: 0, isFree: true };
  }
  const silence = Math.max(0, now - stored.written);
  if (stored.record === null) {
    // Made, and not written: this moment, or by a process that died in between.
    const claim = await lastReadable(sweep, batch, attempt - 1);
    const isFree = silence > EXPIRES_AFTER;
    const condition = isFree ? "expired" : "running";
    return { batch, condition, attempt, claim, silence, failures: claim?.failures ?? 0, isFree };
  }
  const { record: claim } = stored;
  const { status } = claim;
  let condition: "running" | "expired" | "released" | "failed";
  if (status === "done") {
    // Written when the results were in place: they are gone since, or not yet seen from here.
    condition = silence > UNSEEN ? "released" : "running";
  } else if (status === "running") {
    condition = silence > claim.expiresAfter || isGone(claim.owner, me) ? "expired" : "running";
  } else {
    condition = status;
  }
  const endedBadly = condition === "failed" || condition === "expired";
  const failures = failuresAfter(claim, endedBadly);
  if (endedBadly && failures >= MOST_FAILURES) {
    return { batch, condition: "abandoned", attempt, claim, silence, failures, isFree: false };
  }
  const pause = condition === "failed" ? FIRST_PAUSE * claim.expiresAfter * 4 ** (failures - 1) : 0;
  const isFree = condition !== "running" && silence >= pause;
  return { batch, condition, attempt, claim, silence, failures, isFree };
}

/**
 * Finds how batches stand, while others work on them as well.
 *
 * @param sweep Folder of the sweep.
 * @param batches Ids of its batches.
 * @param options Where to look.
 * @returns Their states, in the same order.
 */
export async function survey(
  sweep: string,
  batches: readonly string[],
  options: SurveyOptions,
): Promise<BatchState[]> {
  const last = await lastAttempts(sweep);
  const now = last.size > 0 ? await serverTime(sweep) : 0;
  const states: BatchState[] = [];
  for (const batch of batches) {
    states.push(await stateOf(sweep, batch, last.get(batch) ?? 0, { ...options, now }));
  }
  return states;
}
