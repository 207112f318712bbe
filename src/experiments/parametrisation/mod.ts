/**
 * Parametrisations of wide networks: how initial weights and learning rates scale with the width
 * decides whether features move and whether learning rates transfer (Yang, Hu, arXiv:2011.14522;
 * Yang et al., arXiv:2203.03466; Chen, Yang, Zhao, Gu, arXiv:2503.09565).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { rankColumns } from "../core/rank_columns.ts";
import { parametrizationClaims } from "./claims.ts";
import { type ParametrizationRow, widthRun } from "./networks.ts";
import {
  armNames,
  type ParametrizationOptions,
  parametrizationOptions,
  type ParametrizationPlan,
  parametrizationPlan,
} from "./plan.ts";

/**
 * Trains networks of several widths in µP, NTK and standard parametrisation by gradient descent, on
 * a ladder of learning rates. At the smallest width all are the same network. Divergence is a
 * measurement: a network that diverges has a row without loss.
 */
export const parametrization: Experiment<
  TableOf<ParametrizationOptions>,
  ParametrizationPlan,
  ParametrizationRow
> = defineExperiment({
  name: "parametrisation",
  summary: "compare how far features move, and best learning rates, over widths in µP, NTK and standard",
  source: "Chen, Yang, Zhao, Gu, arXiv:2503.09565; Yang, Hu, arXiv:2011.14522; Yang et al., arXiv:2203.03466",
  examples: [
    { args: "--widths 16,64,256", help: "take other widths" },
    { args: "--depth 3 --steps 200", help: "train deeper networks for longer" },
  ],
  label: "networks",
  options: parametrizationOptions,
  plan: parametrizationPlan,
  runs: (plan) => armNames.flatMap((arm) => plan.widths.map((width) => widthRun(plan, arm, width))),
  claims: (rows, plan) => parametrizationClaims(rows, plan),
  tables: {
    "parametrisation.csv": ({ rows }) =>
      table(rows, {
        arm: "parametrisation",
        width: "neurons of each hidden layer",
        learning_rate: "learning rate at the smallest width",
        replica: "index of the initial weights, from 0",
        loss: "loss after training; empty if it diverged",
        movement: "change of the last hidden layer's features, relative to those before training",
      }),
    "parametrisation_grams.csv": ({ rows }) =>
      table(
        rows.flatMap(({ grams, ...row }) =>
          grams?.map((gram, i) => ({ ...row, ...gram, trained: i === 1 })) ?? []
        ),
        {
          arm: "parametrisation",
          width: "neurons of each hidden layer",
          replica: "index of the initial weights, from 0",
          trained: "whether after training",
          least: "certified lower end of the least eigenvalue of ΦΦᵀ / n",
          ...rankColumns("rank", "ε-rank of ΦΦᵀ / n", ({ rank }) => rank),
        },
      ),
  },
  figures: {
    "parametrisation.svg": async (result) => (await import("./figure.ts")).drawParametrizations(result),
  },
});
