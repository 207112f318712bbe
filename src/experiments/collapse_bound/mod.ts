/**
 * The bound of neural rank collapse: at critical points of a loss with weight decay λ, the distance
 * of a weight matrix to rank K is at most a constant times the cluster variation of earlier
 * features, divided by λ (Zangrando, Deidda, Brugiapaglia, Guglielmi, Tudisco, arXiv:2402.03991v3).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { trainingPart, trainingRun } from "../core/training_run.ts";
import { nameOf, placeOf, type RankCollapsePlan } from "../rank_collapse/plan.ts";
import { layerBounds } from "../../rank/ranks/collapse_bounds.ts";
import { boundClaims, type BoundRow } from "./claims.ts";
import { type CollapseBoundOptions, collapseBoundOptions, collapseBoundPlan } from "./plan.ts";

/**
 * Trains plain and residual networks with a ladder of weight decays to nearly critical points, and
 * compares the distance of each weight matrix to rank K with its bounds by the features of all
 * earlier layers. Networks without weight decay, which are critical points of another loss, are
 * judged by the largest.
 */
export const collapseBound: Experiment<TableOf<CollapseBoundOptions>, RankCollapsePlan, BoundRow> =
  defineExperiment({
    name: "collapse-bound",
    summary: "bound the distance of weight matrices to rank K by the variation of earlier features",
    source: "Zangrando, Deidda, Brugiapaglia, Guglielmi, Tudisco, arXiv:2402.03991v3",
    examples: [
      { args: "--deviations 0.1 --weight-decays 0,5e-3,2e-2", help: "compare two weight decays with none" },
      { args: "--activation relu --init he-normal", help: "train networks with kinks" },
    ],
    options: collapseBoundOptions,
    plan: collapseBoundPlan,
    runs: (plan) =>
      plan.tasks.flatMap((task, run) =>
        [false, true].map((residual) =>
          trainingRun({
            label: `${residual ? "residual" : "plain"}, deviation ${plan.deviations[run]}`,
            training: { ...trainingPart({ ...plan, task }), skip: residual },
            nameOf: (index) =>
              `${residual ? "residual" : "plain"} replica ${index} (${nameOf(placeOf(plan, run, index))})`,
            measure: async ({ network, diverged, options: { replicas } }) => {
              const whole = Array.from({ length: replicas }, (_, i) => i).filter((i) => !diverged.has(i));
              const judgedBy = whole.map((index) =>
                placeOf(plan, run, index).weightDecay || plan.weightDecays[plan.weightDecays.length - 1]
              );
              const bounds = await layerBounds(network, task, whole, judgedBy);
              return {
                rows: bounds.map(({ index, ...bound }) => ({
                  ...bound,
                  ...placeOf(plan, run, index),
                  residual,
                })),
              };
            },
          })
        )
      ),
    claims: (rows, { replicasOfEach: replicas, weightDecays }) =>
      boundClaims(rows, { replicas, weightDecays }),
    tables: {
      "collapse_bound.csv": ({ rows }) =>
        table(rows, {
          residual: { help: "whether the network has skip connections", value: ({ residual }) => residual },
          deviation: { help: "standard deviation within classes", value: ({ deviation }) => deviation },
          weight_decay: { help: "weight decay λ in training", value: ({ weightDecay }) => weightDecay },
          judged_by: { help: "λ that the bound divides by", value: ({ judgedBy }) => judgedBy },
          replica: { help: "network of this kind, from 0", value: ({ replica }) => replica },
          layer: { help: "weight matrix, from 1", value: ({ layer }) => layer },
          from: { help: "layer whose features bound it; 0 for the samples", value: ({ from }) => from },
          distance: { help: "distance to the matrices of rank K", value: ({ distance }) => distance },
          least_distance: {
            help: "that distance at least, certified",
            value: ({ leastDistance }) => leastDistance,
          },
          norm: { help: "Frobenius norm of the matrix", value: ({ norm }) => norm },
          tcv: { help: "total cluster variation of the features", value: ({ variation }) => variation },
          bound: { help: "bound on the distance at a critical point", value: ({ bound }) => bound },
          by_errors: {
            help: "bound by the rank of the gradients with respect to preactivations, for comparison",
            value: ({ byErrors }) => byErrors,
          },
          gradient: {
            help:
              "norm of the gradient with weight decay, divided by λ, which belongs to the bound elsewhere",
            value: ({ gradient }) => gradient,
          },
        }),
    },
    figures: {
      "collapse_bound.svg": async (result) => (await import("./figure.ts")).drawCollapseBound(result),
    },
  });
