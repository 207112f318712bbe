/**
 * The claims about ranks of tangent kernels.
 *
 * @module
 */
import { compareRises, type RisesTogether } from "../../rank/stairs/compare_rises.ts";
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import { testRamp } from "../../rank/stairs/ramp.ts";
import { type Claim, claimsOf, type RowClaim, SIGNIFICANT } from "../core/verdict.ts";
import type { CertifiedRank } from "../core/rank_columns.ts";
import type { TangentCase, TangentKernelPlan } from "./plan.ts";

/** A network at a step. */
export interface TangentRow {
  /** Name of its case. */
  readonly name: string;
  /** Network of this case, from 0. */
  readonly replica: number;
  /** Step. */
  readonly step: number;
  /** Loss. */
  readonly loss: number;
  /** ε-rank of the last hidden layer. */
  readonly features: CertifiedRank;
  /** ε-rank of the tangent kernel. */
  readonly kernel: CertifiedRank;
  /** How far its eigenvalues are from those at step 0, as a share of their norm. */
  readonly moved: number;
}

/** Share of its norm that the control's kernel moves by, at most; smooth trends drawn. */
const STILL = 0.1, DRAWS = 99;

/** Ranks of a network over its probes. */
type Course = readonly TangentRow[];
const first = (own: Course) => own[0], last = (own: Course) => own[own.length - 1];
const known = (value: number) => Number.isNaN(value) ? null : value;

/** The rises of the kernel's rank beside those of the features. */
const compare = (own: Course): RisesTogether =>
  compareRises(own.map(({ kernel }) => kernel.rank), own.map(({ features }) => features.rank));

/** The kernel's rank is certainly higher at the end. */
const rises: RowClaim<TangentRow> = {
  text: "the kernel's rank rises",
  statistic: "rank at the end less that at the start",
  value: (own) => last(own).kernel.low - first(own).kernel.high,
  demand: { above: 0 },
};

const taskClaims: readonly RowClaim<TangentRow>[] = [
  rises,
  {
    text: "it rises in stairs",
    statistic: "p-value of stairs along a smooth trend",
    value: (own) => {
      const ranks = own.map(({ kernel }) => kernel);
      const { flicker } = findStairs(own.map(({ step }) => step), ranks);
      return known(testRamp(ranks, { flicker, draws: DRAWS }).pValue);
    },
    kind: "p-value",
    demand: SIGNIFICANT,
  },
  {
    text: "it is nowhere below the features'",
    statistic: "probes where it certainly is",
    value: (own) => own.filter(({ kernel, features }) => kernel.high < features.low).length,
    demand: { equals: 0 },
  },
  {
    text: "the features' rank rises near its rises",
    statistic: "p-value against rises shifted in time",
    value: (own) => known(compare(own).lagPValue),
    kind: "p-value",
    demand: SIGNIFICANT,
  },
  {
    text: "the features' rank follows these",
    statistic: "lag in probes",
    value: (own) => known(compare(own).lag),
    demand: { above: 0 },
    null: { text: "rises shifted in time", pValue: (own) => known(compare(own).lagPValue) },
  },
  {
    text: "the kernel's rank is ahead in its rise",
    statistic: "share of the rise ahead of the features'",
    value: (own) => known(compare(own).lead),
    demand: { above: 0 },
  },
];

const controlClaims: readonly RowClaim<TangentRow>[] = [
  {
    text: "the kernel stays",
    statistic: "change of its eigenvalues as a share of their norm",
    value: (own) => last(own).moved,
    demand: { below: STILL },
  },
  {
    text: "its rank stays",
    statistic: "largest distance from the rank at the start",
    value: (own) => Math.max(...own.map(({ kernel }) => Math.abs(kernel.rank - first(own).kernel.rank))),
    demand: { below: 1 },
  },
  {
    text: "the loss falls nevertheless",
    statistic: "log₁₀ of the loss at the end by that at the start",
    value: (own) => Math.log10(last(own).loss / first(own).loss),
    demand: { below: 0 },
  },
];

/**
 * States the claims about each case. Networks that were stopped before the last step do not count.
 *
 * @param rows Networks that did not diverge, at all probes.
 * @param plan The experiment; the last case is the control.
 * @returns The claims.
 */
export function tangentKernelClaims(
  rows: readonly TangentRow[],
  { cases, replicas, steps }: Pick<TangentKernelPlan, "replicas" | "steps"> & {
    readonly cases: readonly Pick<TangentCase, "name" | "scale">[];
  },
): Claim[] {
  return cases.flatMap(({ name, scale }, index) => {
    const own = Map.groupBy(rows.filter((row) => row.name === name), ({ replica }) => replica);
    const whole = [...own.values()].filter((course) => last(course).step === steps).flat();
    const stated = scale === null ? taskClaims : index < cases.length - 1 ? [rises] : controlClaims;
    return claimsOf(replicas, whole, stated).map((claim) => ({ ...claim, text: `${name}: ${claim.text}` }));
  });
}
