/**
 * Activations in float64, by name.
 *
 * @module
 */
import { logistic, normalDensity, normalDistribution, softplus } from "./special_functions.ts";

/** σ, σ′ and a bound of |σ″| away from kinks. */
export interface ReferenceActivation {
  /** σ(z). */
  value(z: number): number;
  /** σ′(z); at a kink the derivative from the left. */
  derivative(z: number): number;
  /** Bound of |σ″| on [−z, z], the kink left out. */
  curvature(z: number): number;
  /** Whether σ′ jumps at 0. */
  readonly kink: boolean;
  /**
   * Whether it does nothing but multiply, so that single precision's errors are shares of σ and σ′.
   */
  readonly multiplies: boolean;
}

function smooth(
  value: (z: number) => number,
  derivative: (z: number) => number,
  curvature: number,
): ReferenceActivation {
  return { value, derivative, curvature: () => curvature, kink: false, multiplies: false };
}

function leakyRelu(slope: number): ReferenceActivation {
  return {
    value: (z) => z > 0 ? z : slope * z,
    derivative: (z) => z > 0 ? 1 : slope,
    curvature: () => 0,
    kink: true,
    multiplies: true,
  };
}

function reluPower(power: number): ReferenceActivation {
  return {
    value: (z) => z > 0 ? z ** power : 0,
    derivative: (z) => z > 0 ? power * z ** (power - 1) : 0,
    curvature: (z) => power < 2 ? 0 : power * (power - 1) * Math.abs(z) ** (power - 2),
    kink: power === 1,
    multiplies: true,
  };
}

function leakyPower(slope: number, power: number): ReferenceActivation {
  const { value, derivative } = leakyRelu(slope);
  return {
    value: (z) => value(z) ** power,
    derivative: (z) => power * value(z) ** (power - 1) * derivative(z),
    curvature: (z) =>
      power * (power - 1) * Math.max(1, Math.abs(slope)) ** power * Math.abs(z) ** (power - 2),
    kink: false,
    multiplies: true,
  };
}

const PLAIN: Readonly<Record<string, ReferenceActivation>> = {
  identity: smooth((z) => z, () => 1, 0),
  tanh: smooth(Math.tanh, (z) => 1 / Math.cosh(z) ** 2, 0.77),
  sigmoid: smooth(logistic, (z) => logistic(z) * logistic(-z), 0.1),
  relu: leakyRelu(0),
  "leaky-relu": leakyRelu(Math.fround(0.01)),
  sine: smooth(Math.sin, Math.cos, 1),
  cosine: smooth(Math.cos, (z) => -Math.sin(z), 1),
  gelu: smooth((z) => z * normalDistribution(z), (z) => normalDistribution(z) + z * normalDensity(z), 0.8),
  softplus: smooth(softplus, logistic, 0.25),
};

/**
 * Looks up an activation.
 *
 * @param name Name with its parameter, as the library takes it.
 * @returns The activation, its parameter rounded to single precision.
 */
export function activation(name: string): ReferenceActivation {
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name];
  const [kind, parameter, power] = name.split(/[:^]/);
  if (kind === "relu") return reluPower(Number(parameter));
  const slope = Math.fround(Number(parameter));
  return power ? leakyPower(slope, Number(power)) : leakyRelu(slope);
}
