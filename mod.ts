/**
 * Staircase: trains small neural networks and computes the rank of what they learn, on the GPU, while they learn it.
 *
 * @example Train a network and watch the rank of its features.
 * ```ts
 * import { Gpu, loadTask, staircaseData, staircaseFigure, Training } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const task = await loadTask("cosines");
 * using training = await Training.create(gpu, { task, hidden: [20, 20], steps: 40, probeEvery: 10 });
 * for await (const { step, loss, layers } of training) {
 *   const { rank, low, high } = layers[1].ranks[0];
 *   console.log(step, loss, `rank ${rank} in [${low}, ${high}]`);
 * }
 * const title = "Loss and rank";
 * const options = { title, subtitle: task.description, lossName: "squared error", threshold: "absolute" } as const;
 * const svg: string = staircaseFigure(staircaseData(training.trace, options));
 * console.log(svg.length);
 * ```
 *
 * @module
 */
export * from "./src/errors.ts";
export { VERSION } from "./src/version.ts";

export * from "./src/gpu/device.ts";
export * from "./src/gpu/array.ts";
export * from "./src/gpu/tune/autotune.ts";
export * from "./src/gpu/kernel.ts";
export * from "./src/gpu/measure/meter.ts";
export * from "./src/gpu/measure/peak.ts";
export * from "./src/gpu/measure/profiler.ts";
export type { Choice, Question, QuestionShape, Tuner } from "./src/gpu/tune/tuner.ts";

export { type EigenvalueCount } from "./src/linalg/count/eigenvalue_count.ts";
export { type DoubleSingleForm } from "./src/linalg/double_single/double_single.ts";
export {
  DOUBLE_SINGLE_FUNCTIONS,
  type DoubleSingleFunction,
  type FormSelfTest,
  type PrecisionSelfTest,
  selfTestDoubleSingle,
  type SelfTestOptions,
} from "./src/linalg/double_single/double_single_self_test.ts";
export * from "./src/linalg/eigen/eigh.ts";
export * from "./src/linalg/eigen/eigvalsh.ts";
export * from "./src/linalg/gram/gram_matrices.ts";
export { type Matrix } from "./src/linalg/matrix.ts";
export { type MatrixSource, type TiledMatrix } from "./src/linalg/matrix_source.ts";
export * from "./src/linalg/svd/lstsq.ts";
export * from "./src/linalg/matrix_view.ts";
export * from "./src/linalg/svd/svd.ts";
export * from "./src/linalg/svd/svdvals.ts";

export * from "./src/nn/activation.ts";
export * from "./src/nn/initializer.ts";
export * from "./src/nn/layout.ts";
export * from "./src/nn/network.ts";
export * from "./src/nn/optim/optimizer.ts";
export { type FlowRecord } from "./src/nn/optim/polar_flow.ts";
export * from "./src/nn/samples.ts";

export * from "./src/rank/ranks/cluster_variation.ts";
export * from "./src/rank/methods/counting.ts";
export * from "./src/rank/methods/feature_ranks.ts";
export {
  autoRankMethodHelp,
  type CountMethod,
  type CountMethodName,
  type MethodPrecision,
  type RankMethod,
  type RankMethodBase,
  type RankMethodName,
  rankMethodNames,
  rankMethods,
  type SpectrumMethod,
} from "./src/rank/methods/rank_methods.ts";
export * from "./src/rank/spectra/feature_spectrum.ts";
export * from "./src/rank/certificates/loss_floor.ts";
export * from "./src/rank/spectra/one_sided_spectra.ts";
export * from "./src/rank/features/prepare_features.ts";
export { type Enclosure } from "./src/rank/certificates/largest_eigenvalue.ts";
export * from "./src/rank/ranks/principal_angles.ts";
export * from "./src/rank/certificates/rank_interval.ts";
export * from "./src/stats/spearman.ts";
export * from "./src/rank/ranks/spectral_ranks.ts";
export * from "./src/rank/ranks/stairs.ts";
export * from "./src/rank/ranks/subspace_distance.ts";
export * from "./src/rank/ranks/weight_ranks.ts";

export * from "./src/tasks/bounding_box.ts";
export * from "./src/tasks/digits/digits.ts";
export * from "./src/tasks/equations/equation_task.ts";
export * from "./src/tasks/equations/equations.ts";
export * from "./src/tasks/function_task.ts";
export * from "./src/tasks/functions.ts";
export * from "./src/tasks/input_maps.ts";
export * from "./src/tasks/mixture.ts";
export * from "./src/tasks/options.ts";
export * from "./src/tasks/digits/pool.ts";
export * from "./src/tasks/registry.ts";
export * from "./src/tasks/task.ts";

