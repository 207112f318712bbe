/**
 * Spectra that single precision leaves in doubt, solved again in double-single arithmetic while
 * training goes on.
 *
 * @module
 */
import { PrecisionError, ShapeError } from "../errors.ts";
import { GpuArray } from "../gpu/array.ts";
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { ReadbackRing } from "../gpu/readback.ts";
import { givesTurns } from "../gpu/turns.ts";
import { splitDoubles } from "../linalg/double_single/double_single.ts";
import { Network } from "../nn/network.ts";
import type { SampleArrays } from "../nn/samples.ts";
import type { LayerRecord } from "../rank/probes/probe.ts";
import { rankedSamples } from "./equation.ts";
import { bindLayerSolver, decodeLayer, type LayerSolver, resultWords } from "./layer_solver.ts";
import type { CompleteOptions } from "./options.ts";
import { drawnInitializer } from "./pretrain/structured_start.ts";

/** Largest number of bytes of parameters kept, and of results in flight. */
const MOST_KEPT = 2 ** 26, MOST_RESULTS = 2 ** 24;
/**
 * Submissions whose parameters are kept at once: the one that was just read, and the one that ran
 * meanwhile.
 */
const KEPT_SUBMISSIONS = 2;

/** A spectrum in doubt. */
export interface Doubt {
  /** Number of the probe, counted from 0 over the whole run. */
  readonly probe: number;
  /** Index of the replica. */
  readonly replica: number;
  /** Index of the hidden layer, from 0. */
  readonly layer: number;
}

/** A run whose spectra in doubt are to be solved again. */
export interface EscalatedRun {
  /** Training samples, of which the first are ranked. */
  readonly samples: SampleArrays;
  /** Options of the run. */
  readonly options: CompleteOptions;
  /** Largest number of probes that one submission is to make. */
  readonly probesAtOnce: number;
  /** Stops the binding between layers. */
  readonly signal?: AbortSignal | undefined;
}

/** The parts of an escalation, bound. */
interface BoundEscalation {
  readonly trained: Network;
  readonly network: Network;
  readonly forward: readonly Dispatch[];
  readonly ends: readonly number[];
  readonly layers: readonly LayerSolver[];
  readonly probesAtOnce: number;
}

/**
 * Keeps the parameters of each probe until its record has been judged, and solves again the spectra
 * that leave a rank in doubt: forward pass, single and double-single spectrum, all from the
 * parameters and the identity. The result is the same to the bit whenever it is computed and
 * whatever else is computed. Everything is allocated before training. The features are those of the
 * layered forward pass; those of the fused step, which the probe has seen, may differ from them by
 * roundings.
 *
 * Cost if nothing is in doubt: one copy of the parameters per probe. Kernels are compiled at the
 * first doubt. A spectrum of 50 neurons on
 * 256 samples takes about 0.1 s on lavapipe. For a regression that of the last layer comes with the
 * moments of its eigenfeatures, so that floors are as precise as ranks: at most four commands and 2
 * n (outputs + 1) words more.
 */
export class Escalation {
  /**
   * Largest number of probes in one submission, so that parameters are still there when its records
   * have been read.
   */
  readonly probesAtOnce: number;

  readonly #gpu: Gpu;
  readonly #trained: Network;
  readonly #network: Network;
  readonly #forward: readonly Dispatch[];
  readonly #ends: readonly number[];
  readonly #layers: readonly LayerSolver[];
  readonly #kept: GpuArray;
  readonly #results: GpuArray;
  readonly #ring: ReadbackRing;
  #isFirst = true;

