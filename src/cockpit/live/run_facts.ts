/**
 * What the page knows of a run beside its record.
 *
 * @module
 */
import { lossLabels, runSubtitle } from "../../train/run_texts.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";
import type { CompleteOptions } from "../../train/options.ts";
import { isCurve } from "./function_view.ts";

/** Facts of a run. */
export interface RunFacts {
  /** Heading of its figure. */
  readonly title: string;
  /** Network and training in a line. */
  readonly subtitle: string;
  /** Name of its loss. */
  readonly lossName: string;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Thresholds. */
  readonly epsilons: readonly number[];
  /** Kind of these. */
  readonly threshold: Threshold;
  /** Updates to make. */
  readonly steps: number;
  /** Samples of a curve, from left to right; `null` where nothing is known of the function. */
  readonly curve: readonly (readonly [x: number, y: number])[] | null;
}

/**
 * Takes the facts out of the options of a run.
 *
 * @param options The options.
 * @returns The facts.
 */
export function factsOf(options: CompleteOptions): RunFacts {
  const { task, hidden, epsilons, threshold, steps } = options, { x, y, count } = task.train;
  // Targets of an equation are not its solution.
  const samples = task.kind === "equation" ? [] : Array.from(x, (at, k) => [at, y[k]] as const);
  return {
    title: `Loss and ε-rank: ${task.description}`,
    subtitle: runSubtitle({ ...options, samples: count }, [task.inputs, ...hidden, task.outputs]),
    lossName: lossLabels[task.loss],
    hidden,
    epsilons,
    threshold,
    steps,
    curve: isCurve(task) ? samples.sort(([a], [b]) => a - b) : null,
  };
}
