/**
 * Runs a sweep of 64 trials on a Slurm cluster in this machine while things break: two tasks are
 * killed, a node dies, the disk is full for a while, a checkpoint is damaged. Then compares the
 * table with that of a sweep that ran undisturbed in one process. It needs the packages `slurm-wlm`
 * and `munge`, and root, to mount a small disk.
 *
 *     deno task slurm-faults
 *
 * It ends with a line of JSON, and with status 1 where trials are lost or doubled, a byte differs,
 * or a fault was not felt.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { filesIn, temporaryFolder } from "./support/program.ts";
import { hasSlurm, SlurmCluster } from "./support/slurm.ts";
import { smallDisk } from "./support/small_disk.ts";
import { SweepOnCluster, sweepWell } from "./support/slurm_sweep.ts";

const GRID = [
  "--grid=width=12,16 learningRate=1e-2,3e-3 seed=0..15",
  "--trials-per-batch=4",
  "--depth=2",
  "--steps=4000",
  "--checkpoint-every=2",
];

if (!hasSlurm) {
  console.error("there is no Slurm: install slurm-wlm and munge");
  Deno.exit(2);
}

const start = Date.now();
const say = (line: string) =>
  console.error(`${((Date.now() - start) / 1000).toFixed(0).padStart(5)} s  ${line}`);

using folder = temporaryFolder();
say("undisturbed, in one process");
await sweepWell([...GRID, "--out=alone", "--quiet"], folder.path);

const disk = `${folder.path}/disk`, logs = `${folder.path}/logs`;
for (const path of [disk, logs]) Deno.mkdirSync(path);
using _disk = smallDisk(disk, 128);
await using cluster = await SlurmCluster.start(["node1", "node2"]);
const { out } = await sweepWell(
  // Logs lie elsewhere: on a full disk they would have no room.
  [...GRID, `--out=${disk}/sweep`, "--slurm", "--tasks=4", "--gpus=0", `--sbatch=--output=${logs}/%A_%a.log`],
  folder.path,
  cluster.env,
);
say(out.split("\n")[0]);
const shared = new SweepOnCluster(cluster, `${disk}/sweep`, logs);
const faults: string[] = [];
const fault = (what: string) => {
  faults.push(what);
  say(what);
};

const first = await shared.busyTask();
Deno.kill(first.pid, "SIGKILL");
fault(`killed task ${first.job.name}`);

const second = await shared.busyTask(({ name }) => name !== first.job.name, hasTwoCheckpoints);
Deno.kill(second.pid, "SIGSTOP");
const damaged = checkpoints(second.work).at(-1)!;
const bytes = Deno.readFileSync(damaged);
bytes[bytes.length >> 1] ^= 1;
Deno.writeFileSync(damaged, bytes);
fault(`damaged ${damaged.slice(disk.length + 1)}`);
Deno.kill(second.pid, "SIGKILL");
fault(`killed task ${second.job.name}`);

await shared.busyTask();
await Deno.writeFile(`${disk}/filler`, new Uint8Array(256 << 20)).catch(() => {});
fault("filled the disk for 20 s");
await delay(20_000);
await Deno.remove(`${disk}/filler`);

const third = await shared.busyTask();
await cluster.killNode(third.job.node);
fault(`killed ${third.job.node}, with its tasks`);
await delay(15_000);
await cluster.startNode(third.job.node);

await shared.over(1800);
const status = await sweepWell([`${disk}/sweep`, "--status", "--json"], folder.path);
const { trials, trials_done: done, batches } = JSON.parse(status.out);
say(`over: ${done} of ${trials} trials`);

const rows = Deno.readTextFileSync(`${disk}/sweep/sweep.csv`).trimEnd().split("\n").slice(1);
const isIdentical = ["sweep.csv", "sweep.parquet"].every((name) => {
  const [one, many] = [`${folder.path}/alone`, `${disk}/sweep`].map((out) =>
    Deno.readFileSync(`${out}/${name}`)
  );
  return one.length === many.length && one.every((byte, i) => byte === many[i]);
});
const attempts = filesIn(`${disk}/sweep/claims`).filter((name) => !name.startsWith(".")).length;
const text = shared.logs();
const linesWith = (pattern: RegExp) => text.split("\n").filter((line) => pattern.test(line)).length;
/** What the tasks say of the faults: each kind must have been felt. */
const felt = {
  requeued: linesWith(/^== queues again: the task was killed/),
  taken_over: linesWith(/takes over from/),
  checkpoint_refused: linesWith(/the checkpoint before it is used/),
  disk_full: linesWith(/disk is full|no space left/i),
  node_lost: linesWith(/DUE TO NODE FAILURE/) || linesWith(/ on node1, start [2-9]/),
};
const outcome = {
  trials,
  lost: trials - done,
  doubled: rows.length - new Set(rows).size,
  identical: isIdentical,
  batches: batches.done,
  attempts,
  faults,
  felt,
  seconds: Math.round((Date.now() - start) / 1000),
};
const isWell = outcome.lost === 0 && outcome.doubled === 0 && isIdentical &&
  Object.values(felt).every((lines) => lines > 0);
if (!isWell) say(text);
console.log(JSON.stringify(outcome));
Deno.exitCode = isWell ? 0 : 1;

/** Checkpoints in the folder of an attempt, oldest first. */
function checkpoints(work: string): string[] {
  const folder = `${work}/state`;
  return filesIn(folder).filter((name) => name.endsWith(".checkpoint"))
    .map((name) => `${folder}/${name}`)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

function hasTwoCheckpoints(work: string): boolean {
  return checkpoints(work).length >= 2;
}
