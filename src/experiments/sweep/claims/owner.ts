/**
 * Who holds a claim, and whether that process is known to be gone.
 *
 * @module
 */
import { kill, pid } from "node:process";

/** A process that works on batches. */
export interface Owner {
  /** Name of its machine. */
  readonly host: string;
  /**
   * Machine, its boot and its space of process numbers: processes of one `machine` see each other.
   */
  readonly machine: string;
  /** Number of the process, and when it started: `812@55121`. */
  readonly process: string;
  /** Slurm job, as `12_3` for a task of an array; `null` outside Slurm. */
  readonly job: string | null;
  /** How often Slurm has started this job anew. */
  readonly restarts: number;
}

function textOf(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}

function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}

/** Whether a process of this machine exists, where there is no /proc. */
function exists(process: number): boolean {
  try {
    return kill(process, 0);
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}

/**
 * Names a process of this machine, with its time of start where /proc tells it, since numbers are
 * used again.
 */
function markOf(process: number): string | null {
  const stat = textOf(`/proc/${process}/stat`);
  // The name of the program, in parentheses, may hold blanks. The start is field 22 of all, and a
  // zombie (Z) or dead process (X) does no more work.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields !== undefined) return /[ZX]/.test(fields[0]) ? null : `${process}@${fields[19]}`;
  return textOf("/proc/self/stat") === null && exists(process) ? `${process}` : null;
}

/** Names this process, its machine and its Slurm job. */
export function thisOwner(): Owner {
  const { env } = Deno;
  const array = env.get("SLURM_ARRAY_JOB_ID"), task = env.get("SLURM_ARRAY_TASK_ID");
  const boot = textOf("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return {
    host: env.get("SLURMD_NODENAME") ?? Deno.hostname(),
    machine: [Deno.hostname(), boot, linkOf("/proc/self/ns/pid")].join(" "),
    process: markOf(pid) ?? `${pid}`,
    job: array && task ? `${array}_${task}` : env.get("SLURM_JOB_ID") ?? null,
    restarts: Number(env.get("SLURM_RESTART_COUNT") ?? 0),
  };
}

/**
 * Tells whether the owner of a claim has certainly ended. Of processes on other machines nothing is
 * known, except that Slurm starts a job anew only after it has given up its former run.
 *
 * @param owner The owner.
 * @param me This process.
 * @returns Whether it is gone.
 */
export function isGone(owner: Owner, me: Owner): boolean {
  if (owner.job !== null && owner.job === me.job && owner.restarts < me.restarts) return true;
  return owner.machine === me.machine && markOf(Number.parseInt(owner.process)) !== owner.process;
}
