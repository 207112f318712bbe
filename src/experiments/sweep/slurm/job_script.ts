/**
 * The script of a job array whose tasks work through a sweep.
 *
 * @module
 */
import { InputError } from "../../../errors.ts";

/** What a script is made of. */
export interface JobScript {
  /** Tasks of the array. */
  readonly tasks: number;
  /** Partition; `null` for the cluster's default. */
  readonly partition: string | null;
  /** Account to charge; `null` for the user's default. */
  readonly account: string | null;
  /** GPUs of a task: a number, or a type and a number as `a100:1`; `0` to ask for none. */
  readonly gpus: string;
  /** Time limit; `null` for the partition's default. */
  readonly time: string | null;
  /** More options of sbatch, on one line or several; `null` for none. */
  readonly more: string | null;
  /** Folder for the logs of tasks: an absolute path. */
  readonly logs: string;
  /** Folder to work in: an absolute path. */
  readonly directory: string;
  /** Variables of the environment that the task needs. */
  readonly env: Readonly<Record<string, string>>;
  /** The command that a task runs: a program and its arguments. */
  readonly command: readonly string[];
}

/** Seconds before the time limit at which Slurm warns a task. It may do so a minute earlier. */
const WARNING = 60;
/** Shortest time limit in seconds: the warning leaves a good part of it for the work. */
const SHORTEST = 300;
/** Times that Slurm may have started a task before it is given up after a crash. */
const MOST_RESTARTS = 20;

/** Quotes a word for the shell. */
function quoted(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Reads a time limit as Slurm does: minutes, M:S, H:M:S, D-H, D-H:M or D-H:M:S.
 *
 * @param text The limit.
 * @returns Seconds; `null` if it is none.
 */
function secondsOf(text: string): number | null {
  const [, days, first, second, third] = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text) ?? [];
  if (first === undefined) return null;
  const [a, b = 0, c = 0] = [first, second, third].filter((part) => part !== undefined).map(Number);
  if (days !== undefined) return ((Number(days) * 24 + a) * 60 + b) * 60 + c;
  return third === undefined ? a * 60 + b : (a * 60 + b) * 60 + c;
}

function check({ partition, account, gpus, time, more, logs }: JobScript): void {
  for (const [flag, name] of [["partition", partition], ["account", account]]) {
    if (name !== null && !/^[\w.,@+-]+$/.test(name)) {
      throw new InputError(`--${flag} must be a name that Slurm knows, not ${JSON.stringify(name)}`);
    }
  }
  if (!/^(\w[\w.-]*:)?\d+$/.test(gpus)) {
    throw new InputError(
      `--gpus must be a number, or a type and a number as a100:1, not ${JSON.stringify(gpus)}`,
    );
  }
  const seconds = time === null ? null : secondsOf(time);
  if (time !== null && seconds === null) {
    throw new InputError(
      `--time must be a limit as 4:00:00, 1-12:00:00 or 90 (minutes), not ${JSON.stringify(time)}`,
    );
  }
  if (seconds !== null && seconds < SHORTEST) {
    throw new InputError(
      `--time must be at least ${SHORTEST / 60} minutes: tasks stop one or two minutes before`,
    );
  }
  const wrong = more?.split("\n").map((line) => line.trim()).find((line) => !/^(-|$)/.test(line));
  if (wrong !== undefined) {
    throw new InputError(`--sbatch takes options of sbatch, as '--mem=16G', not ${JSON.stringify(wrong)}`);
  }
  // Slurm replaces %, takes backslashes for a sign that there is nothing to replace, and has
  // quotes.
  if (/[%"\\\p{C}]/u.test(logs)) {
    throw new InputError(`Slurm writes no logs to ${JSON.stringify(logs)}: name a folder without % " and \\`);
  }
}

/**
 * Writes the script of a job array. Its tasks claim batches of a sweep until none is free.
 *
 * Slurm signals the script's shell; whether it signals the task as well depends on the cluster
 * (`proctrack/linuxproc` and `pgid` do, `cgroup` does not). So the shell passes the signal on, and
 * a program of Staircase takes two within a moment for one.
 *
 * @param job What it is made of.
 * @returns The script.
 * @throws {InputError} If Slurm would not understand an option.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jobScript } from "./job_script.ts";
 *
 * const script = jobScript({
 *   tasks: 4,
 *   partition: "gpu",
 *   account: null,
 *   gpus: "1",
 *   time: "4:00:00",
 *   more: "--mem=16G",
 *   logs: "/home/me/runs/sweep/slurm",
 *   directory: "/home/me",
 *   env: { DENO_DIR: "/shared/deno" },
 *   command: ["/usr/bin/deno", "run", "-A", "/home/me/my tools/sweep.ts"],
 * });
 * assert.match(script, /^#SBATCH --array=1-4$/m);
 * assert.match(script, /^#SBATCH --mem=16G$/m);
 * assert.match(script, /^\/usr\/bin\/deno run -A '\/home\/me\/my tools\/sweep.ts' &$/m);
 * ```
 */
export function jobScript(job: JobScript): string {
  check(job);
  const { tasks, partition, account, gpus, time, more, logs, directory, env, command } = job;
  const options = [
    "--job-name=staircase-sweep",
    `--array=1-${tasks}`,
    ...partition === null ? [] : [`--partition=${partition}`],
    ...account === null ? [] : [`--account=${account}`],
    ...gpus === "0" ? [] : [`--gpus=${gpus}`],
    ...time === null ? [] : [`--time=${time}`],
    `--output="${logs}/%A_%a.log"`,
    "--open-mode=append",
    "--requeue",
    `--signal=B:USR1@${WARNING}`,
    ...(more ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== ""),
  ];
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${option}`).join("\n")}

# Each task of this array works on batches of a sweep until none is free. Tasks do not depend on each
# other: submit this script again to add some, cancel some to have fewer.

cd ${quoted(directory)} || exit 1
${Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`).join("")}
echo "== task \${SLURM_ARRAY_TASK_ID:-} on \${SLURMD_NODENAME:-}, start $((\${SLURM_RESTART_COUNT:-0} + 1)), $(date)"
${command.map(quoted).join(" ")} &
task=$!

# Slurm sends SIGTERM before it ends the job. The task then writes a checkpoint and leaves its batch
# to others. SIGUSR1 comes about a minute before the time limit: the same, and the job queues again.
pass_on() {
  signaled=yes
  kill -TERM "$task" 2>/dev/null
}
again=no
trap pass_on TERM
trap 'again=yes; pass_on' USR1

# A signal ends \`wait\` before the task has ended.
signaled=yes status=0
while [[ $signaled == yes ]]; do
  signaled=no
  wait "$task"
  status=$?
done

# By its place in the array: SLURM_JOB_ID of the last task is the number of the whole array.
requeue() {
  echo "== queues again: $1"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
}
case $status in
  0 | 1 | 2 | 129 | 130) ;; # nothing left to do, or the log says why
  143) [[ $again == no ]] || requeue "the time limit is near" ;;
  *) ((\${SLURM_RESTART_COUNT:-0} >= ${MOST_RESTARTS})) || requeue "the task was killed or crashed, status $status" ;;
esac
exit "$status"
`;
}
