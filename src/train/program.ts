/**
 * All commands of a run, bound before it starts.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { activationBound } from "../nn/activation.ts";
import { bindLoss } from "../nn/loss/loss.ts";
import type { Network } from "../nn/network.ts";
import { uploadSamples } from "../nn/samples.ts";
import { bindTrainingStep, type TrainingStep, type TrainingStepOptions } from "../nn/optim/training_step.ts";
import { bindCountedProbes, type CountedProbes } from "../rank/probes/counted_probe.ts";
import { bindProbe, type ProbeRing } from "../rank/probes/probe.ts";
import { bindSpectra } from "../rank/spectra/spectra.ts";
import type { Task } from "../tasks/task.ts";
import { rankedSamples } from "./equation.ts";
import { Escalation } from "./escalation.ts";
import type { CompleteOptions } from "./options.ts";
import { ProbeSchedule } from "./probe_schedule.ts";

/** Steps whose losses the GPU keeps until the host has read them: the most that one submission may have. */
const LOG_CAPACITY = 1024;

/** The commands of a run. */
export interface TrainingProgram {
  /** One step. */
  readonly step: TrainingStep;
  /** Which steps are probed, and how. */
  readonly schedule: ProbeSchedule;
  /** One probe that solves spectra; to run after the first command of a step's `update` or `measure`, before any that changes parameters. */
  readonly probeCommands: readonly Dispatch[];
  /** What to run before a probe that solves spectra, where it is the first or others that count came between. */
  readonly warmUp: readonly Dispatch[];
  /** Where they go. */
  readonly probe: ProbeRing;
  /** Probes that count, and what they look at first; `null` where all solve spectra. */
  readonly counted: { readonly probes: CountedProbes; readonly commands: readonly Dispatch[] } | null;
  /** Probes that one submission may make. */
  readonly probesAtOnce: number;
  /** Where losses go: `[step mod logCapacity][replica]`. */
  readonly losses: GpuArray;
  /** Steps that the log of losses holds. */
  readonly logCapacity: number;
  /** What solves spectra again that are in doubt; `null` for single precision alone. */
  readonly escalation: Escalation | null;
}

/**
 * What a step of training is to lower: a loss, or of a differential equation the residual of its conditions.
 *
 * @param task The task.
 * @returns Its loss, as a training step takes it.
 */
export function objectiveOf({ loss, conditions }: Task): TrainingStepOptions["loss"] {
  return loss === "mean-squared-residual" ? conditions! : loss;
}

/**
 * Binds the commands of a run. Probes look at all training samples; with the full batch these are the step's own, and a
 * probe takes the features and the loss that are there. Of a differential equation the features of the first condition's samples
 * are ranked, and the network itself is compared with the solution at the held-out ones.
 *
 * @param gpu Device.
 * @param network Network to train.
 * @param options What to train, and how.
 * @param stack Owner of the arrays.
 * @returns The commands.
 */
export async function bindProgram(
  gpu: Gpu,
  network: Network,
  options: CompleteOptions,
  stack: DisposableStack,
): Promise<TrainingProgram> {
  const { task, replicas, hidden, steps, probeEvery, epsilons } = options;
  const objective = objectiveOf(task);
  const samples = uploadSamples(gpu, task.train, stack);
  const ranked = rankedSamples(task);
  const step = await bindTrainingStep(network, samples, {
    loss: objective,
    optimizer: options.optimizer,
    schedule: options.schedule,
    steps,
    batch: options.batch,
    logCapacity: LOG_CAPACITY,
  }, stack);

  const evaluate = async (on: typeof samples) => {
    const { layers, forward } = await network.evaluate(on, stack);
    const output = layers[layers.length - 1];
    const measured = typeof objective === "string" ? objective : "mean-squared-error";
    const operands = { name: measured, samples: on, output, outputs: task.outputs, replicas } as const;
    const loss = await bindLoss(gpu, operands, stack);
    return {
      features: layers.slice(0, -1),
      loss: { array: loss.partials, count: loss.partialCount },
      commands: [...forward, loss.dispatch],
    };
  };
  const train = options.batch === null ? { ...step.seen, commands: [] } : await evaluate(samples);
  const heldOut = task.test && task.loss !== "mean-squared-error"
    ? await evaluate(uploadSamples(gpu, task.test, stack))
    : null;

  const spectra = await bindSpectra(
    gpu,
    hidden.map((width, index) => ({ features: train.features[index], width })),
    {
      samples: ranked.count,
      replicas,
      weights: samples.weights,
      targets: task.loss === "mean-squared-error" ? samples.y : null,
      searched: 0.3,
    },
    stack,
  );
  const looks = [...train.commands, ...(heldOut?.commands ?? [])];
  const seen = { replicas, samples: ranked.count, loss: train.loss, heldOut: heldOut && heldOut.loss };
  const mostProbes = Math.ceil(LOG_CAPACITY / probeEvery) + 1;
  const isCounting = options.spectraEvery > 1 && options.threshold === "absolute";
  const probes = isCounting
    ? await bindCountedProbes(gpu, {
      ...seen,
      layers: hidden.map((width, index) => ({
        features: train.features[index],
        width,
        bound: activationBound(network.activations[index]),
      })),
      weights: ranked.weights,
      epsilons,
      capacity: mostProbes,
    }, stack)
    : null;
  const spectraEvery = probes ? options.spectraEvery : 1;
  const { weights, bias } = network.layout.layers[hidden.length];
  const probe = await bindProbe(gpu, spectra, {
    ...seen,
    widths: hidden,
    outputs: task.loss === "mean-squared-error" ? task.outputs : 0,
    parameters: { array: network.parameters, batch: network.layout.size, weights, bias },
    states: step.states,
    capacity: Math.ceil(mostProbes / spectraEvery) + 1,
  }, stack);
  const fitting = Math.min(probes?.capacity ?? Infinity, Math.max(1, probe.capacity - 1) * spectraEvery);
  const escalation = await Escalation.bind(network, samples, options, fitting, stack);
  return {
    step,
    schedule: new ProbeSchedule(steps, probeEvery, spectraEvery),
    probeCommands: [...looks, ...spectra.dispatches, probe.dispatch],
    warmUp: [...train.commands, ...spectra.dispatches],
    probe,
    counted: probes && { probes, commands: [...looks, ...probes.commands] },
    probesAtOnce: Math.min(fitting, escalation?.probesAtOnce ?? Infinity),
    losses: step.losses,
    logCapacity: LOG_CAPACITY,
    escalation,
  };
}