  private constructor(bound: BoundEscalation, stack: DisposableStack) {
    const { trained, layers, probesAtOnce } = bound;
    this.#gpu = trained.gpu;
    this.#trained = trained;
    this.#network = bound.network;
    this.#forward = bound.forward;
    this.#ends = bound.ends;
    this.#layers = layers;
    this.probesAtOnce = probesAtOnce;
    const gpu = this.#gpu;
    this.#kept = stack.use(
      new GpuArray(gpu, "parameters of probes", KEPT_SUBMISSIONS * probesAtOnce * trained.parameters.length),
    );
    const most = probesAtOnce * trained.replicas * layers.length;
    this.#results = stack.use(new GpuArray(gpu, "spectra solved again", most * this.#recordWords));
    this.#ring = stack.use(new ReadbackRing(gpu, [this.#results], KEPT_SUBMISSIONS));
  }

  /**
   * Allocates everything.
   *
   * @param network The network that is trained.
   * @param run Samples and options of the run.
   * @param stack Owner of the arrays.
   * @returns The escalation; `null` if `options.precision` is `single`, or if it is `auto` and the
   * adapter lacks the room or double-single arithmetic.
   * @throws {ShapeError} If `options.precision` is `double` and the adapter has no room for it.
   * @throws {PrecisionError} If it is `double` and the adapter has no double-single arithmetic.
   */
  static async bind(
    network: Network,
    run: EscalatedRun,
    stack: DisposableStack,
  ): Promise<Escalation | null> {
    const { options } = run;
    if (options.precision === "single") return null;
    using own = new DisposableStack();
    try {
      const { result: escalation } = await network.gpu.deferring(() => Escalation.#bind(network, run, own));
      stack.use(own.move());
      return escalation;
    } catch (error) {
      const isLack = error instanceof ShapeError || error instanceof PrecisionError;
      if (isLack && options.precision === "auto") return null;
      throw error;
    }
  }

  static async #bind(
    trained: Network,
    { samples, options, probesAtOnce, signal }: EscalatedRun,
    stack: DisposableStack,
  ): Promise<Escalation> {
    const { task, hidden, activation, initializer: name, skip } = options;
    const { gpu, replicas } = trained;
    const { inputs, outputs } = task;
    const { count, weights } = rankedSamples(task);
    const initializer = drawnInitializer(name);
    const network = stack.use(
      Network.allocate(gpu, { inputs, hidden, outputs, activation, initializer, skip }),
    );
    const activations = await network.evaluate({ ...samples, count }, stack, { signal });
    const pairs = splitDoubles(Float64Array.from(weights));
    const sampleWeights = {
      host: weights,
      single: samples.weights,
      double: stack.use(new GpuArray(gpu, "weights of samples", pairs)),
    };
    const layers: LayerSolver[] = [], turn = givesTurns({ signal });
    for (const [index, width] of hidden.entries()) {
      await turn();
      const isProjected = task.kind === "regression" && index === hidden.length - 1;
      layers.push(
        await bindLayerSolver(gpu, { features: activations.layers[index], width }, {
          samples: count,
          weights: sampleWeights,
          targets: isProjected ? task.train.y : null,
        }, stack),
      );
    }
    const resultBytes = 4 * replicas * layers.length * Math.max(...layers.map(resultWords));
    const fitting = Math.min(
      probesAtOnce,
      Math.floor(MOST_KEPT / (4 * KEPT_SUBMISSIONS * trained.parameters.length)),
      Math.floor(MOST_RESULTS / resultBytes),
    );
    const { forward, ends } = activations;
    return new Escalation(
      { trained, network, forward, ends, layers, probesAtOnce: Math.max(1, fitting) },
      stack,
    );
  }

  /** Words of each result. */
  get #recordWords(): number {
    return Math.max(...this.#layers.map(resultWords));
  }

  /**
   * Records the copy of the parameters that a probe looks at.
   *
   * @param commands Commands of the probe, before the parameters change.
   * @param probe Number of the probe, counted from 0 over the whole run.
   */
  keep(commands: Commands, probe: number): void {
    const { parameters } = this.#trained;
    commands.copy(parameters, 0, this.#kept, this.#slot(probe), parameters.length);
  }

  /**
   * Solves spectra again. The commands are submitted before this returns; the result arrives while
   * later ones run.
   *
   * @param doubts Spectra in doubt, of probes made in one submission.
   * @returns The spectra.
   */
  async solve(doubts: readonly Doubt[]): Promise<LayerRecord[]> {
    const { parameters, layout } = this.#network;
    const words = this.#recordWords;
    let commands = new Commands(this.#gpu);
    if (this.#isFirst) {
      for (const { basis, identity } of this.#layers) commands.copy(basis, 0, identity, 0, basis.length);
      this.#isFirst = false;
    }
    doubts.forEach(({ probe, replica, layer }, index) => {
      // One spectrum per submission, so that none holds up the GPU for long.
      if (index > 0) {
        commands.submit();
        commands = new Commands(this.#gpu);
      }
      const { basis, identity, dispatches, results } = this.#layers[layer];
      const size = 4 * layout.size;
      commands.copy(this.#kept, this.#slot(probe) + replica * size, parameters, 0, size);
      commands.copy(identity, 0, basis, 0, basis.length);
      commands.run(this.#forward.slice(0, this.#ends[layer]), dispatches);
      let at = index * words;
      for (const array of results) {
        commands.copy(array, 0, this.#results, at, array.length);
        at += array.length;
      }
    });
    const [results] = await this.#ring.submit(commands);
    return doubts.map(({ layer }, index) =>
      decodeLayer(results.subarray(index * words, (index + 1) * words), this.#layers[layer])
    );
  }

  /** First word of the parameters kept of a probe. */
  #slot(probe: number): number {
    return (probe % (KEPT_SUBMISSIONS * this.probesAtOnce)) * this.#trained.parameters.length;
  }
}
