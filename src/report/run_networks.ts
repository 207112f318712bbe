/**
 * The networks of a run, from its folder.
 *
 * @module
 */
import type { NetworkSnapshot } from "../cockpit/data/networks.ts";
import { readSnapshots, type RunIdentity } from "../io/mod.ts";
import type { SnapshotNotes } from "../train/network_snapshots.ts";

/**
 * Reads what is kept of the networks of a run's training.
 *
 * @param folder Folder of the run's state.
 * @param identity What tells the run apart.
 * @param isWanted Tells of a step whether it is wanted. Default: all are.
 * @returns Its snapshots, by their steps; none where there are none.
 */
export async function readNetworks(
  folder: string,
  identity: RunIdentity,
  isWanted?: (step: number) => boolean,
): Promise<NetworkSnapshot[]> {
  const found = await readSnapshots(folder, 0, identity, isWanted);
  return found.map(({ step, notes, arrays }) => {
    return { step, ...notes as SnapshotNotes, arrays: arrays as NetworkSnapshot["arrays"] };
  });
}
