/**
 * Methods that train a network: on the inputs as they are, or mapped.
 *
 * @module
 */
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { unpadRows } from "../../linalg/matrix_view.ts";
import type { Network } from "../../nn/network.ts";
import { uploadSamples } from "../../nn/samples.ts";
import { boundingBox } from "../../tasks/bounding_box.ts";
import {
  dyadicFrequencies,
  fourierFeatures,
  mapInputs,
  multiScale,
  randomFrequencies,
} from "../../tasks/input_maps.ts";
import type { Samples, Task } from "../../tasks/task.ts";
import { Training } from "../../train/training.ts";
import type { Divergence } from "../core/record.ts";
import { follow } from "../../train/follow.ts";
import { type CompleteMethodsOptions, type LearningMethod, learningMethods } from "./options.ts";
import { jumpsOf, type MethodOutcome, squaredError } from "./outcome.ts";

/** What a training run came to. */
export interface TrainedMethod {
  /** Networks that were trained to the end. */
  readonly outcomes: readonly MethodOutcome[];
  /** Those that diverged. */
  readonly diverged: readonly Divergence[];
  /** Whether the run was stopped before its end. */
  readonly isStopped: boolean;
  /** Updates made, and the time that they took, in milliseconds. */
  readonly steps: number;
  readonly milliseconds: number;
}

/** A method, and a task as its networks see it. */
export interface MethodTask {
  /** The method. */
  readonly method: LearningMethod;
  /** The task, its inputs mapped. */
  readonly task: Task;
}

/**
 * Trains the networks of one method on one task, as replicas, and evaluates them on the samples that are held out.
 *
 * @param gpu Device.
 * @param run A method that trains, and a task.
 * @param options Options of the comparison.
 * @param onProgress Called as results arrive, with the number of updates made and the loss of the first network.
 * @param signal Stops it.
 * @returns The run.
 * @throws {InputError} Where an option is out of range.
 */
export async function trainMethod(
  gpu: Gpu,
  { method, task }: MethodTask,
  options: CompleteMethodsOptions,
  onProgress: (steps: number, loss: number) => void,
  signal: AbortSignal | undefined,
): Promise<TrainedMethod> {
  const { width, depth, activation, initializer, optimizer, schedule, seeds, seed } = options;
  const steps = options.updates;
  using training = await Training.create(gpu, {
    task,
    hidden: new Array<number>(depth).fill(width),
    activation,
    initializer,
    optimizer,
    schedule,
    batch: null,
    steps,
    probeEvery: options.probeEvery,
    // Ranks alone are asked for: counts do.
    spectraEvery: steps,
    epsilons: options.epsilons,
    replicas: seeds,
    seed,
    ...signal && { signal },
  });
  await follow(training, ({ step, replica, loss }) => {
    if (replica === 0) onProgress(step, loss);
  });
  const { diverged, updates, milliseconds, trace } = training;
  const isStopped = training.status === "stopped";
  const isOver = diverged.size === seeds;
  const whole = isStopped || isOver ? [] : Array.from({ length: seeds }, (_, own) => own)
    .filter((own) => !diverged.has(own));
  const heldOut = task.test && whole.length > 0 ? await errorsOf(training.network, task.test) : null;
  const outcomes = whole.map((own): MethodOutcome => {
    const probes = trace.probes.filter(({ replica }) => replica === own);
    const at = probes.map(({ step }) => step);
    const ranks = probes.map(({ layers }) => layers[depth - 1].ranks);
    return {
      task: task.name,
      method,
      seed: own,
      steps: at,
      losses: probes.map(({ loss }) => loss),
      ranks,
      jumps: jumpsOf(at, ranks),
      heldOut: heldOut && heldOut[own],
      coefficients: null,
    };
  });
  return {
    outcomes,
    diverged: [...diverged].map(([replica, step]) => {
      const description = `${
        learningMethods[method].title
      }, ${task.name}, seed ${replica} diverged at step ${step}`;
      return { replica, step, description };
    }),
    isStopped,
    // Nobody waits for the rest of a run of which nothing is left.
    steps: isOver ? steps : updates,
    milliseconds,
  };
}

/**
 * A task as the networks of a method see it.
 *
 * @param method The method; those that do not map inputs leave it as it is.
 * @param task The task.
 * @param options Options of the comparison.
 * @returns The task, its inputs mapped.
 * @throws {InputError} Where scales or frequencies are none, or not finite.
 */
export function inputsOf(method: LearningMethod, task: Task, options: CompleteMethodsOptions): Task {
  const box = boundingBox(task.train), { frequencies, scales, seed } = options;
  switch (method) {
    case "multi-scale":
      return mapInputs(task, multiScale(box, scales));
    case "fourier": {
      const vectors = frequencies.kind === "dyadic"
        ? dyadicFrequencies(task.inputs, frequencies.octaves)
        : randomFrequencies(task.inputs, frequencies.count, { deviation: frequencies.deviation, seed });
      return mapInputs(task, fourierFeatures(box, vectors));
    }
    default:
      return task;
  }
}

/** Mean squared errors of all replicas. */
async function errorsOf(network: Network, samples: Samples): Promise<number[]> {
  const { gpu, replicas, widths } = network;
  const outputs = widths[widths.length - 1];
  using stack = new DisposableStack();
  const { layers, forward } = await network.evaluate(uploadSamples(gpu, samples, stack), stack);
  const commands = new Commands(gpu);
  commands.run(...forward);
  commands.submit();
  const { array, stride } = layers[layers.length - 1];
  const all = unpadRows(await array.read(), outputs, stride), length = samples.count * outputs;
  return Array.from(
    { length: replicas },
    (_, own) => squaredError(samples, all.subarray(own * length, (own + 1) * length)),
  );
}
