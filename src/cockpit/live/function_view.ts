/**
 * A network as a function: its output and its terminal features at points of an interval.
 *
 * @module
 */
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { unpadRows } from "../../linalg/matrix_view.ts";
import { type Activations, Network } from "../../nn/network.ts";
import { uploadSamples } from "../../nn/samples.ts";
import { boundingBox } from "../../tasks/bounding_box.ts";
import { equidistant } from "../../tasks/points.ts";
import type { Task } from "../../tasks/task.ts";
import type { CompleteOptions } from "../../train/options.ts";

/** Points of the interval. */
const POINTS = 240;

/** A network at the points. */
export interface FunctionValues {
  /** Updates made. */
  readonly step: number;
  /** Output at each point. */
  readonly output: Float32Array;
  /** Terminal features: points × neurons. */
  readonly features: Float32Array;
}

/**
 * Tells whether a task is a function of one variable that can be drawn as a curve.
 *
 * @param task The task.
 * @returns Whether it has one input and one output, and is no classification.
 */
export function isCurve({ kind, inputs, outputs }: Task): boolean {
  return kind !== "classification" && inputs === 1 && outputs === 1;
}

/** Evaluates networks of one shape; it has a network of its own, into which parameters go. */
export class FunctionView implements Disposable {
  /** The points, ascending. */
  readonly points: Float32Array;
  readonly #network: Network;
  readonly #activations: Activations;
  readonly #stack: DisposableStack;

  private constructor(
    points: Float32Array,
    network: Network,
    activations: Activations,
    stack: DisposableStack,
  ) {
    this.points = points;
    this.#network = network;
    this.#activations = activations;
    this.#stack = stack;
  }

  /**
   * Binds the evaluation.
   *
   * @param gpu Device.
   * @param options Options of a run whose task is a curve.
   * @returns The view.
   */
  static async bind(gpu: Gpu, { task, hidden, activation }: CompleteOptions): Promise<FunctionView> {
    using stack = new DisposableStack();
    const { inputs, outputs, train } = task;
    const shape = { inputs, outputs, hidden, activation, initializer: "normal:0" };
    const network = stack.use(await Network.create(gpu, shape));
    const { center: [center], half: [half] } = boundingBox(train);
    const points = equidistant(POINTS, center - half, center + half), zeros = new Float32Array(POINTS);
    const samples = uploadSamples(gpu, { count: POINTS, x: points, y: zeros, weights: zeros }, stack);
    const activations = await network.evaluate(samples, stack);
    return new FunctionView(points, network, activations, stack.move());
  }

  /**
   * Evaluates a network. Waits for the GPU.
   *
   * @param step Updates it has made.
   * @param parameters Words of its parameters, those of the first replica first.
   * @returns Its values.
   */
  async values(step: number, parameters: Uint32Array): Promise<FunctionValues> {
    const { parameters: own, widths } = this.#network, { layers, forward } = this.#activations;
    own.write(parameters.subarray(0, own.length));
    const commands = new Commands(this.#network.gpu);
    commands.run(...forward);
    commands.submit();
    const [output, features] = await Promise.all(
      [layers.length - 1, layers.length - 2].map(async (l) =>
        unpadRows(await layers[l].array.read(), widths[l + 1])
      ),
    );
    return { step, output, features };
  }

  /** Frees everything. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
