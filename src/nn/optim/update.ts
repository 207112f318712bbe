/**
 * The end of a step: its loss goes to the log, and the optimiser updates the parameters.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { Network } from "../network.ts";
import { layerRateWords } from "./layer_rates.ts";
import { optimizerConstants, type OptimizerOptions, optimizerRecords } from "./optimizer.ts";
import { type Schedule, scheduleFields } from "./schedule.ts";
import advanceSource from "../../../shaders/nn/optim/update_advance.wgsl" with { type: "text" };
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };
import stateSource from "../../../shaders/nn/include/state.wgsl" with { type: "text" };
import updateSource from "../../../shaders/nn/optim/update.wgsl" with { type: "text" };

/** Words of `struct State` in `shaders/nn/include/state.wgsl`. */
export const STATE_WORDS = 11;
/** Index of the word of `struct State` that marks a replica that has diverged. */
export const DIVERGED_WORD = 8;
/** Index of the first of the two words that are the key of the replica's random numbers. */
export const STREAM_WORD = 9;

/** Options of an update. */
export interface UpdateOptions {
  /** Optimiser and its settings. */
  readonly optimizer: OptimizerOptions;
  /** Learning-rate schedule. */
  readonly schedule: Schedule;
  /** Steps of the whole run, which the cosine schedule needs. */
  readonly steps: number;
  /** Samples of a mini-batch; `null` for the full batch. */
  readonly batch: number | null;
  /** Steps that the log of losses holds before it starts over. */
  readonly logCapacity: number;
}

/** Arrays of an optimiser, for all replicas. */
export interface OptimizerArrays {
  /** `struct Hyper` of each replica. */
  readonly hypers: GpuArray;
  /** `struct State` of each replica. */
  readonly states: GpuArray;
  /** First and second moments of the parameters. */
  readonly moments: GpuArray;
  /** Factor of the learning rate of each vector of parameters; `null` where all are 1. */
  readonly layerRates: GpuArray | null;
  /** Loss of each replica at the last `logCapacity` steps, `[step mod capacity][replica]`. */
  readonly losses: GpuArray;
}

/**
 * Allocates the arrays of an optimiser.
 *
 * @param network Network to train.
 * @param options Optimiser, and steps of the log.
 * @param stack Owner of the arrays.
 * @returns The arrays, at the start of a run.
 * @throws {InputError} If a setting is out of range.
 */
export function optimizerArrays(
  { gpu, replicas, streams, layout }: Network,
  { optimizer, logCapacity }: Pick<UpdateOptions, "optimizer" | "logCapacity">,
  stack: DisposableStack,
): OptimizerArrays {
  const initial = new Uint32Array(replicas * STATE_WORDS);
  for (const [replica, { seed, stream }] of streams.entries()) {
    initial.set([seed, stream], replica * STATE_WORDS + STREAM_WORD);
  }
  const { layers } = optimizer;
  return {
    hypers: stack.use(new GpuArray(gpu, "optimiser settings", optimizerRecords(optimizer, replicas))),
    states: stack.use(new GpuArray(gpu, "step states", initial)),
    moments: stack.use(new GpuArray(gpu, "moments", replicas * layout.size * 8)),
    losses: stack.use(new GpuArray(gpu, "loss log", logCapacity * replicas)),
    layerRates: layers
      ? stack.use(new GpuArray(gpu, "rates of layers", layerRateWords(layers, layout, replicas)))
      : null,
  };
}

/** Results of a step that its end needs. */
export interface StepResults {
  /** Number of training samples. */
  readonly samples: number;
  /** Pairs (Σ w ℓ, hits), `count` for each replica. */
  readonly loss: { readonly array: GpuArray; readonly count: number };
  /** Gradients in the layout of the parameters, `slices` for each replica, to be added up. */
  readonly gradients: { readonly array: GpuArray; readonly slices: number };
}

/**
 * Binds the end of a step.
 *
 * @param network Network to train.
 * @param results Results of the step.
 * @param options Optimiser, schedule, and their arrays.
 * @returns The command that logs the loss and sets the numbers of the step, and the one that
 * updates the parameters by them.
 */
export async function bindUpdate(
  { gpu, replicas, layout, parameters }: Network,
  { samples, loss, gradients }: StepResults,
  options: UpdateOptions & { readonly arrays: OptimizerArrays },
): Promise<{ readonly log: Dispatch; readonly apply: Dispatch }> {
  const { hypers, states, moments, losses, layerRates } = options.arrays;
  const settings = gpuStruct(
    gpu,
    "advance settings",
    ...scheduleFields(samples, options),
    ["u32", loss.count, options.logCapacity, replicas],
  );
  const advance = await gpu.kernel({
    name: "update_advance",
    files: [elementarySource, stateSource, scheduleSource, advanceSource],
  });
  const updateSettings = gpuStruct(gpu, "update settings", ["u32", layout.size, gradients.slices]);
  const update = await gpu.kernel(
    { name: "update", files: [stateSource, optimizerSource, updateSource] },
    optimizerConstants(options.optimizer.name, options.arrays),
  );
  return {
    log: advance.bind([settings, hypers, loss.array, states, losses], [replicas]),
    apply: update.bind(
      [updateSettings, hypers, states, gradients.array, parameters, moments, layerRates],
      [Math.ceil(layout.size / 64), 1, replicas],
    ),
  };
}
