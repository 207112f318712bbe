/**
 * The staircase in weights: from small weights two-homogeneous networks go from saddle to saddle,
 * and the rank of their weights grows by one at each (Kumar, Haupt, arXiv:2402.09226; Jacot, Ged,
 * Şimşek, Hongler, Gabriel, arXiv:2106.15933).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { rankColumns } from "../core/rank_columns.ts";
import { scaledStart, trainingRun } from "../core/training_run.ts";
import { saddleClaims } from "./claims.ts";
import { measureNetworks, plateauLengths, type SaddleNetwork } from "./networks.ts";
import { type SaddleOptions, saddleOptions, saddlePlaces, type SaddlePlan, saddlePlan } from "./plan.ts";

/** Columns that name the network of a row. */
const place = {
  activation: "activation of the hidden layer",
  delta: "factor of the initial weights",
  replica: "network of this δ, from 0",
};

/**
 * Trains two-layer networks without biases by gradient descent in small steps, from the same
 * weights times each δ of a ladder, and follows loss, hidden weights and hidden features. All
 * networks of an activation are replicas of one training.
 */
export const saddleToSaddle: Experiment<TableOf<SaddleOptions>, SaddlePlan, SaddleNetwork> = defineExperiment(
  {
    name: "saddle-to-saddle",
    summary: "follow networks from small weights along the saddles at which the rank of their weights grows",
    source: "Kumar, Haupt, arXiv:2402.09226; Jacot et al., arXiv:2106.15933",
    examples: [
      { args: "--activations leaky-relu:0.2 --rates 1,0.4", help: "follow another network with two neurons" },
      {
        args: "--deltas 1,1e-4,1e-5,1e-6 --steps 5000",
        help: "start from smaller weights, and train longer",
      },
    ],
    label: "networks",
    options: saddleOptions,
    plan: saddlePlan,
    runs: (plan) =>
      plan.tasks.map((task, i) => {
        const places = saddlePlaces(plan, plan.activations[i]);
        const { width, learningRate, steps, probeEvery, tolerance, replicas, seed } = plan;
        const probed = Array.from({ length: Math.ceil(steps / probeEvery) }, (_, k) => k * probeEvery);
        return trainingRun<SaddleNetwork, Float32Array>({
          label: plan.activations[i],
          training: {
            task,
            hidden: [width],
            activation: plan.activations[i],
            initializer: "xavier-normal",
            // Without biases a network of two layers is two-homogeneous.
            optimizer: { name: "sgd", learningRate, layers: new Array(2).fill({ weights: 1, biases: 0 }) },
            batch: null,
            steps,
            probeEvery,
            // A singular value of features is the root of an eigenvalue.
            epsilons: [tolerance ** 2],
            replicas,
            streams: places.map(({ replica: stream }) => ({ seed, stream })),
          },
          nameOf: (index) =>
            `${plan.activations[i]}, δ = ${places[index].delta}, replica ${places[index].replica}`,
          networksAt: [...probed, steps],
          ...scaledStart(places.map(({ delta }) => delta)),
          measure: (training, _, { gpu, signal }, networks) =>
            measureNetworks(plan, training, { places, networks, gpu, signal }),
        });
      }),
    claims: (networks, plan) => saddleClaims(networks, plan),
    tables: {
      "saddle_to_saddle.csv": ({ rows }) =>
        table(
          rows.flatMap((network) => network.points.map((point) => ({ ...network, ...point }))),
          {
            ...place,
            step: "updates made before the probe",
            time: "steps times learning rate",
            loss: "loss over all samples",
            ...rankColumns(
              "weight_rank",
              "singular values of the hidden weights above the tolerance",
              ({ weights }) => weights,
            ),
            ...rankColumns(
              "feature_rank",
              "ε-rank of the hidden features, ε the squared tolerance",
              ({ features }) => features,
            ),
            cosine: {
              help:
                "cosine between the weights still small and those at the plateau's end; empty on the last one",
              value: ({ cosine }) => Number.isNaN(cosine) ? null : cosine,
            },
          },
        ),
      "plateaus.csv": ({ rows }) =>
        table(
          rows.flatMap((network) =>
            plateauLengths(network).map((length, plateau) => ({ ...network, length, plateau }))
          ),
          {
            ...place,
            plateau: "plateau of the loss, from 0",
            length: "time from the drop before it, or the start, to its own",
          },
        ),
    },
    figures: {
      "saddle_to_saddle.svg": async ({ plan, rows }) =>
        (await import("./figure.ts")).saddleFigure(plan, rows),
    },
  },
);
