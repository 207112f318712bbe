/**
 * Sums Gram matrices of features that come to the GPU in tiles of rows: memory for one tile, and
 * the commands that add it.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { bindColumnSums, bindSubtractMeans, centerBound, centerPartials, centerTotals } from "./center.ts";
import { type DoubleSingleForm, splitDoubles } from "../double_single/double_single.ts";
import { U2 } from "../rounding.ts";
import type { EntryView } from "../products/gemm_double_single.ts";
import { bindGram, bindGramAccumulate, gramBound, gramPartials, gramSlices, type GramSums } from "./gram.ts";
import {
  bindGramDoubleSingle,
  gramDoubleSingleBound,
  gramDoubleSinglePartials,
} from "./gram_double_single.ts";
import { vectors } from "../matrix_view.ts";

/**
 * Most matrices of a tile: their slices, up to 256 each, lie along one axis of at most 65,535
 * workgroups.
 */
const MOST_MATRICES = 255;

/** Plan of the sums of Gram matrices. */
export interface GramPlan {
  /** Number of features n. */
  readonly columns: number;
  /** Number of matrices. */
  readonly count: number;
  /** Rows of a tile, but for the last. */
  readonly rows: number;
  /** Number of tiles. */
  readonly tiles: number;
  /** Form of double-single arithmetic, for sums or for means; `null` where neither is wanted. */
  readonly form: DoubleSingleForm | null;
  /** How to sum in single precision; `null` for double-single sums. */
  readonly sums: GramSums | null;
  /** Whether the means of columns are taken off. */
  readonly center: boolean;
  /** Words an entry of the features that are sent: 1 for single precision, 2 for double-single. */
  readonly words: 1 | 2;
  /**
   * Whether rows and columns of the plan are columns and rows of the matrices: it sums ΦΦᵀ.
   * Default: false.
   */
  readonly transposed?: boolean;
}

/**
 * Cuts a batch of features into tiles of rows.
 *
 * @param shape Shape of each matrix.
 * @param count Number of matrices.
 * @param words Words an entry of the features, as they are sent or summed.
 * @param most Bytes that an array of a tile may take: more than that only where a slice of 256 rows
 * of a matrix does.
 * @returns How many matrices to sum at a time, and how many rows of them.
 */
export function cutTiles(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  count: number,
  words: 1 | 2,
  most: number,
): { readonly matrices: number; readonly rows: number } {
  const { slice } = gramSlices(1), padded = 4 * vectors(columns);
  const bytes = Math.max(4 * words * padded * Math.min(rows, slice), 8 * padded ** 2);
  const matrices = Math.min(count, MOST_MATRICES, Math.max(1, Math.floor(most / bytes)));
  const slices = Math.max(1, Math.floor(most / (bytes * matrices)));
  return { matrices, rows: Math.min(rows, slice * slices) };
}

/** Memory for a tile, and for the sums of all tiles. */
export class GramTiles implements Disposable {
  /** Features of the tile, `count` times `rows` rows of {@linkcode GramTiles.stride} entries. */
  readonly features: GpuArray;
  /** Entries from one row of features to the next. */
  readonly stride: number;
  /**
   * For each matrix what to multiply the sums of earlier tiles with: a power of two, or 0 for the
   * first tile.
   */
  readonly factors: GpuArray;
  /** The sums of all tiles: `columns × columns` pairs for each matrix. */
  readonly pairs: GpuArray;
  readonly #gpu: Gpu;
  readonly #plan: GramPlan;
  readonly #stack = new DisposableStack();
  readonly #singleWeights: GpuArray;
  readonly #doubleWeights: GpuArray;
  readonly #partials: GpuArray;
  /** Features without their means, where these are taken off. */
  readonly #centered: GpuArray | null = null;
  readonly #sumPartials: GpuArray;
  readonly #totals: GpuArray;
  readonly #pivots: GpuArray;

  /**
   * Allocates the memory, and sets the weights to 1.
   *
   * @param gpu Device.
   * @param plan What to sum.
   * @throws {ShapeError} If the adapter has no room for it.
   */
  constructor(gpu: Gpu, plan: GramPlan) {
    const { columns, count, rows, sums, center, words } = plan;
    using stack = new DisposableStack();
    const array = (label: string, words: number) => stack.use(new GpuArray(gpu, label, words));
    this.#gpu = gpu;
    this.#plan = plan;
    // Single words are summed as vectors of four.
    const summed = sums ? 4 * vectors(columns) : columns;
    this.stride = center ? columns : summed;
    this.features = array("features", words * count * rows * this.stride);
    this.factors = array("factors", count);
    this.pairs = array("Gram matrices", 2 * count * columns ** 2);
    this.#partials = array(
      "partial Gram matrices",
      sums ? gramPartials(gpu, rows, this.#layout) : gramDoubleSinglePartials(rows, columns, count),
    );
    this.#singleWeights = array("weights", sums ? rows : 0);
    this.#doubleWeights = array("weights", sums && !center ? 0 : 2 * rows);
    if (center) this.#centered = array("centred features", (sums ? 1 : 2) * count * rows * summed);
    this.#sumPartials = array("partial sums of columns", center ? centerPartials(rows, columns, count) : 0);
    this.#totals = array("sums of columns", center ? centerTotals(columns, count) : 0);
    this.#pivots = array("pivots", center ? 2 * columns : 0);
    this.setWeights(new Float64Array(rows).fill(1));
    this.#stack = stack.move();
  }

