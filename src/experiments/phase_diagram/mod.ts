/**
 * A phase diagram of training: initial scale and learning rate, a map for each width (Luo, Xu, Ma,
 * Zhang, arXiv:2007.07497; Kalra, Barkeshli, arXiv:2302.12250).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { count, formatNumber } from "../../format.ts";
import { table } from "../../io/table.ts";
import { lowerMedian } from "../../stats/median.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { scaledStart, trainingRun } from "../core/training_run.ts";
import { measurePhases, phaseCells, type PhaseNetwork } from "./cells.ts";
import { edgesOf, phaseClaims } from "./claims.ts";
import {
  type PhaseOptions,
  phaseOptions,
  phasePlaces,
  type PhasePlan,
  phasePlan,
  phaseTraining,
} from "./plan.ts";

/**
 * Trains networks on a grid of initial scales and learning rates, several of each cell, and maps
 * the ε-rank of the last hidden layer after training, with what is certain of it. A network starts
 * from the same weights everywhere in a map, but for their scale.
 *
 * Divergence is a measurement here: a network whose loss is no longer finite has its place in the
 * diagram, and the others go on. All networks of a width are replicas of one training.
 */
export const phaseDiagram: Experiment<TableOf<PhaseOptions>, PhasePlan, PhaseNetwork> = defineExperiment({
  name: "phase-diagram",
  summary:
    "map the rank after training by initial scale, learning rate and width, and where training diverges",
  source: "Luo, Xu, Ma, Zhang, arXiv:2007.07497; Kalra, Barkeshli, arXiv:2302.12250",
  examples: [
    { args: "--widths 16 --init-scales 0.1:10:32 --learning-rates 0.01:1:32", help: "map one width finely" },
    {
      args: "--optimizer sgd --learning-rates 0.01:10:16",
      help: "train by gradient descent without momentum",
    },
  ],
  options: phaseOptions,
  plan: phasePlan,
  runs: (plan) =>
    plan.widths.map((width) => {
      const places = phasePlaces(plan, width);
      return trainingRun<PhaseNetwork, Float32Array>({
        label: `width ${width}`,
        training: phaseTraining(plan, places),
        measuresDivergence: true,
        ...scaledStart(places.map(({ initScale }) => initScale)),
        measure: (training) => ({ rows: measurePhases(plan, places, training) }),
      });
    }),
  claims: (networks, plan) => phaseClaims(networks, plan),
  tables: {
    "phase_cells.csv": ({ rows, plan: { epsilons } }) =>
      table(
        epsilons.flatMap((epsilon, e) => phaseCells(rows, e).map((cell) => ({ ...cell, epsilon }))),
        {
          width: "neurons of each hidden layer",
          init_scale: "factor of the initial parameters",
          learning_rate: "learning rate",
          networks: "networks of the cell",
          diverged: "networks whose loss became NaN or infinite",
          learnt: "networks that explain a tenth of the variance",
          epsilon: "threshold ε of the ranks",
          rank: {
            help: "lower median of the ε-ranks of the last hidden layer; empty if all diverged",
            value: ({ rank }) => rank && rank.rank,
          },
          rank_low: {
            help: "no network of the cell ranks below, certainly",
            value: ({ rank }) => rank && rank.low,
          },
          rank_high: { help: "none ranks above, certainly", value: ({ rank }) => rank && rank.high },
          loss: { help: "lower median of the losses", value: ({ loss }) => finite(loss) },
        },
      ),
    "phase_networks.csv": ({ rows, plan: { epsilons } }) =>
      table(
        rows.flatMap((network) => epsilons.map((epsilon, e) => ({ ...network, epsilon, e }))),
        {
          width: "neurons of each hidden layer",
          init_scale: "factor of the initial parameters",
          learning_rate: "learning rate",
          replica: "network of the cell, from 0",
          diverged_at: "step at which the loss became NaN or infinite; empty if it did not",
          epsilon: "threshold ε of the ranks",
          start_rank: {
            help: "ε-rank of the last hidden layer before training",
            value: ({ startRanks, e }) => startRanks && startRanks[e].rank,
          },
          rank: {
            help: "ε-rank of the last hidden layer after training",
            value: ({ ranks, e }) => ranks && ranks[e].rank,
          },
          rank_low: {
            help: "lower end of its certified interval",
            value: ({ ranks, e }) => ranks && ranks[e].low,
          },
          rank_high: {
            help: "upper end of that interval",
            value: ({ ranks, e }) => ranks && ranks[e].high,
          },
          start_loss: { help: "loss before training", value: ({ startLoss }) => finite(startLoss) },
          loss: { help: "loss after training", value: ({ loss }) => finite(loss) },
        },
      ),
  },
  figures: {
    "phase_diagram.svg": async ({ plan, rows }) => {
      const { drawPhases } = await import("./figure_data.ts");
      return drawPhases(plan, rows);
    },
  },
  summarize: ({ rows, plan }) => ({
    networks: rows.length,
    diverged: rows.filter(({ divergedAt }) => divergedAt !== null).length,
    learnt: rows.filter(({ hasLearnt }) => hasLearnt).length,
    certainShare: certainShare(rows),
    edges: plan.widths.map((width) => ({ width, learningRate: finite(edgeOf(rows, width)) })),
  }),
  report: ({ rows }) =>
    [...Map.groupBy(rows, ({ width }) => width)].map(([width, own]) => {
      const diverged = own.filter(({ divergedAt }) => divergedAt !== null).length, edge = edgeOf(own, width);
      const ranks = own.flatMap(({ ranks }) => ranks ? [ranks[0].rank] : []);
      const share = (100 * certainShare(own)).toFixed(1);
      return `width ${width}: ${count(own.length, "network")}, ${diverged} diverged` +
        (edge < Infinity ? `, from a rate of ${formatNumber(edge)} on (median)` : "") +
        (ranks.length > 0
          ? `; ranks ${Math.min(...ranks)} to ${Math.max(...ranks)}, ${share} % certain`
          : "");
    }),
});

/** First learning rate that diverges, lower median over initial scales and replicas. */
function edgeOf(rows: readonly PhaseNetwork[], width: number): number {
  return lowerMedian(edgesOf(rows.filter((row) => row.width === width)).map(({ rate }) => rate));
}

/** Share of the ranks after training, at the first threshold, whose interval is a single number. */
function certainShare(rows: readonly PhaseNetwork[]): number {
  const ranks = rows.flatMap(({ ranks }) => ranks ? [ranks[0]] : []);
  return ranks.filter(({ low, high }) => low === high).length / Math.max(1, ranks.length);
}

/** A number for a table; `null` for none. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
