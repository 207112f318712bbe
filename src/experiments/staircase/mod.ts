/**
 * The staircase: while the loss falls, the ε-rank of the features rises in stairs (Yang, Zhao, Zhu,
 * arXiv:2412.05144).
 *
 * @module
 */
import { type TableOf, text, toggle } from "../../cli/options.ts";
import { trainingOptions } from "../../cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { traceTable } from "../../io/trace_csv.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { summarize } from "../../train/summary.ts";
import { defineExperiment, type Experiment, type Run } from "../core/experiment.ts";
import { trainingRun } from "../core/training_run.ts";
import { hasStairs, staircaseReport, type StaircaseRun } from "./report.ts";
import { sweptBy, sweptGroups } from "./swept.ts";
import { staircasePage } from "./texts.ts";

/** Replicas whose stairs are tested, about: as many as a report shows one by one. */
const MOST_TESTED = 256;

/** Values of the options of a training; their table explains them. */
export type StaircaseOptions = Readonly<
  & TrainingValues
  & { initFrom: string | null; stopOnDivergence: boolean; profile: boolean }
>;

/**
 * Trains a network, probes the ranks of its features, and finds the stairs. Replicas that diverge
 * keep their trace up to there.
 */
export const staircase: Experiment<TableOf<StaircaseOptions>, CompleteOptions, StaircaseRun> =
  defineExperiment({
    name: "staircase",
    summary: "watch the rank of a network's features rise in stairs while its loss falls",
    source: "Yang, Zhao, Zhu, arXiv:2412.05144",
    examples: [
      {
        args: "--replicas 8 --activation sine --epsilons 1e-3,1e-6,1e-9",
        help: "train eight networks with sine activations",
      },
      { args: "--task digits --out runs/digits", help: "classify handwritten digits" },
    ],
    options: {
      ...trainingTable,
      initFrom: text({
        default: null,
        placeholder: "FILE",
        help:
          "begin with the parameters of a .safetensors or .npz file, as --export or PyTorch has them; widths, " +
          "and activations if it names them, are those of the file",
        group: "what to train",
      }),
      stopOnDivergence: toggle({
        default: false,
        help: "stop when the first replica diverges; otherwise the others go on",
        group: "how to train",
      }),
      profile: toggle({
        default: false,
        help: "print the GPU time of each kernel, which slows training down",
        group: "machine",
      }),
    },
    plan: async ({ profile: _, stopOnDivergence, ...values }) =>
      completeOptions({ ...await trainingOptions(values), stopOnDivergence }),
    runs: (plan) => [stairRun(plan, MOST_TESTED)],
    tables: {
      "trace.csv": ({ plan, rows: [{ trace }] }) => traceTable(trace, sweptBy(plan)),
    },
    figures: {
      "staircase.svg": async (result) => (await import("./figure.ts")).drawStaircase(result),
    },
    trace: ({ rows: [{ trace }] }) => trace,
    page: staircasePage,
    // Each replica takes 14 kB there: the others are in trace.csv and spectra.npz alone.
    summarize: ({ rows: [{ summary }] }) => ({ ...summary, replicas: summary.replicas.filter(hasStairs) }),
    report: staircaseReport,
  });

/**
 * Makes the run of a training.
 *
 * @param plan Options of the training.
 * @param mostTested Replicas whose stairs are found and tested, about: the first, and of each value
 * that is swept as many.
 * @returns The run.
 */
export function stairRun(plan: CompleteOptions, mostTested: number): Run<StaircaseRun> {
  const swept = sweptBy(plan), groups = sweptGroups(swept, plan.replicas);
  const each = Math.ceil(mostTested / groups.length);
  const tested = new Set(groups.flatMap(({ replicas }) => replicas.slice(0, each)));
  return trainingRun<StaircaseRun>({
    training: plan,
    trace: { swept },
    measure: ({ trace, diverged, network: { widths } }) => {
      const summary = summarize(trace, diverged, { isTested: (replica) => tested.has(replica) });
      return { rows: [{ trace, summary, widths }] };
    },
  });
}
