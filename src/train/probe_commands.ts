/**
 * The commands of the probes of a run.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import type { MatrixView } from "../linalg/matrix_view.ts";
import { featureBounds } from "../nn/feature_bounds.ts";
import type { Network } from "../nn/network.ts";
import type { TrainingStep } from "../nn/optim/training_step.ts";
import { type SampleArrays, uploadSamples } from "../nn/samples.ts";
import { bindCountedProbes, type CountedProbes } from "../rank/probes/counted_probe.ts";
import { bindProbe, type ProbeRing } from "../rank/probes/probe.ts";
import { bindSpectra } from "../rank/spectra/spectra.ts";
import { rankedSamples } from "./equation.ts";
import { bindEvaluation } from "./objective.ts";
import type { CompleteOptions } from "./options.ts";
import { ProbeSchedule } from "./probe_schedule.ts";

/** The probes that solve for the spectra of all layers. */
export interface SpectrumProbes {
  /**
   * Commands of one probe. They run after the first command of a step's `update` or `measure`,
   * before any that changes parameters.
   */
  readonly commands: readonly Dispatch[];
  /**
   * Commands to run before the first such probe, and before each that follows probes that count.
   */
  readonly warmUp: readonly Dispatch[];
  /** Ring of the results. */
  readonly ring: ProbeRing;
}

/** The probes that only count ranks. */
export interface CountProbes {
  /** Commands of one probe, which run where those of a spectrum probe would. */
  readonly commands: readonly Dispatch[];
  /** Counting after a submission, and decoding. */
  readonly probes: CountedProbes;
  /** Compiles the kernels, which a run of few steps never needs. */
  readonly compile: () => Promise<void>;
}

/** All probes of a run. */
export interface ProbeCommands {
  /** Steps that are probed, and how. */
  readonly schedule: ProbeSchedule;
  /** Probes that solve for spectra. */
  readonly spectrum: SpectrumProbes;
  /** Probes that only count; `null` if all solve for spectra. */
  readonly count: CountProbes | null;
  /** Features of each hidden layer that all probes look at, known once their commands have run. */
  readonly features: readonly MatrixView[];
  /** Largest number of probes in one submission. */
  readonly mostAtOnce: number;
  /**
   * Results to read back after each submission, in the order in which `Recorder.record` takes them.
   */
  readonly results: readonly GpuArray[];
  /** Arrays that later probes depend on, and that each probe may change, by name. */
  readonly state: Readonly<Record<string, GpuArray>>;
}

/** What the probes of a run look at. */
export interface ProbedRun {
  /** The network. */
  readonly network: Network;
  /** Its training step. */
  readonly step: TrainingStep;
  /** The training samples. */
  readonly samples: SampleArrays;
  /** Options of the run. */
  readonly options: CompleteOptions;
  /** Largest number of steps in one submission. */
  readonly mostSteps: number;
  /** Stops the binding between layers. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Binds the probes of a run. Probes look at all training samples. With the full batch these are the
 * step's own samples, and a probe takes the features and the loss that the step has computed. For a
 * differential equation, features are ranked on the samples of the first condition, and the network
 * itself is compared with the solution on the held-out samples.
 *
 * @param run What the probes look at.
 * @param stack Owner of the arrays.
 * @returns The probes.
 */
export async function bindProbeCommands(run: ProbedRun, stack: DisposableStack): Promise<ProbeCommands> {
  const { network, network: { gpu }, step, samples, options, mostSteps, signal } = run;
  const { task, replicas, hidden, steps, probeEvery, epsilons } = options;
  const train = options.batch === null
    ? { ...step.seen, commands: [] }
    : await bindEvaluation(network, { task, samples, signal }, stack);
  const heldOut = task.test && task.kind !== "regression"
    ? await bindEvaluation(network, { task, samples: uploadSamples(gpu, task.test, stack), signal }, stack)
    : null;
  const ranked = rankedSamples(task);
  const layers = hidden.map((width, index) => ({ features: train.features[index], width }));
  const spectra = await bindSpectra(gpu, layers, {
    samples: ranked.count,
    replicas,
    weights: samples.weights,
    targets: task.kind === "regression" ? samples.y : null,
    searched: 0.3,
    signal,
  }, stack);

  const seen = { replicas, samples: ranked.count, loss: train.loss, heldOut: heldOut && heldOut.loss };
  const mostProbes = Math.ceil(mostSteps / probeEvery) + 1;
  const bounds = featureBounds(network.activations, network.skips);
  const { result: counted, compile } = await gpu.deferring(async () => {
    if (options.spectraEvery === 1 || options.threshold !== "absolute") return null;
    return await bindCountedProbes(gpu, {
      ...seen,
      layers: layers.map((layer, index) => ({ ...layer, bound: bounds[index] })),
      weights: ranked.weights,
      epsilons,
      capacity: mostProbes,
    }, stack);
  });
  const spectraEvery = counted ? options.spectraEvery : 1;
  const { weights, bias } = network.layout.layers[hidden.length];
  const ring = await bindProbe(gpu, spectra, {
    ...seen,
    widths: hidden,
    outputs: task.kind === "regression" ? task.outputs : 0,
    parameters: { array: network.parameters, batch: network.layout.size, weights, bias },
    states: step.states,
    capacity: Math.ceil(mostProbes / spectraEvery) + 1,
  }, stack);

  const looks = [...train.commands, ...heldOut?.commands ?? []];
  return {
    schedule: new ProbeSchedule(steps, probeEvery, spectraEvery),
    spectrum: {
      commands: [...looks, ...spectra.dispatches, ring.dispatch],
      warmUp: [...train.commands, ...spectra.warmUp],
      ring,
    },
    count: counted && { commands: [...looks, ...counted.commands], probes: counted, compile },
    features: train.features,
    mostAtOnce: Math.min(counted?.capacity ?? Infinity, Math.max(1, ring.capacity - 1) * spectraEvery),
    results: [ring.records, ...counted?.results ?? []],
    state: { eigenvectors: spectra.basis.array, ...counted && { counted: counted.made } },
  };
}
