/**
 * Moments of the targets of a regression.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { ShapeError } from "../../errors.ts";

/** Moments of the targets alone, which do not change during a run. */
export interface TargetMoments {
  /** ‖y‖²_w = Σ_k w_k ‖y_k‖². */
  readonly square: number;
  /** ⟨1, y_c⟩_w for each output c. */
  readonly means: readonly number[];
  /** Σ w. */
  readonly mass: number;
}

/**
 * Computes the moments of targets, each to within a few roundings of float64 of the sum of its
 * terms' magnitudes.
 *
 * @param y Targets, row-major `count × outputs`.
 * @param weights Quadrature weights w ≥ 0, `count`.
 * @returns The moments.
 * @throws {ShapeError} If there are not as many targets for each sample.
 * @throws {InputError} If a weight is not a finite number of at least 0.
 */
export function targetMoments(y: ArrayLike<number>, weights: ArrayLike<number>): TargetMoments {
  for (let k = 0; k < weights.length; k++) checkNumber(`weight ${k} (from 0)`, weights[k], { min: 0 });
  const outputs = y.length / weights.length;
  if (!Number.isInteger(outputs)) {
    throw new ShapeError(`${y.length} targets for ${weights.length} samples: give as many for each`);
  }
  const means = Array.from({ length: outputs }, () => new Sum()), square = new Sum(), mass = new Sum();
  for (let k = 0; k < weights.length; k++) {
    mass.add(weights[k]);
    for (let c = 0; c < outputs; c++) {
      const value = y[k * outputs + c];
      square.add(weights[k] * value * value);
      means[c].add(weights[k] * value);
    }
  }
  return { square: square.value, means: means.map(({ value }) => value), mass: mass.value };
}

/** A sum that keeps what its additions round off (Neumaier 1974). */
class Sum {
  #sum = 0;
  #low = 0;

  get value(): number {
    return this.#sum + this.#low;
  }

  add(x: number): void {
    const sum = this.#sum + x;
    this.#low += Math.abs(this.#sum) >= Math.abs(x) ? (this.#sum - sum) + x : (x - sum) + this.#sum;
    this.#sum = sum;
  }
}
