/**
 * The claims about ranks of tangent kernels.
 *
 * @module
 */
import { findStairs, type Jump } from "../../rank/stairs/find_stairs.ts";
import { responseOptions } from "../../rank/stairs/coupling.ts";
import { testRamp } from "../../rank/stairs/ramp.ts";
import { mean } from "../../stats/mean.ts";
import { type ResponseTest, testResponse } from "../../stats/shifts.ts";
import { byReplica, type Claim, SIGNIFICANT } from "../core/verdict.ts";
import type { TangentRow } from "./networks.ts";
import type { TangentKernelPlan } from "./plan.ts";

/** Share of its norm that a kernel moves by in the control, at most. */
const STILL = 0.1;
/** Smooth trends that are drawn to test stairs against. */
const DRAWS = 99;

/** What the two ranks of a network have to do with each other. */
export interface TangentCourse {
  /** Jumps of the kernel's rank; `null` where stairs cannot be told. */
  readonly jumps: readonly Jump[] | null;
  /** p-value of its stairs against a smooth trend. */
  readonly rampP: number;
  /** Whether the rank of the features rises at these jumps, and by what lag, in probes. */
  readonly response: ResponseTest;
  /** By how much of its rise the kernel's rank is ahead of the features', the mean over the probes. */
  readonly lead: number;
}

/**
 * Compares the ranks of kernel and features of one network over its probes.
 *
 * @param rows The network at all probes, ascending.
 * @returns Jumps, tests and lead; NaN where there is nothing to compare.
 */
export function compareCourses(rows: readonly TangentRow[]): TangentCourse {
  const kernel = rows.map((row) => row.kernel), features = rows.map((row) => row.features.rank);
  const { jumps, flicker, doubt } = findStairs(rows.map(({ step }) => step), kernel);
  const rises = features.slice(1).map((rank, i) => rank - features[i]);
  const events = jumps.map(({ step, size }) => ({
    at: rows.findIndex((row) => row.step >= step) - 1,
    weight: size,
  }));
  const own = share(features), none = { pValue: NaN, lagPValue: NaN, lag: NaN };
  return {
    jumps: doubt === null ? jumps : null,
    rampP: testRamp(kernel, { flicker, draws: DRAWS }).pValue,
    response: doubt === null ? testResponse(events, rises, responseOptions(rises.length)) : none,
    lead: mean(share(kernel.map(({ rank }) => rank)).map((part, i) => part - own[i])),
  };
}

/** Ranks as shares of the way from the first to the last; NaN where these agree. */
function share(ranks: readonly number[]): number[] {
  const first = ranks[0], rise = ranks[ranks.length - 1] - first;
  return ranks.map((rank) => rise === 0 ? NaN : (rank - first) / rise);
}

/**
 * States the claims. Networks that were stopped before the last step do not count.
 *
 * @param rows Networks that did not diverge, at all probes.
 * @param plan The experiment.
 * @returns Claims about each task, then about the control.
 */
export function tangentKernelClaims(
  rows: readonly TangentRow[],
  { cases, replicas, steps }: {
    readonly cases: readonly { readonly name: string; readonly scale: number | null }[];
  } & Pick<TangentKernelPlan, "replicas" | "steps">,
): Claim[] {
  const values = (name: string, of: (own: readonly TangentRow[]) => number) =>
    byReplica(replicas, rows.filter((row) => row.name === name), (own) => {
      if (own[own.length - 1].step !== steps) return null;
      const found = of(own);
      return Number.isNaN(found) ? null : found;
    });
  const claim = (name: string, text: string, statistic: string, rest: Pick<Claim, "values" | "demand">) => ({
    text: `${name}: ${text}`,
    statistic,
    ...rest,
  });
  const rise = (name: string): Claim =>
    claim(name, "the kernel's rank rises", "rank at the end less that at the start", {
      values: values(name, (own) => own[own.length - 1].kernel.low - own[0].kernel.high),
      demand: { above: 0 },
    });
  const tasks = cases.filter(({ scale }) => scale === null).flatMap(({ name }): Claim[] => {
    const course = (of: (course: TangentCourse) => number) => values(name, (own) => of(compareCourses(own)));
    const lagP = course(({ response }) => response.lagPValue);
    return [
      rise(name),
      {
        ...claim(name, "it rises in stairs", "p-value of stairs along a smooth trend", {
          values: course(({ rampP }) => rampP),
          demand: SIGNIFICANT,
        }),
        kind: "p-value",
      },
      claim(name, "it is nowhere below the features'", "probes where it certainly is", {
        values: values(
          name,
          (own) => own.filter(({ kernel, features }) => kernel.high < features.low).length,
        ),
        demand: { equals: 0 },
      }),
      {
        ...claim(name, "the features' rank rises near its jumps", "p-value against jumps shifted in time", {
          values: lagP,
          demand: SIGNIFICANT,
        }),
        kind: "p-value",
      },
      {
        ...claim(name, "its jumps come before those of the features", "lag of the features, in probes", {
          values: course(({ response }) => response.lag),
          demand: { above: 0 },
        }),
        null: { text: "jumps shifted in time", pValues: lagP },
      },
      claim(name, "it is ahead in its rise", "share of the rise ahead of the features'", {
        values: course(({ lead }) => lead),
        demand: { above: 0 },
      }),
    ];
  });
  const [moving, still] = cases.slice(-2).map(({ name }) => name);
  const moved = (name: string) => values(name, (own) => own[own.length - 1].moved);
  return [
    ...tasks,
    rise(moving),
    claim(still, "the kernel stays", "change of its eigenvalues as a share of their norm", {
      values: moved(still),
      demand: { below: STILL },
    }),
    claim(still, "its rank stays", "largest distance from the rank at the start", {
      values: values(
        still,
        (own) => Math.max(...own.map(({ kernel: { rank } }) => Math.abs(rank - own[0].kernel.rank))),
      ),
      demand: { below: 1 },
    }),
    claim(still, "the loss falls nevertheless", "log₁₀ of the loss at the end by that at the start", {
      values: values(still, (own) => Math.log10(own[own.length - 1].loss / own[0].loss)),
      demand: { below: 0 },
    }),
  ];
}
