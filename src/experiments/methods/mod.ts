/**
 * Existing methods seen through the ε-rank: random features with least squares, partitions of unity, Fourier features and
 * multi-scale inputs reach a high rank early and skip the stairs of a plain network (Yang, Zhao, Zhu, arXiv:2412.05144v1).
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { methodsFigure } from "./figure.ts";
import type { Divergence, ExperimentResult } from "../core/record.ts";
import { methodsFigureData } from "./figure_data.ts";
import {
  type CompleteMethodsOptions,
  completeMethodsOptions,
  learningMethods,
  type MethodsOptions,
} from "./options.ts";
import type { MethodOutcome } from "./outcome.ts";
import { solveMethod } from "./solved.ts";
import { methodTable, methodTrace } from "./tables.ts";
import { inputsOf, trainMethod } from "./trained.ts";
import { methodVerdicts } from "./verdicts.ts";

/** A finished comparison: its outcomes, its verdicts, its tables and its picture. */
export interface MethodsResult extends ExperimentResult<CompleteMethodsOptions> {
  /** What came of the methods, of those that were done. */
  readonly outcomes: readonly MethodOutcome[];
  /** The table of outcomes, as CSV. */
  readonly table: string;
  /** Ranks and losses over time, as CSV. */
  readonly trace: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Compares methods on the same targets, with the same samples, quadrature weights and number of features: their ranks at the
 * start and over time, the loss, and the error on samples held out.
 *
 * Seeds are replicas of a training run, or sets of random features. They differ in initial weights, or in random features; a
 * task's samples, random frequencies and a partition of unity are the same for all.
 *
 * @param gpu Device.
 * @param options What to compare.
 * @param onProgress Called as results arrive, with the number of updates made in all runs, and what is done.
 * @returns The comparison. One that the signal stopped has the methods that were done by then.
 * @throws {InputError} Where an option is out of range, or a task has no mean squared error.
 */
export async function methodsStudy(
  gpu: Gpu,
  options: MethodsOptions,
  onProgress: (steps: number, text: string) => void = () => {},
): Promise<MethodsResult> {
  const complete = completeMethodsOptions(options);
  const { signal } = options;
  const outcomes: MethodOutcome[] = [], diverged: Divergence[] = [];
  let steps = 0, milliseconds = 0, isStopped = false;
  // All inputs are mapped, and so checked, before any network is trained.
  const runs = complete.tasks.flatMap((task) =>
    complete.methods.map((method) => ({ method, task: inputsOf(method, task, complete) }))
  );
  for (const run of runs) {
    // A method that never began is one cut short.
    isStopped = signal?.aborted ?? false;
    if (isStopped) break;
    const { title, kind } = learningMethods[run.method], name = `${run.task.name}, ${title}`;
    if (kind === "solved") {
      onProgress(steps, name);
      outcomes.push(...await solveMethod(gpu, run, complete));
      continue;
    }
    const trained = await trainMethod(
      gpu,
      run,
      complete,
      (made, loss) => onProgress(steps + made, `${name}, loss ${loss.toExponential(2)}`),
      signal,
    );
    outcomes.push(...trained.outcomes);
    diverged.push(...trained.diverged);
    steps += trained.steps;
    milliseconds += trained.milliseconds;
    isStopped = trained.isStopped;
    if (isStopped) break;
  }
  return {
    options: complete,
    isStopped,
    outcomes,
    verdicts: methodVerdicts(complete, outcomes),
    diverged,
    table: methodTable(outcomes),
    trace: methodTrace(outcomes),
    figure: methodsFigure(methodsFigureData(complete, outcomes)),
    timing: { steps, milliseconds },
  };
}
