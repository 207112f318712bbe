/**
 * The loss floor in float64.
 *
 * @module
 */
import { Matrix, SingularValueDecomposition } from "../deps.ts";

/** Features of one layer with the output layer on them, all row-major. */
export interface FloorProblem {
  readonly features: Float32Array;
  /** Targets, `samples × outputs`. */
  readonly targets: Float32Array;
  readonly weights: Float32Array;
  /** β, `columns × outputs`. */
  readonly output: Float32Array;
  readonly biases: Float32Array;
}

/** Σ w ‖Φβ + 1bᵀ − y‖². */
export function exactLoss({ features, targets, weights, output, biases }: FloorProblem): number {
  const m = weights.length, outputs = biases.length, n = features.length / m;
  let loss = 0;
  for (let k = 0; k < m; k++) {
    for (let c = 0; c < outputs; c++) {
      let u = biases[c];
      for (let j = 0; j < n; j++) u += features[k * n + j] * output[j * outputs + c];
      loss += weights[k] * (u - targets[k * outputs + c]) ** 2;
    }
  }
  return loss;
}

/**
 * Floors for some thresholds: the squared distance of y from the eigenfeatures above ε and from the
 * constant with at most the norm of the biases, less √ε ‖β‖.
 */
export function referenceFloors(problem: FloorProblem, epsilons: readonly number[]): number[] {
  const { features, targets, weights, output, biases } = problem;
  const m = weights.length, outputs = biases.length, n = features.length / m;
  const root = [...weights].map(Math.sqrt);
  const rows = Math.max(m, n);
  const phi = Matrix.zeros(rows, n);
  for (let k = 0; k < m; k++) for (let j = 0; j < n; j++) phi.set(k, j, root[k] * features[k * n + j]);
  const { leftSingularVectors, diagonal } = new SingularValueDecomposition(phi, {
    computeRightSingularVectors: false,
  });
  const left = leftSingularVectors.to2DArray();
  const columns = Array.from(
    { length: outputs + 1 },
    (_, c) => root.map((w, k) => w * (c < outputs ? targets[k * outputs + c] : 1)),
  );
  return epsilons.map((epsilon) => {
    const rests = columns.map((column) => [...column]);
    diagonal.forEach((sigma, i) => {
      if (sigma * sigma <= epsilon) return;
      for (const rest of rests) {
        const along = rest.reduce((sum, x, k) => sum + x * left[k][i], 0);
        rest.forEach((_, k) => rest[k] -= along * left[k][i]);
      }
    });
    const constant = rests.pop()!;
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, k) => sum + x * b[k], 0);
    const square = rests.reduce((sum, rest) => sum + dot(rest, rest), 0);
    const mean = Math.hypot(...rests.map((rest) => dot(rest, constant))), size = dot(constant, constant);
    const bias = Math.min(Math.hypot(...biases), size > 0 ? mean / size : 0);
    const distance = Math.sqrt(square - 2 * bias * mean + bias ** 2 * size);
    const isAll = diagonal.every((sigma) => sigma * sigma > epsilon);
    return Math.max(0, distance - (isAll ? 0 : Math.sqrt(epsilon) * Math.hypot(...output))) ** 2;
  });
}
