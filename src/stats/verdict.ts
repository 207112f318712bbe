/**
 * What data say about a claim.
 *
 * @module
 */

/** Range in which the whole confidence interval of a statistic must lie. */
export type Demand = { readonly above: number } | { readonly below: number } | { readonly equals: number };

/** A claim, and the verdict of the data. */
export interface Verdict {
  /** The claim, in a sentence. */
  readonly claim: string;
  /** Name of the statistic that decides it. */
  readonly statistic: string;
  /** Mean of the statistic over the replicas; of p-values the one of all together. */
  readonly value: number;
  /** 95 % confidence interval of the mean; of p-values their range. */
  readonly interval: readonly [low: number, high: number];
  /** p-value of the claim, if it is judged by one. */
  readonly pValue: number | null;
  /** The statistic of each replica that counts. */
  readonly values: readonly number[];
  /** Range in which the statistic must lie for the claim to hold. */
  readonly demand: Demand;
  /** Whether the claim holds. */
  readonly holds: boolean;
}
