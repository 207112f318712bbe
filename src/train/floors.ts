/**
 * The loss floors of a probe.
 *
 * @module
 */
import { gamma } from "../linalg/rounding.ts";
import { eigenfeatureFloor } from "../rank/certificates/eigenfeatures.ts";
import { projectionError } from "../rank/certificates/loss_floor.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { TargetMoments } from "../rank/certificates/target_moments.ts";
import type { LayerRecord } from "../rank/probes/probe.ts";

/** Norms of an output layer, as a probe has summed them up. */
export interface OutputNorms {
  /** ‖β‖_F of its weights. */
  readonly weightNorm: number;
  /** ‖b‖ of its biases. */
  readonly biasNorm: number;
}

/** What floors depend on besides features and output layer. */
export interface FloorOptions {
  /** Moments of the targets. */
  readonly targets: TargetMoments;
  /** Number of samples. */
  readonly samples: number;
  /** Thresholds. */
  readonly epsilons: readonly number[];
  /** Whether thresholds are shares of λ₁. */
  readonly threshold: Threshold;
}

/** Floors of one probe. */
export interface Floors {
  /** Lower bounds of the measured loss, one for each threshold. */
  readonly floors: number[];
  /** Least loss of any output layer, see `projectionError`. */
  readonly projectionError: number;
}

/**
 * Computes lower bounds of the loss that a probe has measured.
 *
 * That loss is rounded, in single precision: û = Φβ + 1bᵀ errs by at most γ(n + 3) (√(tr M) ‖β‖_F +
 * √Σw ‖b‖) in the weighted norm, and the sum of m c squares by γ(m c + 6) of itself, in whatever
 * order it is formed. The norms are rounded sums of squares as well. The floor of exact arithmetic
 * is lowered by as much.
 *
 * @param layer The last hidden layer.
 * @param norms Norms of the output layer.
 * @param options Targets and thresholds.
 * @returns The floors; `null` where the layer has no moments.
 */
export function probeFloors(layer: LayerRecord, norms: OutputNorms, options: FloorOptions): Floors | null {
  const { eigenvalues, bounds, moments } = layer;
  if (!moments) return null;
  const { targets, targets: { mass, means }, samples, epsilons, threshold } = options;
  const n = eigenvalues.length, outputs = means.length;
  const weightNorm = norms.weightNorm * (1 + gamma(n * outputs + 2));
  const biasNorm = norms.biasNorm * (1 + gamma(outputs + 2));
  const trace = eigenvalues.reduce((sum, value, i) => sum + value + bounds[i], 0);
  const evaluation = gamma(n + 3) * (Math.sqrt(trace) * weightNorm + Math.sqrt(mass) * biasNorm);
  const scale = threshold === "relative" ? eigenvalues[0] + bounds[0] : 1;
  const floors = epsilons.map((epsilon) => {
    const floor = eigenfeatureFloor(
      { eigenvalues, bounds, moments },
      { targets, weightNorm, biasNorm },
      epsilon * scale,
    );
    return Math.max(0, Math.sqrt(floor) - evaluation) ** 2 * Math.max(0, 1 - gamma(samples * outputs + 6));
  });
  return { floors, projectionError: projectionError({ eigenvalues, bounds, ...moments, targets }) };
}
