/**
 * Claims, and the verdicts of the data on them.
 *
 * @module
 */
import { count } from "../../format.ts";
import { correlationInterval, meanInterval } from "../../stats/confidence.ts";

/** Range in which the whole confidence interval of a statistic must lie. */
export type Demand = { readonly above: number } | { readonly below: number } | { readonly equals: number };

/** A claim with the data to judge it by. */
export interface Claim {
  /** The claim, in a sentence without a full stop. */
  readonly text: string;
  /** Name of the statistic that decides it. */
  readonly statistic: string;
  /** The statistic of each replica that counts. */
  readonly values: readonly number[];
  /**
   * Kind of the statistic: any number, or a correlation in [−1, 1] or a mean of correlations, whose
   * interval stays within [−1, 1]. Default: any number.
   */
  readonly kind?: "number" | "correlation";
  /** Range in which the statistic must lie for the claim to hold. */
  readonly demand: Demand;
}

/** A claim, and the verdict of the data. */
export interface Verdict {
  /** The claim, in a sentence. */
  readonly claim: string;
  /** Name of the statistic that decides it. */
  readonly statistic: string;
  /** Mean of the statistic over the replicas. */
  readonly value: number;
  /** 95 % confidence interval of the mean. */
  readonly interval: readonly [low: number, high: number];
  /** The statistic of each replica that counts. */
  readonly values: readonly number[];
  /** Range in which the statistic must lie for the claim to hold. */
  readonly demand: Demand;
  /** Whether the claim holds. */
  readonly holds: boolean;
}

/**
 * Judges a claim. It holds if the whole confidence interval lies as demanded. A single replica has
 * no interval and is judged by its value alone.
 *
 * @param claim The claim and the statistic of each replica.
 * @returns The verdict. A claim without replicas, or with a value that is not a number, does not
 * hold.
 */
export function judge({ text, statistic, values, kind = "number", demand }: Claim): Verdict {
  const interval = kind === "correlation" ? correlationInterval : meanInterval;
  const { mean, low, high } = interval(values);
  const [least, most] = values.length > 1 ? [low, high] : [mean, mean];
  const holds = "above" in demand
    ? least > demand.above
    : "below" in demand
    ? most < demand.below
    : least === demand.equals && most === demand.equals;
  return { claim: text, statistic, value: mean, interval: [low, high], values, demand, holds };
}

/**
 * Writes verdicts for a terminal. An interval without width is not written as one: it says that all
 * replicas agree, and not that the mean is known exactly.
 *
 * @param verdicts The verdicts.
 * @returns A line each.
 */
export function verdictLines(verdicts: readonly Verdict[]): string[] {
  return verdicts.map(({ claim, statistic, value, interval: [low, high], holds, values }) => {
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

function short(value: number): string {
  return Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : `${value}`;
}
