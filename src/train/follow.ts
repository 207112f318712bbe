/**
 * Following a training to its end.
 *
 * @module
 */
import { DivergenceError } from "../errors.ts";
import type { Probe } from "./trace.ts";
import type { Training } from "./training.ts";

/**
 * Follows a training to its end. Returns the error of a run whose replicas have all diverged
 * instead of throwing it, so that an experiment can keep the trace up to there.
 *
 * @param training The training.
 * @param onProbe Called with every probe, in order.
 * @returns The error if every replica diverged; otherwise `null`.
 * @throws {DeviceLostError} If the device is lost.
 */
export async function follow(
  training: Training,
  onProbe: (probe: Probe) => void,
): Promise<DivergenceError | null> {
  try {
    for await (const probe of training) onProbe(probe);
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    return error;
  }
  return null;
}
