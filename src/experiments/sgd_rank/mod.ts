/**
 * The rank bias of SGD: smaller batches, larger learning rates and stronger weight decay lower the
 * rank of trained weight matrices (Galanti, Siegel, Gupte, Poggio, arXiv:2206.05794).
 *
 * @module
 */
import { weightStableRank } from "../../rank/ranks/weight_ranks.ts";
import type { TableOf } from "../../cli/options.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { table } from "../../io/table.ts";
import { trainingRun } from "../core/training_run.ts";
import { sgdRankClaims } from "./claims.ts";
import { measureNetworks, nameOf, placeOf, type SgdRankNetwork } from "./network.ts";
import { sgdRankCells, type SgdRankOptions, sgdRankOptions, type SgdRankPlan, sgdRankPlan } from "./plan.ts";

/**
 * Trains networks by plain SGD on a grid of batch sizes, learning rates and weight decays, and
 * compares the numerical ranks of their weight matrices.
 *
 * No single comparison of batch sizes is fair in all respects, so there are two. With the same
 * number of *steps* all else is equal: weight decay has shrunk the initial weights by the same
 * factor (1 − ηλ)^T, and past gradients are forgotten equally fast. This tests the effect of the
 * batch itself, but small batches have seen fewer samples. With the same number of *epochs* all
 * have seen the same samples, as in practice. But small batches have made more steps, each of which
 * decays the weights, so weight decay alone may explain a lower rank. Learning rates and weight
 * decays are compared with the same number of steps, in which a larger value of either decays the
 * weights further: that is the claimed bias.
 *
 * The bound behind the claims is of the order of B log(1/τ) / (ηλ) for batches of B and a tolerance
 * τ. At rates at which small networks still learn it is far above their width, so it says nothing
 * about them.
 *
 * All networks of a batch size and a number of steps are replicas of one training run.
 */
export const sgdRank: Experiment<TableOf<SgdRankOptions>, SgdRankPlan, SgdRankNetwork> = defineExperiment({
  name: "sgd-rank",
  summary:
    "compare the ranks of weights that SGD trains with different batch sizes, learning rates and weight decays",
  source: "Galanti, Siegel, Gupte, Poggio, arXiv:2206.05794",
  examples: [
    {
      args: "--batch-sizes 4,16,64 --weight-decays 0,0.005",
      help: "compare three batch sizes and two weight decays",
    },
    { args: "--replicas 10 --steps 3000", help: "narrow the confidence intervals" },
  ],
  options: sgdRankOptions,
  plan: sgdRankPlan,
  runs: (plan) => {
    const { task, hidden, activation, initializer, replicas, seed } = plan;
    return sgdRankCells(plan.batchSizes, plan.steps).map((cell) => {
      const places = Array.from({ length: replicas }, (_, replica) => placeOf(plan, cell, replica));
      return trainingRun({
        label: `batches of ${cell.batchSize}`,
        training: {
          task,
          hidden,
          activation,
          initializer,
          optimizer: {
            name: "sgd",
            learningRate: places.map(({ learningRate }) => learningRate),
            weightDecay: places.map(({ weightDecay }) => weightDecay),
          },
          batch: cell.batchSize,
          steps: cell.steps,
          // Only loss and accuracy at the end are used, not the ranks of features.
          probeEvery: cell.steps,
          precision: "single",
          replicas,
          // A network starts from the same weights everywhere in the grid.
          streams: places.map(({ replica: stream }) => ({ seed, stream })),
        },
        nameOf: (replica) => nameOf(places[replica]),
        measure: (training, _, { gpu }) => measureNetworks(gpu, plan, places, training),
      });
    });
  },
  claims: (networks, { replicasOfEach }) => sgdRankClaims(networks, replicasOfEach),
  tables: {
    "sgd_rank.csv": ({ rows }) =>
      table(
        rows.flatMap((network) =>
          network.equal.flatMap((equal) =>
            network.layers.map((matrix, l) => ({ ...network, ...matrix, equal, layer: l + 1 }))
          )
        ),
        {
          equal: "comparison of the row: with the same number of steps, or of epochs",
          batch_size: "samples of a mini-batch",
          steps: "updates of the weights",
          learning_rate: "learning rate",
          weight_decay: "weight decay",
          replica: "network of this kind, from 0",
          layer: "weight matrix, from 1",
          rank: "singular values above the tolerance times the largest",
          rank_low: {
            help: "lower end of the certified interval of the rank",
            value: ({ low }) => low,
          },
          rank_high: { help: "upper end of that interval", value: ({ high }) => high },
          stable_rank: {
            help: "sum of the squared singular values divided by the largest",
            value: (matrix) => weightStableRank(matrix).value,
          },
          stable_rank_bound: {
            help: "bound on the error of that",
            value: (matrix) => weightStableRank(matrix).bound,
          },
          loss: "loss over all training samples",
          training_accuracy: "share of the training samples classified correctly",
          accuracy: "share of the held-out samples classified correctly; of the training samples without any",
          has_learnt:
            "whether the network does better than naming the most frequent class; others do not count",
        },
      ),
  },
  figures: {
    "sgd_rank.svg": async ({ plan, rows }) => {
      const [{ sgdRankFigure }, { sgdRankFigureData }] = await Promise.all([
        import("./figure.ts"),
        import("./figure_data.ts"),
      ]);
      return sgdRankFigure(sgdRankFigureData(plan, rows));
    },
  },
});
