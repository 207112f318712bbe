/**
 * What the program `sweep` does for many machines: submits a job array, tells how far it is, and
 * tries again what was given up.
 *
 * @module
 */
import { machineFlags } from "../../cli/program_flags.ts";
import { count } from "../../format.ts";
import type { Sweep } from "./batch.ts";
import { forgive } from "./claims/claim.ts";
import { thisOwner } from "./claims/owner.ts";
import { type SweepStatus, sweepStatus } from "./claims/status.ts";
import { type BatchState, survey } from "./claims/survey.ts";
import type { SlurmFlags } from "./slurm/flags.ts";
import { submitSweep } from "./slurm/submit.ts";
import { isBatchDone } from "./sweep_folder.ts";

/**
 * Finds how far a sweep is.
 *
 * @param folder Its folder.
 * @param sweep The sweep.
 * @returns How far it is.
 */
export function statusOf(folder: string, { batches }: Sweep): Promise<SweepStatus> {
  return sweepStatus(
    folder,
    batches.map(({ id, trials, cost }) => ({
      id,
      trials: trials.length,
      cost,
      steps: trials[0].settings.steps,
    })),
    (id) => isBatchDone(folder, { id }),
  );
}

/**
 * Lets batches that were given up be tried again, as somebody asks for the sweep anew.
 *
 * @param folder Folder of the sweep.
 * @param sweep The sweep.
 * @returns How its batches stand: none is given up.
 */
export async function tryAgain(folder: string, { batches }: Sweep): Promise<readonly BatchState[]> {
  const me = thisOwner(), isDone = (id: string) => isBatchDone(folder, { id });
  const look = () => survey(folder, batches.map(({ id }) => id), { isDone, me });
  const states = await look(), given = states.filter(({ condition }) => condition === "abandoned");
  for (const state of given) await forgive(folder, state, me);
  return given.length > 0 ? await look() : states;
}

/** What the command line asks for. */
export interface ClusterCall {
  /** Values of the flags. */
  readonly flags: SlurmFlags & Readonly<Record<string, unknown>>;
  /** Names, in camel case, of the flags that are given. */
  readonly given: ReadonlySet<string>;
}

/** Flags that tasks get as they are given here. */
const PASSED_ON = [...machineFlags.map(({ name }) => name), "checkpoint-every", "formats", "report"];

/** Writes flags that are given as a command line has them. */
function passedOn({ flags, given }: ClusterCall): string[] {
  return PASSED_ON.flatMap((name) => {
    const key = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), value = flags[key];
    if (!given.has(key)) return [];
    return typeof value === "boolean" ? [`--${value ? "" : "no-"}${name}`] : [`--${name}=${value}`];
  });
}

/**
 * Submits a job array for what is left of a sweep.
 *
 * @param folder Folder of the sweep, whose plan is written.
 * @param sweep The sweep.
 * @param call What the command line asks for.
 * @returns Lines that say what was submitted; `null` where all batches are done.
 * @throws {InputError} If Slurm refuses the job.
 */
export async function submit(folder: string, sweep: Sweep, call: ClusterCall): Promise<string[] | null> {
  const states = await tryAgain(folder, sweep);
  const left = states.filter(({ condition }) => condition !== "done").length;
  if (left === 0) return null;
  const { job, tasks, script } = await submitSweep(folder, call.flags, {
    batches: left,
    args: passedOn(call),
  });
  return [
    `job ${job}: ${count(tasks, "task")} for ${count(left, "batch", "batches")}; its script is ${script}`,
    `sweep ${folder} --status tells how far it is; scancel ${job} stops it`,
  ];
}
