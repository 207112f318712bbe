/**
 * Staircase trains small neural networks on the GPU and computes the rank of what they learn, while
 * they learn it.
 *
 * This door has the names that most scripts need. Each room has a door with everything in it:
 * `./gpu`, `./linalg`, `./rank`, `./tasks`, `./train`, `./plot`, `./experiments`, `./stats`, `./io`
 * and `./cli`; by URL these are `src/ROOM/mod.ts`.
 *
 * @example Train a network, read the ranks of its features, draw the staircase.
 * ```ts
 * import { Gpu, runExperiment, staircase } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const options = { layers: [20, 20], steps: 40, probeEvery: 10 };
 * const result = await runExperiment(gpu, staircase, options);
 * for (const { step, loss, layers } of result.rows[0].trace.probes) {
 *   const { rank, low, high } = layers[1].ranks[0];
 *   console.log(step, loss, `rank ${rank} in [${low}, ${high}]`);
 * }
 * const svg: string = await staircase.figures["staircase.svg"](result);
 * console.log(svg.length);
 * ```
 *
 * @module
 */
export {
  DeviceLostError,
  DivergenceError,
  FileError,
  GpuUnavailableError,
  InputError,
  KernelError,
  LimitError,
  OutOfMemoryError,
  PrecisionError,
  ShapeError,
  StaircaseError,
} from "./src/errors.ts";
export { VERSION } from "./src/version.ts";

export {
  Commands,
  Gpu,
  GpuArray,
  Kernel,
  type KernelSource,
  measure,
  measurePeak,
  ReadbackRing,
} from "./src/gpu/mod.ts";

export {
  eigh,
  eigvalsh,
  gramMatrices,
  lstsq,
  type Matrix,
  type MatrixSource,
  selfTestDoubleSingle,
  svd,
  svdvals,
} from "./src/linalg/mod.ts";

export {
  chordalDistance,
  clusterVariations,
  countRanks,
  effectiveRank,
  type FeatureRanks,
  featureRanks,
  featureSpectra,
  findStairs,
  lossFloor,
  oneSidedSpectra,
  participationRatio,
  principalAngles,
  type RankInterval,
  rankMethods,
  stableRank,
  subspaceSimilarity,
  weightRanks,
} from "./src/rank/mod.ts";

export { spearman } from "./src/stats/mod.ts";

export {
  arrayTask,
  digits,
  equationTask,
  functionTask,
  loadTask,
  mixture,
  type Task,
  tasks,
} from "./src/tasks/mod.ts";

export {
  pretrainLayer,
  type Probe,
  structuredLayer,
  summarize,
  type Trace,
  Training,
  type TrainingOptions,
} from "./src/train/mod.ts";

export {
  defineExperiment,
  depthProfile,
  directionalConvergence,
  experiments,
  kernelStudy,
  lossFloorStudy,
  methods,
  pretraining,
  rankCollapse,
  runExperiment,
  runExperimentProgram,
  sgdRank,
  staircase,
  staircaseAtlas,
  table,
  trainingRun,
} from "./src/experiments/mod.ts";

export { readFeatures, readRun } from "./src/io/mod.ts";
