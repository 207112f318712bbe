/**
 * Training of small networks on the GPU, with probes of the rank of their features on the way. The
 * networks of a batch differ by their seed or by a swept hyperparameter and train in the same
 * dispatches. Activations, initialisers and optimisers are found by name.
 *
 * @example Train a network and watch the rank of its features.
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/mod.ts";
 * import { loadTask } from "../tasks/mod.ts";
 * import { Training } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const options = { task: await loadTask("cosines"), hidden: [20, 20], steps: 20, probeEvery: 10 };
 * using training = await Training.create(gpu, options);
 * const steps: number[] = [];
 * for await (const { step } of training) steps.push(step);
 * assert.deepEqual(steps, [0, 10, 20]);
 * ```
 *
 * @module
 */
export { DivergenceError } from "../errors.ts";
export {
  type Activation,
  type ActivationEntry,
  activationNames,
  activations,
  isCurved,
  parseActivation,
} from "../nn/activation.ts";
export { antisymmetricStart } from "../nn/antisymmetric.ts";
export { activationBound } from "../nn/feature_bounds.ts";
export { homogeneity, type HomogeneousActivation } from "../nn/homogeneity.ts";
export {
  type Distribution,
  type Initializer,
  type InitializerEntry,
  initializerNames,
  initializers,
  parseInitializer,
} from "../nn/initializer.ts";
export { type LossEntry, losses, lossNames, type SampleLossName } from "../nn/loss/loss.ts";
export {
  type LayerLayout,
  type LayerParameters,
  type ParameterLayout,
  parameterLayout,
  type Skip,
} from "../nn/layout.ts";
export type { Activations } from "../nn/evaluate.ts";
export type { Encoder, Encoders } from "../nn/layers/gate.ts";
export { type BatchEvaluation, Network, type NetworkOptions } from "../nn/network.ts";
export {
  type LayerScale,
  layerScales,
  type Parametrization,
  parametrizations,
} from "../nn/parametrization.ts";
export type { LayerRates } from "../nn/optim/layer_rates.ts";
export {
  type OptimizerEntry,
  type OptimizerName,
  optimizerNames,
  type OptimizerOptions,
  optimizers,
  parseOptimizerName,
} from "../nn/optim/optimizer.ts";
export { parseSchedule, type Schedule, type ScheduleEntry, schedules } from "../nn/optim/schedule.ts";
export { lossShares } from "../nn/loss/loss_shares.ts";
export type { FlowRecord, PolarFlowOptions } from "../nn/optim/polar_flow.ts";
export type { RandomStream } from "../nn/random_stream.ts";
export { type HostSamples, type SampleArrays, uploadSamples } from "../nn/samples.ts";
export {
  type DirectedRecord,
  type FlowRun,
  type FlowRunOptions,
  type FlowTrace,
  runFlow,
} from "./flow/flow_run.ts";
export type { FeatureExport } from "./feature_export.ts";
export type { NetworkExport } from "./network_export.ts";
export { type CompleteOptions, completeOptions, type TrainingOptions } from "./options.ts";
export {
  type PretrainedLayers,
  pretrainLayer,
  type PretrainLayerOptions,
} from "./pretrain/pretrain_layer.ts";
export { structuredLayer, type StructuredLayerOptions } from "./pretrain/structured_layer.ts";
export {
  type LayerSummary,
  type RankSummary,
  type ReplicaSummary,
  summarize,
  type SummaryOptions,
  type TraceSummary,
} from "./summary.ts";
export {
  type CountProbe,
  type LayerBase,
  type LayerCount,
  type LayerProbe,
  type LayerSpectrum,
  type Probe,
  type ProbeBase,
  type SpectrumProbe,
  spectrumProbes,
  terminalRank,
  type Trace,
} from "./trace.ts";
export { follow } from "./follow.ts";
export { trainUnprobed, type UnprobedTraining } from "./train_unprobed.ts";
export type { DivergedLayer, DivergedReplica, SavedTraining, TraceChunk, TrainingState } from "./state.ts";
export type { NetworkStart } from "./start.ts";
export type { StairTests } from "./stair_tests.ts";
export { Training } from "./training.ts";
