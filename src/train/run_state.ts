/**
 * The arrays on the GPU that later steps and probes depend on.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { GpuArray } from "../gpu/array.ts";
import type { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";

/** Arrays by name. */
type NamedArrays = Readonly<Record<string, GpuArray>>;
/** Words of arrays by name. */
type NamedWords = Readonly<Record<string, Uint32Array>>;

/**
 * What a run is between two steps. All else on the GPU is set before it is read: by the commands of
 * each step, each probe or each submission.
 */
export class RunState {
  readonly #arrays: NamedArrays;
  readonly #spares: ReadonlyMap<GpuArray, GpuArray>;
  #isSpared = false;

  /**
   * Allocates room for what the last step changes.
   *
   * @param gpu Device.
   * @param updated Arrays that a step changes if it updates the parameters.
   * @param measured Arrays that a step changes even if it only measures.
   * @param stack Owner of the room.
   */
  constructor(gpu: Gpu, updated: NamedArrays, measured: NamedArrays, stack: DisposableStack) {
    this.#arrays = { ...updated, ...measured };
    this.#spares = new Map(
      Object.values(measured).map((array) => [
        array,
        stack.use(new GpuArray(gpu, `${array.label} before the last step`, array.length)),
      ]),
    );
  }

  /**
   * Records the copy of what the last step changes. From then on {@linkcode RunState.read} gives
   * the state before it.
   *
   * @param commands Commands, before the last step.
   */
  spare(commands: Commands): void {
    for (const [array, spare] of this.#spares) commands.copy(array, 0, spare, 0, array.length);
    this.#isSpared = true;
  }

  /**
   * Reads the state once all that has been submitted so far is done. The GPU does not wait: later
   * submissions run while the host reads.
   *
   * @returns Words of all arrays.
   * @throws {StaircaseError} If the device failed.
   */
  async read(): Promise<NamedWords> {
    const read = Object.entries(this.#arrays).map(async ([name, array]) => {
      const source = this.#isSpared ? this.#spares.get(array) ?? array : array;
      return [name, await source.readUint32()] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  /**
   * Sets the state, before any work submitted later.
   *
   * @param words Words of all arrays.
   * @throws {InputError} If they are those of another run.
   */
  write(words: NamedWords): void {
    const names = Object.keys(this.#arrays), given = Object.keys(words);
    const isOwn = given.length === names.length &&
      names.every((name) => words[name]?.length === this.#arrays[name].length);
    if (!isOwn) {
      throw new InputError(
        `the state is of another training: its arrays are ${list(words)}, not ${list(this.#arrays)}; ` +
          "give the options that it was made with",
      );
    }
    for (const name of names) this.#arrays[name].write(words[name]);
  }
}

function list(arrays: Readonly<Record<string, { readonly length: number }>>): string {
  return Object.entries(arrays).map(([name, { length }]) => `${name} (${length})`).join(", ");
}
