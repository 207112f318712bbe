/**
 * The claims about plateaus. They were stated before any pattern or rank was looked at.
 *
 * @module
 */
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import { testCoincidence } from "../../stats/coincidence.ts";
import { monteCarloPValue } from "../../stats/p_values.ts";
import { shiftedMean, type ShiftEvent } from "../../stats/shifts.ts";
import { byReplica, type Claim, type Demand, SIGNIFICANT } from "../core/verdict.ts";
import type { PlateauNetwork } from "./networks.ts";
import type { PlateauArm } from "./plan.ts";

/** Arms that are meant to avoid plateaus. */
const AVOIDING = ["Adam", "spread biases", "structured first layer", "solved output layer"] as const;

/**
 * States the claims. A replica without a plateau has no contrast and no coincidence.
 *
 * @param networks The networks that did not diverge.
 * @param replicas Networks of each arm.
 * @returns The claims.
 */
export function plateauClaims(networks: readonly PlateauNetwork[], replicas: number): Claim[] {
  type Value = (own: PlateauNetwork) => number | null;
  const of = (arm: PlateauArm, value: Value) =>
    byReplica(replicas, networks.filter((each) => each.arm === arm), ([own]) => value(own));
  /** Values of an arm less those of gradient descent from the same replica. */
  const gain = (arm: PlateauArm, value: Value) => {
    const base = of("gradient descent", value);
    return of(arm, value).map((own, i) => own === null || base[i] === null ? null : own - base[i]);
  };
  const claim = (arm: PlateauArm, text: string, statistic: string, value: Value, demand: Demand): Claim => ({
    text: `${arm}: ${text}`,
    statistic,
    values: of(arm, value),
    demand,
  });
  const contrast: Value = (own) => contrastOf(own)?.value ?? null;
  return [
    claim(
      "gradient descent",
      "the loss drops behind plateaus",
      "drops",
      ({ course }) => course.drops.length,
      { above: 0 },
    ),
    {
      ...claim(
        "gradient descent",
        "patterns change less on plateaus than in drops",
        "share that changes per doubling of the steps, on plateaus less that in drops",
        contrast,
        { below: 0 },
      ),
      null: {
        text: "changes at shifted times",
        pValues: of("gradient descent", (own) => contrastOf(own)?.pValue ?? null),
      },
    },
    {
      ...claim(
        "gradient descent",
        "stairs of the ε-rank begin where plateaus end",
        "distance of jumps and ends, against shifted times",
        jumpsNearEnds,
        SIGNIFICANT,
      ),
      kind: "p-value",
    },
    {
      text: "tanh, whose gradient knows no patterns: the difference is smaller",
      statistic: "difference less that of gradient descent on ReLU",
      values: gain("tanh", contrast),
      demand: { above: 0 },
    },
    ...AVOIDING.flatMap((arm): Claim[] => [
      {
        text: `${arm}: less time on plateaus than gradient descent`,
        statistic: "share of the logarithmic time, less that of gradient descent",
        values: gain(arm, plateauShare),
        demand: { below: 0 },
      },
      {
        text: `${arm}: a lower loss at the end than gradient descent`,
        statistic: "log₁₀ of the quotient",
        values: gain(arm, ({ points }) => Math.log10(points[points.length - 1].loss)),
        demand: { below: 0 },
      },
    ]),
    claim(
      "fixed first layer",
      "patterns never change",
      "largest share that changes",
      ({ points }) => points.slice(1).reduce((most, { changed }) => Math.max(most, changed), 0),
      { equals: 0 },
    ),
    claim(
      "fixed first layer",
      "no drop follows a plateau",
      "drops",
      ({ course }) => course.drops.length,
      { equals: 0 },
    ),
  ];
}

/**
 * Computes the share of logarithmic time that a network spends on plateaus.
 *
 * @param network Its points and its course.
 * @returns The share, from 0 to 1.
 */
export function plateauShare({ points, course }: Pick<PlateauNetwork, "points" | "course">): number {
  const time = (from: number, to: number) => Math.log(points[to].step / points[from].step);
  return course.plateaus.reduce((sum, { from, to }) => sum + time(from, to), 0) / time(0, points.length - 1);
}

/**
 * Compares how much of the pattern changes on plateaus and in drops, and tests the difference
 * against changes that are shifted in a circle, by all shifts.
 */
function contrastOf({ points, course }: PlateauNetwork): { value: number; pValue: number } | null {
  // Interval i leads from point i to the next.
  const changes = Float64Array.from(points.slice(1), ({ changed }) => changed);
  const eventsOf = (spans: typeof course.plateaus, sign: number): ShiftEvent[] => {
    const own = spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
    return own.map((at) => ({ at, weight: sign / own.length }));
  };
  const on = eventsOf(course.plateaus, 1), off = eventsOf(course.drops, -1);
  if (on.length === 0 || off.length === 0) return null;
  // Weights of either sign sum up to 1: a mean over both is half the difference.
  const difference = (shift: number) => 2 * shiftedMean([...on, ...off], changes, shift);
  const draws = Array.from({ length: changes.length - 1 }, (_, i) => -difference(i + 1));
  return { value: difference(0), pValue: monteCarloPValue(-difference(0), draws) };
}

/** Tests whether jumps of the rank upwards are near the ends of plateaus. */
function jumpsNearEnds({ points, course }: PlateauNetwork): number {
  const steps = points.map(({ step }) => step), { jumps } = findStairs(steps, points.map(({ rank }) => rank));
  const starts = jumps.filter(({ size }) => size > 0).map(({ step }) => steps.indexOf(step));
  return testCoincidence(starts, course.drops.map((_, k) => course.plateaus[k].to), points.length);
}
