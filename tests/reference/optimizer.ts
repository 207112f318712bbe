/**
 * Optimisers and schedules in float64.
 *
 * @module
 */

/** Settings of an optimiser for one network. */
export interface ReferenceOptimizer {
  /** sgd, momentum, nesterov, adam or adamw. */
  readonly name: string;
  /** η. */
  readonly learningRate: number;
  /** μ. */
  readonly momentum: number;
  /** λ. */
  readonly weightDecay: number;
  /** Adam's β₁ and β₂. */
  readonly betas: readonly [number, number];
  /** Adam's ϵ. */
  readonly epsilon: number;
  /** Factor of η of each parameter. Default: 1. */
  readonly factors?: ArrayLike<number>;
}

/** What an optimiser remembers. */
export interface Moments {
  /** Velocity, or Adam's first moment. */
  readonly first: Float64Array;
  /** Adam's second moment. */
  readonly second: Float64Array;
}

/**
 * Makes moments that are zero.
 *
 * @param length Number of parameters.
 * @returns The moments.
 */
export function zeroMoments(length: number): Moments {
  return { first: new Float64Array(length), second: new Float64Array(length) };
}

/**
 * Updates parameters in place.
 *
 * @param optimizer Settings.
 * @param networkRate Scheduled learning rate.
 * @param t Number of this update, from 1.
 * @param theta Parameters.
 * @param gradient Gradient of the loss.
 * @param moments What the optimiser remembers.
 */
export function update(
  optimizer: ReferenceOptimizer,
  networkRate: number,
  t: number,
  theta: Float64Array,
  gradient: ArrayLike<number>,
  { first, second }: Moments,
): void {
  const { name, momentum, weightDecay, betas: [beta1, beta2], epsilon, factors } = optimizer;
  for (let i = 0; i < theta.length; i++) {
    let g = gradient[i];
    const rate = networkRate * (factors?.[i] ?? 1);
    if (name === "adamw") theta[i] *= 1 - rate * weightDecay;
    else g += weightDecay * theta[i];
    if (name === "sgd") {
      theta[i] -= rate * g;
    } else if (name === "momentum" || name === "nesterov") {
      first[i] = momentum * first[i] + g;
      theta[i] -= rate * (name === "momentum" ? first[i] : g + momentum * first[i]);
    } else if (name === "adam" || name === "adamw") {
      first[i] = beta1 * first[i] + (1 - beta1) * g;
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      const mean = first[i] / (1 - beta1 ** t), square = second[i] / (1 - beta2 ** t);
      theta[i] -= rate * mean / (Math.sqrt(square) + epsilon);
    } else throw new Error(`optimiser ${name} has no reference`);
  }
}

/** A learning-rate schedule. */
export type ReferenceSchedule =
  | { readonly kind: "constant" | "cosine" }
  | { readonly kind: "step"; readonly every: number; readonly factor: number };

/**
 * Factor of the learning rate.
 *
 * @param schedule The schedule.
 * @param step Updates made.
 * @param steps Updates of the whole run.
 * @returns The factor.
 */
export function scheduleFactor(schedule: ReferenceSchedule, step: number, steps: number): number {
  if (schedule.kind === "step") return schedule.factor ** Math.floor(step / schedule.every);
  return schedule.kind === "cosine" ? (1 + Math.cos(Math.PI * Math.min(1, step / steps))) / 2 : 1;
}
