/**
 * The residual of a differential equation in float64, and its gradient, with bounds of what single
 * precision makes of them.
 *
 * @module
 */
import { forwardJets } from "./jet_network.ts";
import { type Bounded, exact, product, sum } from "./bounded.ts";
import {
  activateAdjoint,
  activateJet,
  components,
  type Jet,
  multiplyAdjoint,
  scaleJet,
  subtractJets,
  sumJets,
} from "./jets.ts";
import {
  alphaPlace,
  encodersOf,
  isGated,
  isSkipped,
  layersOf,
  type ReferenceNetwork,
  type ReferenceSamples,
  row,
  sharesOf,
} from "./network.ts";

/** Coefficients of a differential operator. */
export interface ReferenceOperator {
  /** Of ∂²u/∂x_i². */
  readonly second: readonly number[];
  /** Of ∂u/∂x_i. */
  readonly first: readonly number[];
  /** Of u. */
  readonly value: number;
  /** Of u³. */
  readonly cube: number;
  /** Of u ∂u/∂x_1. */
  readonly advection: number;
  /** Of ∂²u/∂x_i∂x_j. Default: none. */
  readonly mixed?: readonly number[];
  /** Of ∂³u/∂x_i³. Default: none. */
  readonly third?: readonly number[];
}

/** What holds at how many samples. */
export interface ReferenceCondition {
  /** The operator. */
  readonly operator: ReferenceOperator;
  /** Number of samples. */
  readonly count: number;
}

const TWO = exact(2);

/**
 * r = 𝓛u − y at one sample, and w r² with its gradient with respect to u, ∂u/∂x_i, ∂²u/∂x_i².
 *
 * @param operator 𝓛.
 * @param u Jet of the output.
 * @param y Right-hand side.
 * @param weight w.
 * @returns Both.
 */
export function weighResidual(
  { value, cube, advection, first, second, mixed = [], third = [] }: ReferenceOperator,
  u: Jet,
  y: number,
  weight: number,
): { loss: Bounded; gradient: Jet } {
  const at = u.value;
  const residual = sum([
    product(exact(value), at),
    product(exact(cube), at, at, at),
    product(exact(advection), at, u.first[0]),
    ...first.map((coefficient, i) => product(exact(coefficient), u.first[i])),
    ...second.map((coefficient, i) => product(exact(coefficient), u.second[i])),
    ...u.mixed.map((each, i) => product(exact(mixed[i] ?? 0), each)),
    ...u.third.map((each, i) => product(exact(third[i] ?? 0), each)),
    exact(-y),
  ]);
  const byValue = sum([
    exact(value),
    product(exact(3 * cube), at, at),
    product(exact(advection), u.first[0]),
  ], 1);
  const byFirst = first.map((coefficient, i) =>
    sum([exact(coefficient), product(exact(i === 0 ? advection : 0), at)])
  );
  const scale = product(TWO, exact(weight), residual);
  return {
    loss: product(exact(weight), residual, residual),
    gradient: {
      value: product(scale, byValue),
      first: byFirst.map((each) => product(scale, each)),
      second: second.map((coefficient) => product(scale, exact(coefficient))),
      mixed: u.mixed.map((_, i) => product(scale, exact(mixed[i] ?? 0))),
      third: u.third.map((_, i) => product(scale, exact(third[i] ?? 0))),
    },
  };
}

/**
 * Computes Σ w r² over all samples and its gradient by back-propagation.
 *
 * @param network Shape; one output.
 * @param theta Parameters.
 * @param samples Samples.
 * @param conditions What holds at them.
 * @returns Loss and gradient.
 */
export function residualGradient(
  network: ReferenceNetwork,
  theta: ArrayLike<number>,
  samples: ReferenceSamples,
  conditions: readonly ReferenceCondition[],
): { loss: Bounded; gradient: Bounded[] } {
  const layers = layersOf(network.widths);
  const operators = conditions.flatMap(({ operator, count }) =>
    new Array<ReferenceOperator>(count).fill(operator)
  );
  const carried = {
    mixed: conditions.some(({ operator: { mixed = [] } }) => mixed.some((each) => each !== 0)),
    third: conditions.some(({ operator: { third = [] } }) => third.some((each) => each !== 0)),
  };
  const losses: Bounded[] = [];
  const terms = Array.from(theta, (): Bounded[] => []);
  for (const [k, operator] of operators.entries()) {
    const { h, z, apart, encoders } = forwardJets(
      network,
      theta,
      row(samples.x, k, network.widths[0]),
      carried,
    );
    const { loss, gradient } = weighResidual(operator, h.at(-1)![0], samples.y[k], samples.weights[k]);
    losses.push(loss);
    const byEncoders: Jet[][][] = encoders.map(({ z }) => z.map(() => []));
    let delta = [gradient];
    // Gradient with respect to the features of the layer.
    let byFeatures: Jet[] = [];
    for (let l = layers.length - 1; l >= 0; l--) {
      const { outputs, weights, bias } = layers[l];
      const right = delta.map(components), alpha = alphaPlace(network, l);
      if (alpha !== null) {
        apart[l]!.map(components).forEach((own, j) =>
          terms[alpha].push(...components(byFeatures[j]).map((g, c) => product(own[c], g)))
        );
      }
      h[l].map(components).forEach((left, i) =>
        right.forEach((each, j) =>
          terms[weights + i * outputs + j].push(...each.map((g, c) => product(left[c], g)))
        )
      );
      right.forEach(([value], j) => terms[bias + j].push(value));
      if (l === 0) break;
      const { past } = sharesOf(network, theta, l), { branch } = sharesOf(network, theta, l - 1);
      byFeatures = z[l - 1].map((_, i) => {
        const g = sumJets(delta.map((error, j) => scaleJet(error, theta[weights + i * outputs + j])), 4);
        if (!isSkipped(network, l)) return g;
        // 1 − α is rounded, and so is the product with it.
        return sumJets([g, alpha === null ? byFeatures[i] : scaleJet(byFeatures[i], past)], 2);
      });
      delta = z[l - 1].map((each, i) => {
        if (isGated(network, l - 1)) {
          const g = byFeatures[i], [u, v] = encoders.map(({ values }) => values[i]);
          const byW = multiplyAdjoint(g, activateJet(network.activations[l - 1], each));
          byEncoders[0][i].push(byW);
          byEncoders[1][i].push(subtractJets(g, byW));
          const byGate = multiplyAdjoint(g, subtractJets(u, v));
          return activateAdjoint(network.activations[l - 1], each, byGate);
        }
        const through = activateAdjoint(network.activations[l - 1], each, byFeatures[i]);
        return alphaPlace(network, l - 1) === null ? through : scaleJet(through, branch);
      });
    }
    for (const [e, { outputs, weights, bias }] of encodersOf(network).entries()) {
      for (let j = 0; j < outputs; j++) {
        const all = sumJets(byEncoders[e][j], 1);
        const own = components(activateAdjoint(network.activations[0], encoders[e].z[j], all));
        terms[bias + j].push(own[0]);
        h[0].map(components).forEach((left, i) =>
          terms[weights + i * outputs + j].push(...own.map((g, c) => product(left[c], g)))
        );
      }
    }
  }
  return { loss: sum(losses), gradient: terms.map((each) => sum(each)) };
}
