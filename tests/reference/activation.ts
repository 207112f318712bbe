/**
 * Activations in float64 with their derivatives up to the fourth, by name, and what single
 * precision may do to them.
 *
 * A new activation is an entry of {@linkcode formulas}: its functions and the bounds of what
 * follows them.
 *
 * @module
 */
import type { Bounded } from "./bounded.ts";
import { U } from "./rounding.ts";
import { logistic, normalDensity, normalDistribution, softplus } from "./special_functions.ts";

/** A function of a preactivation. */
type Function = (z: number) => number;

/** An activation in float64; at a kink all functions are the limits from the left. */
export interface ReferenceActivation {
  /** σ(z). */
  readonly value: Function;
  /** σ′(z). */
  readonly derivative: Function;
  /** σ″(z). */
  readonly second: Function;
  /** σ‴(z). */
  readonly third: Function;
  /** Bound of |σ″| on [−z, z], the kink left out. */
  readonly curvature: Function;
  /** σ⁗(z). */
  readonly fourth: Function;
  /** Bound of |σ⁽⁵⁾| on [−z, z], the kink left out. */
  readonly fifth: Function;
  /** Jumps at 0 of σ, σ′, σ″, σ‴ and σ⁗. */
  readonly jumps: readonly number[];
  /**
   * Whether it does nothing but multiply, so that single precision's errors are shares of σ and σ′.
   */
  readonly multiplies: boolean;
  /**
   * Bounds of the errors of σ and σ′ at z, from those of the elementary functions, which are 8 u
   * for tanh, logistic and log1p. Results that single precision has no normal number for may be 0.
   */
  errors(z: number): readonly [number, number];
}

/** An activation without a kink. */
interface Smooth extends Pick<ReferenceActivation, "value" | "derivative" | "second" | "third" | "fourth"> {
  /** Bound of |σ″|. */
  readonly curvature: number;
  /** Bound of |σ⁽⁵⁾|. */
  readonly fifth: number;
  /**
   * Bounds of the errors of σ and σ′. Default: those of some operations after an elementary
   * function.
   */
  readonly errors?: ReferenceActivation["errors"];
}

/** Completes an activation without a kink. */
function smooth({ curvature, fifth, ...functions }: Smooth): ReferenceActivation {
  const { value, derivative } = functions;
  return {
    errors: (z) => [16 * U * (1 + Math.abs(value(z))), 18 * U * (1 + Math.abs(derivative(z)))],
    ...functions,
    curvature: () => curvature,
    fifth: () => fifth,
    jumps: [0, 0, 0, 0, 0],
    multiplies: false,
  };
}

/** d^n/dz^n of (s z)^p, s = 1 for z > 0 and the slope for others. */
function powerDerivative(p: number, n: number, slope: number): Function {
  let factor = 1;
  for (let i = 0; i < n; i++) factor *= p - i;
  return (z) => {
    const s = z > 0 ? 1 : slope;
    return factor !== 0 && s !== 0 ? factor * s ** n * (s * z) ** (p - n) : 0;
  };
}

/** (s z)^p, s = 1 for z > 0 and the slope for others. */
function leakyPower(slope: number, p: number): ReferenceActivation {
  const [value, derivative, second, third, fourth, fifth] = [0, 1, 2, 3, 4, 5].map((n) =>
    powerDerivative(p, n, slope)
  );
  const steepest = Math.max(1, Math.abs(slope));
  // The rounding of slope · z counts p times.
  const units = slope !== 0 && p > 2 ? 2 * p : 4;
  const errors = (z: number) =>
    [value, derivative].map((each) => units * U * Math.abs(each(z)) + 2e-38) as [number, number];
  return {
    value,
    derivative,
    second,
    third,
    curvature: (z) => p < 2 ? 0 : p * (p - 1) * steepest ** p * Math.abs(z) ** (p - 2),
    fourth,
    fifth: (z) => Math.max(...[z, -z].map((side) => Math.abs(fifth(side)))),
    jumps: [value, derivative, second, third, fourth].map((each, n) => n === p ? each(1) - each(-1) : 0),
    multiplies: true,
    errors: slope === 0 && p === 1 ? () => [0, 0] : errors,
  };
}

const tanhSlope: Function = (z) => 1 / Math.cosh(z) ** 2;
const logisticSlope: Function = (z) => logistic(z) * logistic(-z);
/** 1 − 2 / (1 + e^−z), without cancellation. */
const oddPart: Function = (z) => -Math.tanh(z / 2);

/** Formulas by the key of the registry, for a parameter and a power. */
export const formulas: Readonly<
  Record<string, (parameter: number | null, power: number) => ReferenceActivation>
