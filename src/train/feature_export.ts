/**
 * The features that probes look at, read from the GPU while a network trains, so that their ranks
 * can be verified.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { Commands } from "../gpu/commands.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { type MatrixView, unpadRows } from "../linalg/matrix_view.ts";
import { Network } from "../nn/network.ts";
import { uploadSamples } from "../nn/samples.ts";
import { rankedSamples } from "./equation.ts";
import type { CompleteOptions } from "./options.ts";
import { drawnInitializer } from "./pretrain/structured_start.ts";
import type { Probe } from "./trace.ts";

/** What a probe left on the GPU, on its way to the host. */
interface Exported {
  /** The array of each layer, which several may share. */
  readonly features: readonly Promise<Float32Array>[];
  readonly parameters: Promise<Float32Array>;
}

/**
 * Features of the probes at some steps. `Training.exportFeatures` makes it.
 *
 * A probe ranks the features that the training step has computed. Ranks that these leave in doubt
 * are those of the same parameters in the layered forward pass, whose features may differ by
 * roundings, see `escalation.ts`. {@linkcode FeatureExport.features} gives those that the ranks of
 * a probe are of, to the bit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { loadTask } from "../tasks/registry.ts";
 * import { Training } from "./training.ts";
 *
 * using gpu = await Gpu.open();
 * const options = { task: await loadTask("cosines"), hidden: [8, 6], steps: 20, probeEvery: 10 };
 * using training = await Training.create(gpu, options);
 * const exported = training.exportFeatures([20]);
 * const { probes } = await training.finish();
 * const [first, second] = await exported.features(probes[2]);
 * assert.deepEqual([first.rows, first.columns, second.columns], [256, 8, 6]);
 * ```
 */
export class FeatureExport {
  readonly #network: Network;
  readonly #options: CompleteOptions;
  readonly #views: readonly MatrixView[];
  readonly #steps: ReadonlySet<number>;
  readonly #exported = new Map<number, Exported>();

  /**
   * Prepares to export.
   *
   * @param network The network that is trained.
   * @param options Options of the run.
   * @param views Features of each hidden layer that probes look at.
   * @param steps Steps whose probes are exported.
   */
  constructor(
    network: Network,
    options: CompleteOptions,
    { views, steps }: { readonly views: readonly MatrixView[]; readonly steps: Iterable<number> },
  ) {
    this.#network = network;
    this.#options = options;
    this.#views = views;
    this.#steps = new Set(steps);
  }

  /**
   * Takes the features of a probe, if they are wanted. They are copied once the commands so far
   * have run.
   *
   * @param step Step of the probe.
   * @param commands Commands up to the probe.
   * @returns Commands to record what follows: the same, or new ones where these were submitted.
   */
  take(step: number, commands: Commands): Commands {
    if (!this.#steps.has(step)) return commands;
    commands.submit();
    const { gpu, parameters } = this.#network;
    const exported = {
      features: this.#views.map(({ array }) => array.read()),
      parameters: parameters.read(),
    };
    // Whoever asks for the features gets the error; a run that is left early asks for none.
    for (const each of [...exported.features, exported.parameters]) each.catch(() => {});
    this.#exported.set(step, exported);
    return new Commands(gpu);
  }

  /**
   * Gives the features that the ranks of a probe are of.
   *
   * @param probe A probe that the training has yielded.
   * @returns The features of each hidden layer, a sample a row; their quadrature weights are those
   * of the task's samples.
   * @throws {InputError} If the probe was not to be exported.
   */
  async features(probe: Probe): Promise<Matrix[]> {
    const exported = this.#exported.get(probe.step);
    if (!exported) {
      throw new InputError(`the probe at step ${probe.step} is not exported: name its step before`);
    }
    const { replica, layers } = probe;
    const seen = await Promise.all(exported.features);
    const isSolvedAgain = layers.map(({ kind, precision }) => kind === "spectrum" && precision === "double");
    const again = isSolvedAgain.includes(true) ? await this.#layered(await exported.parameters, replica) : [];
    return this.#views.map((view, layer) =>
      isSolvedAgain[layer]
        ? again[layer]
        : this.#matrix(seen[layer], { ...view, offset: (view.offset ?? 0) + replica * view.batch }, layer)
    );
  }

  /** Features of one replica in the layered forward pass. */
  async #layered(parameters: Float32Array, replica: number): Promise<Matrix[]> {
    const { gpu } = this.#network;
    const { task, hidden, activation, initializer: name, skip } = this.#options;
    const { inputs, outputs } = task;
    using stack = new DisposableStack();
    const initializer = drawnInitializer(name);
    const network = stack.use(
      await Network.create(gpu, { inputs, hidden, outputs, activation, initializer, skip }),
    );
    const words = network.parameters.length;
    network.parameters.write(parameters.subarray(replica * words, (replica + 1) * words));
    const samples = uploadSamples(gpu, task.train, stack);
    const { layers, forward } = await network.evaluate(
      { ...samples, count: rankedSamples(task).count },
      stack,
    );
    const commands = new Commands(gpu);
    commands.run(forward);
    commands.submit();
    return await Promise.all(
      hidden.map(async (_, layer) => this.#matrix(await layers[layer].array.read(), layers[layer], layer)),
    );
  }

  #matrix(words: Float32Array, { stride, offset = 0 }: MatrixView, layer: number): Matrix {
    const rows = rankedSamples(this.#options.task).count, columns = this.#options.hidden[layer];
    const padded = words.subarray(4 * offset, 4 * (offset + stride * rows));
    return { rows, columns, data: unpadRows(padded, columns, stride) };
  }
}
