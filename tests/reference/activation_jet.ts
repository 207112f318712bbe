/**
 * Derivatives of activations in float64 up to the third, and what single precision may do to them.
 *
 * @module
 */
import { activation } from "./activation.ts";
import type { Bounded } from "./bounded.ts";
import { U } from "./rounding.ts";
import { logistic, normalDensity } from "./special_functions.ts";

/** σ to σ‴, in order, with a bound of σ⁗ on [−z, z], kinks left out. */
export interface ReferenceActivationJet {
  /** The functions; at a kink the limits from the left. */
  readonly derivatives: readonly ((z: number) => number)[];
  /** Bound of |σ⁗|. */
  fourth(z: number): number;
  /** Jumps at 0 of each of the functions. */
  readonly jumps: readonly number[];
}

/** σ″ and σ‴, and a bound of |σ⁗|. */
type Higher = readonly [second: (z: number) => number, third: (z: number) => number, fourth: number];

const tanhSlope = (z: number) => 1 / Math.cosh(z) ** 2;
const logisticSlope = (z: number) => logistic(z) * logistic(-z);
/** 1 − 2 / (1 + e^−z), without cancellation. */
const oddPart = (z: number) => -Math.tanh(z / 2);

const HIGHER: Readonly<Record<string, Higher>> = {
  identity: [() => 0, () => 0, 0],
  tanh: [
    (z) => -2 * Math.tanh(z) * tanhSlope(z),
    (z) => tanhSlope(z) * (4 * Math.tanh(z) ** 2 - 2 * tanhSlope(z)),
    4.1,
  ],
  sigmoid: [
    (z) => logisticSlope(z) * oddPart(z),
    (z) => logisticSlope(z) * (1 - 6 * logisticSlope(z)),
    0.13,
  ],
  sine: [(z) => -Math.sin(z), (z) => -Math.cos(z), 1],
  cosine: [(z) => -Math.cos(z), Math.sin, 1],
  gelu: [(z) => normalDensity(z) * (2 - z * z), (z) => normalDensity(z) * z * (z * z - 4), 1.7],
  softplus: [logisticSlope, (z) => logisticSlope(z) * oddPart(z), 0.13],
};

/** d^n/dz^n of z^p for z > 0, and of (slope · z)^p for others. */
function powerDerivative(p: number, n: number, slope: number): (z: number) => number {
  let factor = 1;
  for (let i = 0; i < n; i++) factor *= p - i;
  return (z) => {
    const s = z > 0 ? 1 : slope;
    return factor !== 0 && s !== 0 ? factor * s ** n * (s * z) ** (p - n) : 0;
  };
}

/**
 * Looks up an activation.
 *
 * @param name Name with its parameter, as the library takes it.
 * @returns Its derivatives.
 */
export function activationJet(name: string): ReferenceActivationJet {
  const { value, derivative } = activation(name);
  if (Object.hasOwn(HIGHER, name)) {
    const [second, third, bound] = HIGHER[name];
    return { derivatives: [value, derivative, second, third], fourth: () => bound, jumps: [0, 0, 0, 0] };
  }
  const zero = () => 0;
  const [, leaky, power] = /^(?:relu|leaky-relu:(.+))\^(\d+)$/.exec(name) ?? [];
  if (!power) {
    const jumps = [0, 1 - derivative(-1), 0, 0];
    return { derivatives: [value, derivative, zero, zero], fourth: zero, jumps };
  }
  const p = Number(power), slope = Math.fround(Number(leaky ?? 0));
  const derivatives = [0, 1, 2, 3].map((n) => powerDerivative(p, n, slope));
  const fourth = powerDerivative(p, 4, slope);
  return {
    derivatives,
    fourth: (z) => Math.max(...[z, -z].map((side) => Math.abs(fourth(side)))),
    jumps: derivatives.map((each, n) => n === p ? each(1) - each(-1) : 0),
  };
}

/**
 * Roundings of σ … σ‴, in units of u (1 + |σ⁽ⁿ⁾|): what `elementary.wgsl` promises and the few
 * operations after it. Those of tanh are the most: h is right to 8 u, σ′ to 18 u, σ″ = −2 h σ′ to 2
 * (8 + 18 + 2) u, and σ‴ = −2 σ′ (σ′ − 2 h²) to 2 (3 · 18 + 4 · 8 + 4) u.
 */
const ROUNDINGS = [16, 18, 56, 180] as const;

/**
 * σ … σ‴ of a number that is known but for an error.
 *
 * @param name Activation.
 * @param z The number.
 * @returns The four values with their bounds.
 */
export function evaluateJet(name: string, { value: z, error }: Bounded): Bounded[] {
  const { derivatives, fourth, jumps } = activationJet(name);
  const reach = Math.abs(z) + error;
  return derivatives.map((each, n) => {
    // Taylor's series from z to z + error; the jumps of higher derivatives are in it.
    let steepness = 0, power = 1;
    for (let order = n + 1; order <= 3; order++) {
      power *= error / (order - n);
      steepness += (Math.abs(derivatives[order](z)) + Math.abs(jumps[order])) * power;
    }
    steepness += fourth(reach) * power * error;
    const jump = Math.abs(z) <= error ? Math.abs(jumps[n]) : 0;
    const value = each(z);
    return { value, error: jump + steepness + ROUNDINGS[n] * U * (1 + Math.abs(value)) };
  });
}
