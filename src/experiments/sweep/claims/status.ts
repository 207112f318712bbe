/**
 * How far a sweep is, and what failed, from its files alone.
 *
 * @module
 */
import { textTable } from "../../../display/text_table.ts";
import { count } from "../../../format.ts";
import { thisOwner } from "./owner.ts";
import { type BatchState, type Condition, MOST_FAILURES, survey } from "./survey.ts";

/** A batch to look at. */
export interface StatusBatch {
  /** Its id. */
  readonly id: string;
  /** Number of its trials. */
  readonly trials: number;
  /** Estimate of its work, in any unit. */
  readonly cost: number;
  /** Its steps. */
  readonly steps: number;
}

/** One batch that is neither done nor untouched. */
export interface BatchStatus {
  /** Its id. */
  readonly batch: string;
  /** How it stands. */
  readonly state: Condition;
  /** Number of its trials. */
  readonly trials: number;
  /** Attempts so far. */
  readonly attempts: number;
  /** Steps made. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** Machine of the last attempt. */
  readonly host: string | null;
  /** Slurm job of the last attempt, as `12_3`; `null` outside Slurm. */
  readonly job: string | null;
  /** Seconds since its last sign of life. */
  readonly silence: number;
  /** Why it failed or stopped. */
  readonly message: string | null;
}

/** How far a sweep is. */
export interface SweepStatus {
  /** Number of trials. */
  readonly trials: number;
  /** Trials of batches that are done. */
  readonly trialsDone: number;
  /** Number of batches by how they stand. */
  readonly batches: Readonly<Record<Condition, number>>;
  /** Share of the work that is done, from 0 to 1. */
  readonly share: number;
  /** Seconds left at the present rate; `null` where nothing runs, or has not for long enough. */
  readonly secondsLeft: number | null;
  /** Batches that are neither done nor untouched, in the order of the plan. */
  readonly details: readonly BatchStatus[];
}

/** Share of a batch's steps that is made. */
function shareOf(state: BatchState, steps: number): number {
  if (state.condition === "done") return 1;
  return steps > 0 ? Math.min(1, (state.claim?.step ?? 0) / steps) : 0;
}

/** Work that a running batch does in a second. */
function rateOf({ condition, claim }: BatchState, { cost, steps }: StatusBatch): number {
  if (condition !== "running" || claim === null || claim.from === null || steps === 0) return 0;
  const seconds = (Date.parse(claim.written) - Date.parse(claim.started)) / 1000;
  return seconds > 0 ? cost * (claim.step - claim.from) / steps / seconds : 0;
}

/**
 * Finds how far a sweep is. It may run meanwhile.
 *
 * @param sweep Folder of the sweep.
 * @param batches Its batches.
 * @param isDone Tells whether a batch is done.
 * @returns How far it is.
 */
export async function sweepStatus(
  sweep: string,
  batches: readonly StatusBatch[],
  isDone: (batch: string) => Promise<boolean>,
): Promise<SweepStatus> {
  const states = await survey(sweep, batches.map(({ id }) => id), { isDone, me: thisOwner() });
  const sum = (valueOf: (batch: StatusBatch, state: BatchState) => number) =>
    batches.reduce((total, batch, i) => total + valueOf(batch, states[i]), 0);
  const counts: Record<Condition, number> = {
    done: 0,
    running: 0,
    expired: 0,
    released: 0,
    failed: 0,
    abandoned: 0,
    open: 0,
  };
  for (const { condition } of states) counts[condition]++;
  const total = sum(({ cost }) => cost), rate = sum((batch, state) => rateOf(state, batch));
  const left = sum((batch, state) =>
    state.condition === "abandoned" ? 0 : batch.cost * (1 - shareOf(state, batch.steps))
  );
  return {
    trials: sum(({ trials }) => trials),
    trialsDone: sum(({ trials }, { condition }) => condition === "done" ? trials : 0),
    batches: counts,
    share: total > 0 ? sum(({ cost, steps }, state) => cost * shareOf(state, steps)) / total : 1,
    secondsLeft: left === 0 ? 0 : rate > 0 ? left / rate : null,
    details: states.flatMap(({ batch, condition, attempt, claim, silence }, i) => {
      if (condition === "done" || condition === "open") return [];
      const { host = null, job = null } = claim?.owner ?? {};
      const { step = 0, message = null } = claim ?? {};
      const { trials, steps } = batches[i];
      return [{
        batch,
        state: condition,
        trials,
        attempts: attempt,
        step,
        steps,
        host,
        job,
        silence,
        message,
      }];
    }),
  };
}

/** Words for how batches stand, in the order of the summary. */
const WORDS: Readonly<Record<Condition, string>> = {
  done: "done",
  running: "running",
  expired: "left by a process that is gone",
  released: "stopped, to be gone on with",
  failed: "to be tried again",
  abandoned: `given up after ${MOST_FAILURES} failures`,
  open: "waiting",
};

/** Writes a time roughly: `40 s`, `12 min`, `3 h`. */
function roughly(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/**
 * Writes how far a sweep is, for people.
 *
 * @param status How far it is.
 * @returns Lines.
 */
export function statusText(
  { trials, trialsDone, batches, share, secondsLeft, details }: SweepStatus,
): string[] {
  const total = Object.values(batches).reduce((sum, number) => sum + number, 0);
  const parts = (Object.keys(WORDS) as Condition[])
    .filter((condition) => batches[condition] > 0)
    .map((condition) => `${batches[condition]} ${WORDS[condition]}`);
  const left = secondsLeft === null || secondsLeft === 0 ? "" : `, about ${roughly(secondsLeft)} left`;
  const lines = [
    `${trialsDone} of ${count(trials, "trial")} done, ${Math.floor(100 * share)} % of the work${left}`,
    `${count(total, "batch", "batches")}: ${parts.join(", ")}`,
  ];
  if (details.length > 0) {
    lines.push(
      "",
      ...textTable(
        [
          ["batch", "state", "where", "trials", "attempts", "step", "of", "last sign"],
          ...details.map(({ batch, state, host, job, trials, attempts, step, steps, silence }) => [
            batch,
            state,
            job === null ? host ?? "" : `${host}, job ${job}`,
            `${trials}`,
            `${attempts}`,
            `${step}`,
            `${steps}`,
            `${roughly(silence)} ago`,
          ]),
        ],
        3,
        110,
      ),
    );
  }
  const failures = details.filter(({ state, message }) => message !== null && /failed|abandoned/.test(state));
  if (failures.length > 0) {
    lines.push("");
    for (const { batch, message } of failures) lines.push(`${batch} failed: ${message}`);
  }
  return lines;
}
