/**
 * Experiments: published claims, tested on networks that differ only in their random streams.
 *
 * @example Run one and read its verdicts; draw its figure.
 * ```ts
 * import { Gpu } from "../gpu/device.ts";
 * import { depthProfile, runExperiment } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const result = await runExperiment(gpu, depthProfile, { layers: "8,8,8", steps: 20, probeEvery: 20, replicas: 2 });
 * for (const { claim, holds } of result.verdicts) console.log(claim, holds);
 * const svg: string = await depthProfile.figures["depth_profile.svg"](result);
 * ```
 *
 * @module
 */
import type { Experiment } from "./core/experiment.ts";
import { depthProfile } from "./depth_profile/mod.ts";
import { directionalConvergence } from "./directional_convergence/mod.ts";
import { kernelStudy } from "./kernel_study/mod.ts";
import { lossFloorStudy } from "./loss_floor/mod.ts";
import { methods } from "./methods/mod.ts";
import { pretraining } from "./pretraining/mod.ts";
import { rankCollapse } from "./rank_collapse/mod.ts";
import { sgdRank } from "./sgd_rank/mod.ts";
import { staircase } from "./staircase/mod.ts";
import { staircaseAtlas } from "./staircase_atlas/mod.ts";

export {
  depthProfile,
  directionalConvergence,
  kernelStudy,
  lossFloorStudy,
  methods,
  pretraining,
  rankCollapse,
  sgdRank,
  staircase,
  staircaseAtlas,
};
export {
  defineExperiment,
  type Divergence,
  type Experiment,
  type ExperimentPlan,
  type ExperimentResult,
  type OptionsOf,
  type ResultOf,
  type Run,
  type RunContext,
  type RunOutcome,
  type RunStatus,
} from "./core/experiment.ts";
export { experimentFlags, runExperimentProgram } from "./core/program.ts";
export {
  type Configuration,
  type ExperimentRecord,
  experimentRecord,
  type TaskConfiguration,
} from "./core/record.ts";
export { runExperiment, type RunOptions } from "./core/run.ts";
export { type Column, type Columns, type Table, table } from "./core/table.ts";
export { experimentText } from "./core/text.ts";
export { type MeasuredTraining, type Measurements, trainingRun } from "./core/training_run.ts";
export { type Claim, type Demand, judge, type Verdict, verdictLines } from "./core/verdict.ts";

/** All experiments, in the order of the README. A new one costs its folder, one line here, and one test. */
export const experiments: readonly Experiment[] = [
  staircase,
  staircaseAtlas,
  lossFloorStudy,
  pretraining,
  methods,
  depthProfile,
  rankCollapse,
  directionalConvergence,
  sgdRank,
  kernelStudy,
];
