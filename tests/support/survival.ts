/**
 * Runs that are killed, or lose their device, at random times and go on.
 *
 * @module
 */
import { runInFolder } from "../../src/experiments/core/folder_run.ts";
import { GpuLease } from "../../src/experiments/core/gpu_lease.ts";
import { staircase } from "../../src/experiments/staircase/mod.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { completeOptions } from "../../src/train/options.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { command } from "./program.ts";

/** Files that must be the same to the bit. */
const FILES = ["trace.csv", "spectra.npz", "staircase.svg"];

/** Seconds between checkpoints. */
const EVERY = 0.3;

const ARGS = ["--layers=12,10", "--samples=48", "--probe-every=20", "--replicas=2", "--quiet"];

/** How a run that was killed has survived. */
export interface Survival {
  /** Names of files that differ from those of an uninterrupted run. */
  readonly differing: readonly string[];
  /** Times that it was killed. */
  readonly kills: number;
  /** Most seconds of work that a kill has cost. */
  readonly lost: number;
}

/** Compares the files of two runs. */
function differing(one: string, other: string): string[] {
  return FILES.filter((file) => {
    const [a, b] = [one, other].map((folder) => Deno.readFileSync(`${folder}/${file}`));
    return a.length !== b.length || a.some((byte, i) => byte !== b[i]);
  });
}

/** The last time that something was kept: a checkpoint, or else the start of the run. */
function lastKept(folder: string): number | null {
  const times: number[] = [];
  try {
    times.push(Deno.statSync(`${folder}/run.json`).mtime!.getTime());
    for (const { name } of Deno.readDirSync(`${folder}/state`)) {
      if (name.endsWith(".checkpoint")) times.push(Deno.statSync(`${folder}/state/${name}`).mtime!.getTime());
    }
  } catch {
    // Nothing yet.
  }
  return times.length > 0 ? Math.max(...times) : null;
}

/** A run of the program staircase that is never interrupted, and the time that it trains. */
export async function wholeRun(cwd: string, steps: number): Promise<{ folder: string; seconds: number }> {
  const folder = `${cwd}/whole`;
  const { code, stderr } = await command([...ARGS, `--steps=${steps}`, `--out=${folder}`], { cwd }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const { timings } = JSON.parse(Deno.readTextFileSync(`${folder}/run.json`));
  return { folder, seconds: timings.milliseconds / 1000 };
}

/** Kills a run some time after it has begun to write, be it to train, to save or to end. */
async function killLater(child: Deno.ChildProcess, folder: string, seconds: number): Promise<void> {
  let isOver = false;
  child.status.then(() => isOver = true);
  const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const before = lastKept(folder);
  while (!isOver && lastKept(folder) === before) await pause(0.01);
  await pause(seconds);
  if (isOver) return;
  try {
    child.kill("SIGKILL");
  } catch {
    // It was quicker.
  }
}

/** A run that is killed at one or two random times, and goes on each time. */
export async function killedRun(
  folder: string,
  whole: Awaited<ReturnType<typeof wholeRun>>,
  { cwd, steps, random }: { readonly cwd: string; readonly steps: number; readonly random: () => number },
): Promise<Survival> {
  let kills = 0, lost = 0;
  const wanted = random() < 0.5 ? 1 : 2;
  while (true) {
    const isThere = lastKept(folder) !== null;
    const place = isThere ? [`--resume=${folder}`] : [...ARGS, `--steps=${steps}`, `--out=${folder}`];
    const child = command([...place, `--checkpoint-every=${EVERY}`, "--quiet"], { cwd }).spawn();
    const [out, err] = [new Response(child.stdout).text(), new Response(child.stderr).text()];
    if (kills < wanted) void killLater(child, folder, random() * whole.seconds);
    const { code, signal } = await child.status, ended = Date.now();
    await out;
    if (signal === "SIGKILL") {
      kills++;
      const kept = lastKept(folder);
      if (kept !== null) lost = Math.max(lost, (ended - kept) / 1000);
      continue;
    }
    if (code !== 0) throw new Error(`exit status ${code}: ${await err}`);
    return { differing: differing(whole.folder, folder), kills, lost };
  }
}

/** Runs of a library call: one that is whole, and others whose devices are destroyed. */
export async function brokenRuns(
  cwd: string,
  { count, steps, random }: { readonly count: number; readonly steps: number; readonly random: () => number },
): Promise<{ readonly recovered: number; readonly losses: number; readonly differing: readonly string[] }> {
  const task = await loadTask("cosines");
  const options = { task, hidden: [12, 10], steps, probeEvery: 20, replicas: 2 };
  using lease = await GpuLease.open(() => Gpu.open({ adapter: "software" }));
  const plan = completeOptions(options), whole = `${cwd}/unbroken`;
  await runInFolder(lease, staircase, plan, { folder: whole });
  let recovered = 0, losses = 0;
  const found: string[] = [];
  for (let i = 0; i < count; i++) {
    const folder = `${cwd}/broken-${i}`, end = Math.floor(random() * steps);
    let isWhole = true;
    const { result, record } = await runInFolder(lease, staircase, plan, {
      folder,
      checkpointEvery: EVERY,
      onProgress: (made) => {
        // The submissions in flight are lost with the device.
        if (isWhole && made >= end) lease.gpu.device.destroy();
        isWhole &&= made < end;
      },
    });
    losses += record.deviceLosses.length;
    const different = differing(whole, folder);
    found.push(...different.map((file) => `${folder}/${file}`));
    if (result.status === "done" && different.length === 0) recovered += record.deviceLosses.length;
    if (lease.gpu.error) await lease.reopen();
  }
  return { recovered, losses, differing: found };
}