export * from "./src/plot/staircase/figure_data.ts";
export * from "./src/train/options.ts";
export * from "./src/train/pretrain/pretrain_layer.ts";
export * from "./src/train/pretrain/structured_layer.ts";
export * from "./src/train/summary.ts";
export * from "./src/train/trace.ts";
export * from "./src/train/training.ts";

export * from "./src/plot/staircase/staircase.ts";
export * from "./src/plot/staircase/staircase_data.ts";

export * from "./src/io/csv.ts";
export * from "./src/io/feature_file.ts";
export * from "./src/cli/flags.ts";
export * from "./src/cli/help.ts";
export * from "./src/io/json.ts";
export { type FloatArray } from "./src/io/floats.ts";
export * from "./src/io/npy.ts";
export { type NamedRanks, rankJson } from "./src/io/rank_json.ts";
export * from "./src/cli/program.ts";
export * from "./src/cli/program_flags.ts";
export * from "./src/cli/progress.ts";
export * from "./src/io/run_folder.ts";
export * from "./src/cli/text_table.ts";
export * from "./src/io/trace_csv.ts";

export { type FamilyName, familyNames } from "./src/experiments/kernel_study/families.ts";
export * from "./src/experiments/kernel_study/figures/mod.ts";
export * from "./src/experiments/kernel_study/flags.ts";
export * from "./src/experiments/kernel_study/options.ts";
export * from "./src/experiments/kernel_study/record.ts";
export * from "./src/experiments/kernel_study/rows.ts";
export * from "./src/experiments/kernel_study/study.ts";
export { type MethodSummary } from "./src/experiments/kernel_study/summary.ts";
export * from "./src/experiments/kernel_study/tables.ts";
export { type CollapsedLayer, type CollapseRow } from "./src/experiments/rank_collapse/layers.ts";
export * from "./src/experiments/depth_profile/mod.ts";
export * from "./src/experiments/directional_convergence/mod.ts";
export * from "./src/experiments/directional_convergence/flags.ts";
export {
  type CompleteDirectionalOptions,
  completeDirectionalOptions,
  type DirectionalCase,
  type DirectionalLoss,
  directionalLosses,
  type DirectionalNetwork,
  type DirectionalOptions,
  directionalTargets,
} from "./src/experiments/directional_convergence/options.ts";
export {
  type CaseResult,
  type FlowPath,
  type FlowPoint,
  type KktPoint,
  type LostPath,
} from "./src/experiments/directional_convergence/study_case.ts";
export * from "./src/experiments/core/program.ts";
export * from "./src/experiments/core/record.ts";
export * from "./src/experiments/loss_floor/mod.ts";
export * from "./src/experiments/methods/mod.ts";
export * from "./src/experiments/methods/flags.ts";
export * from "./src/experiments/methods/options.ts";
export { type MethodOutcome } from "./src/experiments/methods/outcome.ts";
export * from "./src/experiments/methods/partition.ts";
export * from "./src/experiments/methods/random_features.ts";
export * from "./src/experiments/pretraining/mod.ts";
export * from "./src/experiments/pretraining/flags.ts";
export { type PretrainingNetwork, type PretrainingRun } from "./src/experiments/pretraining/networks.ts";
export {
  type CompletePretrainingCase,
  type CompletePretrainingOptions,
  completePretrainingOptions,
  type PretrainingCase,
  type PretrainingOptions,
} from "./src/experiments/pretraining/options.ts";
export * from "./src/experiments/rank_collapse/mod.ts";
export * from "./src/cli/rank_table.ts";
export * from "./src/experiments/core/report.ts";
export * from "./src/experiments/core/run_record.ts";
export * from "./src/experiments/sgd_rank/mod.ts";
export * from "./src/experiments/sgd_rank/flags.ts";
export { type SgdRankNetwork } from "./src/experiments/sgd_rank/network.ts";
export {
  type CompleteSgdRankOptions,
  completeSgdRankOptions,
  type SgdRankComparison,
  type SgdRankOptions,
} from "./src/experiments/sgd_rank/options.ts";
export * from "./src/experiments/staircase/mod.ts";
export * from "./src/experiments/staircase_atlas/mod.ts";
export * from "./src/experiments/staircase_atlas/flags.ts";
export * from "./src/experiments/staircase_atlas/options.ts";
export { type AtlasRun } from "./src/experiments/staircase_atlas/statistics.ts";
export * from "./src/cli/training_flags.ts";
export * from "./src/experiments/core/verdict.ts";
