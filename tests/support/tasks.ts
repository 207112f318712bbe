/**
 * Small tasks, and short cuts to train on them.
 *
 * @module
 */
import type { Gpu } from "../../src/gpu/device.ts";
import type { LossName, Samples, Task } from "../../src/tasks/task.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import type { Trace } from "../../src/train/trace.ts";
import { Training } from "../../src/train/training.ts";

/** What a task is made of. */
export interface SmallTask {
  /** Loss. Default: mean squared error. */
  readonly loss?: LossName;
  /** Number of samples. Default: 24. */
  readonly count?: number;
  /** Dimension of the input. Default: 1. */
  readonly inputs?: number;
  /** Dimension of the output. Default: 1. */
  readonly outputs?: number;
  /** Target j of the sample x. Default: a wave. */
  readonly target?: (x: Float32Array, j: number) => number;
  /** Whether the samples are held out as well. Default: false. */
  readonly heldOut?: boolean;
}

/** A task whose inputs are spread over [−1, 1] without a pattern. */
export function smallTask(options: SmallTask = {}): Task {
  const { loss = "mean-squared-error", count = 24, inputs = 1, outputs = 1, heldOut = false } = options;
  const { target = (x: Float32Array, j: number) => Math.sin(3 * x[0] + j) + 0.5 } = options;
  const x = Float32Array.from({ length: count * inputs }, (_, i) => 2 * ((0.8 + 0.618034 * i) % 1) - 1);
  const y = Float32Array.from(
    { length: count * outputs },
    (_, i) => target(x.subarray(Math.floor(i / outputs) * inputs), i % outputs),
  );
  const train: Samples = { count, x, y, weights: new Float32Array(count).fill(1 / count) };
  const defaults = {
    hidden: [6, 5],
    activation: "tanh",
    initializer: "xavier-normal",
    optimizer: "momentum",
    learningRate: 0.02,
    batch: null,
    steps: 60,
    probeEvery: 10,
    epsilons: [1e-2, 1e-6],
  };
  const test = heldOut ? train : null;
  return { name: "small", description: "a small task", inputs, outputs, loss, train, test, defaults };
}

/** Trains to the end and gives the record. */
export async function train(gpu: Gpu, options: TrainingOptions): Promise<Trace> {
  using training = await Training.create(gpu, options);
  return await training.finish();
}

/** The part of a trace that one replica made, as if it were the only one. */
export function replicaOf(trace: Trace, replica: number): Trace {
  return {
    replicas: 1,
    epsilons: trace.epsilons,
    losses: [trace.losses[replica]],
    probes: trace.probes.filter((probe) => probe.replica === replica).map((probe) => ({
      ...probe,
      replica: 0,
    })),
  };
}

/** The part of a trace up to a step, that step included. */
export function until(trace: Trace, step: number): Trace {
  return {
    ...trace,
    losses: trace.losses.map((losses) => losses.subarray(0, step + 1)),
    probes: trace.probes.filter((probe) => probe.step <= step),
  };
}
