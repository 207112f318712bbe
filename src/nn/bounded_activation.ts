/**
 * Activations and their derivatives in double precision, with bounds on what they are off by.
 *
 * @module
 */
import { type Activation, activationEntry } from "./activation.ts";

/** Unit roundoff of float64. */
const U64 = 2 ** -53;
/** Roundings of a power: that of `**`, of the factors before it, and one for each factor of x^p. */
const POWER_ROUNDINGS = 6;

/** σ and σ′ at a preactivation that is known but for an error. */
export interface BoundedActivation {
  /** σ. */
  readonly value: number;
  /** Bound on the error of σ. */
  readonly valueBound: number;
  /** σ′. */
  readonly slope: number;
  /** Bound on the error of σ′. */
  readonly slopeBound: number;
}

/**
 * Makes an activation as a function of a preactivation and a bound on its error, on the host.
 *
 * Let z be known but for r, and C bound |σ″| within r of it. Then σ′ is off by r C and σ by r (|σ′|
 * + r C), both besides their own roundings, which the entry of the activation bounds. Where a kink
 * is within r, σ′ is off by its jump as well. At a kink itself, where r = 0, σ′ is that from the
 * left, as in the kernels. A parameter is rounded to single precision, as there. The library of the
 * host is taken to be right to a few units in the last place, which the roundings of the entry
 * include.
 *
 * @param activation Activation.
 * @returns The function.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseActivation } from "./activation.ts";
 * import { boundedActivation } from "./bounded_activation.ts";
 *
 * const relu = boundedActivation(parseActivation("relu"));
 * assert.deepEqual(relu(2, 0), { value: 2, valueBound: 0, slope: 1, slopeBound: 0 });
 * // Whether the neuron is active cannot be told.
 * assert.equal(relu(1e-17, 1e-16).slopeBound, 1);
 * ```
 */
export function boundedActivation(activation: Activation): (z: number, bound: number) => BoundedActivation {
  const { value, derivative, curvature, roundings, slope } = activationEntry(activation);
  const p = activation.exponent, parameter = Math.fround(activation.parameter);
  const left = slope?.(parameter) ?? 1, steepest = Math.max(1, Math.abs(left));
  const jump = p === 1 ? Math.abs(1 - left) : 0;
  const units = (p === 1 ? roundings : p * (roundings + 1) + POWER_ROUNDINGS) * U64;
  return (z, r) => {
    const x = value(z, parameter), x1 = derivative(z, parameter);
    const h = p === 1 ? x : x ** p, h1 = p === 1 ? x1 : p * x ** (p - 1) * x1;
    // |σ″| is at most p (p − 1) |s|^p |z|^(p − 2) for powers, which only lines with a kink have.
    const bend = p === 1 ? curvature : p * (p - 1) * steepest ** p * (Math.abs(z) + r) ** (p - 2);
    const hasKink = jump > 0 && r > 0 && Math.abs(z) <= r;
    const slopeBound = units * (1 + Math.abs(h1)) + r * bend + (hasKink ? jump : 0);
    return {
      value: h,
      valueBound: units * (1 + Math.abs(h)) + r * (Math.abs(h1) + slopeBound),
      slope: h1,
      slopeBound,
    };
  };
}
