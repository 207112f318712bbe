/**
 * The loss floor: an ε-rank bounds the loss from below, and the bound falls as the rank rises
 * (Yang, Zhao, Zhu, arXiv:2412.05144).
 *
 * @module
 */
import { pick, type TableOf, toggle } from "../../cli/options.ts";
import { trainingOptions } from "../../cli/training_flags.ts";
import { solvedTrainingKeys, trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { type SpectrumProbe, spectrumProbes } from "../../train/trace.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { table } from "../../io/table.ts";
import { trainingRun } from "../core/training_run.ts";
import { floorClaims, type LossFloorRun, rankOf, tightness } from "./claims.ts";

/** Values of the options of the study; their table explains them. */
export type LossFloorOptions = Readonly<
  & Omit<TrainingValues, "spectraEvery" | "probeEvery">
  & { probeEvery: number; full: boolean }
>;

/** One threshold at one probe. */
interface FloorRow extends SpectrumProbe {
  readonly epsilon: number;
  readonly e: number;
  readonly floor: number;
}

/**
 * Trains replicas of a network and compares the loss at every probe with its floor for each ε, and
 * with the least loss that any output layer could reach on the same features. The task needs a mean
 * squared error.
 */
export const lossFloorStudy: Experiment<TableOf<LossFloorOptions>, CompleteOptions, LossFloorRun> =
  defineExperiment({
    name: "loss-floor",
    summary: "hold the loss of a network against the floor that its rank implies",
    source: "Yang, Zhao, Zhu, arXiv:2412.05144",
    examples: [
      {
        args: "--task runge --epsilons 1e-4,1e-8",
        help: "test the floor on another function, at two thresholds",
      },
      { args: "--activation sine --layers 40,40", help: "test it for another network" },
    ],
    options: {
      ...pick(trainingTable, solvedTrainingKeys, {
        replicas: { default: 5, full: 10 },
        probeEvery: { default: 50, full: 10, help: "steps from one probe of the ranks to the next" },
      }),
      full: toggle({ default: false, help: "train ten replicas, with a probe every ten steps" }),
    },
    plan: async (values) => {
      // Only probes that solve spectra have floors.
      const plan = completeOptions({ ...await trainingOptions(values), spectraEvery: 1 });
      if (plan.task.kind !== "regression") {
        throw new InputError(
          `the task ${plan.task.name} has no loss floor: choose one with a mean squared error`,
        );
      }
      return plan;
    },
    runs: (plan) => [trainingRun<LossFloorRun>({
      training: plan,
      measure: ({ trace, diverged, network: { widths } }) => ({
        rows: [{ trace, leftOut: new Set(diverged.keys()), widths }],
      }),
    })],
    claims: (rows) => rows.flatMap(({ trace, leftOut }) => floorClaims(trace, leftOut)),
    tables: {
      "loss_floor.csv": ({ rows: [{ trace }] }) =>
        table(
          spectrumProbes(trace).flatMap((probe) =>
            trace.epsilons.map((epsilon, e): FloorRow => ({ ...probe, epsilon, e, floor: probe.floors![e] }))
          ),
          {
            replica: "network, from 0",
            step: "updates made before the probe",
            loss: "weighted mean squared error over all training samples",
            epsilon: "threshold of the ε-rank",
            rank: { help: "ε-rank of the last hidden layer", value: (probe) => rankOf(probe, probe.e) },
            floor: "lower bound of the loss by that rank",
            tightness: {
              help: "loss divided by floor, at least 1; empty where the floor is 0",
              value: (probe) => tightness(probe, probe.floor),
            },
            projection_error: {
              help: "least loss that any output layer could reach on the same features",
              value: ({ projectionError }) => projectionError!,
            },
          },
        ),
    },
    figures: {
      "loss_floor.svg": async (result) => (await import("./figure_data.ts")).drawLossFloor(result),
    },
  });
