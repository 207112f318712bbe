/**
 * Claims, and the verdicts of the data on them.
 *
 * @module
 */
import { count } from "../../format.ts";
import { correlationInterval, meanInterval } from "../../stats/confidence.ts";
import { extent } from "../../stats/extent.ts";
import { combinePValues } from "../../stats/p_values.ts";
import type { Demand, Verdict } from "../../stats/verdict.ts";

export type { Demand, Verdict };

/** A claim with the data to judge it by. */
export interface Claim {
  /** The claim, in a sentence without a full stop. */
  readonly text: string;
  /** Name of the statistic that decides it. */
  readonly statistic: string;
  /** The statistic of each replica that counts. */
  readonly values: readonly number[];
  /**
   * Kind of the statistic: any number; a correlation in [−1, 1] or a mean of correlations, whose
   * interval stays within [−1, 1]; or the p-value of a test against a null without the effect, NaN
   * where there was too little to test. Default: any number.
   */
  readonly kind?: "number" | "correlation" | "p-value";
  /** Range in which the statistic must lie for the claim to hold. */
  readonly demand: Demand;
}

/**
 * Judges a claim. It holds if the whole confidence interval lies as demanded. A single replica has
 * no interval and is judged by its value alone. p-values of replicas are combined by Fisher's
 * method; those that are NaN are left out.
 *
 * @param claim The claim and the statistic of each replica.
 * @returns The verdict. A claim without replicas, or with a value that is not a number, does not
 * hold.
 */
export function judge(claim: Claim): Verdict {
  const { text, statistic, values, kind = "number", demand } = claim;
  if (kind === "p-value") return judgePValues(claim);
  const interval = kind === "correlation" ? correlationInterval : meanInterval;
  const { mean, low, high } = interval(values);
  const [least, most] = values.length > 1 ? [low, high] : [mean, mean];
  const holds = "above" in demand
    ? least > demand.above
    : "below" in demand
    ? most < demand.below
    : least === demand.equals && most === demand.equals;
  return { claim: text, statistic, value: mean, interval: [low, high], pValue: null, values, demand, holds };
}

/** Level of significance of a claim that is judged by p-values. */
export const SIGNIFICANT: Demand = { below: 0.05 };

/** Judges a claim by the p-values of its replicas, combined by Fisher's method. */
function judgePValues({ text, statistic, values, demand }: Claim): Verdict {
  const known = values.filter((value) => !Number.isNaN(value)), value = combinePValues(known);
  const interval: [number, number] = known.length > 0 ? extent(known) : [NaN, NaN];
  const holds = "below" in demand && value < demand.below;
  return { claim: text, statistic, value, interval, pValue: value, values: known, demand, holds };
}

/**
 * Writes verdicts for a terminal. An interval without width is not written as one: it says that all
 * replicas agree, and not that the mean is known exactly. A claim that no replica tells anything of
 * does not hold, and the line says that it cannot be told.
 *
 * @param verdicts The verdicts.
 * @returns A line each.
 */
export function verdictLines(verdicts: readonly Verdict[]): string[] {
  return verdicts.map(({ claim, statistic, value, interval: [low, high], pValue, holds, values }) => {
    if (values.length === 0) return `cannot be told: ${claim} (${statistic}: no replica has one)`;
    if (pValue !== null) {
      const range = values.length < 2 ? "" : `, of single ones ${short(low)} to ${short(high)}`;
      return `${holds ? "holds" : "does not hold"}: ${claim} (${statistic}: p ${short(pValue)}${range}, ${
        count(values.length, "replica")
      })`;
    }
    const range = values.length < 2
      ? ""
      : low === high
      ? ", all replicas agree"
      : `, 95 % in [${short(low)}, ${short(high)}]`;
    return `${holds ? "holds" : "does not hold"}: ${claim} (${statistic} ${short(value)}${range}, ${
      count(values.length, "replica")
    })`;
  });
}

/**
 * Writes a statistic with three digits.
 *
 * @param value The statistic.
 * @returns Its text.
 */
export function short(value: number): string {
  return Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : `${value}`;
}