  get #layout() {
    const { columns, count } = this.#plan, rowStride = vectors(columns);
    return { count, rows: 4 * rowStride, rowStride, tailStride: 0 };
  }

  /**
   * Sets the weights of the tile.
   *
   * @param weights One a row.
   */
  setWeights(weights: Float64Array): void {
    if (this.#singleWeights.length > 0) this.#singleWeights.write(Float32Array.from(weights));
    if (this.#doubleWeights.length > 0) this.#doubleWeights.write(splitDoubles(weights));
  }

  get #view(): EntryView {
    const { rows, words } = this.#plan;
    return { array: this.features, double: words === 2, stride: this.stride, batch: rows * this.stride };
  }

  #uncentered(form: DoubleSingleForm, samples: number) {
    const { columns, count } = this.#plan;
    const pivots = { array: this.#pivots, batch: 0 };
    return { form, samples, columns, count, features: this.#view, pivots, totals: this.#totals };
  }

  /**
   * Binds the commands that add the tile's columns to their sums, for the means.
   *
   * @param samples Rows of the tile.
   * @returns The commands.
   */
  async addColumns(samples: number): Promise<Dispatch[]> {
    return await bindColumnSums(this.#gpu, {
      ...this.#uncentered(this.#plan.form!, samples),
      weights: this.#doubleWeights,
      partials: this.#sumPartials,
      factors: this.factors,
    });
  }

  /**
   * Binds the commands that add the tile's Gram matrices, of centred features once all columns are
   * summed.
   *
   * @param samples Rows of the tile.
   * @returns The commands.
   */
  async add(samples: number): Promise<Dispatch[]> {
    const { form, sums, columns, count, rows } = this.#plan;
    const gpu = this.#gpu, dispatches: Dispatch[] = [];
    let features = this.#view;
    if (this.#centered) {
      const stride = sums ? 4 * vectors(columns) : columns;
      features = { array: this.#centered, double: !sums, stride, batch: rows * stride };
      dispatches.push(await bindSubtractMeans(gpu, this.#uncentered(form!, samples), features));
    }
    if (sums) {
      const view = { array: features.array, stride: features.stride / 4, batch: features.batch / 4 };
      const options = {
        samples,
        replicas: count,
        weights: this.#singleWeights,
        batch: this.#layout,
        partials: this.#partials,
        sums,
      };
      dispatches.push(
        ...await bindGram(gpu, { features: view, order: columns, first: 0, targets: null }, options),
        await bindGramAccumulate(gpu, options, { order: columns, pairs: this.pairs, factors: this.factors }),
      );
    } else {
      dispatches.push(
        ...await bindGramDoubleSingle(gpu, {
          form: form!,
          samples,
          order: columns,
          count,
          features: features.array,
          words: features.double ? 2 : 1,
          stride: features.stride,
          batch: features.batch,
          weights: this.#doubleWeights,
          partials: this.#partials,
          matrices: this.pairs,
          factors: this.factors,
        }),
      );
    }
    return dispatches;
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

/** Bounds on the errors of sums by a plan. */
export interface GramBounds {
  /** Of an entry, relative to Σ w|φ_i||φ_j|: rounding of sums, weights and entries. */
  readonly relative: number;
  /** Of a centred feature, relative to the largest magnitude in its matrix. */
  readonly centering: number;
}

/**
 * Computes the bounds of a plan.
 *
 * @param plan What is summed.
 * @param weighted Whether there are weights, which are rounded; ones are exact.
 * @param rounded Whether entries are rounded to the words that they are summed in.
 * @returns The bounds.
 */
export function gramPlanBounds(plan: GramPlan, weighted: boolean, rounded: boolean): GramBounds {
  const { rows, tiles, sums, center } = plan;
  const unit = sums ? 2 ** -24 : 2 ** -49;
  const summed = sums ? gramBound(rows, sums, tiles) : gramDoubleSingleBound(rows) + 3 * tiles * U2;
  const weight = weighted ? unit : 0, entry = rounded ? unit : 0;
  return {
    relative: (1 + summed) * (1 + weight) * (1 + entry) ** 2 - 1,
    // A centred feature is at most twice as large as the largest that it is computed from; these
    // and the weights are rounded to double-single, which moves a mean as well.
    centering: center ? 3 * centerBound(rows, tiles) + 2 ** -46 : 0,
  };
}
