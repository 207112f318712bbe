/**
 * Features and derivatives of a network's outputs in float64 on the host, with a bound for each.
 *
 * @module
 */
import type { Activation } from "../../nn/activation.ts";
import { boundedActivation } from "../../nn/bounded_activation.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { U64 } from "../../linalg/host/reflection.ts";
import { transposed } from "../../linalg/matrix.ts";
import { gamma } from "../../linalg/rounding.ts";

/**
 * Numbers below this count as 0 and as error, so that products with parameters do not underflow.
 */
const TINY = 2 ** -800;

/** Rows of numbers, with a bound on the error of each. */
export interface BoundedRows {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** Numbers, row-major, `rows × columns`. */
  readonly data: Float64Array;
  /** Bounds, `rows × columns`. */
  readonly bounds: Float64Array;
}

/** What a layer computes of all samples. */
export interface LayerPass {
  /** Features below it: the samples, or those of the hidden layer below. */
  readonly input: BoundedRows;
  /** σ′ at its preactivations; `null` of the output layer. */
  readonly slopes: BoundedRows | null;
}

/**
 * Allocates rows of zeros.
 *
 * @param rows Number of rows.
 * @param columns Number of columns.
 * @returns The rows.
 */
export function zeroRows(rows: number, columns: number): BoundedRows {
  return { rows, columns, data: new Float64Array(rows * columns), bounds: new Float64Array(rows * columns) };
}

/**
 * Evaluates all layers but the last on samples.
 *
 * @param activations Activations of the hidden layers.
 * @param skips Whether each has a skip connection.
 * @param parameters W and b of all layers.
 * @param samples Samples.
 * @returns What each layer computes, first to last.
 */
export function forwardPass(
  activations: readonly Activation[],
  skips: readonly boolean[],
  parameters: readonly LayerParameters[],
  samples: BoundedRows,
): LayerPass[] {
  let input = samples;
  const passes = activations.map((activation, layer): LayerPass => {
    const below = input, { weights, biases } = parameters[layer];
    const z = multiply(below, weights, biases), slopes = zeroRows(z.rows, z.columns);
    const apply = boundedActivation(activation), isSkipped = skips[layer];
    for (let e = 0; e < z.data.length; e++) {
      const { value, valueBound, slope, slopeBound } = apply(z.data[e], z.bounds[e]);
      slopes.data[e] = slope;
      slopes.bounds[e] = slopeBound;
      z.data[e] = value;
      z.bounds[e] = valueBound;
      if (isSkipped) addTo(z, e, below);
    }
    input = withoutTiny(z);
    return { input: below, slopes: withoutTiny(slopes) };
  });
  return [...passes, { input, slopes: null }];
}

/**
 * Takes derivatives one layer down: from those with respect to the preactivations of a layer to
 * those with respect to the preactivations of the layer below.
 *
 * @param above Derivatives, one row for each sample and output.
 * @param weights W of the layer, row-major, `inputs × above.columns`.
 * @param slopes σ′ of the layer below, one row for each sample.
 * @param skipped Derivatives with respect to the features of the layer, which reach those below by
 * its skip connection; `null` where it has none.
 * @returns Derivatives with respect to the features of the layer below, and to its preactivations.
 */
export function backwardPass(
  above: BoundedRows,
  weights: Float32Array,
  slopes: BoundedRows,
  skipped: BoundedRows | null,
): { readonly byFeatures: BoundedRows; readonly byPreactivations: BoundedRows } {
  const byFeatures = multiply(
    above,
    transposed(weights, weights.length / above.columns, above.columns),
    null,
  );
  if (skipped) {
    for (let e = 0; e < skipped.data.length; e++) addTo(byFeatures, e, skipped);
  }
  withoutTiny(byFeatures);
  const { rows, columns } = byFeatures, outputs = rows / slopes.rows, out = zeroRows(rows, columns);
  for (let r = 0, e = 0; r < rows; r++) {
    let s = Math.floor(r / outputs) * columns;
    for (let j = 0; j < columns; j++, e++, s++) {
      const g = byFeatures.data[e], gBound = byFeatures.bounds[e];
      const slope = slopes.data[s], slopeBound = slopes.bounds[s], product = g * slope;
      out.data[e] = product;
      out.bounds[e] = Math.abs(g) * slopeBound + gBound * (Math.abs(slope) + slopeBound) +
        U64 * Math.abs(product);
    }
  }
  return { byFeatures, byPreactivations: withoutTiny(out) };
}

/**
 * Multiplies rows by W, and adds b: off by |W|ᵀ (bound + γ |a|) + γ |b|.
 */
function multiply(a: BoundedRows, weights: Float32Array, biases: Float32Array | null): BoundedRows {
  const inputs = a.columns, outputs = weights.length / inputs, z = zeroRows(a.rows, outputs);
  const share = gamma(inputs + 2, U64);
  for (let k = 0; k < a.rows; k++) {
    const row = z.data.subarray(k * outputs, (k + 1) * outputs);
    const off = z.bounds.subarray(k * outputs, (k + 1) * outputs);
    for (let i = 0; i < inputs; i++) {
      const x = a.data[k * inputs + i], bound = a.bounds[k * inputs + i] + share * Math.abs(x);
      for (let j = 0, w = i * outputs; j < outputs; j++, w++) {
        row[j] += x * weights[w];
        off[j] += bound * Math.abs(weights[w]);
      }
    }
    if (!biases) continue;
    for (let j = 0; j < outputs; j++) {
      row[j] += biases[j];
      off[j] += share * Math.abs(biases[j]);
    }
  }
  return z;
}

/** Adds an entry of other rows of the same shape. */
function addTo(to: BoundedRows, e: number, from: BoundedRows): void {
  to.data[e] += from.data[e];
  to.bounds[e] += from.bounds[e] + U64 * Math.abs(to.data[e]);
}

/** Replaces numbers too small to compute with by 0, and counts them as error. */
function withoutTiny(rows: BoundedRows): BoundedRows {
  const { data, bounds } = rows;
  for (let e = 0; e < data.length; e++) {
    if (!(Math.abs(data[e]) < TINY) || data[e] === 0) continue;
    data[e] = 0;
    bounds[e] += TINY;
  }
  return rows;
}
