/**
 * Losses of one sample in float64.
 *
 * @module
 */
import { logistic, softplus } from "./special_functions.ts";

/** ℓ(u, y) of one sample. */
export interface ReferenceLoss {
  /** ℓ. */
  readonly loss: number;
  /** ∂ℓ/∂u. */
  readonly gradient: number[];
  /**
   * Whether the sample is classified as its target says; false for a loss that does not classify.
   */
  readonly hit: boolean;
}

/**
 * Evaluates a loss.
 *
 * @param name Its name.
 * @param u Outputs.
 * @param y Targets.
 * @returns Loss, gradient and hit.
 */
export function sampleLoss(name: string, u: readonly number[], y: readonly number[]): ReferenceLoss {
  const result = LOSSES[name](u, y);
  return { ...result, hit: result.hit && Number.isFinite(result.loss) };
}

const LOSSES: Readonly<Record<string, (u: readonly number[], y: readonly number[]) => ReferenceLoss>> = {
  "mean-squared-error": (u, y) => ({
    loss: sum(u.map((uc, c) => (uc - y[c]) ** 2)),
    gradient: u.map((uc, c) => 2 * (uc - y[c])),
    hit: false,
  }),
  "softmax-cross-entropy": (u, y) => {
    const top = Math.max(...u), first = u.indexOf(top);
    const exponentials = u.map((uc) => Math.exp(uc - top));
    const total = sum(exponentials), mass = sum(y);
    // log Σ e^u = top + log(1 + the other terms): log1p keeps a loss below 10⁻¹⁶.
    const others = sum(exponentials.filter((_, c) => c !== first));
    return {
      loss: sum(y.map((yc, c) => yc * (top - u[c]))) + mass * Math.log1p(others),
      gradient: y.map((yc, c) => mass * exponentials[c] / total - yc),
      hit: y[first] === Math.max(...y),
    };
  },
  logistic: (u, y) => ({
    loss: sum(u.map((uc, c) => (uc >= 0 ? (1 - y[c]) * uc : -y[c] * uc) + softplus(-Math.abs(uc)))),
    gradient: u.map((uc, c) => logistic(uc) - y[c]),
    hit: u.every((uc, c) => (uc > 0) === (y[c] > 0.5)),
  }),
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
