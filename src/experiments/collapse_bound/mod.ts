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
          residual: "whether the network has skip connections",
          deviation: "standard deviation within classes",
          weight_decay: "weight decay λ in training",
          judged_by: "λ that the bound divides by",
          replica: "network of this kind, from 0",
          layer: "weight matrix, from 1",
          from: "layer whose features bound it; 0 for the samples",
          distance: "distance to the matrices of rank K",
          least_distance: "that distance at least, certified",
          norm: "Frobenius norm of the matrix",
          tcv: { help: "total cluster variation of the features", value: ({ variation }) => variation },
          bound: "bound on the distance at a critical point",
          by_errors: "bound by the rank of the gradients with respect to preactivations, for comparison",
          gradient:
            "norm of the gradient with weight decay, divided by λ, which belongs to the bound elsewhere",
        }),
    },
    figures: {
      "collapse_bound.svg": async (result) => (await import("./figure.ts")).drawCollapseBound(result),
    },
  });
