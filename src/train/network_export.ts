/**
 * The networks of a run at some of its steps, read from the GPU while they train.
 *
 * @module
 */
import { Commands } from "../gpu/commands.ts";
import { type LayerParameters, unpackParameters } from "../nn/layout.ts";
import type { Network } from "../nn/network.ts";

/**
 * Parameters of all replicas after some numbers of steps. Those at a probe are the ones that its
 * losses and ranks belong to. `Training.exportNetworks` makes it. The GPU does not wait for the
 * host.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { loadTask } from "../tasks/registry.ts";
 * import { Training } from "./training.ts";
 *
 * using gpu = await Gpu.open();
 * const task = await loadTask("cosines");
 * const options = { task, hidden: [8], steps: 20, probeEvery: 10, replicas: 2 };
 * using training = await Training.create(gpu, options);
 * const exported = training.exportNetworks([0, 1, 20]);
 * await training.finish();
 * const networks = await exported.networks();
 * assert.deepEqual([...networks.keys()], [0, 1, 20]);
 * const [first, second] = networks.get(20)!;
 * assert.equal(first[0].weights.length, 8);
 * assert.notDeepEqual(first, second);
 * ```
 */
export class NetworkExport {
  readonly #network: Network;
  /** Steps that are wanted, ascending. */
  readonly #steps: readonly number[];
  readonly #taken = new Map<number, Promise<Float32Array>>();

  /**
   * Prepares to export.
   *
   * @param network The network that is trained.
   * @param steps Steps, in any order.
   * @param before Words of steps that an earlier part of the training has exported.
   */
  constructor(network: Network, steps: Iterable<number>, before: ReadonlyMap<number, Float32Array>) {
    this.#network = network;
    this.#steps = [...new Set(steps)].sort((a, b) => a - b);
    for (const [step, words] of before) {
      if (this.#steps.includes(step)) this.#taken.set(step, Promise.resolve(words));
    }
  }

  /**
   * Takes the networks, if they are wanted. They are copied once the commands so far have run.
   *
   * @param step Step.
   * @param commands Commands up to its start.
   * @returns Commands to record what follows: the same, or new ones where these were submitted.
   */
  take(step: number, commands: Commands): Commands {
    if (this.next(step) !== step) return commands;
    commands.submit();
    const { gpu, parameters } = this.#network, words = parameters.read();
    // Whoever asks for the networks gets the error; a run that is left early asks for none.
    words.catch(() => {});
    this.#taken.set(step, words);
    return new Commands(gpu);
  }

  /**
   * Finds the next step whose networks are wanted.
   *
   * @param step Step.
   * @returns The first such step from there on; infinity if there is none.
   */
  next(step: number): number {
    return this.#steps.find((wanted) => wanted >= step) ?? Infinity;
  }

  /**
   * Gives the words of all parameters as the GPU has them.
   *
   * @param end Step that those asked for come before. Default: all.
   * @returns The words by step, ascending: of the steps taken so far.
   */
  async words(end = Infinity): Promise<Map<number, Float32Array>> {
    const steps = [...this.#taken.keys()].filter((step) => step < end).sort((a, b) => a - b);
    const words = await Promise.all(steps.map((step) => this.#taken.get(step)!));
    return new Map(steps.map((step, i) => [step, words[i]]));
  }

  /**
   * Gives the networks.
   *
   * @returns For each step taken so far, ascending, the layers of each replica. A replica that had
   * diverged has parameters that say nothing.
   */
  async networks(): Promise<Map<number, LayerParameters[][]>> {
    const { layout, replicas } = this.#network;
    const unpack = (words: Float32Array) =>
      Array.from({ length: replicas }, (_, replica) => unpackParameters(layout, words, replica));
    return new Map([...await this.words()].map(([step, words]) => [step, unpack(words)]));
  }
}
