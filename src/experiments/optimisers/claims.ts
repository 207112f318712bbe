/**
 * The claims about the second phase.
 *
 * @module
 */
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import type { Task } from "../../tasks/task.ts";
import { type StairTests, testStairs } from "../../train/stair_tests.ts";
import { type Probe, terminalRank } from "../../train/trace.ts";
import { type Claim, type Demand, SIGNIFICANT } from "../core/verdict.ts";
import { type ArmName, armNames, type OptimizersPlan } from "./plan.ts";

/** A network of an arm. */
export interface OptimizedNetwork {
  /** Name of its task. */
  readonly task: string;
  /** Its arm. */
  readonly arm: ArmName;
  /** Index in its arm. Those of one index start alike in all arms of one first layer. */
  readonly replica: number;
  /** Its probes, whose steps are counted from the start of the first phase. */
  readonly probes: readonly Probe[];
}

/**
 * Finds the stairs of a network in the second phase.
 *
 * @param network The network.
 * @param firstSteps Steps of the first phase.
 * @returns Upward jumps beyond flicker, NaN where stairs cannot be told; tests against their nulls.
 */
export function secondStairs(
  { probes }: Pick<OptimizedNetwork, "probes">,
  firstSteps: number,
): Pick<StairTests, "ramp" | "coupling"> & { readonly climbed: number } {
  const second = probes.filter(({ step }) => step >= firstSteps);
  const staircase = findStairs(second.map(({ step }) => step), second.map((probe) => terminalRank(probe)));
  const place = { layer: probes[0].layers.length - 1, e: 0, isTerminal: true };
  const climbed = staircase.doubt === null ? staircase.jumps.filter(({ size }) => size > 0).length : NaN;
  return { ...testStairs(second, staircase, place), climbed };
}

/**
 * States the claims about each task. Networks of one replica are compared at the same number of
 * evaluations of loss and gradient. One of which an arm diverged or was stopped does not count.
 *
 * @param networks The networks of all arms.
 * @param plan The study.
 * @returns The claims.
 */
export function optimizersClaims(
  networks: readonly OptimizedNetwork[],
  { tasks, firstSteps, secondSteps, replicas }:
    & Pick<OptimizersPlan, "firstSteps" | "secondSteps" | "replicas">
    & { readonly tasks: readonly Pick<Task, "name">[] },
): Claim[] {
  const whole = networks.filter(({ probes }) => probes.at(-1)?.step === firstSteps + secondSteps);
  return tasks.flatMap(({ name }, index) => {
    const values = (value: (of: (arm: ArmName) => OptimizedNetwork) => number) =>
      Array.from({ length: replicas }, (_, replica) => {
        const own = whole.filter((each) => each.task === name && each.replica === replica);
        if (own.length < armNames.length) return null;
        const found = value((arm) => own.find((each) => each.arm === arm)!);
        return Number.isNaN(found) ? null : found;
      });
    const claim = (text: string, statistic: string, demand: Demand, value: Parameters<typeof values>[0]) => ({
      text: `${name}: ${text}`,
      statistic,
      values: values(value),
      demand,
    });
    const lower = (own: ArmName, other: ArmName) =>
      claim(
        `${own}, ends with a lower loss than ${other}`,
        "log₁₀ of the loss by the other's",
        { below: 0 },
        (of) => Math.log10(end(of(own)).loss / end(of(other)).loss),
      );
    const gainless = (own: ArmName, why: string) =>
      claim(`${own}: the second phase gains no rank, ${why}`, "ε-rank gained", { below: 1 }, (of) => {
        const between = of(own).probes.find(({ step }) => step === firstSteps);
        return between ? rank(of(own)) - terminalRank(between).rank : NaN;
      });
    const both = "Adam, then L-BFGS";
    if (index === tasks.length - 1) return [lower(both, "Adam"), gainless(both, "as the target needs none")];
    const second = (arm: ArmName, of: (arm: ArmName) => OptimizedNetwork) =>
      secondStairs(of(arm), firstSteps);
    return [
      lower(both, "Adam"),
      lower(both, "L-BFGS"),
      claim(
        `${both}: a higher ε-rank at the end than Adam`,
        "ε-rank above Adam's",
        { above: 0 },
        (of) => rank(of(both)) - rank(of("Adam")),
      ),
      {
        ...claim(
          `${both}: the second phase climbs more stairs than Adam's`,
          "stairs more",
          { above: 0 },
          (of) => second(both, of).climbed - second("Adam", of).climbed,
        ),
        null: { text: "a climb along a smooth trend", pValues: values((of) => second(both, of).ramp.pValue) },
      },
      {
        ...claim(
          `${both}: in the second phase the loss falls faster at stairs than between them`,
          "p-value against stairs shifted in time",
          SIGNIFICANT,
          (of) => second(both, of).coupling.pValue,
        ),
        kind: "p-value",
      },
      lower("structured, Adam, then L-BFGS", "structured, Adam"),
      gainless("structured, Adam, then L-BFGS", "as the first layer has its rank from the start"),
    ];
  });
}

function end({ probes }: OptimizedNetwork): Probe {
  return probes[probes.length - 1];
}

function rank(network: OptimizedNetwork): number {
  return terminalRank(end(network)).rank;
}
