/**
 * The rank along depth: ε-ranks of all layers of a deep network, at the start and after training.
 *
 * @module
 */
import { pick, type TableOf, toggle } from "../../cli/options.ts";
import { trainingOptions } from "../../cli/training_flags.ts";
import {
  optimizerChoice,
  solvedTrainingKeys,
  trainingTable,
  type TrainingValues,
} from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { spectralBounds } from "../../rank/ranks/spectral_bounds.ts";
import { effectiveRank } from "../../rank/ranks/spectral_ranks.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { spectrumProbes, type Trace } from "../../train/trace.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { table } from "../../io/table.ts";
import { trainingRun } from "../core/training_run.ts";
import { depthClaims, type DepthEnds } from "./claims.ts";

/** Values of the options of the comparison; their table explains them. */
export type DepthProfileOptions = Readonly<
  & Omit<TrainingValues, "spectraEvery" | "layers" | "optimizer" | "learningRate" | "steps" | "probeEvery">
  & Record<"steps" | "probeEvery", number>
  & { layers: string | readonly number[]; optimizer: string; learningRate: readonly number[]; full: boolean }
>;

/** Takes the first and the last probe of each replica, apart from those left out. */
function endsOf(trace: Trace, leftOut: ReadonlyMap<number, number>): DepthEnds[] {
  const replicas = Map.groupBy(spectrumProbes(trace), ({ replica }) => replica);
  return [...replicas].filter(([replica, probes]) => !leftOut.has(replica) && probes.length > 1)
    .map(([, probes]) => ({ start: probes[0], end: probes[probes.length - 1] }));
}

/**
 * Trains replicas of a deep network and compares the ε-ranks of its hidden layers at the start and
 * after training.
 */
export const depthProfile: Experiment<TableOf<DepthProfileOptions>, CompleteOptions, DepthEnds> =
  defineExperiment({
    name: "depth-profile",
    summary: "compare the ranks along the depth of a network at the start and after training",
    source: null,
    examples: [
      { args: "--layers 30,30,30,30,30,30", help: "train six hidden layers" },
      {
        args: "--activation relu --init he-normal --replicas 8",
        help: "train eight networks with another activation",
      },
    ],
    options: {
      ...pick(trainingTable, solvedTrainingKeys, {
        layers: { default: new Array(12).fill(30).join(), help: "hidden widths as 50,50" },
        optimizer: { default: "adam", help: optimizerChoice },
        learningRate: { default: [1e-3], help: "one for all replicas, or one for each" },
        steps: { default: 3000, full: 20_000, help: "updates of the weights" },
        probeEvery: { default: 1000, help: "steps from one probe of the ranks to the next" },
        replicas: { default: 5, full: 10 },
      }),
      full: toggle({ default: false, help: "train ten replicas for 20,000 steps" }),
    },
    plan: async (values) => {
      const plan = completeOptions({ ...await trainingOptions(values), spectraEvery: 1 });
      if (plan.hidden.length < 2) {
        throw new InputError("one hidden layer has no depth: give at least two");
      }
      if (plan.steps < 1) {
        throw new InputError("without a step there is nothing to compare: give at least one");
      }
      return plan;
    },
    runs: (plan) => [trainingRun<DepthEnds>({
      training: plan,
      measure: ({ trace, diverged }) => ({ rows: endsOf(trace, diverged) }),
    })],
    claims: (ends, plan) => depthClaims(ends, plan),
    tables: {
      "depth_profile.csv": ({ rows }) =>
        table(
          rows.flatMap(({ start, end }) => [start, end]).flatMap((probe) =>
            probe.layers.flatMap((layer) => layer.ranks.map((rank) => ({ ...probe, ...layer, ...rank })))
          ),
          {
            replica: "network, from 0",
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
            effective_rank: {
              help: "exponential of the entropy of the singular values",
              value: ({ eigenvalues }) => effectiveRank(eigenvalues),
            },
            effective_rank_bound: {
              help: "bound on the error of that",
              value: ({ eigenvalues, bounds }) => spectralBounds(eigenvalues, bounds).effectiveRank,
            },
          },
        ),
    },
    figures: {
      "depth_profile.svg": async (result) => (await import("./figure_data.ts")).drawDepthProfile(result),
    },
  });
