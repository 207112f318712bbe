/**
 * What the kernels of the fused step know of a network: the TypeScript side of
 * `shaders/nn/include/fused_shape.wgsl`.
 *
 * @module
 */
import { type GpuStruct, gpuStruct, type StructFields } from "../../gpu/struct.ts";
import { permutationFields } from "../layers/batch.ts";
import type { ParameterLayout } from "../layout.ts";
import type { Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";

/** Layers that the table holds. */
export const MOST_LAYERS = 32;
/** Rows of a tile of samples. */
export const ROWS = 8;

/** Rows of the samples of a step in its matrices. */
export interface FusedRows {
  /** Samples. */
  readonly count: number;
  /** Rows, padded to whole tiles. */
  readonly all: number;
  /** Rows that a gradient adds up. */
  readonly summed: number;
  /** Rows of values, to which biases are added: the first. */
  readonly biased: number;
  /** Rows of each derivative that samples carry. */
  readonly derivatives: number;
  /** Tiles of rows, each with a partial sum of the loss. */
  readonly partials: number;
}

/** A network and the samples of a step, as the kernels know them. */
export interface FusedShape {
  /** `struct Shape`. */
  readonly shape: GpuStruct;
  /** Rows of samples. */
  readonly rows: FusedRows;
  /** Tiles of the gradients of all layers. */
  readonly gradientTiles: number;
  /** Vectors of four that the matrices of a replica take. */
  readonly matrixBatch: number;
  /** Where the features of each hidden layer begin among them. */
  readonly features: readonly number[];
}

/** Options of {@linkcode fusedShape}. */
export interface FusedShapeOptions {
  /** Fields of `struct Schedule` in `shaders/nn/include/schedule.wgsl`. */
  readonly schedule: readonly StructFields[];
  /** Samples of a mini-batch; `null` for the full batch. */
  readonly batch: number | null;
  /** Rows of the samples. Default: a row each, in tiles of 8. */
  readonly rows?: FusedRows;
  /** Steps that the log of losses holds. */
  readonly logCapacity: number;
  /** Rows and columns of a tile of a gradient. */
  readonly gradientSide: number;
}

/**
 * Lays out rows of samples without derivatives.
 *
 * @param count Samples of a step.
 * @returns The rows.
 */
export function plainRows(count: number): FusedRows {
  const partials = Math.ceil(count / ROWS);
  const all = ROWS * partials;
  return { count, all, summed: count, biased: all, derivatives: 0, partials };
}

/**
 * Counts the vectors of four that the matrices of a replica take: X, H of each hidden layer and U,
 * and Δ of all but X.
 *
 * @param layout Places of the parameters.
 * @param rows Rows of the samples.
 * @returns The number of vectors.
 */
export function matrixVectors({ layers }: ParameterLayout, rows: FusedRows): number {
  const outputs = layers.reduce((sum, { outputStride }) => sum + outputStride, 0);
  return rows.all * (layers[0].inputStride + 2 * outputs);
}

/**
 * Counts the tiles of the gradients of all layers, the biases as a row below the weights.
 *
 * @param layout Places of the parameters.
 * @param side Rows and columns of a tile.
 * @returns The number of the first tile of each layer, and the number of all.
 */
export function gradientTiles(
  { layers }: ParameterLayout,
  side: number,
): { readonly first: readonly number[]; readonly all: number } {
  const vectors = side / 4;
  const first = [0];
  for (const { inputStride, outputStride } of layers) {
    first.push(
      first.at(-1)! + Math.ceil((inputStride + 1) / vectors) * Math.ceil(outputStride / vectors),
    );
  }
  return { first, all: first.pop()! };
}

/**
 * Puts the shape of a fused step into GPU memory.
 *
 * @param network The network.
 * @param samples Training samples.
 * @param options What else the kernels have to know.
 * @returns The shape.
 */
export function fusedShape(
  network: Network,
  samples: SampleArrays,
  { schedule, batch, logCapacity, gradientSide, rows = plainRows(batch ?? samples.count) }: FusedShapeOptions,
): FusedShape {
  const { gpu, replicas, layout, layout: { layers, size }, activations } = network;

  // Places of X, H … and U, then of Δ of all but X.
  const strides = [layers[0].inputStride, ...layers.map(({ outputStride }) => outputStride)];
  const places = [0];
  for (const stride of [...strides, ...strides.slice(1)]) {
    places.push(places.at(-1)! + rows.all * stride);
  }
  const matrixBatch = places.pop()!;
  const deltas = places.slice(layers.length);
  const tiles = gradientTiles(layout, gradientSide);
  const table: StructFields[] = [];
  for (const [index, { outputs, inputStride, outputStride, weights }] of layers.entries()) {
    const { kind, parameter, exponent } = activations[index] ?? { kind: 0, parameter: 0, exponent: 1 };
    table.push(
      ["u32", outputs, inputStride, outputStride, weights],
      ["u32", places[index], places[index + 1], deltas[index + 1], deltas[index], tiles.first[index], kind],
      ["f32", parameter],
      ["u32", exponent],
    );
  }
  table.push(["u32", ...new Array<number>(12 * (MOST_LAYERS - layers.length)).fill(0)]);
  const shape = gpuStruct(
    gpu,
    "fused shape",
    ...schedule,
    ["u32", rows.summed, layers.length, matrixBatch, size],
    ["u32", samples.x.batch, samples.y.batch, samples.weightBatch, rows.partials],
    ["u32", logCapacity, replicas, tiles.all, ROWS],
    permutationFields(samples.count),
    ["f32", samples.count / rows.count],
    ["u32", gradientSide, rows.biased / 4, rows.derivatives],
    ...table,
  );
  const features = layers.slice(0, -1).map((_, index) => places[index + 1]);
  return { shape, rows, gradientTiles: tiles.all, matrixBatch, features };
}
