/**
 * Nearly orthogonal samples: one step of gradient descent from small weights leaves a network of
 * low stable rank, and training keeps it low (Frei, Vardi, Bartlett, Srebro, Hu, arXiv:2210.07082;
 * Kou, Chen, Gu, arXiv:2310.18935).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import { arrayTask } from "../../tasks/array_task.ts";
import { divergencePlace } from "../../train/divergence.ts";
import { trainThrough } from "../../train/waypoints.ts";
import { defineExperiment, type Divergence, type Experiment, type Run } from "../core/experiment.ts";
import { nearOrthogonalClaims } from "./claims.ts";
import { drawReplica, measurer, type NearOrthogonalRow, startsOf } from "./networks.ts";
import {
  type NearOrthogonalCase,
  type NearOrthogonalOptions,
  nearOrthogonalOptions,
  type NearOrthogonalPlan,
  nearOrthogonalPlan,
} from "./plan.ts";

/**
 * Trains two-layer networks u(x) = Σ a_j σ(w_j·x) without biases and with fixed a_j = ±1/√m by
 * gradient descent on the logistic loss, and follows the ranks of their first layer.
 *
 * Gradients are −Xᵀ C with C_ij ∝ y_i a_j σ'(w_j·x_i): where weights are small, all samples weigh
 * the same, and σ' is (1 + γ)/2 ± (1 − γ)/2 with a random sign. The mean part has rank one and the
 * random one a large rank, but each of its singular values is small where n and m are large. So the
 * stable rank after one step is about 1 + ((1 − γ)/(1 + γ))² ≤ 2, whatever the dimension. Near
 * orthogonality keeps it there: neurons of either sign soon agree on all samples.
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
    { args: "--samples 20 --ratios 50,2,0.5", help: "take fewer samples in other dimensions" },
    { args: "--slope 0.5 --init-scales 1e-6,1e-2", help: "take a larger slope and two variances" },
  ],
  label: "networks",
  options: nearOrthogonalOptions,
  plan: nearOrthogonalPlan,
  runs: (plan) =>
    plan.cases.flatMap((kind) =>
      Array.from({ length: plan.replicas }, (_, replica) => replicaRun(plan, kind, replica))
    ),
  claims: nearOrthogonalClaims,
  tables: {
    "near_orthogonal.csv": ({ rows }) =>
      table(rows, {
        case: { help: "activation and samples", value: ({ name }) => name },
        orthogonality: {
          help: "least squared norm of a sample divided by n and by the largest inner product of two",
          value: ({ orthogonality }) => orthogonality,
        },
        init_scale: { help: "standard deviation of the initial weights", value: ({ initScale }) => initScale },
        replica: { help: "set of samples, from 0", value: ({ replica }) => replica },
        step: { help: "steps made", value: ({ step }) => step },
        stable_rank: {
          help: "sum of the squared singular values of the first layer divided by the largest",
          value: ({ stableRank }) => stableRank,
        },
        stable_rank_bound: { help: "bound on the error of that", value: ({ bound }) => bound },
        null_stable_rank: {
          help: "lower median of it after steps of the same length without structure; empty at the start",
          value: ({ nullStableRank }) => finite(nullStableRank),
        },
        null_p: {
          help: "p-value of the stable rank against these; empty at the start",
          value: ({ pValue }) => finite(pValue),
        },
        rank: { help: "singular values above the tolerance", value: ({ rank }) => rank.rank },
        rank_low: { help: "lower end of its certified interval", value: ({ rank }) => rank.low },
        rank_high: { help: "upper end of that interval", value: ({ rank }) => rank.high },
        third: {
          help: "third singular value divided by the first, certified upper end",
          value: ({ third }) => third,
        },
        feature_rank: {
          help: "rank of the hidden features at the samples, with the same tolerance",
          value: ({ featureRank }) => featureRank.rank,
        },
        feature_rank_low: {
          help: "lower end of its certified interval",
          value: ({ featureRank }) => featureRank.low,
        },
        feature_rank_high: {
          help: "upper end of that interval",
          value: ({ featureRank }) => featureRank.high,
        },
        loss: { help: "logistic loss over the samples", value: ({ loss }) => loss },
        accuracy: { help: "share of the samples classified right", value: ({ accuracy }) => accuracy },
        margin_ratio: {
          help: "least margin of a sample divided by the largest",
          value: ({ marginRatio }) => marginRatio,
        },
        agreement: {
          help: "share of fresh points classified as the linear function Σ a_j w_j does",
          value: ({ agreement }) => agreement,
        },
      }),
  },
  figures: {
    "near_orthogonal.svg": async ({ rows, plan }) =>
      (await import("./figure.ts")).nearOrthogonalFigure(rows, plan),
  },
});

/** Makes the run of one set of samples, whose networks differ in the size of their weights. */
function replicaRun(
  plan: NearOrthogonalPlan,
  kind: NearOrthogonalCase,
  replica: number,
): Run<NearOrthogonalRow> {
  const { initScales, width, steps, waypoints, learningRate, tolerance, seed } = plan;
  const { name, inputs, slope } = kind, label = `${name}, replica ${replica}`;
  return {
    label,
    steps,
    networks: initScales.length,
    async execute({ gpu, signal, onProgress }) {
      const began = performance.now();
      const data = drawReplica(plan, kind, replica), { x, labels } = data;
      const measure = measurer(gpu, plan, kind, replica, data);
      let rows: NearOrthogonalRow[] = [], made = 0, diverged: Divergence[] = [];
      const trainings = trainThrough(gpu, {
        task: arrayTask({ x, labels, inputs, loss: "logistic", name }),
        hidden: [width],
        activation: slope > 0 ? `leaky-relu:${slope}` : "relu",
        optimizer: { name: "sgd", learningRate: learningRate / inputs },
        batch: null,
        epsilons: [tolerance ** 2],
        threshold: "relative",
        replicas: initScales.length,
        start: startsOf(plan, data),
        seed,
        ...signal && { signal },
      }, waypoints);
      for await (const training of trainings) {
        made = training.updates;
        diverged = training.divergedReplicas.map((each) => ({
          ...each,
          description: `${label}, init scale ${initScales[each.replica]} diverged ${divergencePlace(each)}`,
        }));
        rows.push(...await measure(training));
        onProgress(made);
      }
      // Networks that diverged on the way do not count, and neither do parts of a path.
      rows = rows.filter(({ initScale }) =>
        diverged.every(({ replica: network }) => initScales[network] !== initScale)
      );
      const milliseconds = performance.now() - began;
      const isLost = diverged.length === initScales.length;
      if (made < steps && !isLost) {
        return { rows: [], diverged: [], status: "stopped", steps: 0, milliseconds };
      }
      return { rows, diverged, status: isLost ? "diverged" : "done", steps: made, milliseconds };
    },
  };
}

/** A number for a table; `null` for none. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
