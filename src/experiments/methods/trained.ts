/**
 * Methods that train a network.
 *
 * @module
 */
import { Commands } from "../../gpu/commands.ts";
import { unpadRows } from "../../linalg/matrix_view.ts";
import type { Network } from "../../nn/network.ts";
import { uploadSamples } from "../../nn/samples.ts";
import type { Samples, Task } from "../../tasks/task.ts";
import type { Training } from "../../train/training.ts";
import type { Run } from "../core/experiment.ts";
import { trainingPart, trainingRun } from "../core/training_run.ts";
import { jumpsOf, type MethodOutcome, squaredError } from "./outcome.ts";
import { type LearningMethod, learningMethods, type MethodsPlan } from "./plan.ts";

/**
 * Trains the networks of one method on one task, as replicas, and evaluates them on the held-out
 * samples.
 *
 * @param plan The comparison.
 * @param method A method that trains.
 * @param task The task, its inputs mapped.
 * @returns The run. It measures nothing if it is stopped.
 */
export function trainedRun(plan: MethodsPlan, method: LearningMethod, task: Task): Run<MethodOutcome> {
  const { title } = learningMethods[method];
  return trainingRun({
    label: `${task.name}, ${title}`,
    training: trainingPart({ ...plan, task }),
    nameOf: (replica) => `${title}, ${task.name}, replica ${replica}`,
    measure: async (training) => ({ rows: await outcomesOf(training, method) }),
  });
}

/** The networks that were trained to the end. */
async function outcomesOf(training: Training, method: LearningMethod): Promise<MethodOutcome[]> {
  const { diverged, trace, network, options: { task, replicas, hidden } } = training;
  if (training.status !== "done") return [];
  const heldOut = task.test && await errorsOf(network, task.test);
  return Array.from({ length: replicas }, (_, replica) => replica).filter((replica) => !diverged.has(replica))
    .map((replica): MethodOutcome => {
      const probes = trace.probes.filter((probe) => probe.replica === replica);
      const steps = probes.map(({ step }) => step);
      const ranks = probes.map(({ layers }) => layers[hidden.length - 1].ranks);
      return {
        task: task.name,
        method,
        replica,
        steps,
        losses: probes.map(({ loss }) => loss),
        ranks,
        jumps: jumpsOf(steps, ranks),
        heldOut: heldOut && heldOut[replica],
        coefficients: null,
      };
    });
}

/** Computes the mean squared errors of all replicas. */
async function errorsOf(network: Network, samples: Samples): Promise<number[]> {
  const { gpu, replicas, widths } = network;
  const outputs = widths[widths.length - 1];
  using stack = new DisposableStack();
  const { layers, forward } = await network.evaluate(uploadSamples(gpu, samples, stack), stack);
  const commands = new Commands(gpu);
  commands.run(forward);
  commands.submit();
  const { array, stride } = layers[layers.length - 1];
  const all = unpadRows(await array.read(), outputs, stride), length = samples.count * outputs;
  return Array.from(
    { length: replicas },
    (_, own) => squaredError(samples, all.subarray(own * length, (own + 1) * length)),
  );
}
