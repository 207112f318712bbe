/**
 * Drops of a loss between plateaus.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import { findPeaks } from "../../stats/peaks.ts";

/** How many times as fast a drop of the loss is as the plateaus before and behind it. */
const DROP = 3;

/** Share of the largest loss below which falls are roundings of single precision. */
const ROUNDINGS = 8 * 2 ** -23;

/**
 * Finds the drops of a loss, each between two plateaus: where its fall, in the time of a step, is
 * fastest, and three times as fast as at its slowest before and behind.
 *
 * @param probes Steps and losses, computed in single precision.
 * @returns Indices of the probes before the fastest fall of each drop.
 */
export function lossDrops(probes: readonly { readonly step: number; readonly loss: number }[]): number[] {
  const falls = probes.slice(1).map(({ step, loss }, i) => ({
    time: step - probes[i].step,
    fall: probes[i].loss - loss,
  }));
  const [, largest] = extent(probes.map(({ loss }) => loss).filter(Number.isFinite));
  const [shortest] = extent(falls.map(({ time }) => time));
  const floor = ROUNDINGS * largest / shortest;
  return floor > 0 ? findPeaks(falls.map(({ time, fall }) => fall / time), { factor: DROP, floor }) : [];
}
