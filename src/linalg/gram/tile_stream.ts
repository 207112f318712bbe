/**
 * Matrices sent to the GPU in tiles of rows, as often as a solver wants to see them.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import type { MatrixSource } from "../matrix_source.ts";
import { type GramPlan, GramTiles } from "./gram_tiles.ts";
import { MatrixTiles } from "./matrix_tiles.ts";
import type { Preparation } from "./preparation.ts";

/** What a pass over all tiles does with each. */
export interface TilePass {
  /**
   * Binds the commands for a tile.
   *
   * @param samples Rows of the tile.
   * @returns The commands.
   */
  readonly bind: (samples: number) => Promise<Dispatch[]>;
  /** Where the tile goes. Default: the features of {@linkcode TileStream.gram}. */
  readonly target?: GpuArray;
  /**
   * Power of the change of scale with which earlier sums go: 1 for sums of entries, 2 for sums of
   * products. Default: 2.
   */
  readonly power?: 1 | 2;
  /**
   * Called for a tile before its commands run.
   *
   * @param first Its first row.
   * @param samples Its number of rows.
   */
  readonly before?: (first: number, samples: number) => void;
}

/** Tiles of a batch of matrices on their way to the sums of their Gram matrices. */
export class TileStream implements Disposable {
  /** Memory for the tile as it is summed, and for the sums. */
  readonly gram: GramTiles;
  /** The tile on the host. */
  readonly tiles: MatrixTiles;
  readonly #gpu: Gpu;
  readonly #plan: GramPlan;
  readonly #rows: number;
  readonly #work: WorkOptions;

  /**
   * Makes room for a tile.
   *
   * @param gpu Device.
   * @param sources Matrices of one shape.
   * @param options What is done to the entries of each, how tiles are summed, signal to stop.
   * @throws {ShapeError} If the adapter has no room for it.
   */
  constructor(
    gpu: Gpu,
    sources: readonly MatrixSource[],
    { preparations, plan, ...work }: WorkOptions & {
      readonly preparations: readonly Preparation[];
      readonly plan: GramPlan;
    },
  ) {
    this.#gpu = gpu;
    this.#plan = plan;
    this.#work = work;
    const { rows, words, transposed = false } = plan;
    this.#rows = transposed ? sources[0].columns : sources[0].rows;
    this.gram = new GramTiles(gpu, plan);
    this.tiles = new MatrixTiles(sources, preparations, {
      rows,
      words,
      stride: this.gram.stride,
      transposed,
    });
  }

  /**
   * Sends all tiles, one after the other into the same memory, and runs commands on each. The host
   * reads a tile while the GPU is busy with the one before.
   *
   * @param pass What to do with each.
   */
  async pass({ bind, target = this.gram.features, power = 2, before }: TilePass): Promise<void> {
    const { rows, count } = this.#plan, { tiles, gram } = this;
    const bound = new Map<number, Dispatch[]>();
    let previous: Promise<unknown> = Promise.resolve();
    using commands = new PacedCommands(this.#gpu, this.#work);
    try {
      for (let first = 0; first < this.#rows; first += rows) {
        const samples = Math.min(rows, this.#rows - first);
        const changes = await tiles.read(first, samples);
        if (!bound.has(samples)) bound.set(samples, await bind(samples));
        // The words wait in the queue: not those of many tiles.
        await previous;
        this.#work.signal?.throwIfAborted();
        target.write(count > 1 ? tiles.words : tiles.words.subarray(0, samples * tiles.rowWords));
        gram.factors.write(Float32Array.from(changes, (change) => first === 0 ? 0 : change ** power));
        before?.(first, samples);
        await commands.run(bound.get(samples)!);
        commands.submit();
        previous = gram.factors.read();
        // A failure is reported where it is awaited.
        previous.catch(() => {});
      }
    } finally {
      await previous;
    }
  }

  /** Frees the memory on the GPU. */
  [Symbol.dispose](): void {
    this.gram[Symbol.dispose]();
  }
}