> = {
  identity: () =>
    smooth({
      value: (z) => z,
      derivative: () => 1,
      second: () => 0,
      third: () => 0,
      fourth: () => 0,
      curvature: 0,
      fifth: 0,
      errors: () => [0, 0],
    }),
  tanh: () =>
    smooth({
      value: Math.tanh,
      derivative: tanhSlope,
      second: (z) => -2 * Math.tanh(z) * tanhSlope(z),
      third: (z) => tanhSlope(z) * (4 * Math.tanh(z) ** 2 - 2 * tanhSlope(z)),
      fourth: (z) => 8 * Math.tanh(z) * tanhSlope(z) * (2 * tanhSlope(z) - Math.tanh(z) ** 2),
      curvature: 0.77,
      fifth: 16,
      // (1 − h)(1 + h): the error of h, 8 u, counts twice where h is close to 1.
      errors: (z) => [8 * U * Math.abs(Math.tanh(z)), 18 * U],
    }),
  sigmoid: () =>
    smooth({
      value: logistic,
      derivative: logisticSlope,
      second: (z) => logisticSlope(z) * oddPart(z),
      third: (z) => logisticSlope(z) * (1 - 6 * logisticSlope(z)),
      fourth: (z) => logisticSlope(z) * oddPart(z) * (1 - 12 * logisticSlope(z)),
      curvature: 0.1,
      fifth: 0.25,
      errors: (z) => [8 * U * logistic(z) + 2e-38, 17 * U * logisticSlope(z) + 2e-38],
    }),
  relu: (_, power) => leakyPower(0, power),
  "leaky-relu": (parameter, power) => leakyPower(Math.fround(parameter ?? 0.01), power),
  sine: () =>
    smooth({
      value: Math.sin,
      derivative: Math.cos,
      second: (z) => -Math.sin(z),
      third: (z) => -Math.cos(z),
      fourth: Math.sin,
      curvature: 1,
      fifth: 1,
      errors: () => [2 * U, 2 * U],
    }),
  cosine: () =>
    smooth({
      value: Math.cos,
      derivative: (z) => -Math.sin(z),
      second: (z) => -Math.cos(z),
      third: Math.sin,
      fourth: Math.cos,
      curvature: 1,
      fifth: 1,
      errors: () => [2 * U, 2 * U],
    }),
  gelu: () =>
    smooth({
      value: (z) => z * normalDistribution(z),
      derivative: (z) => normalDistribution(z) + z * normalDensity(z),
      second: (z) => normalDensity(z) * (2 - z * z),
      third: (z) => normalDensity(z) * z * (z * z - 4),
      fourth: (z) => normalDensity(z) * ((7 - z * z) * z * z - 4),
      curvature: 0.8,
      fifth: 3,
      // erfc of z/√2, whose rounding counts z² times, like that of erfc itself; twice that where it
      // is taken from 1.
      errors: (z) => [
        40 * U * (1 + z * z) * Math.abs(z * normalDistribution(z)) + 2e-38,
        40 * U * (1 + Math.abs(z)),
      ],
    }),
  softplus: () =>
    smooth({
      value: softplus,
      derivative: logistic,
      second: logisticSlope,
      third: (z) => logisticSlope(z) * oddPart(z),
      fourth: (z) => logisticSlope(z) * (1 - 6 * logisticSlope(z)),
      curvature: 0.25,
      fifth: 0.13,
      errors: (z) => [12 * U * softplus(z) + 2e-38, 8 * U * logistic(z) + 2e-38],
    }),
};

/**
 * Looks up an activation.
 *
 * @param name Name with its parameter and power, as the library takes it.
 * @returns The activation, its parameter rounded to single precision.
 */
export function activation(name: string): ReferenceActivation {
  const [, key, parameter, power = "1"] = /^([^:^]+)(?::([^^]+))?(?:\^(\d+))?$/.exec(name)!;
  if (!Object.hasOwn(formulas, key)) throw new Error(`activation ${key} has no formula in float64`);
  return formulas[key](parameter === undefined ? null : Number(parameter), Number(power));
}

/**
 * Roundings of σ … σ⁗, in units of u (1 + |σ⁽ⁿ⁾|): what `elementary.wgsl` promises and the few
 * operations after it. Those of tanh are the most: h is right to 8 u, σ′ to 18 u, σ″ = −2 h σ′ to 2
 * (8 + 18 + 2) u, σ‴ = −2 σ′ (σ′ − 2 h²) to 2 (3 · 18 + 4 · 8 + 4) u, and σ⁗ = 8 h σ′ (2 σ′ − h²),
 * where σ′ |2 σ′ − h²| ≤ 2, |h| |2 σ′ − h²| ≤ 1 and |h| σ′ ≤ 0.4, to 8 (2 · 8 + 18 + 0.4 · (2 · 18
 * + 2 · 8 + 6)) u.
 */
const ROUNDINGS = [16, 18, 56, 180, 460] as const;

/**
 * Evaluates σ … σ⁗ of a number that is known but for an error.
 *
 * @param name Activation.
 * @param z The number.
 * @returns The five values with their bounds.
 */
export function evaluateJet(name: string, { value: z, error }: Bounded): Bounded[] {
  const { value: sigma, derivative, second, third, fourth, fifth, jumps } = activation(name);
  const derivatives = [sigma, derivative, second, third, fourth];
  const reach = Math.abs(z) + error;
  return derivatives.map((each, n) => {
    // Taylor's series from z to z + error; the jumps of higher derivatives are in it.
    let steepness = 0, power = 1;
    for (let order = n + 1; order <= 4; order++) {
      power *= error / (order - n);
      steepness += (Math.abs(derivatives[order](z)) + Math.abs(jumps[order])) * power;
    }
    steepness += fifth(reach) * power * error;
    const jump = Math.abs(z) <= error ? Math.abs(jumps[n]) : 0;
    const value = each(z);
    return { value, error: jump + steepness + ROUNDINGS[n] * U * (1 + Math.abs(value)) };
  });
}
