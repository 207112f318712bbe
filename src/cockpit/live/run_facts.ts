/**
 * What the page knows of a run beside its record.
 *
 * @module
 */
import { type RunTexts, runTexts } from "../../train/run_texts.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";
import type { CompleteOptions } from "../../train/options.ts";
import { isCurve } from "./function_view.ts";

/** Facts of a run. */
export interface RunFacts extends RunTexts {
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
    ...runTexts(task, { ...options, samples: count }, [task.inputs, ...hidden, task.outputs]),
    hidden,
    epsilons,
    threshold,
    steps,
    curve: isCurve(task) ? samples.sort(([a], [b]) => a - b) : null,
  };
}
