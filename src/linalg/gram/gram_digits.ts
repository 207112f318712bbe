/**
 * Gram matrices of many layers and replicas in pairs of words, from features in fixed point: a ring
 * of them on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { ArrayWindow, Dispatch } from "../../gpu/kernel.ts";
import { type GpuStruct, gpuStruct } from "../../gpu/struct.ts";
import { extent } from "../../stats/extent.ts";
import { U, U2 } from "../rounding.ts";
import { type MatrixView, vectors } from "../matrix_view.ts";
import compensatedSource from "../../../shaders/linalg/include/compensated.wgsl" with { type: "text" };
import featuresSource from "../../../shaders/linalg/include/digit_features.wgsl" with { type: "text" };
import windowSource from "../../../shaders/linalg/include/digit_features_window.wgsl" with { type: "text" };
import digitShapeSource from "../../../shaders/linalg/include/digit_shape.wgsl" with { type: "text" };
import gramDigitsSource from "../../../shaders/linalg/gram/gram_digits.wgsl" with { type: "text" };
import largestSource from "../../../shaders/linalg/gram/gram_digits_largest.wgsl" with { type: "text" };

/** Layers that the table in `digit_shape.wgsl` holds. */
const MOST_LAYERS = 32;
/**
 * Most samples that one invocation adds up: lavapipe ends a shader after 65,535 iterations, and a
 * GPU has better to do.
 */
const MOST_SAMPLES = 16_384;
/** Vectors of four in a uniform buffer, and what its place is a multiple of: 64 KiB, 256 bytes. */
const WINDOW = 4096, ALIGNMENT = 16;
/** Least exponent, of `digit_shape.wgsl`. */
const LEAST = -40;
/** Rows of a tile, and invocations per workgroup. */
const TILES = { large: { side: 8, lanes: 8 }, small: { side: 4, lanes: 32 } } as const;

/** Features of one layer of all replicas, rows padded with zeros to ⌈width / 4⌉ vectors. */
export interface DigitLayer {
  /** Φ, `samples × width` for each replica. */
  readonly features: MatrixView;
  /** Number of neurons. */
  readonly width: number;
  /**
   * Bound on |φ|, exceeded by rounding at most; `null` where none is known, and the kernel looks
   * for the largest. Default: `null`.
   */
  readonly bound?: number | null;
}

/** Weights of the features, and the number of Gram matrices that are kept. */
export interface DigitOptions {
  /** Number of samples m, 16,384 at most. */
  readonly samples: number;
  /** Quadrature weights w ≥ 0, shared by the replicas. */
  readonly weights: ArrayLike<number>;
  /** Number of replicas. */
  readonly replicas: number;
  /** Slots of the ring: how often the commands may run before the first result is overwritten. */
  readonly capacity: number;
  /**
   * Tiles that an invocation sums: of 8 × 8 or of 4 × 4. Default: large ones on a CPU that poses as
   * a GPU.
   */
  readonly tiles?: DigitTiles;
}

/** Tiles of `gram_digits.wgsl`. */
export type DigitTiles = keyof typeof TILES;

/** Commands that compute Gram matrices, and the arrays that receive them. */
export interface DigitGrams {
  /**
   * The commands, which write the slot `made` mod capacity; the last command that uses the slot
   * increases `made`.
   */
  readonly dispatches: readonly Dispatch[];
  /** Number of times that the commands have run: one word. */
  readonly made: GpuArray;
  /** Exponents e, `[slot][layer][replica]`. */
  readonly exponents: GpuArray;
  /** Matrices 4^−e M / factor, `[slot][layer][replica]`, `blocks` blocks of 4 × 4 pairs each. */
  readonly matrices: GpuArray;
  /** Blocks that each matrix has room for. */
  readonly blocks: number;
  /** Factor of all matrices: the weight, where all samples have one. */
  readonly factor: number;
  /** Bounds on the errors of X, scaled to |x| ≤ 1, and of its Gram matrix. */
  readonly bounds: DigitBounds;
}

