/**
 * What data say about a claim.
 *
 * @module
 */

import { count, listed } from "../format.ts";

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
  /** Whether the statistic is itself a p-value, against a null that it names. */
  readonly isPValue: boolean;
  /** p-value of the claim; `null` if there is no null to test it against, or too little to test. */
  readonly pValue: number | null;
  /** What the p-value tests against, in a few words; `null` where the statistic says so. */
  readonly nullHypothesis: string | null;
  /** The statistic of each replica that counts. */
  readonly values: readonly number[];
  /** Replicas that count, from 0: the one of each value. */
  readonly replicas: readonly number[];
  /** Replicas that have no value and do not count. */
  readonly without: readonly number[];
  /** Range in which the statistic must lie for the claim to hold. */
  readonly demand: Demand;
  /** Whether the claim holds. */
  readonly holds: boolean;
}

/** Replicas that are named in a line. */
const MOST_NAMED = 8;

/**
 * Says which replicas have no value.
 *
 * @param verdict The verdict.
 * @returns A few words such as `replicas 1, 4 have none`; empty if all have one.
 */
export function withoutText({ without }: Pick<Verdict, "without">): string {
  if (without.length === 0) return "";
  if (without.length > MOST_NAMED) return `${count(without.length, "replica")} have none`;
  const [noun, verb] = without.length === 1 ? ["replica", "has"] : ["replicas", "have"];
  return `${noun} ${listed(without.map(String))} ${verb} none`;
}
