/**
 * Data of the figure of the rank along depth.
 *
 * @module
 */
import type { CompleteOptions } from "../../train/options.ts";
import type { Probe } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { depthProfileFigure } from "./figure.ts";
import type { DepthEnds } from "./claims.ts";

/**
 * Draws ranks against layers, at the start and after training.
 *
 * @param result The experiment.
 * @returns A standalone SVG document.
 */
export function drawDepthProfile(
  { plan, rows, timing }: ExperimentResult<CompleteOptions, DepthEnds>,
): string {
  const { task, hidden, activation, optimizer: { name, learningRate }, epsilons, seed } = plan;
  const first = typeof activation === "string" ? activation : activation[0];
  // Smallest ε first: [replica][layer].
  const ranks = (probes: readonly Probe[]) =>
    epsilons.map((epsilon, e) => ({
      epsilon,
      values: probes.map(({ layers }) => layers.map(({ ranks }) => ranks[e].rank)),
    })).sort((a, b) => a.epsilon - b.epsilon);
  return depthProfileFigure({
    title: `Rank along depth: ${task.description}`,
    subtitle: `${[task.inputs, ...hidden, task.outputs].join("-")} ${first} · ${name}, learning rate ` +
      `${learningRate}, ${timing.steps} steps · ${rows.length} replicas of seed ${seed}`,
    layers: hidden.map((_, l) => l + 1),
    stages: [
      { label: "at the start", ranks: ranks(rows.map(({ start }) => start)) },
      { label: "after training", ranks: ranks(rows.map(({ end }) => end)) },
    ],
  });
}
