/**
 * Jets carried through a network in float64, one sample after the other. Parameters are one flat
 * vector, as in `network.ts`.
 *
 * @module
 */
import {
  activateJet,
  denseJets,
  exactJet,
  type Jet,
  multiplyJets,
  pairsOf,
  skipJet,
  subtractJets,
  sumJets,
} from "./jets.ts";
import {
  alphaPlace,
  encodersOf,
  isGated,
  isSkipped,
  layersOf,
  type ReferenceLayer,
  type ReferenceNetwork,
} from "./network.ts";

/** Jets of all layers at one sample. */
export interface JetPass {
  /** Input, features of each hidden layer, output. */
  readonly h: Jet[][];
  /** Preactivations of each layer. */
  readonly z: Jet[][];
  /** σ − a of layers with an adaptive skip connection. */
  readonly apart: (Jet[] | null)[];
  /** The encoders of gates: their preactivations, and values. */
  readonly encoders: readonly { readonly z: Jet[]; readonly values: Jet[] }[];
}

/**
 * Carries the jet of a sample through a network.
 *
 * @param network Shape.
 * @param theta Parameters.
 * @param x Input.
 * @param carried Whether mixed and third derivatives are carried. Default: neither.
 * @returns All jets on the way.
 */
export function forwardJets(
  network: ReferenceNetwork,
  theta: ArrayLike<number>,
  x: readonly number[],
  carried: { readonly mixed?: boolean; readonly third?: boolean } = {},
): JetPass {
  const none = x.map(() => 0);
  const mixed = carried.mixed ? pairsOf(x.length).map(() => 0) : [];
  const third = carried.third ? none : [];
  const h = [x.map((each, i) => exactJet(each, x.map((_, axis) => +(axis === i)), none, mixed, third))];
  const z: Jet[][] = [], apart: (Jet[] | null)[] = [];
  const dense = ({ outputs, weights, bias }: ReferenceLayer, input: readonly Jet[]) =>
    denseJets(input, outputs, (i, j) => theta[weights + i * outputs + j], (j) => theta[bias + j]);
  const encoders = encodersOf(network).map((encoder) => {
    const z = dense(encoder, h[0]);
    return { z, values: z.map((each) => activateJet(network.activations[0], each)) };
  });
  for (const [l, layer] of layersOf(network.widths).entries()) {
    z.push(dense(layer, h[l]));
    const values = l < network.activations.length
      ? z[l].map((each) => activateJet(network.activations[l], each))
      : z[l];
    if (isGated(network, l)) {
      const [u, v] = encoders.map(({ values }) => values);
      const spread = (j: number) => subtractJets(u[j], v[j]);
      h.push(values.map((sigma, j) => sumJets([v[j], multiplyJets(sigma, spread(j))])));
      apart.push(null);
      continue;
    }
    const place = alphaPlace(network, l), alpha = place === null ? null : theta[place];
    const joined = isSkipped(network, l) ? values.map((each, j) => skipJet(each, h[l][j], alpha)) : null;
    h.push(joined ? joined.map(({ h }) => h) : values);
    apart.push(alpha === null ? null : joined!.map(({ apart }) => apart!));
  }
  return { h, z, apart, encoders };
}
