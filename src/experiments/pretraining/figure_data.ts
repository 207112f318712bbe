/**
 * From pre-trained and other networks to what their figure shows.
 *
 * @module
 */
import type { PretrainingFigureData } from "./figure.ts";
import type { Probe } from "../../train/trace.ts";
import { type PretrainingRun, terminalRank } from "./networks.ts";
import type { CompletePretrainingOptions } from "./options.ts";

/**
 * Arranges the networks as the figure wants them.
 *
 * @param runs Networks of all cases.
 * @param options Options of the comparison.
 * @returns What to draw.
 */
export function pretrainingFigureData(
  runs: readonly PretrainingRun[],
  { methods, seeds, seed, tasks, cases }: CompletePretrainingOptions,
): PretrainingFigureData {
  return {
    title: "Pre-training of the first hidden layer",
    subtitle: `networks that differ in their start, of seed ${seed}`,
    methods,
    seeds,
    rows: runs.map(({ task, activation, epsilon, networks, targets }, index) => {
      const { hidden, optimizer } = cases[index], { inputs, outputs } = tasks[index];
      const steps = [...new Set(networks.flatMap(({ probes }) => probes.map(({ step }) => step)))]
        .sort((a, b) => a - b);
      const widths = [inputs, ...hidden, outputs].join("-");
      return {
        label: `${task}, ${activation}`,
        epsilon,
        training: `${widths}, ${optimizer.name} ${optimizer.learningRate}`,
        steps,
        targets,
        curves: methods.map((method) => {
          const own = networks.filter((network) => network.method === method);
          const series = (value: (probe: Probe) => number) =>
            own.map(({ probes }) => {
              const values = new Map(probes.map((probe) => [probe.step, value(probe)]));
              return steps.map((step) => values.get(step) ?? NaN);
            });
          return {
            method,
            startSteps: own[0]?.startSteps ?? 0,
            loss: series(({ loss }) => loss),
            rank: series((probe) => terminalRank(probe).rank),
          };
        }),
      };
    }),
  };
}
