/**
 * Plateaus of ReLU networks in training: activation patterns that stay, the ε-rank, and ways around
 * (Ainsworth, Shin, arXiv:2007.07213).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { rankColumns } from "../core/rank_columns.ts";
import { trainingRun } from "../core/training_run.ts";
import { plateauClaims } from "./claims.ts";
import { measureNetworks, type PlateauNetwork, solvedStart } from "./networks.ts";
import {
  armTraining,
  plateauArmNames,
  plateauOptions,
  type PlateauPlan,
  plateauPlan,
  type PlateauValues,
} from "./plan.ts";

/**
 * Trains networks of one hidden layer in arms, and looks at them at steps that grow by a factor:
 * which neurons are active on which samples, how much of that changes, the ε-rank, the loss.
 */
export const plateaus: Experiment<TableOf<PlateauValues>, PlateauPlan, PlateauNetwork> = defineExperiment({
  name: "plateaus",
  summary: "compare activation patterns and ranks on plateaus of the loss and in the drops behind them",
  source: "Ainsworth, Shin, arXiv:2007.07213",
  examples: [
    { args: '--task "f(x) = sin(2 pi x)" --steps 50000', help: "learn a wave" },
    { args: "--init pytorch", help: "start from larger weights" },
  ],
  options: plateauOptions,
  plan: plateauPlan,
  runs: (plan) =>
    plateauArmNames.map((arm) =>
      trainingRun<PlateauNetwork, LayerParameters[][] | null>({
        label: arm,
        training: armTraining(plan, arm),
        nameOf: (replica) => `${arm}, replica ${replica}`,
        networksAt: plan.waypoints,
        prepare: (training, context) => arm === "solved output layer" ? solvedStart(training, context) : null,
        apply: ({ network }, start) =>
          start?.forEach((layers, replica) => network.writeParameters(layers, replica)),
        measure: async (training, _, context, networks) => ({
          rows: await measureNetworks(arm, training, networks, context),
        }),
      })
    ),
  claims: (rows, { replicas }) => plateauClaims(rows, replicas),
  tables: {
    "plateaus.csv": ({ rows }) =>
      table(
        rows.flatMap(({ points, ...network }) => points.map((point, i) => ({ ...network, ...point, i }))),
        {
          arm: "what differs from gradient descent on ReLU",
          replica: "network of this arm, from 0",
          step: "updates made",
          loss: "loss over all samples",
          ...rankColumns("rank", "ε-rank of the hidden features", ({ rank }) => rank),
          changed: {
            help: "share of the pattern that has changed since the row before, per doubling of the steps",
            value: ({ changed }) => Number.isNaN(changed) ? null : changed,
          },
          active: "share of the neurons that are active on some samples, but not on all",
          course: {
            help: "plateau or drop; empty where it is neither",
            value: ({ course: { plateaus, drops }, i }) => {
              const holds = (spans: typeof drops) => spans.some(({ from, to }) => from <= i && i <= to);
              return holds(plateaus) ? "plateau" : holds(drops) ? "drop" : null;
            },
          },
        },
      ),
  },
  figures: {
    "plateaus.svg": async (result) => (await import("./figure.ts")).drawPlateaus(result),
  },
});
