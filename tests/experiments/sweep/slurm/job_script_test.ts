/**
 * The script of a job array: what Slurm reads of it, and what its shell does with signals.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { type JobScript, jobScript } from "../../../../src/experiments/sweep/slurm/job_script.ts";
import { InputError } from "../../../../src/errors.ts";
import { assert } from "../../../deps.ts";
import { temporaryFolder } from "../../../support/program.ts";

const plain: JobScript = {
  tasks: 2,
  partition: null,
  account: null,
  gpus: "0",
  time: null,
  more: null,
  logs: "/logs",
  directory: "/",
  env: {},
  command: ["true"],
};

const options = (script: string) =>
  script.split("\n").filter((line) => line.startsWith("#SBATCH ")).map((line) =>
    line.slice("#SBATCH ".length)
  );

Deno.test("every option of the job is a line for sbatch; what is not asked for is left out", () => {
  const always = [
    '--output="/logs/%A_%a.log"',
    "--open-mode=append",
    "--requeue",
    "--signal=B:USR1@60",
  ];
  assert.deepEqual(options(jobScript(plain)), ["--job-name=staircase-sweep", "--array=1-2", ...always]);
  const full = jobScript({
    ...plain,
    partition: "gpu,long",
    account: "physics",
    gpus: "a100:2",
    time: "1-12:00:00",
    more: "--mem=16G --constraint=a100\n  --mail-type=END",
  });
  assert.deepEqual(options(full), [
    "--job-name=staircase-sweep",
    "--array=1-2",
    "--partition=gpu,long",
    "--account=physics",
    "--gpus=a100:2",
    "--time=1-12:00:00",
    ...always,
    "--mem=16G --constraint=a100",
    "--mail-type=END",
  ]);
});

Deno.test("options that Slurm would not understand, or take for others, are refused with a line", () => {
  const refused: [Partial<JobScript>, RegExp][] = [
    [{ partition: "gpu --mem=1" }, /--partition must be a name that Slurm knows, not "gpu --mem=1"/],
    [{ account: "a\n#SBATCH --time=1" }, /--account must be a name/],
    [{ gpus: "many" }, /--gpus must be a number, or a type and a number as a100:1, not "many"/],
    [{ time: "4h" }, /--time must be a limit as 4:00:00, 1-12:00:00 or 90 \(minutes\), not "4h"/],
    [{ time: "0:04:59" }, /--time must be at least 5 minutes/],
    [{ time: "4" }, /--time must be at least 5 minutes/],
    [{ more: "rm -r /" }, /--sbatch takes options of sbatch, as '--mem=16G', not "rm -r \/"/],
    [{ more: "--mem=1G\necho" }, /not "echo"/],
    [{ logs: "/runs/100%" }, /Slurm writes no logs to "\/runs\/100%": name a folder without % " and \\/],
  ];
  for (const [change, message] of refused) {
    assert.throws(() => jobScript({ ...plain, ...change }), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  }
  for (const time of ["5", "5:00", "0:05:00", "0-1", "2-0:30"]) jobScript({ ...plain, time });
});

/** A shell that runs a script whose task is a piece of shell, beside a made-up `scontrol`. */
class Script implements Disposable {
  readonly folder = temporaryFolder();
  readonly child: Deno.ChildProcess;
  readonly output: Promise<string>;

  constructor(task: string, env: Record<string, string> = {}) {
    const { path } = this.folder, directory = `${path}/it's "here"`;
    Deno.mkdirSync(directory);
    Deno.writeTextFileSync(`${path}/scontrol`, '#!/bin/bash\necho "scontrol $*"\n', { mode: 0o755 });
    Deno.writeTextFileSync(
      `${path}/job.sh`,
      jobScript({ ...plain, directory, env: { GREETING: "it's me" }, command: ["bash", "-c", task] }),
    );
    this.child = new Deno.Command("bash", {
      args: [`${path}/job.sh`],
      env: {
        PATH: `${path}:${Deno.env.get("PATH")}`,
        SLURM_JOB_ID: "7",
        SLURM_ARRAY_JOB_ID: "7",
        SLURM_ARRAY_TASK_ID: "2",
        ...env,
      },
      stdout: "piped",
    }).spawn();
    this.output = new Response(this.child.stdout).text();
  }

  /** Waits until the task is there to hear signals. */
  async begun(): Promise<void> {
    while (!Deno.readDirSync(`${this.folder.path}/it's "here"`).some(({ name }) => name === "begun")) {
      await delay(20);
    }
  }

  /** Exit status, and the lines after the first, which names the task. */
  async ending(): Promise<[number, string[]]> {
    const { code } = await this.child.status;
    return [code, (await this.output).trimEnd().split("\n").slice(1)];
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

/** A task that stops some time after SIGTERM, as one that writes a checkpoint. */
const stopping = `trap 'sleep 0.3; echo stopped; exit 143' TERM; touch begun; while :; do sleep 0.05; done`;

Deno.test({
  name:
    "the script's shell passes signals on, waits for the checkpoint, and queues again before the time limit",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const cases: [string, Deno.Signal[], number, string[]][] = [
      ['echo "$PWD" | tail -c 7; echo "$GREETING"', [], 0, ['"here"', "it's me"]],
      ["exit 1", [], 1, []],
      ["exit 2", [], 2, []],
      [stopping, ["SIGTERM"], 143, ["stopped"]],
      [stopping, ["SIGUSR1"], 143, [
        "stopped",
        "== queues again: the time limit is near",
        "scontrol requeue 7_2",
      ]],
      // Done while the warning came: nothing to queue for.
      ["trap 'exit 0' TERM; touch begun; while :; do sleep 0.05; done", ["SIGUSR1"], 0, []],
      [
        "kill -KILL $$",
        [],
        137,
        ["== queues again: the task was killed or crashed, status 137", "scontrol requeue 7_2"],
      ],
    ];
    for (const [task, signals, code, lines] of cases) {
      using script = new Script(task);
      if (signals.length > 0) await script.begun();
      for (const signal of signals) script.child.kill(signal);
      assert.deepEqual(await script.ending(), [code, lines], task);
    }
    using crashing = new Script("kill -SEGV $$", { SLURM_RESTART_COUNT: "20" });
    assert.deepEqual(await crashing.ending(), [139, []], "not without end");
  },
});
