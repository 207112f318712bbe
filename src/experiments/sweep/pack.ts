/**
 * Packs trials of equal shape into batches, which train as replicas of one training.
 *
 * @module
 */
import type { Batch } from "./batch.ts";
import { trialBytes, trialCost } from "./cost.ts";
import { contentId } from "./plan.ts";
import type { SweepPlan, Trial } from "./trial.ts";

/** Most trials of a batch by default. */
export const MOST_IN_BATCH = 64;

/** Most GPU memory of a batch in bytes, unless one trial needs more. */
const MOST_BYTES = 2 ** 30;

/** How trials are packed. */
export interface PackOptions {
  /** Most trials of a batch. Default: {@linkcode MOST_IN_BATCH}. */
  readonly most?: number;
  /**
   * Batches of an earlier plan, as ids of trials. Those whose trials are all in this plan stay as
   * they are, so that what they have done is kept. Default: none.
   */
  readonly kept?: readonly (readonly string[])[];
  /**
   * Ids of trials that are done in batches which do not stay. They are packed apart from the
   * others. Default: none.
   */
  readonly done?: ReadonlySet<string>;
}

/**
 * Packs the trials of a plan. The batches depend on the plan and the options alone, so that all
 * machines that share a sweep find the same ones. Batches of one shape differ in size by one trial
 * at most.
 *
 * @param plan The plan.
 * @param options Largest batch; batches to keep.
 * @returns The batches, in the order of their first trials.
 */
export function packTrials({ trials }: SweepPlan, options: PackOptions = {}): Batch[] {
  const { most = MOST_IN_BATCH, kept = [], done = new Set() } = options;
  const byId = new Map(trials.map((trial) => [trial.id, trial]));
  const batches: Batch[] = [];
  const isPacked = new Set<string>();
  for (const ids of kept) {
    const members = ids.map((id) => byId.get(id));
    if (!members.every((trial) => trial !== undefined)) continue;
    if (ids.length === 0 || ids.some((id) => isPacked.has(id))) continue;
    ids.forEach((id) => isPacked.add(id));
    batches.push(makeBatch(members));
  }
  const rest = trials.filter(({ id }) => !isPacked.has(id));
  for (const members of Map.groupBy(rest, ({ shape, id }) => shape + done.has(id)).values()) {
    const fitting = Math.max(1, Math.floor(MOST_BYTES / trialBytes(members[0])));
    const count = Math.ceil(members.length / Math.min(most, fitting));
    for (let b = 0; b < count; b++) {
      const [from, to] = [b, b + 1].map((part) => Math.floor(part * members.length / count));
      batches.push(makeBatch(members.slice(from, to)));
    }
  }
  const places = new Map(trials.map(({ id }, index) => [id, index]));
  return batches.sort((a, b) => places.get(a.trials[0].id)! - places.get(b.trials[0].id)!);
}

function makeBatch(trials: readonly Trial[]): Batch {
  return {
    id: contentId(trials.map(({ id }) => id)),
    trials,
    cost: trials.reduce((sum, trial) => sum + trialCost(trial), 0),
    bytes: trials.reduce((sum, trial) => sum + trialBytes(trial), 0),
  };
}
