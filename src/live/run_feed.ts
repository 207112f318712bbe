/**
 * The feed of a run that another process trains, from its folder: what `run.json` says, then its
 * journal as it grows, and its networks as they are kept.
 *
 * @module
 */
import { setTimeout as wait } from "node:timers/promises";
import { chunkText, type FeedEnd, feedEvent, type FeedRun, networkText } from "../cockpit/live/feed.ts";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { journalPath, journalRecords, readRun, type RunIdentity } from "../io/mod.ts";
import { readNetworks } from "../report/run_networks.ts";
import { runTexts, type SubtitleFacts } from "../train/run_texts.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { Task } from "../tasks/task.ts";

/** Milliseconds from one look at the files to the next. */
const EVERY = 500;

/** The part of `run.json` that is read. */
interface FollowedRecord {
  readonly experiment: string;
  readonly status: string;
  readonly identity?: RunIdentity;
  readonly adapter: { readonly name: string } | null;
  readonly configuration: Omit<SubtitleFacts, "samples"> & {
    readonly task: {
      readonly description: string;
      readonly inputs: number;
      readonly outputs: number;
      readonly loss: Task["loss"];
      readonly samples: number;
    };
    readonly hidden: readonly number[];
    readonly epsilons: readonly number[];
    readonly threshold: Threshold;
    readonly steps: number;
  };
}

/**
 * Reads the record of a run that can be followed.
 *
 * @param folder Folder of the run.
 * @returns The record.
 * @throws {InputError} If there is no run, or it is none of `staircase`.
 */
async function readFollowed(folder: string): Promise<FollowedRecord> {
  const record = await readRun<FollowedRecord>(folder);
  if (record.experiment === "staircase") return record;
  throw new InputError(
    `${shown(folder)}: a run of ${
      shown(String(record.experiment))
    } cannot be followed: give one of staircase`,
  );
}

/**
 * Checks that a folder has a run that can be followed.
 *
 * @param folder The folder.
 * @throws {InputError} If there is no run, or it is none of `staircase`.
 */
export async function checkFollowed(folder: string): Promise<void> {
  await readFollowed(folder);
}

function runOf({ adapter, configuration }: FollowedRecord): FeedRun {
  const { task, hidden, epsilons, threshold, steps, replicas } = configuration;
  return {
    facts: {
      ...runTexts(task, { ...configuration, samples: task.samples }, [task.inputs, ...hidden, task.outputs]),
      hidden,
      epsilons,
      threshold,
      steps,
      replicas,
    },
    adapterName: adapter?.name ?? "an adapter",
  };
}

/** Length of the journal; `null` while there is none. */
function journalSize(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch {
    return null;
  }
}

/**
 * Follows a run from its first step to its end.
 *
 * @param place Folder of the run, or a promise of it, for a run that has not begun.
 * @param signal Ends the feed.
 * @returns Events, as they are sent.
 */
export async function* followRun(
  place: string | Promise<string>,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  const pause = () => wait(EVERY, undefined, { signal }).catch(() => {});
  const aborted = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null)));
  const folder = typeof place === "string" ? place : await Promise.race([place, aborted]);
  if (folder === null) return;
  // What lies in the folder of a run that only begins may be of the one that it replaces.
  if (typeof place !== "string") await pause();
  const state = `${folder}/state`, path = journalPath(state, 0), sent = new Set<number>();
  let from: number | null = null, isTold = false;
  while (!signal.aborted) {
    // What is written after this look at the status is no part of an end that it tells of.
    const record = await readFollowed(folder).catch(() => null);
    if (record && !isTold) {
      isTold = true;
      yield feedEvent("run", JSON.stringify(runOf(record)));
    }
    const size = journalSize(path);
    // A run that goes on after it was killed may cut its journal: it is told from the start.
    if (from !== null && (size ?? 0) < from) {
      [from, isTold] = [null, false];
      sent.clear();
    }
    if (isTold && size !== null) {
      for (const { bytes, end } of journalRecords(path, from)) {
        from = end;
        yield feedEvent("chunk", chunkText(bytes));
        if (signal.aborted) return;
      }
    }
    if (isTold && record?.identity) {
      for (const snapshot of await readNetworks(state, record.identity, (step) => !sent.has(step))) {
        sent.add(snapshot.step);
        yield feedEvent("network", networkText(snapshot));
        if (signal.aborted) return;
      }
    }
    if (record && record.status !== "running") {
      const ended: FeedEnd = { status: record.status };
      yield feedEvent("end", JSON.stringify(ended));
      return;
    }
    await pause();
  }
}
