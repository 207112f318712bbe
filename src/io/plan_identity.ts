/**
 * What tells one plan of an experiment from another.
 *
 * @module
 */
import type { Task } from "../tasks/task.ts";
import { configurationHash, type RunIdentity } from "./run_identity.ts";

/** Options of an experiment, checked and completed, with its tasks. */
export interface IdentifiedPlan {
  /** The task, if there is one. */
  readonly task?: Task;
  /** The tasks, if there are several. */
  readonly tasks?: readonly Task[];
}

/** Options that may change when a run goes on: it has the same bits up to there. */
const CHANGEABLE = ["steps", "stopOnDivergence", "retain"];

/**
 * Identifies a plan by its options and by the samples of its tasks. The number of steps may grow,
 * and is left out.
 *
 * @param experiment Name of the experiment.
 * @param plan The plan.
 * @returns The identity.
 */
export async function planIdentity(experiment: string, plan: IdentifiedPlan): Promise<RunIdentity> {
  const { task, tasks, ...others } = plan;
  const all = [...task ? [task] : [], ...tasks ?? []];
  const options = Object.entries(others).filter(([key]) => !CHANGEABLE.includes(key));
  return {
    experiment,
    configuration: await configurationHash(await digested(Object.fromEntries(options))),
    tasks: all.map(({ name }) => name).join(),
    samples: await configurationHash(await digested(all)),
  };
}

/** Replaces typed arrays by their checksums, which JSON would list number by number. */
async function digested(value: unknown): Promise<unknown> {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  if (Array.isArray(value)) return await Promise.all(value.map(digested));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    await Promise.all(Object.entries(value).map(async ([key, item]) => [key, await digested(item)] as const)),
  );
}
