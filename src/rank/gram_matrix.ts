/**
 * Gram matrices of features given by the host, in single precision, with a bound on their error.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import { EigenBatch } from "../linalg/eigen_batch.ts";
import { gram, gramReduce, gramSlices } from "../linalg/gram.ts";
import { padRows, vectors } from "../linalg/matrix.ts";
import { SINGLE } from "./certificate.ts";
import type { PreparedFeatures } from "./prepare_features.ts";

/** A Gram matrix M̂ and what it may be off. */
export interface GramMatrix {
  /** Row-major `columns × columns`, symmetric to the bit. */
  readonly matrix: Float32Array;
  /** Bound on ‖M̂ − M‖₂. */
  readonly error: number;
}

/**
 * Gram matrix of prepared features. Its error is the rounding of the sums, at most gram(m) tr M, and what was left out of
 * the features, of norm e: 2 √tr M · e + e².
 *
 * @param gpu Device.
 * @param features Features.
 * @param rows Number of samples.
 * @param columns Number of features.
 * @returns The matrix, `features.scale` times the one that was asked for, and its error.
 * @throws {ShapeError} Where the adapter has no room for it.
 */
export async function gramMatrix(
  gpu: Gpu,
  features: PreparedFeatures,
  rows: number,
  columns: number,
): Promise<GramMatrix> {
  using stack = new DisposableStack();
  const array = (label: string, words: number | Float32Array) => stack.use(new GpuArray(gpu, label, words));
  const batch = stack.use(new EigenBatch(gpu, [columns]));
  const options = {
    samples: rows,
    replicas: 1,
    weights: array("weights", new Float32Array(rows).fill(1)),
    batch,
    partials: array("partial Gram matrices", gramSlices(rows).slices * batch.rows * batch.rowStride * 4),
  };
  const stride = vectors(columns);
  const view = { array: array("features", padRows(features.high, columns)), stride, batch: rows * stride };
  const commands = new Commands(gpu);
  commands.run(
    await gram(gpu, { features: view, order: columns, first: 0, targets: null }, options),
    await gramReduce(gpu, options),
  );
  commands.submit();
  const padded = await batch.matrices.read();
  const matrix = new Float32Array(columns * columns);
  let trace = 0;
  for (let i = 0; i < columns; i++) {
    matrix.set(padded.subarray(i * batch.rows, i * batch.rows + columns), i * columns);
    trace += matrix[i * columns + i];
  }
  const left = features.leftOut + features.meanError;
  const exact = trace / (1 - SINGLE.gram(rows));
  const error = SINGLE.gram(rows) * exact + 2 * Math.sqrt(exact) * left + left * left +
    rows * columns * SINGLE.underflow;
  return { matrix, error };
}
