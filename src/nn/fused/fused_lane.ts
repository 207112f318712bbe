/**
 * Many steps of many small networks in one dispatch: an invocation is a network.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { MOST_ITERATIONS } from "../../linalg/iterations.ts";
import { activationFiles } from "../activation.ts";
import { permutationFiles } from "../layers/batch.ts";
import { lossConstants } from "../loss/loss.ts";
import { Network } from "../network.ts";
import { optimizerConstants, optimizers } from "../optim/optimizer.ts";
import { STATE_WORDS } from "../optim/update.ts";
import type { SampleArrays } from "../samples.ts";
import type { FusedStepOptions, FusedVariant } from "./fused_operands.ts";
import { fusedShape } from "./fused_shape.ts";
import { bindFusedStep } from "./fused_step.ts";
import { laneText, parameterVectors } from "./lane_text.ts";
import fusedLaneSource from "../../../shaders/nn/fused/fused_lane.wgsl" with { type: "text" };
import fusedShapeSource from "../../../shaders/nn/include/fused_shape.wgsl" with { type: "text" };
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/** Lists the commands that make so many steps. */
export type ManySteps = (steps: number) => readonly Dispatch[];

/** What a kernel of many steps computes. */
export type LaneOptions = Omit<FusedStepOptions, "variant">;

/** Invocations a workgroup: those that lavapipe runs at a time. */
const LANES = 8;
/** Most vectors of parameters, for which the kernel compiles in seconds. */
const MOST_VECTORS = 200;
/** Fewest replicas, so that each core has several groups of eight. */
const LEAST_REPLICAS = 64;
/** Steps × replicas × samples from which on the time saved is twice that of the compilation. */
const WORTH = 2e7;
/** Replicas and steps of which the bits are compared. */
const COMPARED = { replicas: 8, steps: 3 };

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
  return 2 * 3 * (size + 1);
}

/**
 * Tells whether it pays to compile the kernel for a run: on a CPU that poses as a GPU, for a small
 * network and much work. A GPU would spill most of its registers.
 *
 * @param network Network to train.
 * @param count Samples of a step.
 * @param steps Steps of the run.
 * @returns Whether it does.
 */
export function lanesPay(network: Network, count: number, steps: number): boolean {
  const { gpu, replicas } = network;
  return gpu.software && replicas >= LEAST_REPLICAS && steps * replicas * count >= WORTH &&
    lanesFit(network, count);
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
  options: LaneOptions,
): Promise<ManySteps> {
  const { gpu, replicas, layout, widths, activations, parameters } = network;
  const { loss, optimizer, batch, arrays: { hypers, states, losses, moments } } = options;
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
    fusedLaneSource,
  ];
  const ownSamples = Math.max(samples.x.batch, samples.y.batch, samples.weightBatch) > 0;
  const kernel = await gpu.kernel({ name: `fused_lane ${widths.join("-")} ${names} ${kept}`, files }, {
    LANES,
    DRAWN: batch !== null,
    OWN_SAMPLES: ownSamples,
    ...lossConstants(loss),
    ...optimizerConstants(optimizer),
  });
  const step = stepIterations(network, batch ?? samples.count, batch !== null);
  const most = Math.floor((MOST_ITERATIONS - ioIterations(network)) / step);
  const bound = new Map<number, Dispatch>();
  const dispatch = (steps: number): Dispatch => {
    const known = bound.get(steps);
    if (known) return known;
    const made = kernel.bind([
      shape,
      gpuStruct(gpu, "steps of a dispatch", ["u32", steps], ["f32", 0]),
      samples.x.array,
      samples.y.array,
      samples.weights,
      hypers,
      states,
      losses,
      parameters,
      // Plain SGD has none.
      kept > 0 ? moments : null,
    ], [Math.ceil(replicas / LANES)]);
    bound.set(steps, made);
    return made;
  };
  return (steps) => {
    const commands: Dispatch[] = [];
    for (let left = steps; left > 0; left -= most) commands.push(dispatch(Math.min(left, most)));
    return commands;
  };
}

/**
 * Compares the kernel with the fused step on the device in hand: drivers are free in the order in
 * which they add up the products of matrices.
 *
 * @param network Network to train. Nothing of it is changed.
 * @param samples Training samples.
 * @param options What a step computes. None of its arrays is written.
 * @param variant The fused step.
 * @returns Whether parameters, moments, states and losses are the same to the bit after some steps.
 */
export async function lanesAgree(
  network: Network,
  samples: SampleArrays,
  options: LaneOptions,
  variant: FusedVariant,
): Promise<boolean> {
  const { gpu, widths, activations } = network;
  const replicas = Math.min(COMPARED.replicas, network.replicas);
  const results: Float32Array[][] = [];
  for (const isLane of [false, true]) {
    using stack = new DisposableStack();
    const scratch = stack.use(
      await Network.create(gpu, {
        inputs: widths[0],
        hidden: widths.slice(1, -1),
        outputs: widths.at(-1)!,
        activation: activations.map(({ name }) => name),
        initializer: "pytorch",
        replicas,
      }),
    );
    const own = (length: number) => stack.use(new GpuArray(gpu, "compared steps", length));
    const arrays = {
      hypers: options.arrays.hypers,
      states: own(replicas * STATE_WORDS),
      moments: own(replicas * scratch.layout.size * 8),
      losses: own(options.logCapacity * replicas),
    };
    const compared = { ...options, arrays };
    const commands = new Commands(gpu);
    if (isLane) {
      commands.run((await bindLanes(scratch, samples, compared))(COMPARED.steps));
    } else {
      const step = await bindFusedStep(scratch, samples, { ...compared, variant }, stack);
      for (let s = 0; s < COMPARED.steps; s++) commands.run(step.forward, step.update);
    }
    commands.submit();
    const { states, moments, losses } = arrays;
    results.push(await Promise.all([scratch.parameters, states, moments, losses].map((each) => each.read())));
  }
  const [words, others] = results.map((arrays) =>
    arrays.map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length))
  );
  return words.every((array, i) => array.every((word, at) => word === others[i][at]));
}
