/**
 * Tests of the stairs of a run: against a smooth trend, and of the loss at their jumps.
 *
 * @module
 */
import { type FloorTest, testCoupling, testFloor, testPairing } from "../rank/stairs/coupling.ts";
import type { Staircase } from "../rank/stairs/find_stairs.ts";
import { type RampTest, testRamp } from "../rank/stairs/ramp.ts";
import { type Correlation, oppositeChanges, type ResponseTest } from "../stats/shifts.ts";
import type { Probe } from "./trace.ts";

/**
 * Tests of one ε-rank of one layer over a run. p-values are NaN where there is too little to test.
 */
export interface StairTests {
  /**
   * Bound on the probability that flicker, a trend or a random walk makes any of the jumps: 1 where
   * the stairs cannot be told.
   */
  readonly sharpness: number;
  /** Whether the rank climbs in stairs rather than along a smooth trend. */
  readonly ramp: RampTest;
  /** Whether the loss falls faster at jumps than between them; the lag is in probes. */
  readonly coupling: ResponseTest;
  /** Whether the rank rises where the log loss falls, their trends apart. */
  readonly changes: Correlation;
  /** Whether the loss waits at the floor that the rank sets; `null` without floors. */
  readonly floor: FloorTest | null;
}

/** Trends that are drawn to test against: a p-value is at least 1/100. */
const DRAWS = 99;

/**
 * Tests the stairs of one ε-rank of one layer.
 *
 * @param probes Probes of one replica.
 * @param staircase Its stairs.
 * @param place Indices of the layer and of the threshold; whether floors are by this rank.
 * @returns The tests.
 */
export function testStairs(
  probes: readonly Probe[],
  staircase: Pick<Staircase, "jumps" | "flicker" | "doubt">,
  { layer, e, isTerminal }: { readonly layer: number; readonly e: number; readonly isTerminal: boolean },
): StairTests {
  const { jumps, flicker, doubt } = staircase;
  const steps = probes.map(({ step }) => step), losses = probes.map(({ loss }) => loss);
  const ranks = probes.map(({ layers }) => layers[layer].ranks[e]);
  const floors = probes.map((probe) => (probe.kind === "spectrum" ? probe.floors?.[e] : undefined) ?? NaN);
  const hasFloors = isTerminal && floors.some((floor) => floor > 0);
  const isPositive = losses.every((loss) => loss > 0);
  return {
    sharpness: doubt === null
      ? jumps.reduce((least, { flickerP, trendP }) => Math.min(least, Math.max(flickerP, trendP)), 1)
      : 1,
    ramp: testRamp(ranks, { flicker, draws: DRAWS }),
    coupling: testCoupling({ steps, losses, jumps }),
    changes: isPositive
      ? oppositeChanges(ranks.map(({ rank }) => rank), losses.map(Math.log))
      : { value: NaN, pValue: NaN },
    floor: hasFloors ? testFloor({ steps, losses, jumps, floors }) : null,
  };
}

/**
 * Tests whether the loss of replicas falls at their own jumps more than at those of others.
 *
 * @param replicas Probes and stairs of each replica; they differ by their random streams alone.
 * @returns The p-value; NaN with fewer than three replicas that have jumps.
 */
export function testReplicas(
  replicas: readonly { readonly probes: readonly Probe[]; readonly staircase: Staircase }[],
): number {
  return testPairing(replicas.map(({ probes, staircase: { jumps } }) => ({
    steps: probes.map(({ step }) => step),
    losses: probes.map(({ loss }) => loss),
    jumps,
  })));
}
