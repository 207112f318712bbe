/**
 * Plans of sweeps, and outcomes that nobody trained.
 *
 * @module
 */
import type { TrialOutcome } from "../../src/experiments/sweep/outcome.ts";
import { planSweep } from "../../src/experiments/sweep/plan.ts";
import { checkPlan } from "../../src/experiments/sweep/plan_schema.ts";
import type { SweepPlan, Trial } from "../../src/experiments/sweep/trial.ts";

/** The plan that a file with this JSON asks for. */
export async function planOf(json: unknown): Promise<SweepPlan> {
  return await planSweep(await checkPlan(json, "plan.json"));
}

/** The outcome of a trial that learns along a curve, or diverges at a step. */
export function madeOutcome({ id, settings }: Trial, divergedAt: number | null = null): TrialOutcome {
  const { steps, probeEvery, seed, epsilons, hidden, optimizer } = settings;
  const all = Array.from({ length: Math.floor(steps / probeEvery) + 1 }, (_, k) => k * probeEvery)
    .filter((step) => step < (divergedAt ?? Infinity));
  const speed = (optimizer.learningRate as number) * (1 + 0.1 * Math.sin(seed)) * Math.sqrt(hidden[0]);
  const losses = all.map((step) => 1.5 / (1 + speed * step) + 1e-4);
  const rankAt = (step: number, e: number) =>
    Math.min(hidden[0], Math.floor(2 + e + 4 * Math.log1p(speed * step) + seed % 3));
  const last = all.at(-1);
  const pValues = { sharp: 0.01, trend: NaN, loss: 0.5, lag: NaN, change: NaN, floor: NaN };
  const spectral = { rankMe: 2.1, stableRank: 1.2, participationRatio: 1.4, nuclearNormRatio: 1.8 };
  return {
    id,
    status: divergedAt === null ? "done" : "diverged",
    divergedAt,
    lastStep: last ?? null,
    loss: losses.at(-1) ?? NaN,
    leastLoss: losses.at(-1) ?? NaN,
    leastLossStep: last ?? null,
    accuracy: null,
    relativeError: null,
    floorHolds: last === undefined ? null : true,
    layers: last === undefined ? [] : hidden.map((_, l) => ({
      layer: l + 1,
      effectiveRank: 2,
      ...spectral,
      ranks: epsilons.map((epsilon, e) => {
        const [initial, rank] = [0, last].map((step) => rankAt(step, e));
        const found = {
          low: rank,
          high: rank + 1,
          largestRank: rank,
          largestRankStep: last,
          certainShare: 0.5,
        };
        return { epsilon, initial, rank, ...found, stairs: 3, jumps: 1, pValues };
      }),
    })),
    series: { steps: all, losses, ranks: epsilons.map((_, e) => all.map((step) => rankAt(step, e))) },
  };
}
