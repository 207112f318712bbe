/**
 * The claims about plateaus.
 *
 * @module
 */
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import { testCoincidence } from "../../stats/coincidence.ts";
import type { Span } from "../../stats/plateaus.ts";
import { type Contrast, testContrast } from "../../stats/shifts.ts";
import { type Claim, claimsOf, type RowClaim, SIGNIFICANT } from "../core/verdict.ts";
import type { PlateauNetwork } from "./networks.ts";
import type { PlateauArm } from "./plan.ts";

/** Arms that are meant to avoid plateaus. */
const AVOIDING = ["Adam", "spread biases", "structured first layer", "solved output layer"] as const;

/**
 * States the claims. A replica without plateaus and drops has no contrast and no coincidence.
 *
 * @param networks The networks that did not diverge.
 * @param replicas Networks of each arm.
 * @returns The claims.
 */
export function plateauClaims(networks: readonly PlateauNetwork[], replicas: number): Claim[] {
  type Statistic = RowClaim<PlateauNetwork>["value"];
  const of = (arm: PlateauArm, value: (own: PlateauNetwork) => number | null): Statistic => (all) => {
    const own = all.find((each) => each.arm === arm);
    return own ? value(own) : null;
  };
  const descent = "gradient descent" as const;
  /** The value of an arm less that of gradient descent. */
  const gain = (arm: PlateauArm, value: (own: PlateauNetwork) => number | null): Statistic => (all) => {
    const [own, base] = [arm, descent].map((name) => of(name, value)(all));
    return own === null || base === null ? null : own - base;
  };
  const contrast = (own: PlateauNetwork) => contrastOf(own)?.value ?? null;
  const drops = ({ course }: PlateauNetwork) => course.drops.length;
  return claimsOf(replicas, networks, [
    {
      text: `${descent}: the loss drops behind plateaus`,
      statistic: "drops",
      value: of(descent, drops),
      demand: { above: 0 },
    },
    {
      text: `${descent}: patterns change less on plateaus than in drops`,
      statistic: "share that changes per doubling of the steps, on plateaus less that in drops",
      value: of(descent, contrast),
      demand: { below: 0 },
      null: {
        text: "changes at shifted times",
        pValue: of(descent, (own) => contrastOf(own)?.pValue ?? null),
      },
    },
    {
      text: "tanh, whose gradient knows no patterns: the difference is smaller",
      statistic: "difference less that of gradient descent on ReLU",
      value: gain("tanh", contrast),
      demand: { above: 0 },
    },
    {
      text: `${descent}: stairs of the ε-rank begin where plateaus end`,
      statistic: "distance of jumps and ends, against shifted times",
      value: of(descent, jumpsNearEnds),
      kind: "p-value",
      demand: SIGNIFICANT,
    },
    ...AVOIDING.flatMap((arm): RowClaim<PlateauNetwork>[] => [
      {
        text: `${arm}: less time on plateaus than ${descent}`,
        statistic: `share of the logarithmic time, less that of ${descent}`,
        value: gain(arm, plateauShare),
        demand: { below: 0 },
      },
      {
        text: `${arm}: a lower loss at the end than ${descent}`,
        statistic: "log₁₀ of the quotient",
        value: gain(arm, ({ points }) => Math.log10(points[points.length - 1].loss)),
        demand: { below: 0 },
      },
    ]),
    {
      text: "fixed first layer: patterns never change",
      statistic: "largest share that changes",
      value: of(
        "fixed first layer",
        ({ points }) => Math.max(0, ...points.slice(1).map(({ changed }) => changed)),
      ),
      demand: { equals: 0 },
    },
    {
      text: "fixed first layer: no drop follows a plateau",
      statistic: "drops",
      value: of("fixed first layer", drops),
      demand: { equals: 0 },
    },
  ]);
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

/** Compares how much of the pattern changes on plateaus and in drops; `null` without either. */
function contrastOf({ points, course: { plateaus, drops } }: PlateauNetwork): Contrast | null {
  // Interval i leads from point i to the next.
  const inside = (spans: readonly Span[]) =>
    spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  const low = inside(plateaus), high = inside(drops), changes = points.slice(1).map(({ changed }) => changed);
  return low.length > 0 && high.length > 0 ? testContrast(changes, low, high) : null;
}

/** Tests whether jumps of the rank upwards are near the ends of plateaus. */
function jumpsNearEnds({ points, course }: PlateauNetwork): number {
  const steps = points.map(({ step }) => step), { jumps } = findStairs(steps, points.map(({ rank }) => rank));
  const starts = jumps.filter(({ size }) => size > 0).map(({ step }) => steps.indexOf(step));
  return testCoincidence(starts, course.drops.map((_, k) => course.plateaus[k].to), points.length);
}
