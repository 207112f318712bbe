/**
 * Functions to minimise, in float64; all are least where every number is 1.
 *
 * @module
 */
import type { Evaluate } from "./lbfgs.ts";

/** Σ c_i (x_i − 1)² / 2, with c from 1 to `condition` in equal ratios. */
export const quadratic = (condition: number): Evaluate => (x) => {
  const gradient = x.map((each, i) => condition ** (i / (x.length - 1)) * (each - 1));
  return { value: gradient.reduce((sum, g, i) => sum + g * (x[i] - 1), 0) / 2, gradient };
};

/** Rosenbrock's function of each pair of numbers. */
export const rosenbrock: Evaluate = (x) => {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i < x.length; i += 2) {
    const a = 1 - x[i], b = x[i + 1] - x[i] ** 2;
    value += a * a + 100 * b * b;
    gradient[i] = -2 * a - 400 * x[i] * b;
    gradient[i + 1] = 200 * b;
  }
  return { value, gradient };
};

/** Σ x_i − log x_i, which is not a number where an x is not positive. */
export const barrier: Evaluate = (x) => ({
  value: x.reduce((sum, each) => sum + each - Math.log(each) - 1, 0),
  gradient: x.map((each) => each > 0 ? 1 - 1 / each : NaN),
});
