/**
 * Tasks to train on: functions, equations, mixtures of Gaussians, handwritten digits, and maps of
 * their inputs. Tasks are plain arrays on the host and need no GPU.
 *
 * @example Sample a function.
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadTask } from "./mod.ts";
 *
 * const { train: { count, x, y } } = await loadTask("cosines", { samples: 64 });
 * assert.deepEqual([count, x.length, y.length], [64, 64, 64]);
 * ```
 *
 * @module
 */
export { boundingBox, type Box, intoCube } from "./bounding_box.ts";
export {
  type ArraySamples,
  arrayTask,
  type ArrayTaskOptions,
  type ShapedNumbers,
  type Table,
} from "./array_task.ts";
export { taskDefaults } from "./defaults.ts";
export { digits } from "./digits/digits.ts";
export { poolImages } from "./digits/pool.ts";
export { equationTask } from "./equations/equation_task.ts";
export { type Equation, type EquationName, equations, type Face } from "./equations/equations.ts";
export { parseFormula, type RealFunction } from "./formula.ts";
export { formulaTask } from "./formula_task.ts";
export { functionTask } from "./function_task.ts";
export { type FunctionName, isFunctionName, type TargetFunction, targetFunctions } from "./functions.ts";
export {
  dyadicFrequencies,
  fourierFeatures,
  type FrequencyOptions,
  type InputMap,
  mapInputs,
  multiScale,
  randomFrequencies,
} from "./input_maps.ts";
export { pointsTask } from "./points_task.ts";
export { mixture, type MixtureOptions } from "./mixture.ts";
export { labelsOf, oneHot } from "./labels.ts";
export type { LoadOptions, SampleOptions, TaskEntry } from "./options.ts";
export { loadTask, tasks } from "./registry.ts";
export type {
  ClassificationTask,
  ClassSamples,
  Condition,
  DifferentialOperator,
  EquationTask,
  RegressionTask,
  Samples,
  Task,
  TaskBase,
  TaskDefaults,
  TaskKind,
} from "./task.ts";
