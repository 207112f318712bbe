/**
 * What an experiment finds of a claim.
 *
 * @module
 */
import { meanInterval } from "../../stats/confidence.ts";

/** A claim, and what the data say of it. */
export interface Verdict {
  /** The claim, in a sentence. */
  readonly claim: string;
  /** What was measured to judge it. */
  readonly statistic: string;
  /** Its value: the mean over the seeds. */
  readonly value: number;
  /** 95 % confidence interval of the mean. */
  readonly interval: readonly [low: number, high: number];
  /** The statistic of each seed that counts. */
  readonly seeds: readonly number[];
  /** Whether the claim holds. */
  readonly holds: boolean;
}

/** What a claim asks of a statistic, by its whole confidence interval. */
export type Demand = { readonly above: number } | { readonly below: number } | { readonly equals: number };

/**
 * Judges a claim by a statistic of each seed. It holds where the whole confidence interval is as demanded; a single seed, which
 * has no interval, is judged by its value alone.
 *
 * @param claim The claim.
 * @param statistic What was measured.
 * @param seeds Its value for each seed.
 * @param demand What the claim asks of it.
 * @returns The verdict; one without seeds, or with a value that is not a number, does not hold.
 */
export function judge(claim: string, statistic: string, seeds: readonly number[], demand: Demand): Verdict {
  const { mean, low, high } = meanInterval(seeds);
  const [least, most] = seeds.length > 1 ? [low, high] : [mean, mean];
  const holds = "above" in demand
    ? least > demand.above
    : "below" in demand
    ? most < demand.below
    : least === demand.equals && most === demand.equals;
  return { claim, statistic, value: mean, interval: [low, high], seeds, holds };
}

/**
 * Writes verdicts for a terminal.
 *
 * @param verdicts The verdicts.
 * @returns A line each.
 */
export function verdictLines(verdicts: readonly Verdict[]): string[] {
  const number = (value: number) =>
    Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : `${value}`;
  return verdicts.map(({ claim, statistic, value, interval: [low, high], holds, seeds }) => {
    const range = seeds.length > 1 ? `, 95 % in [${number(low)}, ${number(high)}]` : "";
    return `${holds ? "holds" : "does not hold"}: ${claim} (${statistic} ${
      number(value)
    }${range}, ${seeds.length} seeds)`;
  });
}
