/**
 * Experiments: published claims, tested on networks that differ only in their random streams.
 *
 * @example Run one and read its verdicts; draw its figure.
 * ```ts
 * import { Gpu } from "../gpu/device.ts";
 * import { depthProfile, runExperiment } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const options = { layers: "8,8,8", steps: 20, probeEvery: 20, replicas: 2 };
 * const result = await runExperiment(gpu, depthProfile, options);
 * for (const { claim, holds } of result.verdicts) console.log(claim, holds);
 * const svg: string = await depthProfile.figures["depth_profile.svg"](result);
 * ```
 *
 * @module
 */
import type { Experiment } from "./core/experiment.ts";
import { depthProfile } from "./depth_profile/mod.ts";
import { collapseBound } from "./collapse_bound/mod.ts";
import { directionalConvergence } from "./directional_convergence/mod.ts";
import { kernelStudy } from "./kernel_study/mod.ts";
import { lossFloorStudy } from "./loss_floor/mod.ts";
import { methods } from "./methods/mod.ts";
import { nearOrthogonal } from "./near_orthogonal/mod.ts";
import { optimizerStudy } from "./optimisers/mod.ts";
import { parametrization } from "./parametrisation/mod.ts";
import { phaseDiagram } from "./phase_diagram/mod.ts";
import { plateaus } from "./plateaus/mod.ts";
import { pretraining } from "./pretraining/mod.ts";
import { rankCollapse } from "./rank_collapse/mod.ts";
import { saddleToSaddle } from "./saddle_to_saddle/mod.ts";
import { sgdRank } from "./sgd_rank/mod.ts";
import { staircase } from "./staircase/mod.ts";
import { staircaseAtlas } from "./staircase_atlas/mod.ts";
import { tangentKernel } from "./tangent_kernel/mod.ts";

