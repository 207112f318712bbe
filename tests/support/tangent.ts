/**
 * Networks and samples for tests of tangent kernels.
 *
 * @module
 */
import type { LayerParameters } from "../../src/nn/layout.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { fc } from "../deps.ts";
import { layersOf, type ReferenceNetwork } from "../reference/network.ts";
import { randomFloats } from "./arrays.ts";
import { randomParameters } from "./parameters.ts";

/** A network with samples. */
export interface TangentCase {
  readonly network: ReferenceNetwork;
  /** Flat parameters. */
  readonly theta: Float32Array;
  /** The same, a layer each. */
  readonly parameters: readonly LayerParameters[];
  readonly samples: Matrix;
  /** The samples, one list each. */
  readonly rows: readonly number[][];
  readonly weights: readonly number[];
}

/** What a case is made of. */
export interface TangentCaseOptions {
  readonly widths: readonly number[];
  readonly activation: string;
  readonly skip?: boolean;
  readonly samples: number;
  /** Whether all samples weigh the same. Default: true. */
  readonly isMean?: boolean;
  /** How often samples repeat. Default: once each. */
  readonly repeats?: number;
  readonly seed?: number;
}

/** Makes a case of random parameters and samples. */
export function tangentCase(options: TangentCaseOptions): TangentCase {
  const { widths, activation, skip = false, samples: count, isMean = true, repeats = 1, seed = 1 } = options;
  const floats = randomFloats(seed + 1), inputs = widths[0], theta = randomParameters(widths, seed);
  const drawn = Array.from({ length: Math.ceil(count / repeats) }, () => Array.from(floats(inputs, -1, 1)));
  const rows = Array.from({ length: count }, (_, k) => drawn[k % drawn.length]);
  return {
    network: { widths, activations: widths.slice(1, -1).map(() => activation), skip },
    theta,
    parameters: layersOf(widths).map(({ weights, bias, outputs }) => ({
      weights: theta.slice(weights, bias),
      biases: theta.slice(bias, bias + outputs),
    })),
    samples: { rows: count, columns: inputs, data: Float32Array.from(rows.flat()) },
    rows,
    weights: Array.from({ length: count }, (_, k) => isMean ? 1 / count : k % 3),
  };
}

/** Draws cases of random shapes. */
export function tangentCases(
  activations: readonly string[],
  { isMean }: { readonly isMean?: boolean } = {},
): fc.Arbitrary<TangentCase> {
  const width = fc.integer({ min: 1, max: 5 });
  return fc.record({
    widths: fc.tuple(width, fc.array(width, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 3 }))
      .map(([inputs, hidden, outputs]) => [inputs, ...hidden, outputs]),
    activation: fc.constantFrom(...activations),
    skip: fc.boolean(),
    samples: fc.integer({ min: 1, max: 6 }),
    isMean: isMean === undefined ? fc.boolean() : fc.constant(isMean),
    repeats: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(10 ** 6),
  }).map(tangentCase);
}
