/**
 * Sweeps as users run them, here and on a Slurm cluster.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseClaim } from "../../src/experiments/sweep/claims/record.ts";
import type { ClaimRecord } from "../../src/experiments/sweep/claims/record.ts";
import { assert } from "../deps.ts";
import { type Ending, filesIn, root, run } from "./program.ts";
import { processesOfJob, type SlurmCluster, type SlurmJob } from "./slurm.ts";

const program = fileURLToPath(new URL("examples/sweep.ts", root));

/** Runs `sweep` to its end. */
export function sweep(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ending> {
  return run(args, { cwd, env, program });
}

/** Runs `sweep` to its end, which must be a good one. */
export async function sweepWell(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const ending = await sweep(args, cwd, env);
  assert.equal(ending.code, 0, ending.err);
  return ending;
}

/** A task that trains a batch. */
export interface BusyTask {
  readonly job: SlurmJob;
  /** Number of the process. */
  readonly pid: number;
  /** Folder of the attempt. */
  readonly work: string;
}

/** A sweep whose tasks run on a cluster. */
export class SweepOnCluster {
  readonly cluster: SlurmCluster;
  /** Folder of the sweep. */
  readonly folder: string;
  readonly #logs: string;

  constructor(cluster: SlurmCluster, folder: string, logs = `${folder}/slurm`) {
    this.cluster = cluster;
    this.folder = folder;
    this.#logs = logs;
  }

  /** Last claims of all batches. */
  claims(): ClaimRecord[] {
    const last = new Map<string, ClaimRecord>();
    for (const name of filesIn(`${this.folder}/claims`)) {
      const claim = name.startsWith(".") ? null : this.#read(name);
      if (claim && claim.attempt > (last.get(claim.batch)?.attempt ?? 0)) last.set(claim.batch, claim);
    }
    return [...last.values()];
  }

  #read(name: string): ClaimRecord | null {
    return parseClaim(Deno.readTextFileSync(`${this.folder}/claims/${name}`));
  }

  /**
   * Waits for a task that has a batch and has trained for a while.
   *
   * @param isMeant Which jobs count.
   * @param isRipe Which folders of attempts count.
   */
  async busyTask(
    isMeant: (job: SlurmJob) => boolean = () => true,
    isRipe: (work: string) => boolean = () => true,
  ): Promise<BusyTask> {
    let found: BusyTask | undefined;
    await this.cluster.until(async () => {
      const jobs = await this.cluster.jobs();
      for (const { status, owner, started, from, step, batch, attempt } of this.claims()) {
        const job = jobs.find(({ name, state }) => name === owner.job && state === "RUNNING");
        if (status !== "running" || !job || !isMeant(job)) continue;
        const [pid] = processesOfJob(this.cluster, job.id);
        const work = `${this.folder}/work/${batch}.${attempt}`;
        const isOnItsWay = step > (from ?? step) && Date.now() - Date.parse(started) > 1500 && isRipe(work);
        if (isOnItsWay && pid === Number.parseInt(owner.process)) found = { job, pid, work };
      }
      return found !== undefined;
    });
    return found!;
  }

  /** Waits until no job is left. */
  async over(seconds: number): Promise<void> {
    await this.cluster.until(async () => (await this.cluster.jobs()).length === 0, seconds);
  }

  /** What all tasks have written, for messages of tests that fail. */
  logs(): string {
    return filesIn(this.#logs).filter((name) => name.endsWith(".log"))
      .map((name) => `${name}:\n${Deno.readTextFileSync(`${this.#logs}/${name}`)}`).join("\n");
  }
}
