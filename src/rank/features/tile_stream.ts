/**
 * Features sent to the GPU in tiles of rows, as often as a solver wants to see them.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { type FeatureSource, tileOf } from "../../linalg/gram/feature_tiles.ts";
import type { EntryView } from "../../linalg/products/gemm_double_single.ts";
import { type GramPlan, GramTiles } from "../../linalg/gram/gram_tiles.ts";
import { type MatrixView, padRows } from "../../linalg/matrix_view.ts";
import { type FeaturePlan, prepareEntries } from "./prepare_features.ts";

/** Tiles of features on their way to the sums of their Gram matrices. */
export class TileStream {
  /** Memory for the tile as it is summed. */
  readonly gram: GramTiles;
  /** Memory for the tile as it is sent. */
  readonly phi: GpuArray;
  /** For each matrix Σ of the squares that rounding to single words left out, in one pass. */
  readonly squares: Float64Array;
  /** Whether a matrix has an entry that is not 0. */
  readonly isFilled: boolean[];
  readonly #gpu: Gpu;
  readonly #sources: readonly FeatureSource[];
  readonly #plans: readonly FeaturePlan[];
  readonly #plan: GramPlan;

  /**
   * Makes room for a tile.
   *
   * @param gpu Device.
   * @param sources Features of one shape.
   * @param plans What is done to each.
   * @param plan How tiles are summed.
   * @param stack Owner of the memory.
   * @throws {ShapeError} Where the adapter has no room for it.
   */
  constructor(
    gpu: Gpu,
    sources: readonly FeatureSource[],
    plans: readonly FeaturePlan[],
    plan: GramPlan,
    stack: DisposableStack,
  ) {
    this.#gpu = gpu;
    this.#sources = sources;
    this.#plans = plans;
    this.#plan = plan;
    this.gram = stack.use(new GramTiles(gpu, plan));
    this.phi = stack.use(new GpuArray(gpu, "features", this.gram.features.length));
    this.squares = new Float64Array(plan.count);
    this.isFilled = new Array<boolean>(plan.count).fill(false);
  }

  /**
   * The tile in an array, as vectors.
   *
   * @param array {@linkcode TileStream.phi}, or where it is summed.
   * @returns Its features.
   */
  view(array: GpuArray): MatrixView {
    const { stride } = this.gram;
    return { array, stride: stride / 4, batch: this.#plan.rows * stride / 4 };
  }

  /**
   * The tile in an array, as pairs hi, lo.
   *
   * @param array {@linkcode TileStream.phi}, or where it is summed.
   * @returns Its features.
   */
  entries(array: GpuArray): EntryView {
    const { stride } = this.gram;
    return { array, double: true, stride, batch: this.#plan.rows * stride };
  }

  /**
   * Sends all tiles and adds up their Gram matrices.
   *
   * @param rotate Binds the product that takes the tile from `phi` to where it is summed; `null` to sum it as it is.
   * @returns Pairs of words, `columns × columns` for each matrix.
   */
  async sum(rotate: ((samples: number) => Promise<Dispatch>) | null): Promise<Float32Array> {
    const { rows, count } = this.#plan;
    const total = this.#sources[0].rows;
    const bound = new Map<number, Dispatch[]>();
    this.squares.fill(0);
    let before: Promise<unknown> = Promise.resolve();
    try {
      for (let first = 0; first < total; first += rows) {
        const samples = Math.min(rows, total - first);
        const words = this.#prepare(first, samples);
        if (!bound.has(samples)) {
          const add = await this.gram.add(samples);
          bound.set(samples, rotate ? [await rotate(samples), ...add] : add);
        }
        // Its words wait in the queue: not those of many tiles.
        await before;
        const target = rotate ? this.phi : this.gram.features;
        words.forEach((each, index) => target.write(each, index * target.length / count));
        this.gram.factors.write(new Float32Array(count).fill(first === 0 ? 0 : 1));
        const commands = new Commands(this.#gpu);
        commands.run(...bound.get(samples)!);
        commands.submit();
        before = this.gram.factors.read();
        // Whoever awaits it hears of a failure; until then nobody needs to.
        before.catch(() => {});
      }
    } finally {
      await before;
    }
    return await this.gram.pairs.read();
  }

  /** The words of a tile of each matrix. */
  #prepare(first: number, samples: number): Float32Array[] {
    const { columns, words } = this.#plan;
    return this.#sources.map((source, index) => {
      const data = tileOf(source, first, samples);
      const { high, low, square } = prepareEntries(this.#plans[index], data, columns, first);
      this.squares[index] += square;
      this.isFilled[index] ||= high.some((value) => value !== 0) || low.some((value) => value !== 0);
      if (words === 1) return padRows(high, columns);
      const pairs = new Float32Array(2 * high.length);
      for (let i = 0; i < high.length; i++) {
        pairs[2 * i] = high[i];
        pairs[2 * i + 1] = low[i];
      }
      return pairs;
    });
  }
}
