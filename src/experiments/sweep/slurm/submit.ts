/**
 * Submits the job array of a sweep to Slurm.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, StaircaseError } from "../../../errors.ts";
import { writeAtomically } from "../../../io/atomic.ts";
import type { SlurmFlags } from "./flags.ts";
import { jobScript } from "./job_script.ts";

/** Most tasks of an array if their number is not given. */
const DEFAULT_TASKS = 16;

/** Variables that a task needs where the cluster does not pass the environment on. */
const VARIABLES = [
  "DENO_DIR",
  "NPM_CONFIG_REGISTRY",
  "DENO_WEBGPU_BACKEND",
  "VK_ICD_FILENAMES",
  "XDG_CACHE_HOME",
];

/** An array that was submitted. */
export interface Submission {
  /** Number of the job. */
  readonly job: string;
  /** Its tasks. */
  readonly tasks: number;
  /** Path of its script. */
  readonly script: string;
}

/** What is submitted. */
export interface SubmitOptions {
  /** Batches that are not done. */
  readonly batches: number;
  /** Flags of the program for its tasks, such as that of the adapter. */
  readonly args: readonly string[];
}

/**
 * Writes the script of a job array into the folder of a sweep, and submits it.
 *
 * @param sweep Folder of the sweep, whose plan is written.
 * @param flags What to ask of Slurm.
 * @param options Number of batches, and flags for the tasks.
 * @returns The job.
 * @throws {InputError} If Slurm refuses the job.
 * @throws {StaircaseError} If there is no `sbatch`.
 */
export async function submitSweep(
  sweep: string,
  { tasks, partition, account, gpus, time, sbatch }: SlurmFlags,
  { batches, args }: SubmitOptions,
): Promise<Submission> {
  const folder = resolve(sweep), logs = join(folder, "slurm"), path = join(logs, "job.sh");
  const number = tasks ?? Math.min(batches, DEFAULT_TASKS);
  const { mainModule } = Deno;
  const program = mainModule.startsWith("file:") ? fileURLToPath(mainModule) : mainModule;
  const script = jobScript({
    tasks: number,
    partition,
    account,
    gpus,
    time,
    more: sbatch,
    logs,
    directory: Deno.cwd(),
    env: Object.fromEntries(VARIABLES.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    })),
    // Nodes have no network: all code comes from the cache.
    command: [Deno.execPath(), "run", "-A", "--cached-only", program, folder, "--worker", ...args],
  });
  await Deno.mkdir(logs, { recursive: true });
  await writeAtomically(path, script);
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("sbatch", { args: ["--parsable", path], stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new StaircaseError(
      `there is no sbatch on this machine: submit ${path} on one that has Slurm, or start the program with --worker`,
      { cause: error },
    );
  }
  const [out, err] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (output.code !== 0) {
    throw new InputError(`Slurm refuses the job: ${err.replaceAll(/\s*\n\s*/g, "; ")}`);
  }
  // "12", or "12;cluster".
  return { job: out.split(";")[0], tasks: number, script: path };
}
