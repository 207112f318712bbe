/**
 * A training, followed to its end.
 *
 * @module
 */
import { DivergenceError } from "../errors.ts";
import type { Probe } from "./trace.ts";
import type { Training } from "./training.ts";

/**
 * Follows a training to its end, that of replicas that diverge included: experiments keep what the others gave.
 *
 * @param training What is followed.
 * @param onProbe Called with every probe, in order.
 * @returns Why replicas ended before the others; `null` where none did.
 * @throws {DeviceLostError} Where the device is lost.
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
