/**
 * Training runs on the GPU, as the tests compare them.
 *
 * @module
 */
import type { Gpu } from "../../src/gpu/device.ts";
import type { Skip } from "../../src/nn/layout.ts";
import { Network } from "../../src/nn/network.ts";
import type { LayerRates } from "../../src/nn/optim/layer_rates.ts";
import type { OptimizerOptions } from "../../src/nn/optim/optimizer.ts";
import { type HostSamples, uploadSamples } from "../../src/nn/samples.ts";
import { bindTrainingStep, type TrainingStepOptions } from "../../src/nn/optim/training_step.ts";
import { assert } from "../deps.ts";
import { layersOf } from "../reference/network.ts";
import type { ReferenceOptimizer } from "../reference/optimizer.ts";
import type { ReferenceRun } from "../reference/training.ts";
import { run } from "../support/arrays.ts";
import { unpackParameters } from "../support/parameters.ts";

/** What to run. */
export interface GpuRun {
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  /** Activation of each hidden layer. */
  readonly activations: readonly string[];
  /** Skip connections. Default: `false`. */
  readonly skip?: Skip;
  /** Initialiser. */
  readonly initializer: string;
  /** Seed. */
  readonly seed: number;
  /** Number of replicas. */
  readonly replicas: number;
  /** Training samples. */
  readonly samples: HostSamples;
  /** Loss, optimiser, schedule, steps, batch. */
  readonly options: Omit<TrainingStepOptions, "logCapacity">;
}

/** One replica of a run. */
export interface ReplicaRun {
  /** Flat parameters at the start. */
  readonly start: Float32Array;
  /** Loss before each update. */
  readonly losses: Float32Array;
  /** Flat parameters at the end. */
  readonly end: Float32Array;
}

/**
 * Trains on the GPU.
 *
 * @param gpu Device.
 * @param what What to run.
 * @returns What came of each replica.
 */
export async function trainOnGpu(gpu: Gpu, what: GpuRun): Promise<ReplicaRun[]> {
  using stack = new DisposableStack();
  const { widths, activations, skip = false, initializer, seed, replicas, samples, options } = what;
  const [inputs, hidden, outputs] = [widths[0], widths.slice(1, -1), widths.at(-1)!];
  const network = stack.use(
    await Network.create(gpu, {
      inputs,
      hidden,
      outputs,
      activation: activations,
      initializer,
      skip,
      seed,
      replicas,
    }),
  );
  const { layout, parameters } = network;
  const step = await bindTrainingStep(
    network,
    uploadSamples(gpu, samples, stack),
    { ...options, logCapacity: options.steps },
    stack,
  );
  const start = await parameters.read();
  run(gpu, [...step.draw, ...step.forward, ...step.update], options.steps);
  const [end, log] = await Promise.all([parameters.read(), step.losses.read()]);
  return Array.from({ length: replicas }, (_, r) => ({
    start: unpackParameters(layout, start, r),
    losses: Float32Array.from({ length: options.steps }, (_, t) => log[t * replicas + r]),
    end: unpackParameters(layout, end, r),
  }));
}

/** The factor of each flat parameter's rate. */
function factorsOf(
  rates: NonNullable<OptimizerOptions["layers"]>,
  replica: number,
  widths: readonly number[],
): number[] {
  const own = (Array.isArray(rates[0]) ? rates[replica] : rates) as readonly LayerRates[];
  return layersOf(widths).flatMap(({ inputs, outputs }, l) => [
    ...new Array<number>(inputs * outputs).fill(Math.fround(own[l].weights)),
    ...new Array<number>(outputs).fill(Math.fround(own[l].biases)),
  ]);
}

/** The settings that one replica has, in single precision. */
function replicaOptimizer(
  options: OptimizerOptions,
  replica: number,
  widths: readonly number[],
): ReferenceOptimizer {
  const { name, learningRate, momentum = 0.9, weightDecay = 0, betas = [0.9, 0.999], epsilon = 1e-8 } =
    options;
  const own = (value: number | readonly number[]) =>
    Math.fround(typeof value === "number" ? value : value[replica]);
  return {
    name,
    learningRate: own(learningRate),
    momentum: own(momentum),
    weightDecay: own(weightDecay),
    betas,
    epsilon: Math.fround(epsilon),
    ...options.layers && { factors: factorsOf(options.layers, replica, widths) },
  };
}

/**
 * One replica of a run, for the reference.
 *
 * @param what What to run.
 * @param replica Index of the replica.
 * @returns The same run.
 */
export function referenceRun(what: GpuRun, replica: number): ReferenceRun {
  const {
    widths,
    activations,
    skip = false,
    samples,
    seed,
    options: { loss, optimizer, schedule, steps, batch },
  } = what;
  assert(typeof loss === "string", "differential equations have no reference run");
  return {
    network: { widths, activations, skip },
    samples,
    loss,
    optimizer: replicaOptimizer(optimizer, replica, widths),
    schedule,
    steps,
    batch: batch === null ? null : { size: batch, seed, replica },
  };
}
