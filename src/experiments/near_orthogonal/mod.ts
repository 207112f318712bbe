/**
 * Nearly orthogonal samples: one step of gradient descent from small weights leaves a network of
 * low stable rank, and training keeps it low (Frei, Vardi, Bartlett, Srebro, Hu, arXiv:2210.07082;
 * Kou, Chen, Gu, arXiv:2310.18935).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import { lowerMedian } from "../../stats/median.ts";
import { defineExperiment, type Experiment, type RunContext } from "../core/experiment.ts";
import { rankColumns } from "../core/rank_columns.ts";
import { trainingRun } from "../core/training_run.ts";
import { nearOrthogonalClaims } from "./claims.ts";
import { type NearOrthogonalRow, replicaTraining, TOLERANCE } from "./networks.ts";
import {
  type NearOrthogonalOptions,
  nearOrthogonalOptions,
  type NearOrthogonalPlan,
  nearOrthogonalPlan,
} from "./plan.ts";

/**
 * Trains two-layer networks u(x) = Σ a_j σ(w_j·x) without biases and with fixed a_j = ±1/√m by
 * gradient descent on the logistic loss, and follows the rank of their first layer W.
 *
 * The first step from tiny weights adds XᵀC with C_ij ∝ y_i a_j σ'(w_j·x_i), and σ' is (1 + γ)/2 ±
 * (1 − γ)/2 with random signs. The mean part has rank one. The rest has a large rank, but small
 * singular values where n and m are large. So the stable rank comes to 1 + ((1 − γ)/(1 + γ))² ≤ 2
 * in any dimension. Later, all neurons of one sign of a_j are active on the same samples, if these
 * are nearly orthogonal: W tends to two directions, whose stable rank is the same number.
 */
export const nearOrthogonal: Experiment<
  TableOf<NearOrthogonalOptions>,
  NearOrthogonalPlan,
  NearOrthogonalRow
> = defineExperiment({
  name: "near-orthogonal",
  summary: "follow the stable rank of leaky ReLU networks that learn nearly orthogonal samples",
  source: "Frei, Vardi, Bartlett, Srebro, Hu, arXiv:2210.07082; Kou, Chen, Gu, arXiv:2310.18935",
  examples: [
    { args: "--samples 20 --ratios 50,2,0.5", help: "take fewer samples, in other dimensions" },
    { args: "--slope 0.5 --init-scales 1e-6,1e-2", help: "take a larger slope and two variances" },
  ],
  label: "networks",
  options: nearOrthogonalOptions,
  plan: nearOrthogonalPlan,
  runs: (plan) =>
    plan.cases.flatMap((kind) =>
      Array.from({ length: plan.replicasOfEach }, (_, replica) => ({
        label: `${kind.name}, replica ${replica}`,
        steps: plan.steps,
        networks: plan.replicas,
        // Samples of all runs at once would not fit into memory.
        execute: (context: RunContext) => trainingRun(replicaTraining(plan, kind, replica)).execute(context),
      }))
    ),
  claims: (rows, plan) => nearOrthogonalClaims(rows, plan),
  tables: {
    "near_orthogonal.csv": ({ rows }) =>
      table(rows, {
        case: { help: "activation and samples", value: ({ name }) => name },
        orthogonality: "least squared norm of a sample divided by n and by the largest inner product of two",
        init_scale: "standard deviation of the initial weights",
        replica: "set of samples, from 0",
        step: "steps made",
        stable_rank: {
          help: "‖W‖_F² / ‖W‖₂² of the first layer",
          value: ({ stableRank }) => stableRank.value,
        },
        stable_rank_bound: {
          help: "bound on the error of that",
          value: ({ stableRank }) => stableRank.bound,
        },
        null_stable_rank: {
          help: "lower median of it after steps as long without structure; empty at the start",
          value: ({ drawn }) => drawn.length > 0 ? lowerMedian(drawn) : null,
        },
        null_p: {
          help: "p-value of the stable rank against these; empty at the start",
          value: ({ drawn, pValue }) => drawn.length > 0 ? pValue : null,
        },
        ...rankColumns("rank", `singular values above ${TOLERANCE} of the largest`, ({ rank }) => rank),
        third: "σ₃ / σ₁, its certified upper end",
        ...rankColumns(
          "feature_rank",
          "rank of the hidden features at the samples, with the same tolerance",
          ({ featureRank }) => featureRank,
        ),
        loss: "logistic loss over the samples",
        accuracy: "share of the samples classified right",
        margin_ratio: {
          help: "least margin of a sample divided by the largest",
          value: ({ margins: [least, most] }) => least / most,
        },
        agreement: "share of fresh points classified as the linear function Σ a_j w_j does",
      }),
  },
  figures: {
    "near_orthogonal.svg": async ({ rows, plan }) =>
      (await import("./figure.ts")).nearOrthogonalFigure(rows, plan),
  },
});
