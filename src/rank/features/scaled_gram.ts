/**
 * Gram matrices for the kernels that count eigenvalues: in single words, with a bound on their error.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { gramMatrices } from "../../linalg/gram/gram_matrices.ts";
import type { PrepareOptions } from "./prepare_features.ts";
import type { MatrixSource } from "../../linalg/matrix_source.ts";

/** `scale` times a Gram matrix, M̂, and what it may be off. */
export interface ScaledGram {
  /** Row-major `columns × columns`, symmetric to the bit. */
  readonly matrix: Float32Array;
  /** Bound on ‖M̂ − scale · M‖₂. */
  readonly bound: number;
  /** A power of two, by which the largest entry is near 1. */
  readonly scale: number;
}

/**
 * Gram matrix of features by compensated sums, rounded to single precision: that adds u ‖M‖_F ≤ u tr M to its error.
 *
 * @param gpu Device.
 * @param features Features.
 * @param options Weights, centring.
 * @returns The matrix, scaled, and its error.
 * @throws {ShapeError} Where shapes do not fit together or in the adapter's limits.
 * @throws {InputError} Where an entry or a weight is not a number to compute with.
 */
export async function scaledGram(
  gpu: Gpu,
  features: MatrixSource,
  options: PrepareOptions,
): Promise<ScaledGram> {
  const { weights, center = false } = options;
  const [{ matrix, bound }] = await gramMatrices(gpu, [features], { center, ...weights && { weights } });
  const { columns } = features;
  let largest = 0, trace = 0;
  for (let i = 0; i < columns; i++) {
    largest = Math.max(largest, matrix[i * (columns + 1)]);
    trace += matrix[i * (columns + 1)];
  }
  const exponent = largest > 0 ? -Math.floor(Math.log2(largest)) : 0;
  const scale = 2 ** Math.max(-1000, Math.min(1000, exponent));
  return {
    matrix: Float32Array.from(matrix, (value) => value * scale),
    // What underflows counts, too.
    bound: bound * scale + 2 ** -24 * trace * scale + columns * 2 ** -126,
    scale,
  };
}
