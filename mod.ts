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
export * from "./src/gpu/autotune.ts";
export * from "./src/gpu/kernel.ts";
export * from "./src/gpu/meter.ts";
export * from "./src/gpu/peak.ts";
export * from "./src/gpu/profiler.ts";
export type { Choice, Question, QuestionShape, Tuner } from "./src/gpu/tuner.ts";

export { type DoubleSingleForm } from "./src/linalg/double_single.ts";
export {
  DOUBLE_SINGLE_FUNCTIONS,
  type DoubleSingleFunction,
  type FormSelfTest,
  type PrecisionSelfTest,
  selfTestDoubleSingle,
  type SelfTestOptions,
} from "./src/linalg/double_single_self_test.ts";
export * from "./src/linalg/eigh.ts";
export * from "./src/linalg/eigvalsh.ts";
export { type FeatureSource, type HeldFeatures, type StreamedFeatures } from "./src/linalg/feature_tiles.ts";
export * from "./src/linalg/gram_matrices.ts";
export { type HostMatrix } from "./src/linalg/host_matrix.ts";
export * from "./src/linalg/lstsq.ts";
export * from "./src/linalg/matrix.ts";
export * from "./src/linalg/svd.ts";
export * from "./src/linalg/svdvals.ts";

export * from "./src/nn/activation.ts";
export * from "./src/nn/initializer.ts";
export * from "./src/nn/layout.ts";
export * from "./src/nn/network.ts";
export * from "./src/nn/optimizer.ts";
export { type FlowRecord } from "./src/nn/polar_flow.ts";
export * from "./src/nn/samples.ts";

export * from "./src/rank/cluster_variation.ts";
export * from "./src/rank/counting.ts";
export * from "./src/rank/feature_ranks.ts";
export * from "./src/rank/feature_spectrum.ts";
export * from "./src/rank/loss_floor.ts";
export * from "./src/rank/one_sided_spectra.ts";
export * from "./src/rank/prepare_features.ts";
export * from "./src/rank/principal_angles.ts";
export * from "./src/rank/rank_interval.ts";
export * from "./src/rank/spearman.ts";
export * from "./src/rank/spectral_ranks.ts";
export * from "./src/rank/stairs.ts";
export * from "./src/rank/subspace_distance.ts";
export * from "./src/rank/weight_ranks.ts";

export * from "./src/tasks/bounding_box.ts";
export * from "./src/tasks/digits.ts";
export * from "./src/tasks/equation_task.ts";
export * from "./src/tasks/equations.ts";
export * from "./src/tasks/function_task.ts";
export * from "./src/tasks/functions.ts";
export * from "./src/tasks/input_maps.ts";
export * from "./src/tasks/mixture.ts";
export * from "./src/tasks/options.ts";
export * from "./src/tasks/pool.ts";
export * from "./src/tasks/registry.ts";
export * from "./src/tasks/task.ts";

export * from "./src/train/figure_data.ts";
export * from "./src/train/options.ts";
export * from "./src/train/pretrain_layer.ts";
export * from "./src/train/structured_layer.ts";
export * from "./src/train/summary.ts";
export * from "./src/train/trace.ts";
export * from "./src/train/training.ts";

export * from "./src/plot/staircase.ts";
export * from "./src/plot/staircase_data.ts";

export * from "./src/io/csv.ts";
export * from "./src/io/feature_file.ts";
export * from "./src/io/flags.ts";
export * from "./src/io/help.ts";
export * from "./src/io/json.ts";
export { type FloatArray } from "./src/io/floats.ts";
export * from "./src/io/npy.ts";
export * from "./src/io/program.ts";
export * from "./src/io/program_flags.ts";
export * from "./src/io/progress.ts";
export * from "./src/io/run_folder.ts";
export * from "./src/io/text_table.ts";
export * from "./src/io/trace_csv.ts";

export { type FamilyName, familyNames } from "./src/experiments/kernel_study/families.ts";
export * from "./src/experiments/kernel_study/figures.ts";
export * from "./src/experiments/kernel_study/flags.ts";
export * from "./src/experiments/kernel_study/options.ts";
export * from "./src/experiments/kernel_study/record.ts";
export * from "./src/experiments/kernel_study/rows.ts";
export * from "./src/experiments/kernel_study/study.ts";
export { type MethodSummary } from "./src/experiments/kernel_study/summary.ts";
export * from "./src/experiments/kernel_study/tables.ts";
export { type CollapsedLayer, type CollapseRow } from "./src/experiments/collapsed_layers.ts";
export * from "./src/experiments/depth_profile.ts";
export * from "./src/experiments/directional_convergence.ts";
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
export * from "./src/experiments/experiment_program.ts";
export * from "./src/experiments/experiment_record.ts";
export * from "./src/experiments/loss_floor.ts";
export * from "./src/experiments/methods.ts";
export * from "./src/experiments/methods/flags.ts";
export * from "./src/experiments/methods/options.ts";
export { type MethodOutcome } from "./src/experiments/methods/outcome.ts";
export * from "./src/experiments/methods/partition.ts";
export * from "./src/experiments/methods/random_features.ts";
export * from "./src/experiments/pretraining.ts";
export * from "./src/experiments/pretraining/flags.ts";
export { type PretrainingNetwork, type PretrainingRun } from "./src/experiments/pretraining/networks.ts";
export {
  type CompletePretrainingCase,
  type CompletePretrainingOptions,
  completePretrainingOptions,
  type PretrainingCase,
  type PretrainingOptions,
} from "./src/experiments/pretraining/options.ts";
export * from "./src/experiments/rank_collapse.ts";
export * from "./src/experiments/rank_table.ts";
export * from "./src/experiments/report.ts";
export * from "./src/experiments/run_record.ts";
export * from "./src/experiments/sgd_rank.ts";
export * from "./src/experiments/sgd_rank/flags.ts";
export { type SgdRankNetwork } from "./src/experiments/sgd_rank/network.ts";
export {
  type CompleteSgdRankOptions,
  completeSgdRankOptions,
  type SgdRankComparison,
  type SgdRankOptions,
} from "./src/experiments/sgd_rank/options.ts";
export * from "./src/experiments/staircase.ts";
export * from "./src/experiments/staircase_atlas.ts";
export * from "./src/experiments/staircase_atlas/flags.ts";
export * from "./src/experiments/staircase_atlas/options.ts";
export { type AtlasRun } from "./src/experiments/staircase_atlas/statistics.ts";
export * from "./src/experiments/training_flags.ts";
export * from "./src/experiments/verdict.ts";
