/**
 * The atlas of staircases: while a network learns, its ε-rank rises in stairs, whatever the task,
 * the activation, the depth and the optimiser (Yang, Zhao, Zhu, arXiv:2412.05144).
 *
 * @module
 */
import { lowerMedian } from "../../stats/median.ts";
import type { RankSummary } from "../../train/summary.ts";
import { summarize } from "../../train/summary.ts";
import type { TableOf } from "../../cli/options.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { type Columns, table } from "../../io/table.ts";
import { trainingRun } from "../core/training_run.ts";
import { atlasClaims, type AtlasRun, claimsOfAtlas, judgeCell } from "./claims.ts";
import { type AtlasCell, atlasCells, nameOfCell } from "./cells.ts";
import { type AtlasOptions, atlasOptions, type AtlasPlan, atlasPlan, trainingOf } from "./plan.ts";

/** Columns that name the cell of a row. */
const cell: Columns<{ readonly cell: AtlasCell }> = {
  task: { help: "name of the task", value: ({ cell }) => cell.task.name },
  activation: { help: "activation of the hidden layers", value: ({ cell }) => cell.activation },
  depth: { help: "number of hidden layers", value: ({ cell }) => cell.depth },
  optimizer: { help: "name of the optimiser", value: ({ cell }) => cell.optimizer.name },
  learning_rate: { help: "its learning rate", value: ({ cell }) => cell.optimizer.learningRate },
};

/** A cell at one threshold. */
interface CellRow extends AtlasRun {
  readonly epsilon: number;
  readonly e: number;
}

/**
 * Trains networks on each task, one cell after the other, and follows the ε-ranks of their hidden
 * layers. The replicas of a cell train side by side. Networks with piecewise linear activations
 * have no second derivatives, so they have no cells with equations.
 */
