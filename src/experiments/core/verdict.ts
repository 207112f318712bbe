/**
 * Claims, and the verdicts of the data on them.
 *
 * @module
 */
import { count } from "../../format.ts";
import { correlationInterval, correlationPValue, meanInterval, meanPValue } from "../../stats/confidence.ts";
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
  /**
   * What the data would be like without the effect, where more is known of it than that the mean
   * misses the demand. The claim then also needs a p-value below 0.05. Not for p-values.
   */
  readonly null?: NullHypothesis;
}

/** A null, and the tests of the replicas against it. */
export interface NullHypothesis {
  /** The null in a few words, as they follow “against”. */
  readonly text: string;
  /** p-value of each replica by its index; `null` or NaN where there was too little to test. */
  readonly pValues: readonly (number | null)[];
}

/**
 * Computes a statistic of each replica that was measured.
 *
 * @param replicas Number of replicas.
 * @param rows Measurements of those that count, in any order.
 * @param statistic Computes it from all measurements of a replica; `null` where there is none.
 * @returns The statistic of each replica by its index; `null` for one without measurements.
 */
export function byReplica<Row extends { readonly replica: number }>(
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

/** A claim about the rows of a replica. */
export interface RowClaim<Row> extends Omit<Claim, "values" | "null"> {
  /**
   * Computes the statistic of a replica.
   *
   * @param own Its rows.
   * @returns The statistic; `null` where there is none.
   */
  value(own: readonly Row[]): number | null;
  /** A null, and the p-value of a replica against it. */
  readonly null?: { readonly text: string; pValue(own: readonly Row[]): number | null };
}

/**
 * States claims with the statistic of each replica.
 *
 * @param replicas Number of replicas.
 * @param rows Measurements of those that count, in any order.
 * @param claims The claims about their rows.
 * @returns The claims, with the statistics.
 */
export function claimsOf<Row extends { readonly replica: number }>(
  replicas: number,
  rows: readonly Row[],
  claims: readonly RowClaim<Row>[],
): Claim[] {
  return claims.map(({ value, null: against, ...claim }) => ({
    ...claim,
    values: byReplica(replicas, rows, value),
    ...against && {
      null: { text: against.text, pValues: byReplica(replicas, rows, (own) => against.pValue(own)) },
    },
  }));
}

/**
 * Judges a claim. It holds if the whole confidence interval lies as demanded. A single replica has
 * no interval and is judged by its value alone. p-values of replicas are combined by Fisher's
 * method; those that are NaN are left out.
 *
 * A claim without a null of its own is tested against the mean at the bound of what it demands, on
 * one side, by the t statistic of the interval: p < 0.025 says the same as the interval. Where all
 * replicas agree there is no spread to compare with, and p is the sign test's 2⁻ⁿ. A demand of
 * equality has no such null.
 *
 * @param claim The claim and the statistic of each replica.
 * @returns The verdict. A claim without replicas, or with a value that is not a number, does not
 * hold.
 */
export function judge(claim: Claim): Verdict {
  const { text, statistic, kind = "number", demand } = claim;
  if (kind === "p-value") return judgePValues(claim);
  const counted = countedOf(claim, (value) => value !== null), { values } = counted;
  const isCorrelation = kind === "correlation", interval = isCorrelation ? correlationInterval : meanInterval;
  const { mean, low, high } = interval(values);
  const [least, most] = values.length > 1 ? [low, high] : [mean, mean];
  const isWithin = "above" in demand
    ? least > demand.above
    : "below" in demand
    ? most < demand.below
    : least === demand.equals && most === demand.equals;
  const given = claim.null;
  const tested = given
    ? { pValue: known(combinePValues(testsOf(given))), nullHypothesis: given.text }
    : testMean(values, demand, isCorrelation ? correlationPValue : meanPValue);
  const { pValue } = tested;
  return {
    claim: text,
    statistic,
    value: mean,
    interval: [low, high],
    isPValue: false,
    ...tested,
    ...counted,
    demand,
    holds: isWithin && (!given || pValue !== null && pValue < SIGNIFICANT.below),
  };
}

/** p-values of the replicas that were tested. */
function testsOf({ pValues }: NullHypothesis): number[] {
  return pValues.filter((value) => value !== null);
}

function known(pValue: number): number | null {
  return Number.isNaN(pValue) ? null : pValue;
}

/** Tests values against a mean at the bound of what is demanded of them. */
function testMean(
  values: readonly number[],
  demand: Demand,
  test: typeof meanPValue,
): Pick<Verdict, "pValue" | "nullHypothesis"> {
  if ("equals" in demand) return { pValue: null, nullHypothesis: null };
  const isAbove = "above" in demand, bound = isAbove ? demand.above : demand.below;
  return {
    pValue: known(test(values, bound, isAbove ? "above" : "below")),
    nullHypothesis: `a mean of ${bound} or ${isAbove ? "less" : "more"}`,
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
export const SIGNIFICANT = { below: 0.05 } as const satisfies Demand;

/** Judges a claim by the p-values of its replicas, combined by Fisher's method. */
function judgePValues(claim: Claim): Verdict {
  const { text, statistic, demand } = claim;
  const counted = countedOf(claim, (value) => value !== null && !Number.isNaN(value)), { values } = counted;
  const value = combinePValues(values);
  const interval: [number, number] = values.length > 0 ? extent(values) : [NaN, NaN];
  const holds = "below" in demand && value < demand.below;
  const tested = { isPValue: true, pValue: known(value), nullHypothesis: null };
  return { claim: text, statistic, value, interval, ...tested, ...counted, demand, holds };
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
    const { claim, statistic, value, interval: [low, high], isPValue, holds, values } = verdict;
    if (values.length === 0) return `cannot be told: ${claim} (${statistic}: no replica has one)`;
    const without = withoutText(verdict);
    const replicas = `${count(values.length, "replica")}${without && `; ${without}`}`;
    if (isPValue) {
      const range = values.length < 2 ? "" : `, of single ones ${short(low)} to ${short(high)}`;
      return `${holds ? "holds" : "does not hold"}: ${claim} (${statistic}: p ${
        short(value)
      }${range}, ${replicas})`;
    }
    const range = values.length < 2
      ? ""
      : low === high
      ? ", all replicas agree"
      : `, 95 % in [${short(low)}, ${short(high)}]`;
    return `${holds ? "holds" : "does not hold"}: ${claim} (${statistic} ${short(value)}${range}${
      againstText(verdict)
    }, ${replicas})`;
  });
}

/** Says after a comma what a claim's p-value is, and against what; nothing where there is none. */
function againstText({ isPValue, pValue, nullHypothesis }: Verdict): string {
  return isPValue || pValue === null ? "" : `, p ${short(pValue)} against ${nullHypothesis}`;
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
