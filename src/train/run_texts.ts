/**
 * What a figure says of the training that it shows.
 *
 * @module
 */
import { type Skip, skipText } from "../nn/layout.ts";
import { extent } from "../stats/extent.ts";
import type { Task } from "../tasks/task.ts";
import type { CompleteOptions } from "./options.ts";

/** What a subtitle says of a training. */
export interface SubtitleFacts
  extends Pick<CompleteOptions, "activation" | "optimizer" | "batch" | "initializer" | "replicas" | "seed"> {
  /** Skip connections. Default: `false`. */
  readonly skip?: Skip;
  /** Number of training samples. */
  readonly samples: number;
  /** Present if the networks begin with given parameters. */
  readonly start?: unknown;
}

/** Names of the losses on an axis. */
const lossLabels: Readonly<Record<Task["loss"], string>> = {
  "mean-squared-error": "weighted mean squared error",
  "softmax-cross-entropy": "cross-entropy",
  "logistic": "logistic loss",
  "mean-squared-residual": "weighted mean squared residual",
};

/** Texts of a figure or a page of a training. */
export interface RunTexts {
  /** Heading. */
  readonly title: string;
  /** Network and training, in a line. */
  readonly subtitle: string;
  /** Name of the loss. */
  readonly lossName: string;
  /**
   * Names and widths of the layers of another program, first to last. By default hidden layers have
   * numbers, and are as wide as their spectra.
   */
  readonly layers?: readonly { readonly name: string; readonly width: number }[];
}

/**
 * Writes the texts of a training.
 *
 * @param task Its task.
 * @param facts The training.
 * @param widths Widths of all layers.
 * @returns The texts.
 */
export function runTexts(
  task: Pick<Task, "description" | "loss">,
  facts: SubtitleFacts,
  widths: readonly number[],
): RunTexts {
  return {
    title: `Loss and ε-rank: ${task.description}`,
    subtitle: runSubtitle(facts, widths),
    lossName: lossLabels[task.loss],
  };
}

/**
 * Writes network and training as a line under the title of a figure.
 *
 * @param facts The training.
 * @param widths Widths of all layers.
 * @returns The line.
 */
function runSubtitle(facts: SubtitleFacts, widths: readonly number[]): string {
  const { activation, optimizer, batch, samples, initializer, skip = false, start, replicas, seed } = facts;
  const activations = [...new Set(typeof activation === "string" ? [activation] : activation)].join(", ");
  const rates = typeof optimizer.learningRate === "number"
    ? [optimizer.learningRate]
    : optimizer.learningRate;
  const rate = [...new Set(extent(rates))].join(" to ");
  return [
    `${widths.join("-")} ${activations}${skipText(skip)}, ${start ? "given parameters" : initializer}`,
    `${optimizer.name}, learning rate ${rate}${optimizer.layers ? " times factors of the layers" : ""}`,
    `${batch === null ? "full batch" : `batches of ${batch}`} of ${samples} samples`,
    replicas > 1 ? `${replicas} replicas of seed ${seed}` : `seed ${seed}`,
  ].join(" · ");
}
