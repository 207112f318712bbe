/**
 * Many steps of many small networks in one dispatch: an invocation is a network.
 *
 * @module
 */
import { MOST_ITERATIONS } from "../../linalg/iterations.ts";
import { activationFiles } from "../activation.ts";
import { permutationFiles } from "../layers/batch.ts";
import { lossConstants } from "../loss/loss.ts";
import type { Network } from "../network.ts";
import { optimizerConstants, type OptimizerName, optimizers } from "../optim/optimizer.ts";
import type { SampleArrays } from "../samples.ts";
import { fusedShape } from "./fused_shape.ts";
import { laneText, parameterVectors } from "./lane_text.ts";
import { bindMany, type ManyOptions, type ManySteps } from "./many_operands.ts";
import fusedLaneSource from "../../../shaders/nn/fused/fused_lane.wgsl" with { type: "text" };
import fusedShapeSource from "../../../shaders/nn/include/fused_shape.wgsl" with { type: "text" };
import manyStepsSource from "../../../shaders/nn/include/many_steps.wgsl" with { type: "text" };
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/** Invocations a workgroup: those that lavapipe runs at a time. */
const LANES = 8;
/** Most vectors of parameters, for which the kernel compiles in seconds. */
const MOST_VECTORS = 200;
/** Fewest replicas, so that each core has several groups of eight. */
const LEAST_REPLICAS = 64;
/** Time saved on lavapipe for a sample of a step of a replica, in seconds, at least. */
const SAVED = 4e-7;

/**
 * Counts the iterations of the loops of a step, for lavapipe's limit. Those of neighbouring
 * invocations add up where they draw samples.
 */
function stepIterations({ layout: { layers }, activations }: Network, count: number, drawn: boolean): number {
  const outputs = layers.at(-1)!.outputStride;
  const powers = activations.reduce((sum, { exponent }, l) => {
    return sum + (exponent > 1 ? layers[l].outputStride * 3 * (exponent + 1) : 0);
  }, 0);
  const sample = 2 + 3 * (outputs + 1) + 6 * outputs + powers + (drawn ? 80 : 0);
  return Math.ceil(count / 4) * (4 * sample + 3);
}

/** Counts the iterations of the loops that load and store a network. */
function ioIterations({ layout: { size } }: Network): number {
  return 2 * 3 * 2 * size;
}

/** What decides whether the kernel pays. */
export interface LaneWork {
  /** Samples of a step. */
  readonly count: number;
  /** Steps of the run. */
  readonly steps: number;
  /** Optimiser. */
  readonly optimizer: OptimizerName;
}

/**
 * Estimates how long the kernel compiles on lavapipe, in seconds: 0.6 for 1-8-8-1 with momentum,
 * 2.6 for 1-16-16-1, 11.7 for 1-24-24-1; twice as long with Adam.
 */
function compilation({ layout }: Network, optimizer: OptimizerName): number {
  const { length } = parameterVectors(layout), { moments } = optimizers[optimizer];
  return 0.5 + 3 * (moments > 1 ? 2 : 1) * (length / 93) ** 1.75;
}

/**
 * Tells whether it pays to compile the kernel for a run: on a CPU that poses as a GPU, for a small
 * network and work enough to save twice the compilation. A GPU would spill most of its registers.
 *
 * @param network Network to train.
 * @param work The work.
 * @returns Whether it does.
 */
export function lanesPay(network: Network, { count, steps, optimizer }: LaneWork): boolean {
  const { gpu, replicas } = network;
  return gpu.software && replicas >= LEAST_REPLICAS && lanesFit(network, count) &&
    SAVED * steps * replicas * count >= 2 * compilation(network, optimizer);
}

/**
 * Tells whether the kernel can train a network, by its size and lavapipe's limit on loops.
 *
 * @param network Network to train.
 * @param count Samples of a step.
 * @returns Whether it can.
 */
export function lanesFit(network: Network, count: number): boolean {
  return parameterVectors(network.layout).length <= MOST_VECTORS &&
    stepIterations(network, count, true) + ioIterations(network) <= MOST_ITERATIONS;
}

/**
 * Binds the kernel.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param options What a step computes.
 * @returns The commands of any number of steps.
 */
export async function bindLanes(
  network: Network,
  samples: SampleArrays,
  options: ManyOptions,
): Promise<ManySteps> {
  const { gpu, replicas, layout, widths, activations } = network;
  const { loss, optimizer, batch } = options;
  const { shape } = fusedShape(network, samples, { ...options, gradientSide: 8 });
  const { moments: kept } = optimizers[optimizer];
  const names = activations.map(({ name }) => name).join();
  const text = laneText(layout, activations, kept);
  const files = [
    text,
    ...activationFiles,
    sampleLossSource,
    ...permutationFiles,
    scheduleSource,
    fusedShapeSource,
    optimizerSource,
    manyStepsSource,
    fusedLaneSource,
  ];
  const ownSamples = Math.max(samples.x.batch, samples.y.batch, samples.weightBatch) > 0;
  const kernel = await gpu.kernel({ name: `fused_lane ${widths.join("-")} ${names} ${kept}`, files }, {
    LANES,
    DRAWN: batch !== null,
    OWN_SAMPLES: ownSamples,
    ...lossConstants(loss),
    ...optimizerConstants(optimizer, options.arrays),
  });
  const step = stepIterations(network, batch ?? samples.count, batch !== null);
  const most = Math.floor((MOST_ITERATIONS - ioIterations(network)) / step);
  return bindMany(network, samples, options, {
    kernel,
    shape,
    workgroups: Math.ceil(replicas / LANES),
    hasMoments: kept > 0,
    most,
  });
}
