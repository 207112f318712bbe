/**
 * All commands of a run, bound before it starts.
 *
 * @module
 */
import { compileAhead } from "../gpu/compile_ahead.ts";
import type { Gpu } from "../gpu/device.ts";
import type { WorkOptions } from "../gpu/paced_commands.ts";
import { Network } from "../nn/network.ts";
import { LossQuantiles } from "../nn/loss/loss_quantiles.ts";
import { bindTrainingStep, type TrainingStep } from "../nn/optim/training_step.ts";
import { uploadSamples } from "../nn/samples.ts";
import { tryDoubleSingle } from "../linalg/double_single/double_single_self_test.ts";
import { locateDivergence } from "./divergence.ts";
import { Escalation } from "./escalation.ts";
import { objectiveOf } from "./objective.ts";
import type { CompleteOptions } from "./options.ts";
import { drawnInitializer, STRUCTURED, structureFirstLayer } from "./pretrain/structured_start.ts";
import { writeStart } from "./start.ts";
import { RunState } from "./run_state.ts";
import { bindProbeCommands, type ProbeCommands } from "./probe_commands.ts";
import { recordsQuantiles } from "./loss_record.ts";
import type { DivergedReplica, SavedTraining } from "./state.ts";

/**
 * Steps whose losses the GPU keeps until the host has read them: the most that one submission may
 * have.
 */
const LOG_CAPACITY = 1024;

/** The commands of a run. */
export interface TrainingCommands {
  /** One step. */
  readonly step: TrainingStep;
  /** Steps that the log of losses holds: `step.losses` is `[step mod logCapacity][replica]`. */
  readonly logCapacity: number;
  /** Reduces that log, where quantiles are recorded in place of losses; otherwise `null`. */
  readonly reduction: LossQuantiles | null;
  /** The probes. */
  readonly probes: ProbeCommands;
  /** Solver of spectra in doubt; `null` for single precision alone. */
  readonly escalation: Escalation | null;
  /** All that later steps and probes depend on. */
  readonly state: RunState;
  /** Finds the layers in which replicas have diverged, at the steps of their batches. */
  locate(diverged: readonly DivergedReplica[]): Promise<DivergedReplica[]>;
  /**
   * Largest number of steps in one submission. More would overwrite results before they are read.
   */
  readonly mostSteps: number;
}

/** The parts of a run, bound. */
export interface BoundTraining {
  /** The network. */
  readonly network: Network;
  /** Its commands. */
  readonly commands: TrainingCommands;
}

/** How a run is bound. */
export interface BindOptions extends WorkOptions {
  /** A training to go on from. Default: none. */
  readonly from?: SavedTraining | null;
}

/**
 * Creates the network of a run, and binds its commands.
 *
 * @param gpu Device.
 * @param options What to train, and how.
 * @param stack Owner of the arrays.
 * @param work Signal to stop, and what went before.
 * @returns The network and the commands.
 * @throws {ShapeError} If the adapter has no room for it.
 * @throws {unknown} The reason of the signal, if it is aborted between layers.
 */
export async function bindTraining(
  gpu: Gpu,
  options: CompleteOptions,
  stack: DisposableStack,
  work: BindOptions = {},
): Promise<BoundTraining> {
  // Its result is there by the time that probes are bound. A failure reaches them.
  tryDoubleSingle(gpu).catch(() => {});
  const network = await startNetwork(gpu, options, stack);
  return { network, commands: await bindTrainingCommands(network, options, stack, work) };
}

/**
 * Creates the network of a run, with the parameters that it begins with.
 *
 * @param gpu Device.
 * @param options What to train.
 * @param stack Owner of the network.
 * @returns The network.
 * @throws {ShapeError} If the adapter has no room for it.
 */
export async function startNetwork(
  gpu: Gpu,
  options: CompleteOptions,
  stack: DisposableStack,
): Promise<Network> {
  const { task: { inputs, outputs }, hidden, activation, initializer, skip, replicas, seed, streams } =
    options;
  const drawn = drawnInitializer(initializer);
  const shape = { inputs, hidden, outputs, activation, initializer: drawn, skip, replicas, seed, streams };
  const network = stack.use(await Network.create(gpu, shape));
  if (options.start) writeStart(network, options.start);
  else if (initializer === STRUCTURED) await structureFirstLayer(network, options.task);
  return network;
}

/**
 * Binds the commands of a run.
 *
 * @param network Network to train.
 * @param options What to train, and how.
 * @param stack Owner of the arrays.
 * @param work Signal to stop, and what went before.
 * @returns The commands.
 */
async function bindTrainingCommands(
  network: Network,
  options: CompleteOptions,
  stack: DisposableStack,
  { signal, from = null }: BindOptions,
): Promise<TrainingCommands> {
  const { task, steps, probeEvery, batch, optimizer, schedule } = options;
  const samples = uploadSamples(network.gpu, task.train, stack);
  const step = await bindTrainingStep(network, samples, {
    loss: objectiveOf(task),
    optimizer,
    schedule,
    steps,
    batch,
    logCapacity: LOG_CAPACITY,
    signal,
  }, stack);
  compileAhead(network.gpu, [...step.draw, ...step.forward, step.update[0]]);
  const log = { losses: step.losses, replicas: network.replicas, capacity: LOG_CAPACITY };
  const reduction = recordsQuantiles(options, from)
    ? await LossQuantiles.bind(network.gpu, log, stack)
    : null;
  const run = { network, step, samples, options, mostSteps: LOG_CAPACITY, signal };
  const probes = await bindProbeCommands(run, stack);
  const escalation = await Escalation.bind(network, {
    samples,
    options,
    probesAtOnce: probes.mostAtOnce,
    signal,
  }, stack);
  const kept = { parameters: network.parameters, moments: step.moments, ...step.kept };
  const state = new RunState(network.gpu, kept, { states: step.states, ...probes.state }, stack);
  const mostProbes = Math.min(probes.mostAtOnce, escalation?.probesAtOnce ?? Infinity);
  return {
    step,
    logCapacity: LOG_CAPACITY,
    reduction,
    probes,
    escalation,
    state,
    locate: (diverged) => locateDivergence(network, step, diverged),
    mostSteps: Math.min(LOG_CAPACITY, (mostProbes - 1) * probeEvery + 1),
  };
}
