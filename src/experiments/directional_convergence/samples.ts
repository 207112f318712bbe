/**
 * Samples on the sphere, with their targets.
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";
import { InputError } from "../../errors.ts";
import { parseActivation } from "../../nn/activation.ts";
import { homogeneity } from "../../nn/homogeneity.ts";
import type { HostSamples } from "../../nn/samples.ts";
import { normal, uniform } from "../../stats/random.ts";
import type { DirectionalCase, DirectionalPlan } from "./plan.ts";

/**
 * Draws the samples of a replica: inputs uniform on the unit sphere, targets by the options.
 *
 * The neural correlation function N(u) = Σ z_k H(x_k; u) weights the samples by z_k = −w_k ∂ℓ/∂u(0,
 * y_k). All weights w_k are the same, and such that the vector z has length 1. Square and logistic
 * loss then share one scale of N and of time.
 *
 * @param plan The study.
 * @param kind Activation and loss.
 * @param replica Index of the direction to start from, from 0.
 * @returns The samples.
 * @throws {InputError} If all targets are 0.
 */
export function sphereSamples(
  { inputs, samples: count, targets, seed }: DirectionalPlan,
  { activation, loss }: Pick<DirectionalCase, "activation" | "loss">,
  replica: number,
): HostSamples {
  const next = normal(uniform(seed + 2 ** 32 * replica));
  const unit = () => {
    const vector = Float64Array.from({ length: inputs }, next), length = norm(vector);
    return vector.map((value) => value / length);
  };
  const planted = unit();
  const { slope, order } = homogeneity(parseActivation(activation))!;
  const x = new Float32Array(count * inputs), y = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    x.set(unit(), k * inputs);
    const own = x.subarray(k * inputs, (k + 1) * inputs);
    const side = targets === "random" ? next() : own.reduce((sum, value, i) => sum + value * planted[i], 0);
    const value = targets === "random" ? side : (side > 0 ? side : slope * side) ** order;
    y[k] = loss === "logistic" ? Number(side > 0) : value;
  }
  // ∂ℓ/∂u(0, y) is −2 y for the square loss, ½ − y = ±½ for the logistic one.
  const length = loss === "logistic" ? Math.sqrt(count) / 2 : 2 * norm(y);
  if (length === 0) throw new InputError(`the targets of replica ${replica} are all 0: give more samples`);
  return { count, x, y, weights: new Float32Array(count).fill(1 / length) };
}