/** Bounds on the errors of {@linkcode DigitGrams}. */
export interface DigitBounds {
  /** ‖X − 2^−e diag(r) Φ‖_F ≤ `absolute(n)` + `relative` ‖X‖_F for n features. */
  readonly absolute: (order: number) => number;
  /** See `absolute`. */
  readonly relative: number;
  /** ‖M̂ − X ᵀX‖_F as a share of the trace. */
  readonly sums: number;
}

/**
 * Counts the words of memory that the ring takes per slot.
 *
 * @param orders Order of each matrix.
 * @returns Words of all matrices.
 */
export function digitGramWords(orders: readonly number[]): number {
  return orders.length * packedBlocks(orders.reduce((most, order) => Math.max(most, order), 0)) * 32;
}

/**
 * Counts the blocks of 4 × 4 in the lower triangle of a matrix.
 *
 * @param order Order n of the matrix.
 * @returns Their number.
 */
export function packedBlocks(order: number): number {
  return triangle(vectors(order));
}

/**
 * Binds Gram matrices XᵀX of features in fixed point: x = 2^−e r φ, r = √w, to 25 bits after the
 * point, with 2^e the least power of two above all |r φ| of a layer and replica. Where all samples
 * weigh the same, r is left out, and M = `factor` 4^e XᵀX.
 *
 * Error of X: 2⁻²⁶ per entry, so 2⁻²⁶ √(m n) in the norm. Where weights differ, the product r φ
 * rounds, and so does r: 2 u of each entry, u = 2⁻²⁴. Error of the pairs: 16 u² of Σ|x_i||x_j|; the
 * norm of these is at most the trace. See `gram_digits.wgsl`, whose arithmetic needs
 * `keepsCompensation` to hold.
 *
 * Dispatches: two for all layers that lie in one array, one where all of these are bounded,
 * whatever the replicas. On a CPU that poses as a GPU a single replica takes one for each layer, so
 * that its features can be read through a uniform buffer.
 *
 * @param gpu Device.
 * @param layers Features of each layer.
 * @param options Weights, replicas, slots.
 * @param stack Owner of the arrays.
 * @returns The commands, and where they leave their results.
 * @throws {ShapeError} Where there are too many samples or layers, or the adapter has no room.
 */
