/**
 * Runs the batches of a sweep, beside other processes that do.
 *
 * @module
 */
import type { GpuLease } from "../core/gpu_lease.ts";
import type { Batch } from "./batch.ts";
import type { BatchState } from "./claims/survey.ts";
import { type WorkOutcome, workThrough } from "./claims/work.ts";
import { type BatchRun, runBatch } from "./run_batch.ts";
import { batchFolder, isBatchDone } from "./sweep_folder.ts";

/** How batches are run. */
export interface BatchesRun extends Omit<BatchRun, "folder" | "onProgress"> {
  /** Folder of the sweep. */
  readonly folder: string;
  /** Whether to wait for batches that other processes run. Default: it does. */
  readonly waits?: boolean;
  /**
   * Reports progress.
   *
   * @param share Share of the work that is done by all processes, from 0 to 1, by its estimated
   * cost.
   * @param text A few words on the state.
   */
  readonly onProgress?: (share: number, text: string) => void;
  /**
   * Reports what is worth a line: batches that failed, or were taken over.
   *
   * @param line The line.
   */
  readonly onNotice?: (line: string) => void;
}

/**
 * Runs batches in the folder of a sweep. Those that are done are left out, and those that another
 * process runs, as long as it lives. A batch runs in a folder of its own, `work/ID.N`, which goes
 * to its place when it is done.
 *
 * @param lease Opens the device. It is not called where all batches are done.
 * @param batches The batches.
 * @param how Folder, signal, progress.
 * @returns How it ended.
 * @throws {GpuUnavailableError} If there is no device.
 * @throws {StaircaseError} If three batches in a row fail.
 * @throws {FileError} If the folder cannot be written, other than for lack of room.
 */
export async function runBatches(
  lease: () => Promise<GpuLease>,
  batches: readonly Batch[],
  how: BatchesRun,
): Promise<WorkOutcome> {
  const { folder, signal = new AbortController().signal, waits = true, ...others } = how;
  const { onProgress = () => {}, onNotice = () => {}, ...run } = others;
  const byId = new Map(batches.map((batch) => [batch.id, batch]));
  const total = batches.reduce((sum, { cost }) => sum + cost, 0);
  const shares = new Map<string, number>();
  const report = (text: string) => {
    const made = batches.reduce((sum, { id, cost }) => sum + cost * (shares.get(id) ?? 0), 0);
    onProgress(total > 0 ? made / total : 1, text);
  };
  let states: readonly BatchState[] = [];
  const finished = new Set<string>();
  return await workThrough(folder, {
    batches: batches.map(({ id }) => id),
    resultFolder: (id) => batchFolder(folder, { id }),
    isDone: async (id) => {
      if (!finished.has(id) && await isBatchDone(folder, { id })) finished.add(id);
      return finished.has(id);
    },
    waits,
    signal,
    onNotice,
    onStates: (found) => {
      states = found;
      for (const { batch, condition, claim } of states) {
        const { steps } = byId.get(batch)!.trials[0].settings;
        shares.set(batch, condition === "done" ? 1 : (claim?.step ?? 0) / Math.max(1, steps));
      }
      const done = states.filter(({ condition }) => condition === "done").length;
      report(`${done} of ${batches.length} batches done`);
    },
    run: async ({ batch: id, folder: work, signal, onProgress: note }) => {
      const batch = byId.get(id)!, { steps } = batch.trials[0].settings;
      const done = states.filter(({ condition }) => condition === "done").length;
      return await runBatch(await lease(), batch, {
        ...run,
        onNotice,
        folder: work,
        signal,
        onProgress: (made, text) => {
          note(made, steps);
          shares.set(id, made / Math.max(1, steps));
          report(`${done} of ${batches.length} batches done, ${text}`);
        },
      });
    },
  });
}
