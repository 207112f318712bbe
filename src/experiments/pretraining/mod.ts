/**
 * Pre-training of the first hidden layer, structured or by gradient, against other starts (Yang,
 * Zhao, Zhu, arXiv:2412.05144; Tang, Yang, Zhao, Zhu, arXiv:2507.11962).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { table } from "../../io/table.ts";
import { terminalRank } from "../../train/trace.ts";
import { trainingPart, trainingRun } from "../core/training_run.ts";
import { pretrainingClaims } from "./claims.ts";
import {
  lossAfter,
  networksOf,
  type PretrainingNetwork,
  type PretrainingRun,
  stairsClimbed,
  stepsTo,
  targetLosses,
} from "./networks.ts";
import { caseText } from "./cases.ts";
import {
  type PretrainingOptions,
  pretrainingOptions,
  type PretrainingPlan,
  pretrainingPlan,
} from "./plan.ts";
import { type MethodStart, startsOf } from "./starts.ts";
import { stepTime } from "./step_time.ts";

/** A network and the run that it is of. */
type NetworkRow = PretrainingRun & PretrainingNetwork;

/** What the networks of a case start with. */
interface PreparedStarts {
  readonly starts: readonly MethodStart[];
  /** Time of a step of the networks of one start. */
  readonly milliseconds: number;
}

/** The columns that say which network a row is of. */
const place = {
  task: "task",
  activation: "activation of the hidden layers",
  architecture: "plain, or skip, adaptive or gated for networks with such connections",
  method: "start of the first layer",
  replica: "network of this start, from 0",
};

function rowsOf(runs: readonly PretrainingRun[]): NetworkRow[] {
  return runs.flatMap((run) => run.networks.map((network) => ({ ...run, ...network })));
}

/**
 * Trains networks that differ in how their first layer starts: structured, pre-trained by gradient,
 * or from an initialiser. All starts and replicas of a task are replicas of one training run.
 *
 * The time of pre-training counts. Its wall time for the networks of one start is converted to
 * steps by the wall time of a step of as many networks, which is measured beforehand without
 * probes. The time to a loss is the sum of both.
 */
