/**
 * Gram matrices of layers of features: problems, their solution on the GPU, and what it is held to.
 * @module
 */
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { EigenBatch } from "../../src/linalg/eigen/eigen_batch.ts";
import {
  bindGram,
  bindGramReduce,
  gramBound,
  gramPartials,
  type GramSums,
} from "../../src/linalg/gram/gram.ts";
import { padRows, unpadRows, vectors } from "../../src/linalg/matrix_view.ts";
import { assert } from "../deps.ts";
import { magnitudes, weightedProduct } from "../reference/matrix.ts";
import { normals } from "../reference/random.ts";

/** Features of one layer, `samples × order` for each replica. */
export interface Layer {
  readonly order: number;
  readonly features: readonly Float32Array[];
}

/** What a Gram matrix is computed from. */
export interface Problem {
  readonly samples: number;
  readonly weights: Float32Array;
  readonly layers: readonly Layer[];
  /** Targets, `samples × columns`, and whether only the last layer has moments. */
  readonly targets:
    | { readonly values: Float32Array; readonly columns: number; readonly lastOnly?: boolean }
    | null;
}

/**
 * Computes the Gram matrices and moments of all layers, in memory that held something else before.
 */
export async function grams(
  gpu: Gpu,
  { samples, weights, layers, targets }: Problem,
  sums: GramSums = "plain",
) {
  using stack = new DisposableStack();
  const array = (words: Float32Array) => stack.use(new GpuArray(gpu, "operand", words));
  const replicas = layers[0].features.length;
  const orders = layers.flatMap(({ order }) => new Array<number>(replicas).fill(order));
  const targetView = targets && {
    array: array(padRows(targets.values, targets.columns)),
    stride: vectors(targets.columns),
    batch: 0,
  };
  const batch = stack.use(new EigenBatch(gpu, orders, targetView ? targetView.stride + 1 : 0));
  batch.matrices.write(new Float32Array(batch.matrices.length).fill(77));
  const partials = array(new Float32Array(gramPartials(gpu, samples, batch)));
  // What a layer has no moments of stays 0; everything else that is read was written before.
  if (!targets?.lastOnly) partials.write(new Float32Array(partials.length).fill(NaN));
  const options = { samples, replicas, weights: array(weights), batch, partials, sums };
  const commands = new Commands(gpu);
  for (const [index, { order, features }] of layers.entries()) {
    const stride = vectors(order);
    const padded = features.map((matrix) => padRows(matrix, order));
    const all = new Float32Array(replicas * samples * 4 * stride);
    padded.forEach((matrix, replica) => all.set(matrix, replica * matrix.length));
    const view = { array: array(all), stride, batch: samples * stride };
    const moments = targets?.lastOnly && index < layers.length - 1 ? null : targetView;
    commands.run(
      ...await bindGram(gpu, { features: view, order, first: index * replicas, targets: moments }, options),
    );
  }
  commands.run(await bindGramReduce(gpu, options));
  commands.submit();
  const [matrices, basis] = await Promise.all([batch.matrices.read(), batch.basis.read()]);
  const { rows, rowStride, tailStride } = batch;
  return Array.from({ length: batch.count }, (_, index) => {
    const matrix = matrices.slice(index * rows * rows, (index + 1) * rows * rows);
    const lines = basis.slice(index * rows * 4 * rowStride, (index + 1) * rows * 4 * rowStride);
    const tails = Float32Array.from(
      { length: rows * 4 * tailStride },
      (_, e) => lines[Math.floor(e / (4 * tailStride)) * 4 * rowStride + rows + e % (4 * tailStride)],
    );
    return { rows, matrix, vectors: unpadRows(lines, rows, rowStride), tails, tail: 4 * tailStride };
  });
}

/** Gram matrix and moments of one replica of one layer. */
export type Result = Awaited<ReturnType<typeof grams>>[number];

/** M of a result, without its padding. */
export function unpadded({ matrix, rows }: Result, order: number): Float32Array {
  return unpadRows(matrix.subarray(0, order * rows), order, rows / 4);
}

/**
 * That Gram matrices and moments are within the rounding of their sums, symmetric, and padded with
 * zeros.
 */
export function check(problem: Problem, results: Result[], sums: GramSums = "plain"): void {
  const { samples, weights, layers, targets } = problem;
  const relative = gramBound(samples, sums);
  const replicas = layers[0].features.length;
  const columns = targets ? targets.columns : 0;
  const right = new Float32Array(samples * (columns + 1)).fill(1);
  for (let k = 0; k < samples; k++) {
    right.set(targets?.values.subarray(k * columns, (k + 1) * columns) ?? [], k * (columns + 1));
  }
  results.forEach(({ rows, matrix, vectors: basis, tails, tail }, index) => {
    const { order, features } = layers[Math.floor(index / replicas)];
    const phi = features[index % replicas], sizes = magnitudes(phi);
    const exact = weightedProduct(phi, order, phi, order, weights);
    const bound = weightedProduct(sizes, order, sizes, order, weights);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        const got = matrix[i * rows + j];
        if (i >= order || j >= order) assert.equal(got, 0);
        else {
          const error = Math.abs(got - exact[i * order + j]);
          assert.ok(error <= relative * bound[i * order + j], `M[${i}, ${j}] of ${index}: ${error}`);
        }
        assert.equal(got, matrix[j * rows + i]);
        // The basis itself is none of the Gram matrix's business.
        assert.equal(basis[i * rows + j], i === j && i < order ? 1 : 0);
      }
    }
    const hasMoments = targets && !(targets.lastOnly && index < results.length - replicas);
    const moments = weightedProduct(phi, order, right, columns + 1, weights);
    const momentBound = weightedProduct(sizes, order, magnitudes(right), columns + 1, weights);
    for (let e = 0; e < tails.length; e++) {
      const i = Math.floor(e / tail), j = e % tail;
      // Targets, padded; then the column of ones, padded.
      const column = j < columns ? j : j === tail - 4 ? columns : null;
      if (i >= order || column === null || !hasMoments) assert.equal(tails[e], 0);
      else {
        const at = i * (columns + 1) + column;
        assert.ok(Math.abs(tails[e] - moments[at]) <= relative * momentBound[at], `C[${i}, ${column}]`);
      }
    }
  });
}

/** Draws a problem with weights that differ. */
export function draw(
  samples: number,
  orders: readonly number[],
  replicas: number,
  columns: number,
  seed: number,
): Problem {
  return {
    samples,
    weights: normals(samples, seed).map((x) => (0.1 + Math.abs(x)) / samples),
    layers: orders.map((order, l) => ({
      order,
      features: Array.from({ length: replicas }, (_, r) => normals(samples * order, seed + 10 * l + r + 1)),
    })),
    targets: columns > 0 ? { values: normals(samples * columns, seed + 99), columns } : null,
  };
}
