/**
 * Random dense layers for the tests of their kernels.
 *
 * @module
 */
import { GpuArray } from "../../src/gpu/array.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { MatrixView } from "../../src/linalg/matrix_view.ts";
import type { ParameterArray } from "../../src/nn/layers/dense.ts";
import { type LayerLayout, parameterLayout } from "../../src/nn/layout.ts";
import { fc } from "../deps.ts";
import { packParameters } from "./parameters.ts";
import { randomFloats, upload } from "./arrays.ts";

/** Shape of a layer and of what it is evaluated on. */
export interface DenseCase {
  /** Samples. */
  readonly rows: number;
  /** Fan-in. */
  readonly inputs: number;
  /** Fan-out. */
  readonly outputs: number;
  /** Replicas. */
  readonly replicas: number;
  /** Whether the replicas share their inputs. */
  readonly shared: boolean;
  /** Seed of the entries. */
  readonly seed: number;
}

/** Shapes at and around the edges of vectors, tiles and slices, and others. */
export const denseCases: fc.Arbitrary<DenseCase> = fc.record({
  rows: fc.constantFrom(1, 3, 8, 37, 50, 251, 300),
  inputs: fc.oneof(fc.constantFrom(1, 4, 8, 50), fc.integer({ min: 1, max: 40 })),
  outputs: fc.oneof(fc.constantFrom(1, 4, 8, 50), fc.integer({ min: 1, max: 40 })),
  replicas: fc.constantFrom(1, 2, 3),
  shared: fc.boolean(),
  seed: fc.nat(1e9),
});

/** Settings of fast-check: the same cases at every run. */
export const fixed = (numRuns: number) => ({ seed: 20260101, numRuns, endOnFailure: true });

/** A random layer on the host and on the GPU. */
export interface DenseOperandsOnBoth {
  /** Where its parameters lie. */
  readonly layer: LayerLayout;
  /** Vectors of parameters a replica. */
  readonly size: number;
  /** W of each replica. */
  readonly weights: readonly Float32Array[];
  /** b of each replica. */
  readonly biases: readonly Float32Array[];
  /** α of each replica. */
  readonly alphas: Float32Array;
  /** W, b and α. */
  readonly parameters: ParameterArray;
}

/**
 * Draws parameters.
 *
 * @param gpu Device.
 * @param shape Shape.
 * @param stack Owner.
 * @returns The parameters.
 */
export function drawLayer(gpu: Gpu, shape: DenseCase, stack: DisposableStack): DenseOperandsOnBoth {
  const { inputs, outputs, replicas, seed } = shape;
  const layout = parameterLayout([inputs, outputs]), size = layout.size + 1;
  const floats = randomFloats(seed);
  const weights = Array.from({ length: replicas }, () => floats(inputs * outputs, -2, 2));
  const biases = Array.from({ length: replicas }, () => floats(outputs));
  const packed = weights.map((w, r) => packParameters(layout, [...w, ...biases[r]]));
  const alphas = floats(replicas, -0.5, 1.5);
  const words = new Float32Array(replicas * 4 * size);
  packed.forEach((each, r) => words.set([...each, alphas[r]], 4 * r * size));
  const array = stack.use(new GpuArray(gpu, "parameters", words));
  return {
    layer: { ...layout.layers[0], alpha: layout.size },
    size,
    weights,
    biases,
    alphas,
    parameters: { array, batch: size },
  };
}

/**
 * Draws a matrix `rows × columns` for each replica, or one for all.
 *
 * @param gpu Device.
 * @param shape Number of rows and replicas.
 * @param columns Number of columns.
 * @param shared Whether there is one for all.
 * @param seed Seed.
 * @param stack Owner.
 * @returns The entries that each replica sees, and the matrices on the GPU.
 */
export function drawMatrix(
  gpu: Gpu,
  { rows, replicas }: DenseCase,
  columns: number,
  shared: boolean,
  seed: number,
  stack: DisposableStack,
): { entries: Float32Array[]; view: MatrixView } {
  const count = shared ? 1 : replicas;
  const all = randomFloats(seed)(count * rows * columns);
  const entries = Array.from({ length: replicas }, (_, r) => {
    const first = shared ? 0 : r * rows * columns;
    return all.subarray(first, first + rows * columns);
  });
  return { entries, view: upload(gpu, all, columns, shared ? 0 : replicas, stack) };
}
