/**
 * Statistics and random numbers: medians and quantiles, confidence intervals, rank correlation,
 * p-values, tests against circular shifts, power laws, spectra of random matrices, and reproducible
 * random streams and matrices. They run on the host.
 *
 * @example Mean of five values, with its confidence interval.
 * ```ts
 * import assert from "node:assert/strict";
 * import { meanInterval } from "./mod.ts";
 *
 * const { mean, low, high } = meanInterval([1, 2, 3, 4, 5]);
 * assert(mean === 3 && low < 2 && high > 4);
 * ```
 *
 * @module
 */
export { type AlignedSeries, alignSteps } from "./align_steps.ts";
export { testCoincidence } from "./coincidence.ts";
export {
  correlationPValue,
  type MeanInterval,
  meanInterval,
  meanPValue,
  studentQuantile,
  studentTail,
} from "./confidence.ts";
export { extent } from "./extent.ts";
export { fitLine, type LineFit } from "./line_fit.ts";
export {
  fitMarchenkoPastur,
  marchenkoPastur,
  type MarchenkoPasturFit,
  marchenkoPasturQuantile,
} from "./marchenko_pastur.ts";
export { mean } from "./mean.ts";
export { lowerMedian } from "./median.ts";
export { findPeaks, type PeakOptions } from "./peaks.ts";
export { fitPowerLaw, type PowerLaw } from "./power_law.ts";
export { fitPowerLawTail, type PowerLawTail, type PowerLawTailOptions } from "./power_law_tail.ts";
export { summarize, type Summary } from "./quantiles.ts";
export { combinePValues, monteCarloPValue } from "./p_values.ts";
export { normal, permutation, uniform } from "./random.ts";
export { longestRun, type SeriesRun } from "./runs.ts";
export { normals, tanhLayer, withEigenvalues } from "./random_matrices.ts";
export { spearman } from "./spearman.ts";
export {
  type Correlation,
  localQuantiles,
  oppositeChanges,
  type ResponseOptions,
  type ResponseTest,
  shiftedResponse,
  type ShiftEvent,
  testResponse,
} from "./shifts.ts";
