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
import { splitDoubles } from "../linalg/double_single/double_single.ts";
import { Network } from "../nn/network.ts";
import type { SampleArrays } from "../nn/samples.ts";
import { eigenvalueBounds } from "../rank/certificates/certificate.ts";
import type { LayerRecord } from "../rank/probes/probe.ts";
import { bindRefinement, DOUBLE } from "../rank/spectra/refine_spectra.ts";
import { decodeSolvedRecord, solvedRecordWords } from "../rank/spectra/solved_record.ts";
import { bindSpectra } from "../rank/spectra/spectra.ts";
import { rankedSamples } from "./equation.ts";
import type { CompleteOptions } from "./options.ts";

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

/** Commands that solve for the spectrum of one layer of one replica. */
interface LayerSolver {
  readonly width: number;
  /**
   * Basis that the solver starts from, and the identity that is copied there, so that no result
   * depends on another.
   */
  readonly basis: GpuArray;
  readonly identity: GpuArray;
  readonly dispatches: readonly Dispatch[];
  readonly records: GpuArray;
}

/** A run whose spectra in doubt are to be solved again. */
export interface EscalatedRun {
  /** Training samples, of which the first are ranked. */
  readonly samples: SampleArrays;
  /** Options of the run. */
  readonly options: CompleteOptions;
  /** Largest number of probes that one submission is to make. */
  readonly probesAtOnce: number;
}

/** The parts of an escalation, bound. */
interface BoundEscalation {
  readonly trained: Network;
  readonly network: Network;
  readonly forward: readonly Dispatch[];
  readonly layers: readonly LayerSolver[];
  readonly samples: number;
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
 * Cost if nothing is in doubt: one copy of the parameters per probe. A spectrum of 50 neurons on
 * 256 samples takes about 0.1 s on lavapipe.
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
  readonly #layers: readonly LayerSolver[];
  readonly #kept: GpuArray;
  readonly #results: GpuArray;
  readonly #ring: ReadbackRing;
  readonly #samples: number;

  private constructor(bound: BoundEscalation, stack: DisposableStack) {
    const { trained, layers, probesAtOnce } = bound;
    this.#gpu = trained.gpu;
    this.#trained = trained;
    this.#network = bound.network;
    this.#forward = bound.forward;
    this.#layers = layers;
    this.#samples = bound.samples;
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
      const escalation = await Escalation.#bind(network, run, own);
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
    { samples, options, probesAtOnce }: EscalatedRun,
    stack: DisposableStack,
  ): Promise<Escalation> {
    const { task, hidden, activation, initializer } = options;
    const { gpu, replicas } = trained;
    const { inputs, outputs } = task;
    const { count, weights } = rankedSamples(task);
    const network = stack.use(
      await Network.create(gpu, { inputs, hidden, outputs, activation, initializer }),
    );
    const activations = await network.evaluate({ ...samples, count }, stack);
    const pairs = stack.use(
      new GpuArray(gpu, "weights of samples", splitDoubles(Float64Array.from(weights))),
    );
    const layers: LayerSolver[] = [];
    for (const [index, width] of hidden.entries()) {
      const features = activations.layers[index];
      const spectra = await bindSpectra(gpu, [{ features, width }], {
        samples: count,
        replicas: 1,
        weights: samples.weights,
        targets: null,
      }, stack);
      const { dispatches, records } = await bindRefinement(gpu, spectra, {
        samples: count,
        order: width,
        count: 1,
        features: { array: features.array, double: false, stride: 4 * features.stride, batch: 0 },
        weights: pairs,
      }, stack);
      const basis = spectra.basis.array;
      const identity = stack.use(new GpuArray(gpu, "identity", basis.length));
      const commands = new Commands(gpu);
      commands.copy(basis, 0, identity, 0, basis.length);
      commands.submit();
      // Twice, because a first probe warms up.
      const all = [...spectra.dispatches, ...spectra.dispatches, ...dispatches];
      layers.push({ width, basis, identity, dispatches: all, records });
    }
    const resultBytes = 4 * replicas * layers.length * solvedRecordWords(Math.max(...hidden));
    const fitting = Math.min(
      probesAtOnce,
      Math.floor(MOST_KEPT / (4 * KEPT_SUBMISSIONS * trained.parameters.length)),
      Math.floor(MOST_RESULTS / resultBytes),
    );
    const { forward } = activations;
    return new Escalation(
      { trained, network, forward, layers, samples: count, probesAtOnce: Math.max(1, fitting) },
      stack,
    );
  }

  /** Words of each result. */
  get #recordWords(): number {
    return solvedRecordWords(Math.max(...this.#layers.map(({ width }) => width)));
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
    doubts.forEach(({ probe, replica, layer }, index) => {
      // One spectrum per submission, so that none holds up the GPU for long.
      if (index > 0) {
        commands.submit();
        commands = new Commands(this.#gpu);
      }
      const { basis, identity, dispatches, records } = this.#layers[layer];
      const size = 4 * layout.size;
      commands.copy(this.#kept, this.#slot(probe) + replica * size, parameters, 0, size);
      commands.copy(identity, 0, basis, 0, basis.length);
      commands.run(...this.#forward.slice(0, layer + 1), ...dispatches);
      commands.copy(records, 0, this.#results, index * words, records.length);
    });
    const [results] = await this.#ring.submit(commands);
    return doubts.map(({ layer }, index) => {
      const solved = decodeSolvedRecord(results.subarray(index * words), this.#layers[layer].width);
      const eigenvalues = solved.values.map((value) => Math.max(0, value)).sort((a, b) => b - a);
      const spectrum = { ...solved, eigenvalues, samples: this.#samples };
      return { eigenvalues, bounds: eigenvalueBounds(spectrum, DOUBLE) };
    });
  }

  /** First word of the parameters kept of a probe. */
  #slot(probe: number): number {
    return (probe % (KEPT_SUBMISSIONS * this.probesAtOnce)) * this.#trained.parameters.length;
  }
}
