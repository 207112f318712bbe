/**
 * Tangent kernels of networks: by a Jacobian in float64, and in whole numbers of 300 bits.
 *
 * @module
 */
import { activation } from "./activation.ts";
import { dyadic } from "./dyadic.ts";
import type { ExactMatrix } from "./exact_inertia.ts";
import { forward, isSkipped, layersOf, type ReferenceNetwork } from "./network.ts";

/** The Jacobian of all outputs at some samples: a row for each of both, a column a parameter. */
export function jacobian(
  network: ReferenceNetwork,
  theta: ArrayLike<number>,
  samples: readonly number[][],
): number[][] {
  const layers = layersOf(network.widths), outputs = network.widths.at(-1)!;
  return samples.flatMap((x) => {
    const { h, z } = forward(network, theta, x);
    return Array.from({ length: outputs }, (_, o) => {
      const row = new Array<number>(theta.length).fill(0);
      let delta = Array.from({ length: outputs }, (_, p) => Number(p === o));
      let byFeatures: number[] = [];
      for (let l = layers.length - 1; l >= 0; l--) {
        const { inputs, outputs: width, weights, bias } = layers[l];
        for (let j = 0; j < width; j++) {
          row[bias + j] = delta[j];
          for (let i = 0; i < inputs; i++) row[weights + i * width + j] = h[l][i] * delta[j];
        }
        if (l === 0) break;
        const { derivative } = activation(network.activations[l - 1]);
        byFeatures = z[l - 1].map((_, i) => {
          const sum = delta.reduce((sum, d, j) => sum + d * theta[weights + i * width + j], 0);
          return sum + (isSkipped(network, l) ? byFeatures[i] : 0);
        });
        delta = z[l - 1].map((zi, i) => byFeatures[i] * derivative(zi));
      }
      return row;
    });
  });
}

/** Bits behind the point. */
const BITS = 300n, ONE = 1n << BITS;
const times = (a: bigint, b: bigint) => a * b >> BITS;
/** A float64 that is a multiple of 2⁻³⁰⁰, as such a multiple. */
export const fixed = (x: number): bigint => {
  const { n, e } = dyadic(x), shift = BigInt(e) + BITS;
  return shift >= 0n ? n << shift : n >> -shift;
};

/** e^x by its series at x / 2³². */
function exponential(x: bigint): bigint {
  const small = x >> 32n;
  let term = ONE, sum = ONE;
  for (let k = 1n; term !== 0n && term !== -1n; k++) sum += term = times(term, small) / k;
  for (let i = 0; i < 32; i++) sum = times(sum, sum);
  return sum;
}

/** Activations and their derivatives, to some 80 digits. */
const functions: Readonly<Record<string, (z: bigint) => readonly [value: bigint, slope: bigint]>> = {
  identity: (z) => [z, ONE],
  relu: (z) => z > 0n ? [z, ONE] : [0n, 0n],
  "relu^2": (z) => z > 0n ? [times(z, z), 2n * z] : [0n, 0n],
  "leaky-relu:0.1": (z) => z > 0n ? [z, ONE] : [times(fixed(Math.fround(0.1)), z), fixed(Math.fround(0.1))],
  tanh: (z) => {
    const e = exponential(2n * z), h = ((e - ONE) << BITS) / (e + ONE);
    return [h, ONE - times(h, h)];
  },
  sigmoid: (z) => {
    const value = (ONE << BITS) / (ONE + exponential(-z));
    return [value, times(value, ONE - value)];
  },
};

/** Names of the activations of {@linkcode exactKernel}. */
export const exactActivations: readonly string[] = Object.keys(functions);

/** J Jᵀ / samples in whole numbers; all roundings together are below 10⁻⁷⁰. */
export function exactKernel(
  network: ReferenceNetwork,
  theta: ArrayLike<number>,
  samples: readonly number[][],
): ExactMatrix {
  const layers = layersOf(network.widths), outputs = network.widths.at(-1)!;
  const parameters = Array.from(theta, fixed);
  const passes = samples.map((x) => {
    const h = [x.map(fixed)], slopes: bigint[][] = [];
    for (const [l, { outputs: width, weights, bias }] of layers.entries()) {
      const z = Array.from(
        { length: width },
        (_, j) =>
          h[l].reduce(
            (sum, a, i) => sum + times(a, parameters[weights + i * width + j]),
            parameters[bias + j],
          ),
      );
      const values = l < network.activations.length ? z.map(functions[network.activations[l]]) : [];
      h.push(values.map(([value], j) => value + (isSkipped(network, l) ? h[l][j] : 0n)));
      slopes.push(values.map(([, slope]) => slope));
    }
    return { h, slopes };
  });
  const rows = passes.flatMap(({ h, slopes }) =>
    Array.from({ length: outputs }, (_, o) => {
      const deltas: bigint[][] = [];
      let delta = Array.from({ length: outputs }, (_, p) => p === o ? ONE : 0n), byFeatures: bigint[] = [];
      for (let l = layers.length - 1; l >= 0; l--) {
        deltas[l] = delta;
        if (l === 0) break;
        const { outputs: width, weights } = layers[l];
        byFeatures = slopes[l - 1].map((_, i) =>
          delta.reduce(
            (sum, d, j) => sum + times(d, parameters[weights + i * width + j]),
            isSkipped(network, l) ? byFeatures[i] : 0n,
          )
        );
        delta = slopes[l - 1].map((slope, i) => times(byFeatures[i], slope));
      }
      return { h, deltas };
    })
  );
  const dot = (a: readonly bigint[], b: readonly bigint[]) =>
    a.reduce((sum, each, i) => sum + times(each, b[i]), 0n);
  const entries = rows.flatMap((a) =>
    rows.map((b) =>
      layers.reduce((sum, _, l) => sum + times(dot(a.deltas[l], b.deltas[l]), ONE + dot(a.h[l], b.h[l])), 0n)
    )
  );
  return { order: rows.length, entries, e: -Number(BITS), divisor: BigInt(samples.length) };
}
