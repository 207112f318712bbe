/**
 * What the page knows of a run beside its record.
 *
 * @module
 */
import { type RunTexts, runTexts } from "../../train/run_texts.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";
import type { CompleteOptions } from "../../train/options.ts";

/** Facts of a run. */
export interface RunFacts extends RunTexts {
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Thresholds. */
  readonly epsilons: readonly number[];
  /** Kind of these. */
  readonly threshold: Threshold;
  /** Updates to make; `Number.MAX_SAFE_INTEGER` where that is not known. */
  readonly steps: number;
  /** Number of replicas. */
  readonly replicas: number;
}

/**
 * Takes the facts out of the options of a run.
 *
 * @param options The options.
 * @returns The facts.
 */
export function factsOf(options: CompleteOptions): RunFacts {
  const { task, hidden, epsilons, threshold, steps, replicas } = options, { count } = task.train;
  return {
    ...runTexts(task, { ...options, samples: count }, [task.inputs, ...hidden, task.outputs]),
    hidden,
    epsilons,
    threshold,
    steps,
    replicas,
  };
}
