/**
 * Drops of a loss between plateaus.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import { findPeaks } from "../../stats/peaks.ts";

/** How many times as fast a drop of the loss is as the plateaus before and behind it. */
const DROP = 3;

/** Share of the fastest fall of a loss below which falls are roundings. */
const STILL = 1e-6;

/**
 * Finds the drops of a loss, each between two plateaus: where its fall, in the time of a step, is
 * fastest, and three times as fast as at its slowest before and behind.
 *
 * @param probes Steps and losses.
 * @returns Indices of the probes before the fastest fall of each drop.
 */
export function lossDrops(probes: readonly { readonly step: number; readonly loss: number }[]): number[] {
  const speeds = probes.slice(1).map(({ step, loss }, i) =>
    (probes[i].loss - loss) / (step - probes[i].step)
  );
  const [, fastest] = extent(speeds.filter(Number.isFinite));
  return fastest > 0 ? findPeaks(speeds, { factor: DROP, floor: STILL * fastest }) : [];
}