export async function bindDigitGrams(
  gpu: Gpu,
  layers: readonly DigitLayer[],
  { samples, weights, replicas, capacity, tiles = gpu.software ? "large" : "small" }: DigitOptions,
  stack: DisposableStack,
): Promise<DigitGrams> {
  if (samples > MOST_SAMPLES || layers.length > MOST_LAYERS) {
    throw new ShapeError(
      `Gram matrices in fixed point are for ${MOST_SAMPLES} samples and ${MOST_LAYERS} layers at most, not ` +
        `${samples} and ${layers.length}`,
    );
  }
  const [first] = Array.from(weights);
  const isWeighted = Array.from(weights).some((weight) => weight !== first);
  const roots = stack.use(
    new GpuArray(gpu, "roots of weights", isWeighted ? Float32Array.from(weights, Math.sqrt) : 1),
  );
  const matrixCount = layers.length * replicas;
  const blocks = packedBlocks(Math.max(...layers.map(({ width }) => width)));
  const made = stack.use(new GpuArray(gpu, "Gram matrices made", 1));
  // Of the features that are bounded; the others are written at each turn.
  const largestRoot = isWeighted ? Math.sqrt(extent(Array.from(weights))[1]) : 1;
  const known = Int32Array.from({ length: capacity * matrixCount }, (_, i) => {
    const { bound = null } = layers[Math.floor((i % matrixCount) / replicas)];
    return bound === null ? 0 : Math.max(LEAST, Math.ceil(Math.log2(largestRoot * bound)));
  });
  const exponents = stack.use(new GpuArray(gpu, "exponents of features", new Uint32Array(known.buffer)));
  const matrices = stack.use(
    new GpuArray(gpu, "Gram matrices of probes", capacity * matrixCount * blocks * 32),
  );

  const { side, lanes } = TILES[tiles];
  const constants = { WEIGHTED: isWeighted };
  const gramKernel = (isWindowed: boolean) =>
    gpu.kernel({
      name: isWindowed ? "gram_digits (window)" : "gram_digits",
      files: [
        compensatedSource,
        digitShapeSource,
        isWindowed ? windowSource : featuresSource,
        gramDigitsSource,
      ],
      entryPoint: tiles,
    }, constants);
  const shapeOf = (first: number, table: readonly (readonly number[])[]) =>
    gpuStruct(
      gpu,
      "digit shape",
      ["u32", samples, replicas, first, matrixCount, blocks, capacity, 0, 0],
      ["u32", ...table.flat(), ...new Array<number>(4 * (MOST_LAYERS - table.length)).fill(0)],
    );
  const workgroups = (width: number) => Math.ceil(triangle(Math.ceil(width / side)) / lanes);
  const dispatches: Dispatch[] = [];
  for (let index = 0; index < layers.length;) {
    const { array } = layers[index].features;
    const next = layers.findIndex(({ features }, i) => i > index && features.array !== array);
    const together = layers.slice(index, next < 0 ? layers.length : next);
    const table = together.map(({ features, width }) => {
      if (features.stride !== vectors(width)) {
        throw new RangeError("features must be padded to ⌈width / 4⌉ vectors per row");
      }
      return [features.offset ?? 0, features.batch, features.stride, width];
    });
    const shape = shapeOf(index, table);
    if (together.some(({ bound = null }) => bound === null)) {
      const source = { name: "gram_digits_largest", files: [digitShapeSource, largestSource] };
      const largest = await gpu.kernel(source, { ...constants, LANES: gpu.software ? 8 : 256 });
      dispatches.push(largest.bind([shape, array, roots, made, exponents], [together.length, replicas]));
    }
    const windows = gpu.software && replicas === 1
      ? together.flatMap(({ features }) => windowOf(features, samples) ?? [])
      : [];
    const isWindowed = windows.length === together.length;
    const kernel = await gramKernel(isWindowed);
    const gram = (shape: GpuStruct, features: GpuArray | ArrayWindow, counts: [number, number, number]) =>
      kernel.bind([shape, features, roots, made, exponents, matrices], counts);
    if (isWindowed) {
      for (const [l, { features, width }] of together.entries()) {
        const { first, base } = windows[l];
        const own = shapeOf(index + l, [[base, features.batch, features.stride, width]]);
        dispatches.push(
          gram(own, { array, first: 4 * first, length: 4 * WINDOW }, [workgroups(width), 1, 1]),
        );
      }
    } else {
      const most = Math.max(...together.map(({ width }) => workgroups(width)));
      dispatches.push(gram(shape, array, [most, together.length, replicas]));
    }
    index += together.length;
  }
  return {
    dispatches,
    made,
    exponents,
    matrices,
    blocks,
    factor: isWeighted ? 1 : first,
    bounds: {
      absolute: (order) => 2 ** -26 * Math.sqrt(samples * order),
      relative: isWeighted ? 2.01 * U : 0,
      sums: 16 * U2,
    },
  };
}

/** Finds where a window on features begins; `null` where these or the array do not fit one. */
function windowOf({ array, stride, offset = 0 }: MatrixView, samples: number) {
  const latest = Math.min(offset, array.length / 4 - WINDOW);
  const first = latest - latest % ALIGNMENT, base = offset - first;
  return latest >= 0 && base + samples * stride <= WINDOW ? { first, base } : null;
}

function triangle(side: number): number {
  return side * (side + 1) / 2;
}
