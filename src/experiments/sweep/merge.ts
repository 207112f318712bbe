/**
 * Merges the folders of shards into one.
 *
 * @module
 */
import { loadFormats } from "../../convert/draw.ts";
import type { FigureFormat } from "../../convert/formats.ts";
import { InputError } from "../../errors.ts";
import { count } from "../../format.ts";
import { checkWritable } from "../../io/writable_folder.ts";
import type { Sweep } from "./batch.ts";
import { trialText } from "./expand.ts";
import { collectOutcomes, formatsIn, resultFiles, type SweepResults, writeCollected } from "./results.ts";
import { batchFolder, holdsSweep, readSweep, writeSweep } from "./sweep_folder.ts";
import type { Trial } from "./trial.ts";
import { writeTrials } from "./trials_file.ts";

/** How folders are merged. */
export interface MergeOptions {
  /** Folder for the results. */
  readonly out: string;
  /** Whether trials may be missing. Default: they may not. */
  readonly partial?: boolean;
  /** Formats of the figure. Default: those that figures in the folders were asked for. */
  readonly formats?: readonly FigureFormat[];
  /** Whether `report.html` is written. Default: it is not. */
  readonly hasReport?: boolean;
}

/** Most missing trials that an error names. */
const MOST_NAMED = 3;

/**
 * Merges folders of shards. It reads outcomes and trains nothing, so it can be done again, with
 * more folders or fewer, and with the folder of the results among them.
 *
 * @param folders Folders with a plan and batches.
 * @param options Folder of the results; whether trials may be missing.
 * @returns The results.
 * @throws {InputError} If a folder has no sweep, or another plan than the first, or trials are
 * missing.
 * @throws {StaircaseError} If two outcomes of one trial differ.
 */
export async function mergeSweeps(
  folders: readonly string[],
  { out, partial = false, formats: asked, hasReport = false }: MergeOptions,
): Promise<SweepResults> {
  const [first, ...others] = folders;
  const sweep = await readSweep(first);
  for (const folder of others) checkSame(sweep, first, await readSweep(folder), folder);
  if (!folders.includes(out) && await holdsSweep(out)) checkSame(sweep, first, await readSweep(out), out);
  const collected = await collectOutcomes(sweep, folders);
  const missing = sweep.plan.trials.filter(({ id }) => !collected.outcomes.has(id));
  if (missing.length > 0 && !partial) {
    throw new InputError(
      `${count(missing.length, "trial")} of ${sweep.plan.trials.length} missing: ${missingText(missing)}; ` +
        "run the other shards, or give --partial to merge what is there",
    );
  }
  const formats = asked ?? await formatsIn([...folders, out]);
  await loadFormats(formats);
  await checkWritable(out, resultFiles({ formats, hasReport }));
  if (!folders.includes(out)) {
    await writeSweep(out, sweep);
    // Outcomes go with the table: the folder stands for all shards. Traces stay where they are.
    for (const batch of new Set([...collected.places.values()].map(({ batch }) => batch))) {
      const folder = batchFolder(out, batch);
      await Deno.mkdir(folder, { recursive: true });
      await writeTrials(folder, batch);
    }
  }
  return await writeCollected(out, sweep, collected, { formats, hasReport });
}

/**
 * Names missing trials.
 *
 * @param missing The trials, one at least.
 * @returns The first few with their options, and how many more there are.
 */
function missingText(missing: readonly Trial[]): string {
  const named = missing.slice(0, MOST_NAMED).map(({ id, given }) => `${trialText(given)} (${id})`);
  const more = missing.length - named.length;
  return [...named, ...more > 0 ? [`${more} more`] : []].join(", ");
}

function checkSame(sweep: Sweep, first: string, other: Sweep, folder: string): void {
  const [mine, theirs] = [sweep, other].map(({ plan }) => plan.trials.map(({ id }) => id));
  const at = mine.findIndex((id, i) => id !== theirs[i]);
  if (at < 0 && mine.length === theirs.length && String(sweep.plan.keys) === String(other.plan.keys)) return;
  throw new InputError(
    `${folder} has another plan than ${first} (${
      count(theirs.length, "trial")
    }, not ${mine.length}, or others ` +
      "of them): merge shards of one plan",
  );
}