export const staircaseAtlas: Experiment<TableOf<AtlasOptions>, AtlasPlan, AtlasRun> = defineExperiment({
  name: "staircase-atlas",
  summary: "draw the staircases of many tasks, activations, depths and optimisers side by side",
  source: "Yang, Zhao, Zhu, arXiv:2412.05144",
  examples: [
    {
      args: "--tasks cosines,burgers --activations tanh,gelu,sine --depths 2",
      help: "compare three activations on two tasks",
    },
    {
      args: "--tasks digits --product --replicas 8",
      help: "combine all activations, depths and optimisers on digits",
    },
  ],
  options: atlasOptions,
  plan: atlasPlan,
  runs: (plan) =>
    atlasCells(plan.tasks, plan.variants).map((cell) => {
      const name = nameOfCell(cell);
      return trainingRun<AtlasRun>({
        label: name,
        training: trainingOf(plan, cell),
        nameOf: (replica) => `${name}, replica ${replica},`,
        measure: ({ trace: { probes, ...trace }, diverged, status }) => {
          if (status === "stopped") return { rows: [] };
          const kept = { ...trace, probes: probes.filter(({ replica }) => !diverged.has(replica)) };
          return { rows: [{ cell, trace: kept, summary: summarize(kept) }] };
        },
      });
    }),
  claims: (rows, { epsilons }) => claimsOfAtlas(trained(rows), epsilons),
  tables: {
    "staircase_atlas.csv": ({ rows }) =>
      table(
        rows.flatMap(({ cell, trace }) =>
          trace.probes.flatMap((probe) =>
            probe.layers.flatMap(({ layer, ranks }) =>
              ranks.map((rank) => ({ ...probe, ...rank, cell, layer }))
            )
          )
        ),
        {
          ...cell,
          replica: "network of the cell, from 0",
          step: "updates made before the probe",
          loss: "loss over all training samples",
          layer: "hidden layer, from 1",
          epsilon: "threshold of the ε-rank",
          rank: "ε-rank of the layer's features",
          rank_low: {
            help: "lower end of the certified interval of the rank",
            value: ({ low }) => low,
          },
          rank_high: { help: "upper end of that interval", value: ({ high }) => high },
        },
      ),
    "cells.csv": ({ rows, plan: { epsilons, width, steps } }) =>
      table(
        trained(rows).flatMap((run) => epsilons.map((epsilon, e): CellRow => ({ ...run, epsilon, e }))),
        {
          ...cell,
          width: { help: "neurons of each hidden layer", value: () => width },
          samples: { help: "training samples", value: ({ cell }) => cell.task.train.count },
          steps: { help: "updates of the weights", value: () => steps },
          networks: {
            help: "networks that did not diverge",
            value: ({ summary }) => summary.replicas.length,
          },
          loss: { help: "median of the last loss", value: ({ summary }) => summary.loss },
          accuracy: {
            help: "median of the last accuracy; empty without classes",
            value: ({ summary }) => summary.accuracy,
          },
          relative_error: {
            help: "median of the last relative error of the solution; empty without an equation",
            value: ({ summary }) => summary.relativeError,
          },
          epsilon: "threshold of the ε-rank",
          initial_rank: {
            help: "median of the terminal rank at the start",
            value: terminal(({ initial }) => initial),
          },
          final_rank: {
            help: "median of the terminal rank at the end",
            value: terminal(({ final }) => final.rank),
          },
          stairs: {
            help: "median number of stairs of the terminal rank",
            value: terminal(({ staircase }) => staircase.stairs.length),
          },
          significant_jumps: {
            help: "median number of its jumps that neither flicker nor a rounded trend makes",
            value: terminal(({ staircase }) =>
              staircase.jumps.filter(({ isSignificant }) => isSignificant).length
            ),
          },
          ...Object.assign({}, ...atlasClaims.map(claimColumns)),
        },
      ),
  },
  figures: {
    "staircase_atlas.svg": async (result) => {
      const [{ staircaseAtlasFigure }, { atlasFigureData }] = await Promise.all([
        import("./figure.ts"),
        import("./figure_data.ts"),
      ]);
      const lost = result.rows.filter(({ trace }) => trace.probes.length === 0);
      return staircaseAtlasFigure(
        atlasFigureData(result.plan, trained(result.rows), new Set(lost.map(({ cell }) => nameOfCell(cell)))),
      );
    },
  },
});

/** Keeps the cells that have a network left. */
function trained(rows: readonly AtlasRun[]): AtlasRun[] {
  return rows.filter(({ trace }) => trace.probes.length > 0);
}

/** Takes the median over the networks of a cell of a rank of the terminal layer. */
function terminal(of: (rank: RankSummary) => number): (row: CellRow) => number {
  return ({ summary, e }) =>
    lowerMedian(summary.replicas.map(({ layers }) => of(layers[layers.length - 1].ranks[e])));
}

/** Columns of a claim: its statistic, the interval, and whether it holds. */
function claimColumns(claim: typeof atlasClaims[number]): Columns<CellRow> {
  const { key, kind, statistic } = claim;
  const judged = (row: CellRow) => judgeCell(row, claim, row.e);
  const known = (value: number | undefined) => value === undefined || Number.isNaN(value) ? null : value;
  return {
    [key]: {
      help: `${kind === "p-value" ? "p-value of all replicas" : "mean"}: ${statistic}`,
      value: (row) => known(judged(row)?.value),
    },
    [`${key}_low`]: {
      help: kind === "p-value" ? "least p-value of a replica" : "lower end of its 95 % confidence interval",
      value: (row) => known(judged(row)?.interval[0]),
    },
    [`${key}_high`]: {
      help: kind === "p-value" ? "greatest p-value of a replica" : "upper end of that interval",
      value: (row) => known(judged(row)?.interval[1]),
    },
    [`${key}_holds`]: {
      help: `whether ${claim.claim}; empty where the claim does not apply`,
      value: (row) => judged(row)?.holds ?? null,
    },
  };
}
