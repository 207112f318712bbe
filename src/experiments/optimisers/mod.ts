/**
 * L-BFGS after Adam, as solvers of differential equations train: the loss and the ε-rank of the
 * second phase (Rathore, Lei, Frangella, Lu, Udell, arXiv:2402.01868).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { follow } from "../../train/follow.ts";
import { terminalRank } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { trainingPart, trainingRun } from "../core/training_run.ts";
import { rankColumns } from "../core/rank_columns.ts";
import { type OptimizedNetwork, optimizersClaims, secondStairs } from "./claims.ts";
import {
  armNames,
  arms,
  type OptimizersOptions,
  optimizersOptions,
  type OptimizersPlan,
  optimizersPlan,
  phaseOf,
} from "./plan.ts";

/** The networks at the start of the last phase; `null` where it starts from an initialiser. */
type Started = readonly (readonly LayerParameters[])[] | null;

/** The columns that say which network a row is of. */
const place = {
  task: "task",
  arm: "first layer, where it is structured, and optimisers",
  replica: "network of this arm, from 0",
};

const known = (value: number) => Number.isNaN(value) ? null : value;

/**
 * Trains networks in two phases, by Adam, by L-BFGS, and by one after the other, from an
 * initialiser and from a structured first layer. A step of either optimiser is one evaluation of
 * loss and gradient, and arms are compared at the same number of these.
 */
export const optimizerStudy: Experiment<TableOf<OptimizersOptions>, OptimizersPlan, OptimizedNetwork> =
  defineExperiment({
    name: "optimisers",
    summary: "compare Adam, L-BFGS, and L-BFGS after Adam, by loss and rank",
    source: "Rathore, Lei, Frangella, Lu, Udell, arXiv:2402.01868",
    examples: [
      { args: "--tasks burgers --second-steps 4000", help: "solve Burgers' equation for longer" },
      { args: "--tasks runge --epsilon 1e-4", help: "learn a function, at a larger threshold" },
    ],
    options: optimizersOptions,
    plan: optimizersPlan,
    runs: ({ cases, firstSteps, secondSteps, replicas }) =>
      cases.flatMap((own) =>
        armNames.map((arm) => {
          const { name } = own.task, [one, two] = arms[arm].optimizers;
          // One optimiser makes both phases in one training.
          const from = one === two ? 0 : firstSteps;
          return trainingRun<OptimizedNetwork, Started>({
            label: `${name}, ${arm}`,
            training: trainingPart(phaseOf(own, arm, 1, firstSteps + secondSteps - from)),
            nameOf: (replica) => `${name}, ${arm}, replica ${replica}`,
            prepare: async (_, { gpu, signal }) => {
              if (from === 0) return null;
              const options = { ...trainingPart(phaseOf(own, arm, 0, from)), probeEvery: from };
              using first = await Training.create(gpu, { ...options, ...signal && { signal } });
              await follow(first, () => {});
              return await first.network.readAllParameters();
            },
            apply: ({ network }, started) =>
              started?.forEach((layers, replica) => network.writeParameters(layers, replica)),
            measure: ({ trace, diverged }) => ({
              rows: Array.from({ length: replicas }, (_, replica) => ({
                task: name,
                arm,
                replica,
                probes: trace.probes.filter((probe) => probe.replica === replica)
                  .map((probe) => ({ ...probe, step: probe.step + from })),
              })).filter(({ replica, probes }) => probes.length > 0 && !diverged.has(replica)),
            }),
          });
        })
      ),
    claims: (rows, plan) => optimizersClaims(rows, plan),
    tables: {
      "optimisers.csv": ({ rows, plan: { firstSteps } }) =>
        table(rows.map((network) => ({ ...network, ...secondStairs(network, firstSteps) })), {
          ...place,
          stairs: {
            help: "upward jumps of the rank in the second phase; empty where stairs cannot be told",
            value: ({ climbed }) => known(climbed),
          },
          ramp_p: {
            help: "p-value of these stairs against a smooth trend; empty where there are too few",
            value: ({ ramp }) => known(ramp.pValue),
          },
          coupling_p: {
            help: "p-value of faster falls of the loss at them against stairs shifted in time; likewise",
            value: ({ coupling }) => known(coupling.pValue),
          },
        }),
      "trace.csv": ({ rows }) =>
        table(rows.flatMap((network) => network.probes.map((probe) => ({ ...probe, ...network }))), {
          ...place,
          step: "evaluations of loss and gradient before the probe",
          loss: "loss over all training samples",
          relative_error: {
            help: "relative error of the solution; empty for tasks that are no equations",
            value: ({ relativeError = null }) => relativeError,
          },
          ...rankColumns("rank", "ε-rank of the last hidden layer", (probe) => terminalRank(probe)),
        }),
    },
    figures: {
      "optimisers.svg": async (result) => (await import("./figure.ts")).drawOptimizers(result),
    },
  });
