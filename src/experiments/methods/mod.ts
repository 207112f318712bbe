/**
 * Existing methods seen through the ε-rank: random features with least squares, partitions of
 * unity, Fourier features and multi-scale inputs reach a high rank early and skip the stairs of a
 * plain network (Yang, Zhao, Zhu, arXiv:2412.05144v1).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { table } from "../../io/table.ts";
import { methodClaims } from "./claims.ts";
import { inputsOf } from "./inputs.ts";
import type { MethodOutcome } from "./outcome.ts";
import {
  learningMethods,
  type MethodsOptions,
  methodsOptions,
  type MethodsPlan,
  methodsPlan,
} from "./plan.ts";
import { solvedRun } from "./solved.ts";
import { trainedRun } from "./trained.ts";

const task = {
  task: "target function",
  method: "method",
};
const replica = {
  replica: "network, or set of features, of this method, from 0",
};

/**
 * Compares methods on the same targets, with the same samples, quadrature weights and number of
 * features: their ranks at the start and over time, the loss, and the error on held-out samples.
 *
 * Replicas are networks of a training run, or sets of random features. They differ in initial
 * weights or in random features; a task's samples, random frequencies and a partition of unity are
 * the same for all.
 */
export const methods: Experiment<TableOf<MethodsOptions>, MethodsPlan, MethodOutcome> = defineExperiment({
  name: "methods",
  summary: "compare the ranks of features that methods start with and of those that a plain network learns",
  source: "Yang, Zhao, Zhu, arXiv:2412.05144v1",
  examples: [
    {
      args: "--targets cosines,franke2d --methods elm,fourier --frequencies dyadic:4",
      help: "compare two methods with the plain network on two functions",
    },
    { args: "--width 32 --replicas 10", help: "compare methods with fewer features, in narrower intervals" },
  ],
  options: methodsOptions,
  plan: methodsPlan,
  runs: (plan) =>
    plan.tasks.flatMap((task) =>
      plan.methods.map((method) =>
        learningMethods[method].kind === "solved"
          ? solvedRun(plan, method, task)
          : trainedRun(plan, method, inputsOf(method, task, plan))
      )
    ),
  claims: (outcomes, plan) => methodClaims(outcomes, plan),
  tables: {
    "methods.csv": ({ rows }) =>
      table(
        rows.flatMap((outcome) =>
          outcome.jumps.map((jumps, e) => ({
            ...outcome,
            jumps,
            start: outcome.ranks[0][e],
            end: outcome.ranks[outcome.ranks.length - 1][e],
          }))
        ),
        {
          ...task,
          kind: {
            help: "whether a network is trained or an output layer is solved for",
            value: ({ method }) => learningMethods[method].kind,
          },
          ...replica,
          epsilon: { help: "threshold ε of the ranks", value: ({ start }) => start.epsilon },
          rank_start: {
            help: "ε-rank of the last hidden layer at the start",
            value: ({ start }) => start.rank,
          },
          rank_start_low: { help: "lower end of its certified interval", value: ({ start }) => start.low },
          rank_start_high: { help: "upper end of it", value: ({ start }) => start.high },
          rank_end: { help: "ε-rank of the last hidden layer after training", value: ({ end }) => end.rank },
          jumps: {
            help: "jumps of the rank after the start, beyond flicker; empty where stairs cannot be told",
            value: ({ jumps }) => Number.isNaN(jumps) ? null : jumps,
          },
          loss: {
            help: "mean squared error over the training samples at the end",
            value: ({ losses }) => losses[losses.length - 1],
          },
          held_out_error: {
            help: "mean squared error over the held-out samples at the end; empty without any",
            value: ({ heldOut }) => heldOut,
          },
          coefficient_norm: {
            help: "norm of the coefficients that are solved for; empty for networks",
            value: ({ coefficients }) => coefficients,
          },
        },
      ),
    "methods_trace.csv": ({ rows }) =>
      table(
        rows.flatMap((outcome) =>
          outcome.steps.flatMap((step, i) =>
            outcome.ranks[i].map((rank) => ({ ...outcome, ...rank, step, loss: outcome.losses[i] }))
          )
        ),
        {
          ...task,
          ...replica,
          step: "step of the probe; 0 where an output layer is solved for",
          loss: "mean squared error over the training samples",
          epsilon: "threshold ε of the rank",
          rank: "ε-rank of the last hidden layer",
          rank_low: { help: "lower end of its certified interval", value: ({ low }) => low },
          rank_high: { help: "upper end of it", value: ({ high }) => high },
        },
      ),
  },
  figures: {
    "methods.svg": async (result) => (await import("./figure.ts")).drawMethods(result),
  },
});