export const pretraining: Experiment<TableOf<PretrainingOptions>, PretrainingPlan, PretrainingRun> =
  defineExperiment({
    name: "pretraining",
    summary: "compare networks whose first layer is pre-trained with those that start otherwise",
    source: "Yang, Zhao, Zhu, arXiv:2412.05144; Tang, Yang, Zhao, Zhu, arXiv:2507.11962",
    examples: [
      {
        args: "--tasks runge:tanh,helmholtz1d:tanh --epsilon 1e-8",
        help: "compare the starts on two tasks at a smaller threshold",
      },
      {
        args: "--tasks digits --methods structured,he-normal,pytorch",
        help: "classify handwritten digits without pre-training by gradient",
      },
    ],
    options: pretrainingOptions,
    label: "pre-training",
    plan: pretrainingPlan,
    runs: (plan) =>
      plan.cases.map((own, index) => {
        const { methods, replicasOfEach } = plan, { activation, architecture, epsilon, steps } = own;
        const task = plan.tasks[index], label = caseText({ ...own, task: task.name });
        return trainingRun<PretrainingRun, PreparedStarts>({
          label,
          training: trainingPart({ ...own, task }),
          nameOf: (replica) =>
            `${label}, ${methods[Math.floor(replica / replicasOfEach)]}, replica ${replica % replicasOfEach}`,
          prepare: async ({ options }, context) => ({
            milliseconds: await stepTime(context.gpu, { ...options, replicas: replicasOfEach }),
            starts: await startsOf(context, plan, index),
          }),
          apply: ({ network }, { starts }) =>
            starts.flatMap(({ networks }) => networks).forEach((parameters, replica) =>
              network.writeParameters(parameters, replica)
            ),
          measure: ({ trace: { probes }, diverged }, { starts, milliseconds }) => ({
            rows: probes.length === 0 ? [] : [{
              task: task.name,
              activation,
              architecture,
              epsilon,
              steps,
              stepMilliseconds: milliseconds / replicasOfEach,
              targets: targetLosses(probes, plan.targets),
              networks: networksOf(starts, probes, milliseconds, diverged),
            }],
          }),
        });
      }),
    claims: (runs, plan) => pretrainingClaims(runs, plan),
    tables: {
      "pretraining.csv": ({ rows }) =>
        table(
          rowsOf(rows).map((row) => {
            const { probes } = row, start = probes[0], end = probes[probes.length - 1];
            return { ...row, start, end, rank: terminalRank(start) };
          }),
          {
            ...place,
            start_ms: {
              help: "wall time of the start beyond that of an initialiser, per network, in milliseconds",
              value: ({ startMilliseconds }) => startMilliseconds,
            },
            start_steps: "the same in steps of training",
            step_ms: {
              help: "wall time of a step of training per network, without probes, in milliseconds",
              value: ({ stepMilliseconds }) => stepMilliseconds,
            },
            log_det_before: {
              help:
                "log det(I + M/ε) of the first layer before pre-training by gradient; empty for other starts",
              value: ({ logDeterminants }) => logDeterminants?.[0] ?? null,
            },
            log_det_after: {
              help: "the same afterwards",
              value: ({ logDeterminants }) => logDeterminants?.[1] ?? null,
            },
            rank_start: {
              help: "ε-rank of the last hidden layer at the start",
              value: ({ rank }) => rank.rank,
            },
            rank_low: { help: "lower end of its certified interval", value: ({ rank }) => rank.low },
            rank_high: { help: "upper end of it", value: ({ rank }) => rank.high },
            first_rank_start: {
              help: "ε-rank of the first hidden layer at the start",
              value: ({ start }) => start.layers[0].ranks[0].rank,
            },
            rank_end: {
              help: "ε-rank of the last hidden layer after training",
              value: ({ end }) => terminalRank(end).rank,
            },
            stairs: {
              help:
                "upward jumps of the rank of the last hidden layer in training; empty where stairs cannot be told",
              value: (network) => {
                const stairs = stairsClimbed(network);
                return Number.isNaN(stairs) ? null : stairs;
              },
            },
            loss_start: { help: "loss at the start", value: ({ start }) => start.loss },
            loss_end: { help: "loss after training", value: ({ end }) => end.loss },
            loss_same_time: {
              help: "loss after the time of the training, that of the start included",
              value: (network) => lossAfter(network, network.steps),
            },
            accuracy: {
              help: "share of the samples classified right after training; empty for other tasks",
              value: ({ end }) => end.accuracy,
            },
            relative_error: {
              help: "relative error of the solution after training; empty for tasks that are no equations",
              value: ({ end }) => end.relativeError ?? null,
            },
          },
        ),
      "times.csv": ({ rows }) =>
        table(
          rowsOf(rows).flatMap((row) =>
            row.targets.map((loss, t) => ({
              ...row,
              target: t + 1,
              loss,
              steps: stepsTo(row, loss),
            }))
          ),
          {
            ...place,
            target: "number of the target, from 1",
            loss: "loss to reach",
            steps: "steps to the first probe with that loss, those of the start included; empty without one",
            ms: {
              help: "the same as wall time per network, in milliseconds",
              value: ({ steps, stepMilliseconds }) => steps === null ? null : steps * stepMilliseconds,
            },
          },
        ),
      "trace.csv": ({ rows }) =>
        table(
          rowsOf(rows).flatMap((row) =>
            row.probes.flatMap((probe) =>
              probe.layers.map(({ layer, ranks: [rank] }) => ({ ...probe, ...row, ...rank, layer }))
            )
          ),
          {
            ...place,
            step: "step of the probe",
            loss: "loss over all training samples",
            accuracy: "share of the samples classified right; empty for other tasks",
            relative_error: {
              help: "relative error of the solution; empty for tasks that are no equations",
              value: ({ relativeError = null }) => relativeError,
            },
            layer: "hidden layer, from 1",
            epsilon: "threshold ε of the rank",
            rank: "ε-rank of the features of the layer",
            rank_low: { help: "lower end of its certified interval", value: ({ low }) => low },
            rank_high: { help: "upper end of it", value: ({ high }) => high },
          },
        ),
    },
    figures: {
      "pretraining.svg": async (result) => (await import("./figure.ts")).drawPretraining(result),
    },
  });
