/**
 * p-values of the tests of stairs, by short names.
 *
 * @module
 */
import type { StairTests } from "../../train/stair_tests.ts";

/** p-values by the names of their tests; NaN or `null` where there was too little to test. */
export type PValues = Readonly<Record<string, number | null>>;

/**
 * Takes the p-values of the tests of stairs.
 *
 * @param tests The tests.
 * @returns Their p-values.
 */
export function pValuesOf({ sharpness, ramp, coupling, changes, floor }: StairTests): PValues {
  return {
    sharpness,
    ramp: ramp.pValue,
    coupling: coupling.pValue,
    lag: coupling.lagPValue,
    changes: changes.pValue,
    ...floor && { floor: floor.pValue },
  };
}
