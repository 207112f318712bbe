/**
 * The loss floor: an ε-rank bounds the loss from below, and falls as the rank rises (Yang, Zhao, Zhu, arXiv:2412.05144).
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { csv } from "../../io/csv.ts";
import { lossFloorFigure } from "./figure.ts";
import { spearman } from "../../stats/spearman.ts";
import type { TrainingOptions } from "../../train/options.ts";
import { type SpectrumProbe, spectrumProbes, type Trace } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import type { ExperimentResult } from "../core/record.ts";
import { follow } from "../../train/follow.ts";
import { judge, type Verdict } from "../core/verdict.ts";

/** Replicas, which are the seeds of the statistics. */
const REPLICAS = 5;

/** A finished run: its record, its verdicts, its table and its picture. */
export interface LossFloorResult extends ExperimentResult {
  /** The record. */
  readonly trace: Trace;
  /** The table, as CSV. */
  readonly table: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Trains replicas of a network, and holds the loss at every probe against its floor for each ε and against the least that any
 * output layer could reach on the same features.
 *
 * @param gpu Device.
 * @param options What to train, and how; 5 replicas unless told otherwise. The loss has to be the mean squared error.
 * @param onProgress Called as results arrive, with the number of updates made and the loss of the first replica.
 * @returns The run. A run that diverged, or that the signal stopped, is returned as far as it came.
 * @throws {InputError} Where an option is out of range, or the task has no mean squared error.
 */
export async function lossFloorStudy(
  gpu: Gpu,
  options: TrainingOptions,
  onProgress: (steps: number, loss: number) => void = () => {},
): Promise<LossFloorResult> {
  if (options.task.kind !== "regression") {
    throw new InputError(
      `the task ${options.task.name} has no loss floor: choose one with a mean squared error`,
    );
  }
  // Floors come with spectra.
  using training = await Training.create(gpu, { replicas: REPLICAS, ...options, spectraEvery: 1 });
  await follow(training, ({ step, replica, loss }) => {
    if (replica === 0) onProgress(step, loss);
  });
  const { trace, diverged, updates, milliseconds } = training;
  const whole = new Set(diverged.keys());
  return {
    options: training.options,
    trace,
    verdicts: floorVerdicts(trace, whole),
    diverged: [...diverged].map(([replica, step]) => ({ replica, step })),
    table: floorTable(trace),
    figure: lossFloorFigure(figureData(training, whole)),
    timing: { steps: updates, milliseconds },
  };
}

/**
 * Judges the claims.
 *
 * @param trace Record of a run with floors at all probes.
 * @param leftOut Replicas that do not count.
 * @returns The verdicts: that no loss is below its floor, and that floors fall as ranks rise, of the smallest ε that has any.
 */
export function floorVerdicts(trace: Trace, leftOut: ReadonlySet<number> = new Set()): Verdict[] {
  const seeds = seedsOf(trace, leftOut);
  const below = seeds.map((probes) =>
    probes.filter(({ floors, loss }) => floors!.some((floor) => floor > loss)).length
  );
  const smallest = trace.epsilons.indexOf(Math.min(...trace.epsilons));
  const correlation = seeds.map((probes) =>
    spearman(probes.map((probe) => rankOf(probe, smallest)), probes.map(({ floors }) => floors![smallest]))
  );
  const above = seeds.map((probes) =>
    probes.filter(({ projectionError, loss }) => projectionError! > loss * (1 + 1e-5)).length
  );
  const epsilon = trace.epsilons[smallest];
  return [
    judge("the loss lies on or above its floor", "probes below it", below, { equals: 0 }),
    judge(
      `the floor falls as the ε-rank rises, ε = ${epsilon}`,
      "Spearman's ρ of rank and floor",
      correlation,
      { below: 0 },
    ),
    judge(
      "the loss lies on or above what any output layer could reach",
      "probes below it",
      above,
      { equals: 0 },
    ),
  ];
}

/** A row for each replica, probe and ε: `replica,step,loss,epsilon,rank,floor,tightness,projection_error`. */
function floorTable(trace: Trace): string {
  const rows = spectrumProbes(trace).flatMap((probe) =>
    trace.epsilons.map((epsilon, e) => ({ probe, epsilon, e, floor: probe.floors![e] }))
  );
  return csv([
    ["replica", rows.map(({ probe }) => probe.replica)],
    ["step", rows.map(({ probe }) => probe.step)],
    ["loss", rows.map(({ probe }) => probe.loss)],
    ["epsilon", rows.map(({ epsilon }) => epsilon)],
    ["rank", rows.map(({ probe, e }) => rankOf(probe, e))],
    ["floor", rows.map(({ floor }) => floor)],
    ["tightness", rows.map(({ probe, floor }) => tightness(probe, floor))],
    ["projection_error", rows.map(({ probe }) => probe.projectionError!)],
  ]);
}

/** Loss by its floor: at least 1, the nearer to it the more the floor explains; `null` where the floor is 0. */
function tightness({ loss }: SpectrumProbe, floor: number): number | null {
  return floor > 0 ? loss / floor : null;
}

function rankOf({ layers }: SpectrumProbe, e: number): number {
  return layers[layers.length - 1].ranks[e].rank;
}

/** Probes of each replica that counts. */
function seedsOf(trace: Trace, leftOut: ReadonlySet<number>): SpectrumProbe[][] {
  return Array.from({ length: trace.replicas }, (_, replica) => replica)
    .filter((replica) => !leftOut.has(replica))
    .map((replica) => spectrumProbes(trace).filter((probe) => probe.replica === replica))
    .filter((probes) => probes.length > 0);
}

function figureData({ trace, options, network }: Training, leftOut: ReadonlySet<number>) {
  const seeds = seedsOf(trace, leftOut);
  const series = (value: (probe: SpectrumProbe) => number | null) =>
    seeds.map((probes) => probes.map((probe) => value(probe) ?? NaN));
  const { optimizer: { name, learningRate }, task, seed } = options;
  return {
    title: `The loss and its floor: ${task.description}`,
    subtitle:
      `${network.widths.join("-")} ${
        network.activations[0].name
      } · ${name}, learning rate ${learningRate} · ` +
      `${seeds.length} replicas of seed ${seed}`,
    steps: seeds[0]?.map(({ step }) => step) ?? [],
    loss: series(({ loss }) => loss),
    projectionError: series(({ projectionError }) => projectionError ?? null),
    thresholds: trace.epsilons.map((epsilon, e) => ({
      epsilon,
      rank: series((probe) => rankOf(probe, e)),
      floor: series(({ floors }) => floors![e]),
      tightness: series((probe) => tightness(probe, probe.floors![e])),
    })),
  };
}
