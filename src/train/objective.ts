/**
 * The losses of a task: the one that training lowers, and the one between output and target.
 *
 * @module
 */
import type { Dispatch } from "../gpu/kernel.ts";
import type { WorkOptions } from "../gpu/paced_commands.ts";
import type { MatrixView } from "../linalg/matrix_view.ts";
import { bindLoss } from "../nn/loss/loss.ts";
import type { Network } from "../nn/network.ts";
import type { TrainingStepOptions } from "../nn/optim/training_step.ts";
import type { SampleArrays } from "../nn/samples.ts";
import type { PartialSums } from "../rank/probes/probe.ts";
import type { Task } from "../tasks/task.ts";

/**
 * Names the objective of a training step: the loss, or the conditions of a differential equation.
 *
 * @param task The task.
 * @returns The objective, as a training step takes it.
 */
export function objectiveOf(task: Task): TrainingStepOptions["loss"] {
  return task.kind === "equation" ? task.conditions : task.loss;
}

/** A network evaluated on samples: features and loss, and the commands that compute them. */
export interface Evaluation {
  /** Outputs of the hidden layers, first to last. */
  readonly features: readonly MatrixView[];
  /** Loss between output and target. */
  readonly loss: PartialSums;
  /** Commands. */
  readonly commands: readonly Dispatch[];
}

/**
 * Binds the evaluation of a network on samples of a task. The targets of a differential equation's
 * held-out samples are its solution, so the loss there is the mean squared error.
 *
 * @param network The network.
 * @param on The task, and its training samples or held-out samples.
 * @param stack Owner of the arrays.
 * @returns The evaluation.
 */
export async function bindEvaluation(
  network: Network,
  { task, samples, signal }: WorkOptions & { readonly task: Task; readonly samples: SampleArrays },
  stack: DisposableStack,
): Promise<Evaluation> {
  const { gpu, replicas } = network;
  const { layers, forward } = await network.evaluate(samples, stack, { signal });
  const output = layers[layers.length - 1];
  const name = task.kind === "equation" ? "mean-squared-error" : task.loss;
  const loss = await bindLoss(gpu, { name, samples, output, outputs: task.outputs, replicas }, stack);
  return {
    features: layers.slice(0, -1),
    loss: { array: loss.partials, count: loss.partialCount },
    commands: [...forward, loss.dispatch],
  };
}
