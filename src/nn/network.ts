/**
 * A dense network, all its replicas at once: parameters, and the commands that evaluate and
 * differentiate it.
 *
 * @module
 */
import { checkKeys, checkNumber } from "../check.ts";
import { InputError, ShapeError } from "../errors.ts";
import { GpuArray } from "../gpu/array.ts";
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import type { WorkOptions } from "../gpu/paced_commands.ts";
import type { MatrixView } from "../linalg/matrix_view.ts";
import { type Activation, parseActivation } from "./activation.ts";
import { type Activations, bindEvaluation } from "./evaluate.ts";
import { bindInitialize } from "./initialize.ts";
import { parseInitializer } from "./initializer.ts";
import { type RandomStream, randomStreams } from "./random_stream.ts";
import {
  type LayerParameters,
  packParameters,
  type ParameterLayout,
  parameterLayout,
  type Skip,
  skipConnections,
  unpackParameters,
} from "./layout.ts";
import { MOST_LAYERS } from "./limits.ts";
import type { SampleArrays } from "./samples.ts";
import { WINDOW } from "./layers/weight_windows.ts";

/** Keys of {@linkcode NetworkOptions}. */
const KEYS = [
  "inputs",
  "hidden",
  "outputs",
  "activation",
  "initializer",
  "skip",
  "replicas",
  "seed",
  "streams",
];

/** Shape and start of a network. */
export interface NetworkOptions {
  /** Dimension of the input. */
  readonly inputs: number;
  /** Widths of the hidden layers, first to last; at least one. */
  readonly hidden: readonly number[];
  /** Dimension of the output. */
  readonly outputs: number;
  /** Activation of the hidden layers, or one for each; see {@linkcode parseActivation}. */
  readonly activation: string | readonly string[];
  /** Initialiser; see {@linkcode parseInitializer}. */
  readonly initializer: string;
  /**
   * Skip connections around each hidden layer as wide as the layer below, or the input, whose
   * features a they add: a + σ(a W + b), or with `adaptive` (1 − α) a + α σ(a W + b), where α is
   * trained from 0; or with `gated` gates between two encoders of the input, see
   * {@linkcode Skip}. Default: `false`.
   */
  readonly skip?: Skip;
  /** Number of replicas, which differ in their random streams. Default: 1. */
  readonly replicas?: number;
  /** Seed of the random streams, an integer in [0, 2³²). Default: 0. */
  readonly seed?: number;
  /** Random stream of each replica. Default: (seed, r) for replica r. */
  readonly streams?: readonly RandomStream[] | null;
}

/** A network's features on the samples of a step, and its loss there. */
export interface BatchEvaluation {
  /** Features of each hidden layer, first to last. */
  readonly features: readonly MatrixView[];
  /** Rows of the features: the samples, each with the derivatives that it carries. */
  readonly rows: number;
  /** Pairs (Σ w ℓ, hits), `count` for each replica. */
  readonly loss: { readonly array: GpuArray; readonly count: number };
}

/** A dense network in GPU memory. */
export class Network implements Disposable {
  /** Device. */
  readonly gpu: Gpu;
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  /** Activations of the hidden layers. */
  readonly activations: readonly Activation[];
  /** The skip connection of each of the hidden layers; `false` for none. */
  readonly skips: readonly Skip[];
  /** Number of replicas. */
  readonly replicas: number;
  /** Random stream of each replica. */
  readonly streams: readonly RandomStream[];
  /** Places of the parameters. */
  readonly layout: ParameterLayout;
  /** Parameters of all replicas. */
  readonly parameters: GpuArray;

  private constructor(gpu: Gpu, options: NetworkOptions, activations: readonly Activation[]) {
    const { inputs, hidden, outputs, skip = false, replicas = 1, seed = 0, streams } = options;
    this.gpu = gpu;
    this.widths = [inputs, ...hidden, outputs];
    this.activations = activations;
    this.skips = skipConnections(this.widths, skip);
    this.replicas = replicas;
    this.layout = parameterLayout(this.widths, skip);
    const given = streams && randomStreams(replicas, seed, streams);
    this.parameters = new GpuArray(gpu, "parameters", replicas * this.layout.size * 4, 4 * WINDOW);
    // Replicas that the adapter has no room for, the host may have no list for.
    this.streams = given ?? randomStreams(replicas, seed);
  }