export {
  collapseBound,
  depthProfile,
  directionalConvergence,
  kernelStudy,
  lossFloorStudy,
  methods,
  nearOrthogonal,
  optimizerStudy,
  parametrization,
  phaseDiagram,
  plateaus,
  pretraining,
  rankCollapse,
  saddleToSaddle,
  sgdRank,
  staircase,
  staircaseAtlas,
  tangentKernel,
};
export type { BoundRow } from "./collapse_bound/claims.ts";
export type { CollapseBoundOptions } from "./collapse_bound/plan.ts";
export type { DepthEnds } from "./depth_profile/claims.ts";
export type { DepthProfileOptions } from "./depth_profile/mod.ts";
export type {
  DirectionalCase,
  DirectionalLoss,
  DirectionalNetwork,
  DirectionalOptions,
  DirectionalPlan,
} from "./directional_convergence/plan.ts";
export type {
  CaseResult,
  FlowPath,
  FlowPoint,
  KktPoint,
  LostPath,
} from "./directional_convergence/study_case.ts";
export {
  type FamilyMatrix,
  familyNames,
  type FloatFormat,
  generateFeatures,
} from "./kernel_study/families/mod.ts";
export type { EnteredMethod } from "./kernel_study/entered_method.ts";
export type { EntrantDescription } from "./kernel_study/entrant_process.ts";
export type { Entrant, MissingPeer } from "./kernel_study/entrants.ts";
export type { Work } from "./kernel_study/flops.ts";
export type { KernelStudyOptions, KernelStudyPlan } from "./kernel_study/plan.ts";
export type {
  ConvergenceRow,
  CostRow,
  CountRow,
  EigenvalueRow,
  Exponent,
  GrowthAxis,
  GrowthRow,
  MatrixKey,
  MethodKey,
} from "./kernel_study/rows.ts";
export type { Failure, KernelStudy } from "./kernel_study/study.ts";
export type { MethodSummary } from "./kernel_study/summary.ts";
export type { LossFloorRun } from "./loss_floor/claims.ts";
export type { LossFloorOptions } from "./loss_floor/mod.ts";
export type { Frequencies, InputMaps } from "./methods/inputs.ts";
export type { MethodOutcome } from "./methods/outcome.ts";
export type { LearningMethod, MethodsOptions, MethodsPlan } from "./methods/plan.ts";
export type { NearOrthogonalRow } from "./near_orthogonal/networks.ts";
export type {
  NearOrthogonalCase,
  NearOrthogonalOptions,
  NearOrthogonalPlan,
} from "./near_orthogonal/plan.ts";
export type { OptimizedNetwork } from "./optimisers/claims.ts";
export type { ArmName, OptimizersOptions, OptimizersPlan } from "./optimisers/plan.ts";
export type { ParametrizationRow } from "./parametrisation/networks.ts";
export type {
  ParametrizationArm,
  ParametrizationOptions,
  ParametrizationPlan,
} from "./parametrisation/plan.ts";
export type { PhaseCell, PhaseNetwork } from "./phase_diagram/cells.ts";
export type { PhaseOptions, PhasePlace, PhasePlan } from "./phase_diagram/plan.ts";
export type { PlateauNetwork, PlateauPoint } from "./plateaus/networks.ts";
export type { PlateauArm, PlateauPlan, PlateauValues } from "./plateaus/plan.ts";
export type { Architecture } from "./pretraining/cases.ts";
export type { PretrainingNetwork, PretrainingRun } from "./pretraining/networks.ts";
export type { PretrainingCase, PretrainingOptions, PretrainingPlan } from "./pretraining/plan.ts";
export type { CollapseRow } from "./rank_collapse/layers.ts";
export type {
  CollapsePlace,
  CollapseTask,
  RankCollapseOptions,
  RankCollapsePlan,
} from "./rank_collapse/plan.ts";
export type { Plateau, SaddleNetwork, SaddlePoint } from "./saddle_to_saddle/networks.ts";
export type { SaddleOptions, SaddlePlace, SaddlePlan } from "./saddle_to_saddle/plan.ts";
export type { SgdRankNetwork } from "./sgd_rank/network.ts";
export type { SgdRankComparison, SgdRankOptions, SgdRankPlan } from "./sgd_rank/plan.ts";
export { rethreshold, type Thresholds } from "./staircase/rethreshold.ts";
export type { StaircaseOptions } from "./staircase/mod.ts";
export type { StaircaseRun } from "./staircase/report.ts";
export type { TangentRow } from "./tangent_kernel/claims.ts";
export type { TangentCase, TangentKernelOptions, TangentKernelPlan } from "./tangent_kernel/plan.ts";
export { type MergeOptions, mergeSweeps } from "./sweep/merge.ts";
export type { SweepResults, SweepSummary } from "./sweep/results.ts";
export type { SweepRow } from "./sweep/results_view.ts";
export { runSweep, type SweepOptions, type SweepRequest } from "./sweep/run_sweep.ts";
export type { TaskFacts, TaskSource, Trial, TrialOptions, TrialSettings, TrialValue } from "./sweep/trial.ts";
export type { AtlasRun } from "./staircase_atlas/claims.ts";
export type { AtlasCell, AtlasOptimizer, AtlasVariant } from "./staircase_atlas/cells.ts";
export type { AtlasOptions, AtlasPlan } from "./staircase_atlas/plan.ts";
export {
  defineExperiment,
  type Divergence,
  type Experiment,
  type ExperimentPlan,
  type ExperimentResult,
  type Maker,
  type OptionsOf,
  type ResultOf,
  type Run,
  type RunContext,
  type RunOutcome,
  type RunStatus,
  type TrainingKeeper,
} from "./core/experiment.ts";
export { type FolderRecord, type FolderRun, type FolderRunOptions, runInFolder } from "./core/folder_run.ts";
export { GpuLease } from "./core/gpu_lease.ts";
export { experimentFlags, runExperimentProgram } from "./core/program.ts";
export type { DeviceLoss, RunHistory, RunSession } from "./core/run_history.ts";
export { TrainingSession } from "./core/training_session.ts";
export {
  type AdapterRecord,
  type Configuration,
  type ExperimentRecord,
  experimentRecord,
  type TaskConfiguration,
} from "./core/record.ts";
export type { ReportTexts } from "../report/run_report.ts";
export type { RunTexts } from "../train/run_texts.ts";
export { runExperiment, type RunOptions } from "./core/run.ts";
export {
  type CamelCase,
  type Column,
  type Columns,
  type GivenColumns,
  type Table,
  table,
} from "../io/table.ts";
export { experimentText } from "./core/text.ts";
export { type CertifiedRank, rankColumns } from "./core/rank_columns.ts";
export { type MeasuredTraining, type Measurements, trainingRun } from "./core/training_run.ts";
export {
  type Claim,
  claimsOf,
  type Demand,
  judge,
  type NullHypothesis,
  type RowClaim,
  type Verdict,
  verdictLines,
} from "./core/verdict.ts";

/** All experiments, in the order of the README. */
export const experiments: readonly Experiment[] = [
  staircase,
  staircaseAtlas,
  lossFloorStudy,
  pretraining,
  optimizerStudy,
  methods,
  depthProfile,
  rankCollapse,
  collapseBound,
  directionalConvergence,
  saddleToSaddle,
  plateaus,
  phaseDiagram,
  parametrization,
  sgdRank,
  tangentKernel,
  nearOrthogonal,
  kernelStudy,
];
