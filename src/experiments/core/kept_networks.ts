/**
 * Room for the networks that a run keeps until it measures them.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { parameterLayout } from "../../nn/layout.ts";

/** Most parameters of all of them, 256 MiB on the host. */
const MOST_NUMBERS = 2 ** 26;

/**
 * Checks that the host can hold the networks of a run at all steps at which they are wanted.
 *
 * @param widths Widths of a network, from the input to the output.
 * @param networks Networks of the run.
 * @param steps Number of the steps.
 * @throws {InputError} If they have too many parameters.
 */
export function checkKeptNetworks(widths: readonly number[], networks: number, steps: number): void {
  const numbers = 4 * parameterLayout(widths).size * networks * Math.ceil(steps);
  if (numbers <= MOST_NUMBERS) return;
  throw new InputError(
    `the networks at all probes have ${numbers} parameters: give fewer networks or probes`,
  );
}