  /**
   * Allocates a network and draws its initial parameters on the GPU: each replica from its
   * stream.
   *
   * @param gpu Device.
   * @param options Shape and start.
   * @returns The network.
   * @throws {InputError} If a width, a name, the number of layers or replicas or the seed is out of
   * range.
   * @throws {ShapeError} If the adapter has no room for it.
   */
  static async create(gpu: Gpu, options: NetworkOptions): Promise<Network> {
    using stack = new DisposableStack();
    const network = stack.use(Network.allocate(gpu, options));
    const { layout, parameters } = network;
    const keys = Uint32Array.from(network.streams.flatMap(({ seed, stream }) => [seed, stream]));
    using streams = new GpuArray(gpu, "random streams", keys);
    const initializer = parseInitializer(options.initializer);
    const commands = new Commands(gpu);
    commands.run(await bindInitialize(gpu, { initializer, layout, parameters, streams }));
    commands.submit();
    stack.move();
    return network;
  }

  /**
   * Allocates a network whose parameters, now 0, are written later.
   *
   * @param gpu Device.
   * @param options Shape; the initialiser is only checked.
   * @returns The network.
   * @throws {InputError} If an option is out of range, as for {@linkcode Network.create}.
   * @throws {ShapeError} If the adapter has no room for it.
   */
  static allocate(gpu: Gpu, options: NetworkOptions): Network {
    checkKeys("network options", options, KEYS);
    const { inputs, hidden, outputs, replicas = 1, seed = 0 } = options;
    if (!Array.isArray(hidden)) throw new InputError("hidden must be a list of widths, one a layer");
    if (hidden.length > MOST_LAYERS) {
      throw new InputError(`${hidden.length} hidden layers are too many: give at most ${MOST_LAYERS}`);
    }
    const whole = { min: 1, integer: true };
    checkNumber("inputs", inputs, whole);
    for (const width of hidden) checkNumber("width of a hidden layer", width, whole);
    checkNumber("outputs", outputs, whole);
    if (hidden.length === 0) throw new InputError("no hidden layer: give at least one width");
    checkNumber("replicas", replicas, whole);
    checkNumber("seed", seed, { min: 0, max: 2 ** 32 - 1, integer: true });
    const names = typeof options.activation === "string"
      ? hidden.map(() => options.activation as string)
      : options.activation;
    if (names.length !== hidden.length) {
      throw new ShapeError(
        `${names.length} activations for ${hidden.length} hidden layers: give one, or one for each`,
      );
    }
    parseInitializer(options.initializer);
    return new Network(gpu, options, names.map(parseActivation));
  }

  /**
   * Allocates room for the network's outputs on given samples, and binds the commands that compute
   * them.
   *
   * @param samples Samples, shared by the replicas or not, with derivatives or without.
   * @param stack Owner of the arrays.
   * @param options Signal to stop.
   * @returns The outputs.
   * @throws {ShapeError} If the adapter has no room for them.
   * @throws {unknown} The reason of the signal, if it is aborted between layers.
   */
  evaluate(
    samples: SampleArrays,
    stack: DisposableStack,
    options: WorkOptions = {},
  ): Promise<Activations> {
    return bindEvaluation(this, samples, stack, options);
  }

  /**
   * Reads the parameters of one replica, without padding. Waits for the GPU.
   *
   * @param replica Index of the replica.
   * @returns For each layer W, row-major `inputs × outputs`, b, and α if it has one.
   */
  async readParameters(replica = 0): Promise<LayerParameters[]> {
    return unpackParameters(this.layout, await this.parameters.read(), replica);
  }

  /**
   * Reads the parameters of all replicas, without padding. Waits for the GPU once.
   *
   * @returns For each replica, for each of its layers, W, b, and α if it has one.
   */
  async readAllParameters(): Promise<LayerParameters[][]> {
    const all = await this.parameters.read();
    return Array.from({ length: this.replicas }, (_, replica) => unpackParameters(this.layout, all, replica));
  }

  /**
   * Sets the parameters of one replica, before any work submitted later.
   *
   * @param parameters For each layer W, row-major `inputs × outputs`, b, and α if it has one.
   * @param replica Index of the replica.
   * @throws {ShapeError} If they are not those of a network of this shape.
   */
  writeParameters(parameters: readonly LayerParameters[], replica = 0): void {
    const { layout, replicas, widths } = this;
    const whose = `replica ${replica} of a network ${widths.join("-")} with ${replicas}`;
    if (!(replica >= 0 && replica < replicas)) {
      throw new ShapeError(`the parameters are not those of ${whose}`);
    }
    const words = packParameters(layout, parameters, whose);
    this.parameters.write(words, replica * words.length);
  }

  /** Frees the parameters. */
  [Symbol.dispose](): void {
    this.parameters[Symbol.dispose]();
  }
}
