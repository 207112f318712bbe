/**
 * How samples are weighted in a Gram matrix, and so what absolute thresholds mean.
 *
 * @module
 */
import { formatNumber } from "../format.ts";

/**
 * Weights of samples: 1/m each for the mean of m samples; 1 for their sum; volume / m for the
 * integral over a domain of that volume which they fill evenly; or those of a file.
 */
export type Normalization =
  | { readonly kind: "mean" | "sum" }
  | { readonly kind: "integral"; readonly volume: number }
  | { readonly kind: "weights"; readonly file: string };

/**
 * Gets the volume that samples fill where all weigh the same.
 *
 * @param normalization How samples are weighted.
 * @param rows Number of samples.
 * @returns The option of `featureRanks`: empty for a mean, its default, and for weights of a file.
 */
export function volumeOf(normalization: Normalization, rows: number): { readonly volume?: number } {
  switch (normalization.kind) {
    case "sum":
      return { volume: rows };
    case "integral":
      return { volume: normalization.volume };
    default:
      return {};
  }
}

/**
 * Says how samples are weighted.
 *
 * @param normalization How they are.
 * @param samples Number of samples; `null` where it differs.
 * @returns A phrase of a few words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { normalizationText } from "./normalization.ts";
 *
 * assert.equal(normalizationText({ kind: "mean" }, 512), "weights 1/512 (mean)");
 * assert.equal(normalizationText({ kind: "sum" }, 512), "weights 1 (sum)");
 * const integral = { kind: "integral", volume: 2 } as const;
 * assert.equal(normalizationText(integral, null), "weights 2/samples (integral)");
 * ```
 */
export function normalizationText(normalization: Normalization, samples: number | null): string {
  switch (normalization.kind) {
    case "mean":
      return `weights 1/${samples ?? "samples"} (mean)`;
    case "sum":
      return "weights 1 (sum)";
    case "integral":
      return `weights ${formatNumber(normalization.volume)}/${samples ?? "samples"} (integral)`;
    case "weights":
      return `weights of ${normalization.file}`;
  }
}
