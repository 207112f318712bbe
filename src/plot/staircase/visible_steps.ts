/**
 * The probes of a long trace that can be seen in a figure.
 *
 * @module
 */
import type { Probe } from "../../train/trace.ts";

/** Most steps that are all taken: more than ten for each pixel of a figure across. */
const MOST_STEPS = 10_000;
/** Blocks that the steps of a longer trace are cut into: more than four for each pixel. */
const BLOCKS = 4000;

/**
 * Lists the steps of probes.
 *
 * @param probes Probes.
 * @returns Their steps, ascending, each once.
 */
export function stepsOf(probes: readonly Probe[]): number[] {
  const steps: number[] = [];
  let isSorted = true;
  for (const { step } of probes) {
    const last = steps[steps.length - 1];
    if (step === last) continue;
    isSorted &&= !(step < last);
    steps.push(step);
  }
  return isSorted ? steps : [...new Set(steps)].sort((a, b) => a - b);
}

/** Where a series is least and greatest within a block. */
interface Extremes {
  least: number;
  leastStep: number;
  most: number;
  mostStep: number;
}

/**
 * Picks the steps that can be seen. Up to 10,000 steps are all picked. More are cut into 4,000
 * blocks, and of each block the first and the last step are picked, and those at which the loss,
 * its floor or a rank of any replica is least or greatest: so no peak is lost, and a figure takes a
 * time that does not grow with the run.
 *
 * @param probes The probes.
 * @param steps Their steps, as {@linkcode stepsOf} lists them.
 * @param floorOf Gives the floor of a probe, if it has one.
 * @param limits Most steps that are all picked, and number of blocks of more.
 * @returns The steps, ascending.
 */
export function visibleSteps(
  probes: readonly Probe[],
  steps: readonly number[],
  floorOf: (probe: Probe) => number | undefined,
  { most = MOST_STEPS, blocks = BLOCKS }: { readonly most?: number; readonly blocks?: number } = {},
): readonly number[] {
  if (steps.length <= most) return steps;
  const blockOf = new Map(steps.map((step, i) => [step, Math.floor(blocks * i / steps.length)]));
  const kept = new Set<number>();
  steps.forEach((step, i) => {
    const block = blockOf.get(step);
    if (block !== blockOf.get(steps[i - 1]) || block !== blockOf.get(steps[i + 1])) kept.add(step);
  });
  const extremes: (Extremes | undefined)[] = [];
  const see = (at: number, step: number, value: number | undefined) => {
    if (value === undefined || Number.isNaN(value)) return;
    const found = extremes[at];
    if (!found) {
      extremes[at] = { least: value, leastStep: step, most: value, mostStep: step };
      return;
    }
    if (value < found.least) [found.least, found.leastStep] = [value, step];
    if (value > found.most) [found.most, found.mostStep] = [value, step];
  };
  for (const probe of probes) {
    const { step, loss, layers } = probe;
    let at = blockOf.get(step)!;
    const next = () => at += blocks;
    see(at, step, loss);
    see(next(), step, floorOf(probe));
    for (const { ranks } of layers) {
      for (const { rank, low, high } of ranks) {
        see(next(), step, low);
        see(next(), step, rank);
        see(next(), step, high);
      }
    }
  }
  for (const found of extremes) if (found) kept.add(found.leastStep).add(found.mostStep);
  return [...kept].sort((a, b) => a - b);
}
