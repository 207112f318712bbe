/**
 * Runs batches one after another.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Batch } from "./batch.ts";
import { runBatch } from "./run_batch.ts";
import { batchFolder, isBatchDone } from "./sweep_folder.ts";
import { TaskCatalog } from "./task_catalog.ts";

/** How batches are run. */
export interface BatchesRun {
  /** Folder of the sweep. */
  readonly folder: string;
  /** Stops after the steps in flight. */
  readonly signal?: AbortSignal;
  /** Tasks that are known. Default: none. */
  readonly catalog?: TaskCatalog;
  /**
   * Reports progress.
   *
   * @param share Share of the work that is done, from 0 to 1, by its estimated cost.
   * @param text A few words on the state.
   */
  readonly onProgress?: (share: number, text: string) => void;
}

/**
 * Runs batches in the folder of a sweep. Those that are done are left out.
 *
 * @param gpu Opens the device. It is not called where all batches are done.
 * @param batches The batches.
 * @param how Folder, signal, progress.
 * @returns `done`; `stopped` by the signal.
 * @throws {DeviceLostError} If the device is lost.
 */
export async function runBatches(
  gpu: () => Promise<Gpu>,
  batches: readonly Batch[],
  { folder, signal, catalog = new TaskCatalog(), onProgress = () => {} }: BatchesRun,
): Promise<"done" | "stopped"> {
  const left: Batch[] = [];
  for (const batch of batches) if (!await isBatchDone(folder, batch)) left.push(batch);
  const total = left.reduce((sum, { cost }) => sum + cost, 0);
  let over = 0;
  for (const [index, batch] of left.entries()) {
    if (signal?.aborted) return "stopped";
    const { cost, trials } = batch, { steps } = trials[0].settings;
    const state = await runBatch(await gpu(), batch, {
      folder: batchFolder(folder, batch),
      catalog,
      ...signal && { signal },
      onProgress: (made, text) => {
        const share = total > 0 ? (over + cost * made / Math.max(1, steps)) / total : 1;
        onProgress(share, `batch ${index + 1} of ${left.length}, ${text}`);
      },
    });
    if (state === "stopped") return "stopped";
    over += cost;
    onProgress(total > 0 ? over / total : 1, `batch ${index + 1} of ${left.length}`);
  }
  return "done";
}
