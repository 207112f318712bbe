/**
 * Claims, and the verdicts of the data on them.
 *
 * @module
 */
import { count } from "../../format.ts";
import { correlationInterval, meanInterval } from "../../stats/confidence.ts";
import { extent } from "../../stats/extent.ts";
import { combinePValues } from "../../stats/p_values.ts";
import { type Demand, type Verdict, withoutText } from "../../stats/verdict.ts";

export type { Demand, Verdict };

/** A claim with the data to judge it by. */
export interface Claim {
  /** The claim, in a sentence without a full stop. */
  readonly text: string;
  /** Name of the statistic that decides it. */
  readonly statistic: string;
  /**
   * The statistic of each replica by its index; `null` for one that has none and does not count.
   */
  readonly values: readonly (number | null)[];
  /**
   * Kind of the statistic: any number; a correlation in [−1, 1] or a mean of correlations, whose
   * interval stays within [−1, 1]; or the p-value of a test against a null without the effect, NaN
   * where there was too little to test. Default: any number.
   */
  readonly kind?: "number" | "correlation" | "p-value";
  /** Range in which the statistic must lie for the claim to hold. */
  readonly demand: Demand;
}

/** A measurement of a replica. */
interface OfReplica {
  /** Index of the replica. */
  readonly replica: number;
}

/**
 * Computes a statistic of each replica that was measured.
 *
 * @param replicas Number of replicas.
 * @param rows Measurements of those that count, in any order.
 * @param statistic Computes it from all measurements of a replica; `null` where there is none.
 * @returns The statistic of each replica by its index; `null` for one without measurements.
 */
export function byReplica<Row extends OfReplica>(
  replicas: number,
  rows: readonly Row[],
  statistic: (own: readonly Row[]) => number | null,
): (number | null)[] {
  const measured = Map.groupBy(rows, ({ replica }) => replica);
  return Array.from({ length: replicas }, (_, replica) => {
    const own = measured.get(replica);
    return own ? statistic(own) : null;
  });
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
  const { text, statistic, kind = "number", demand } = claim;
  if (kind === "p-value") return judgePValues(claim);
  const counted = countedOf(claim, (value) => value !== null), { values } = counted;
  const interval = kind === "correlation" ? correlationInterval : meanInterval;
  const { mean, low, high } = interval(values);
  const [least, most] = values.length > 1 ? [low, high] : [mean, mean];
  const holds = "above" in demand
    ? least > demand.above
    : "below" in demand
    ? most < demand.below
    : least === demand.equals && most === demand.equals;
  return {
    claim: text,
    statistic,
    value: mean,
    interval: [low, high],
    pValue: null,
    ...counted,
    demand,
    holds,
  };
}

/** Takes apart the replicas that count and those that do not. */
function countedOf(
  { values }: Claim,
  counts: (value: number | null) => boolean,
): Pick<Verdict, "values" | "replicas" | "without"> {
  const all = values.map((_, replica) => replica), replicas = all.filter((i) => counts(values[i]));
  return {
    values: replicas.map((i) => values[i]!),
    replicas,
    without: all.filter((i) => !counts(values[i])),
  };
}

/** Level of significance of a claim that is judged by p-values. */
export const SIGNIFICANT: Demand = { below: 0.05 };

/** Judges a claim by the p-values of its replicas, combined by Fisher's method. */
function judgePValues(claim: Claim): Verdict {
  const { text, statistic, demand } = claim;
  const counted = countedOf(claim, (value) => value !== null && !Number.isNaN(value)), { values } = counted;
  const value = combinePValues(values);
  const interval: [number, number] = values.length > 0 ? extent(values) : [NaN, NaN];
  const holds = "below" in demand && value < demand.below;
  return { claim: text, statistic, value, interval, pValue: value, ...counted, demand, holds };
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
  return verdicts.map((verdict) => {
    const { claim, statistic, value, interval: [low, high], pValue, holds, values } = verdict;
    if (values.length === 0) return `cannot be told: ${claim} (${statistic}: no replica has one)`;
    const without = withoutText(verdict);
    const replicas = `${count(values.length, "replica")}${without && `; ${without}`}`;
    if (pValue !== null) {
      const range = values.length < 2 ? "" : `, of single ones ${short(low)} to ${short(high)}`;
      return `${holds ? "holds" : "does not hold"}: ${claim} (${statistic}: p ${
        short(pValue)
      }${range}, ${replicas})`;
    }
    const range = values.length < 2
      ? ""
      : low === high
      ? ", all replicas agree"
      : `, 95 % in [${short(low)}, ${short(high)}]`;
    return `${holds ? "holds" : "does not hold"}: ${claim} (${statistic} ${
      short(value)
    }${range}, ${replicas})`;
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
