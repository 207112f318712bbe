/**
 * p-values: by simulation, and of several tests together.
 *
 * @module
 */
import { InputError } from "../errors.ts";

/**
 * Computes the p-value of a statistic by values drawn under the null: (1 + exceedances) /
 * (1 + draws), which is never 0 and, for exchangeable draws, at most α with a probability of at
 * most α.
 *
 * @param observed The statistic of the data.
 * @param draws The statistic under the null. Values that are not numbers count as exceedances.
 * @returns The p-value; NaN if the statistic of the data is not a number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { monteCarloPValue } from "./p_values.ts";
 *
 * assert.equal(monteCarloPValue(3, [1, 2, 3, 4]), 3 / 5);
 * ```
 */
export function monteCarloPValue(observed: number, draws: Iterable<number>): number {
  let exceeding = 1, count = 1;
  for (const draw of draws) {
    if (!(draw < observed)) exceeding++;
    count++;
  }
  return Number.isNaN(observed) ? NaN : exceeding / count;
}

/**
 * Combines the p-values of independent tests of the same null, such as those of replicas: under the
 * null −2 Σ log p_i has a χ² distribution with 2 n degrees of freedom, so that the p-value of all
 * is e^(−x) Σ_{i < n} x^i / i! with x = −Σ log p_i.
 *
 * Source: R. A. Fisher, "Statistical methods for research workers", 4th edition, 1932.
 *
 * @param values The p-values, in (0, 1]. Those that are not numbers are left out: a test without
 * data says nothing.
 * @returns The p-value of all together; NaN without any.
 * @throws {InputError} If a p-value is not in (0, 1].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { combinePValues } from "./p_values.ts";
 *
 * assert.equal(combinePValues([0.04]).toFixed(12), "0.040000000000");
 * assert(combinePValues([0.1, 0.1, 0.1]) < 0.05);
 * ```
 */
export function combinePValues(values: Iterable<number>): number {
  const known = [...values].filter((value) => !Number.isNaN(value));
  const wrong = known.find((value) => !(value > 0 && value <= 1));
  if (wrong !== undefined) throw new InputError(`a p-value is ${wrong}: give values above 0, up to 1`);
  if (known.length === 0) return NaN;
  const x = known.reduce((sum, value) => sum - Math.log(value), 0);
  // By logarithms: of a thousand values e^(−x) is no longer a double, but the sum may be 1.
  let term = -x, sum = 0;
  for (let i = 0; i < known.length; i++) {
    sum += Math.exp(term);
    term += Math.log(x / (i + 1));
  }
  return Math.min(1, sum);
}
