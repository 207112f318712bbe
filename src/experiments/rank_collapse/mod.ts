/**
 * Neural rank collapse: weight decay lowers the ranks of weight matrices, and lowers them more if
 * the samples of a class differ less (Zangrando, Deidda, Brugiapaglia, Guglielmi, Tudisco,
 * "Provable Emergence of Deep Neural Collapse and Low-Rank Bias in L²-Regularized Nonlinear
 * Networks", arXiv:2402.03991v3).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { table } from "../../io/table.ts";
import { trainingPart, trainingRun } from "../core/training_run.ts";
import { collapseClaims } from "./claims.ts";
import { type CollapseRow, measureLayers } from "./layers.ts";
import {
  nameOf,
  placeOf,
  type RankCollapseOptions,
  rankCollapseOptions,
  type RankCollapsePlan,
  rankCollapsePlan,
} from "./plan.ts";

/** Columns that name the network of a row. */
const place = {
  deviation: "standard deviation within classes; empty where it is not known",
  weight_decay: "weight decay λ",
  replica: "network of this decay, from 0",
};

/**
 * Trains networks with a ladder of weight decays, several of each side by side, on tasks of more
 * and less variable classes. It measures the ranks of their weights and the variability of the
 * inputs of their layers. The networks of a task share its samples: confidence intervals are over
 * initial weights and mini-batches, which are the same under all weight decays.
 *
 * After S steps of learning rate η and momentum μ, about e^(−Sηλ/(1−μ)) of the initial weights is
 * left. If λ is too small for that, the ranks are those of the start, not of the limit.
 */
export const rankCollapse: Experiment<TableOf<RankCollapseOptions>, RankCollapsePlan, CollapseRow> =
  defineExperiment({
    name: "rank-collapse",
    summary: "lower the ranks of weight matrices by weight decay, with more and less variable classes",
    source: "Zangrando, Deidda, Brugiapaglia, Guglielmi, Tudisco, arXiv:2402.03991v3",
    examples: [
      { args: "--deviations 0.1,1 --weight-decays 0,1e-3,5e-3,2e-2", help: "compare four weight decays" },
      { args: "--task digits --samples 500 --learning-rate 0.05", help: "train on handwritten digits" },
    ],
    options: rankCollapseOptions,
    plan: rankCollapsePlan,
    runs: (plan) =>
      plan.tasks.map((task, run) =>
        trainingRun({
          label: plan.deviations[run] === null ? task.name : `deviation ${plan.deviations[run]}`,
          training: trainingPart({ ...plan, task }),
          nameOf: (index) => `replica ${index} (${nameOf(placeOf(plan, run, index))})`,
          measure: async (training) => ({
            rows: await measureLayers(training, (index) => placeOf(plan, run, index)),
          }),
        })
      ),
    claims: (rows, { task, deviations, weightDecays, replicasOfEach: replicas }) =>
      collapseClaims(rows, { classes: task.outputs, deviations, weightDecays, replicas }),
    tables: {
      "rank_collapse.csv": ({ rows }) =>
        table(rows, {
          ...place,
          loss: "loss over all training samples",
          accuracy: "share of the held-out samples classified correctly; of the training samples without any",
          layer: "weight matrix, from 1; the last is the output layer",
          rank: "singular values above 1 % of the largest",
          rank_low: { help: "lower end of the certified interval of the rank", value: ({ low }) => low },
          rank_high: { help: "upper end of that interval", value: ({ high }) => high },
          distance: "distance to the matrices of rank K, the number of classes",
          relative_distance: {
            help: "that distance divided by the norm of the matrix; empty if the norm is 0",
            value: ({ relativeDistance }) => numberOrNone(relativeDistance),
          },
          tcv: {
            help: "total cluster variation of the inputs of the layer",
            value: ({ variation }) => variation,
          },
          relative_tcv: {
            help: "tcv as a share of the total variation; empty if that is 0",
            value: ({ relative }) => numberOrNone(relative),
          },
          trace_ratio: {
            help: "tr(Σ_W Σ_B⁺) / K of the inputs of the layer; empty if it is not finite",
            value: ({ traceRatio }) => numberOrNone(traceRatio),
          },
        }),
      "singular_values.csv": ({ rows }) =>
        table(
          rows.flatMap((row) =>
            Array.from(row.singularValues, (singularValue, i) => ({
              ...row,
              index: i + 1,
              singularValue,
              bound: row.bounds[i],
            }))
          ),
          {
            ...place,
            layer: "weight matrix, from 1",
            index: "number of the singular value, from 1, descending",
            singular_value: "singular value",
            bound: "certified bound on its error",
          },
        ),
    },
    figures: {
      "rank_collapse.svg": async ({ plan, rows }) => {
        const [{ rankCollapseFigure }, { collapseFigureData }] = await Promise.all([
          import("./figure.ts"),
          import("./figure_data.ts"),
        ]);
        return rankCollapseFigure(collapseFigureData(rows, plan));
      },
    },
  });

function numberOrNone(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
