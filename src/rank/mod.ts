/**
 * Ranks of features and weights: certified ε-ranks, the spectra behind them, and other measures of
 * rank. Each certified rank comes with an interval that contains the exact count. Importing this
 * module loads no package.
 *
 * @example Rank of the features of three samples.
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/mod.ts";
 * import { featureRanks } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const features = { rows: 3, columns: 2, data: Float32Array.of(1, 2, 2, 4, 3, 6) };
 * const { ranks: [{ rank }] } = await featureRanks(gpu, features, { epsilons: [1e-3] });
 * assert.equal(rank, 1);
 * ```
 *
 * @module
 */
export type { EigenvalueCount } from "../linalg/count/eigenvalue_count.ts";
export type { Matrix } from "../linalg/matrix.ts";
export type { MatrixSource, Tile, TiledMatrix } from "../linalg/matrix_source.ts";
export type { Rational } from "../linalg/exact/rational.ts";
export type { ExactRank } from "./certificates/exact_count.ts";
export {
  exactRank,
  type ExactRankOptions,
  exactRankSeconds,
  exactRelativeRank,
} from "./certificates/exact_rank.ts";
export type { RelativeCount } from "./certificates/exact_relative.ts";
export type { Enclosure } from "./certificates/largest_eigenvalue.ts";
export { type FloorInput, lossFloor, projectionError } from "./certificates/loss_floor.ts";
export { type RankInterval, rankInterval, type Threshold } from "./certificates/rank_interval.ts";
export { type TargetMoments, targetMoments } from "./certificates/target_moments.ts";
export { type RankVerdict, type VerifyOptions, verifyRanks } from "./certificates/verify_ranks.ts";
export type { PrepareOptions } from "./features/prepare_features.ts";
export { type CountingOptions, countRanks } from "./methods/counting.ts";
export {
  type CountRanks,
  type FeatureRanks,
  featureRanks,
  type FeatureRanksOptions,
  type RanksBase,
  type SpectrumRanks,
} from "./methods/feature_ranks.ts";
export {
  autoRankMethod,
  autoRankMethodHelp,
  type AutoRankMethodOptions,
  type ChooseMethodOptions,
  chooseRankMethod,
  chooseSpectrumMethod,
  type MethodChoice,
} from "./methods/auto_method.ts";
export {
  type CountMethod,
  type CountMethodName,
  countMethodNames,
  type CountMethodOptions,
  type MethodPrecision,
  type RankMethod,
  type RankMethodBase,
  type RankMethodName,
  rankMethodNames,
  rankMethods,
  type SpectrumMethod,
  type SpectrumMethodName,
} from "./methods/rank_methods.ts";
export { type ClusterVariation, clusterVariations } from "./ranks/cluster_variation.ts";
export { type LayerBound, layerBounds } from "./ranks/collapse_bounds.ts";
export { type CollapsedLayer, collapsedLayers } from "./ranks/collapsed_layers.ts";
export {
  type PrincipalAngles,
  principalAngles,
  type PrincipalAnglesOptions,
} from "./ranks/principal_angles.ts";
export { type SampleGram, type SampleGramOptions, sampleGrams } from "./ranks/sample_grams.ts";
export { spectralBounds, type SpectralRanks, spectralRanks } from "./ranks/spectral_bounds.ts";
export {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  rankMe,
  stableRank,
} from "./ranks/spectral_ranks.ts";
export { randomSteps, type StepStart } from "./ranks/random_steps.ts";
export { activeShare, patternChange } from "./ranks/activation_pattern.ts";
export { chordalDistance, subspaceSimilarity } from "./ranks/subspace_distance.ts";
export {
  type WeightRank,
  type WeightRankOptions,
  weightRanks,
  weightStableRank,
} from "./ranks/weight_ranks.ts";
export {
  featureSpectra,
  type FeatureSpectrum,
  type Precision,
  type SpectrumOptions,
} from "./spectra/feature_spectrum.ts";
export { hostSpectra } from "./spectra/host_spectra.ts";
export { oneSidedSpectra } from "./spectra/one_sided_spectra.ts";
export { type TangentRanks, tangentRanks, type TangentRanksOptions } from "./tangent/tangent_ranks.ts";
export { compareRises, type RisesTogether } from "./stairs/compare_rises.ts";
export {
  type FloorTest,
  type JumpsAndFloors,
  type JumpsAndLosses,
  responseOptions,
  testCoupling,
  testFloor,
  testPairing,
} from "./stairs/coupling.ts";
export {
  findStairs,
  type Jump,
  type Stair,
  type Staircase,
  type StairOptions,
} from "./stairs/find_stairs.ts";
export type { RankBounds } from "./stairs/flicker.ts";
export { type RampTest, type RampTestOptions, testRamp } from "./stairs/ramp.ts";
