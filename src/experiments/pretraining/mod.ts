/**
 * Pre-training of the first hidden layer, structured or by gradient, against other starts (Yang, Zhao, Zhu, arXiv:2412.05144;
 * Tang, Yang, Zhao, Zhu, arXiv:2507.11962).
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { pretrainingFigure } from "./figure.ts";
import { completeOptions } from "../../train/options.ts";
import { Training } from "../../train/training.ts";
import type { Divergence, ExperimentResult } from "../core/record.ts";
import { follow } from "../../train/follow.ts";
import { pretrainingFigureData } from "./figure_data.ts";
import { networksOf, type PretrainingRun, targetLosses } from "./networks.ts";
import {
  type CompletePretrainingOptions,
  completePretrainingOptions,
  type PretrainingOptions,
} from "./options.ts";
import { startsOf } from "./starts.ts";
import { stepTime } from "./step_time.ts";
import { networkTable, probeTable, timeTable } from "./tables.ts";
import { pretrainingVerdicts } from "./verdicts.ts";

/** A finished comparison: its networks, its verdicts, its tables and its picture. */
export interface PretrainingResult extends ExperimentResult<CompletePretrainingOptions> {
  /** The networks of each case. */
  readonly networks: readonly PretrainingRun[];
  /** The table of networks, as CSV. */
  readonly table: string;
  /** The table of times to given losses, as CSV. */
  readonly times: string;
  /** The table of probes, as CSV. */
  readonly trace: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Trains networks that differ in how their first layer starts: structured, pre-trained by gradient, or as an initialiser has it.
 * All starts and seeds of a case are replicas of one training run.
 *
 * What pre-training takes counts: its wall time for the networks of one start becomes steps by the wall time of a step of as many
 * networks, timed in the same run without probes. Time to a loss is theirs together.
 *
 * @param gpu Device.
 * @param options What to train, and how.
 * @param onProgress Called as results arrive, with the number of updates made in all runs, and the loss of the first network.
 * @returns The comparison. Where networks diverged, or the signal stopped it, it is returned as far as it came.
 * @throws {InputError} Where an option is out of range, or an activation has no structured start.
 * @throws {ShapeError} Where samples do not fit a task, or a layer is too wide for pre-training by gradient.
 */
export async function pretraining(
  gpu: Gpu,
  options: PretrainingOptions,
  onProgress: (steps: number, loss: number) => void = () => {},
): Promise<PretrainingResult> {
  const complete = completePretrainingOptions(options);
  const { tasks, cases, seeds, seed, replicas, targets } = complete, { signal } = options;
  const networks: PretrainingRun[] = [], diverged: Divergence[] = [];
  let steps = 0, milliseconds = 0, isStopped = false;
  for (const [index, own] of cases.entries()) {
    isStopped = signal?.aborted ?? false;
    if (isStopped) break;
    const task = tasks[index];
    // Of spectra nothing is asked but ranks, which counts make as certain and several times cheaper.
    const ranks = { epsilons: [own.epsilon], spectraEvery: own.steps };
    const trained = completeOptions({ task, ...own, ...ranks, replicas, seed });
    const time = { seeds, milliseconds: await stepTime(gpu, { ...trained, replicas: seeds }) };
    const starts = await startsOf(gpu, task, own, complete, signal);
    using training = await Training.create(gpu, { ...trained, ...signal && { signal } });
    starts.flatMap((start) => start.networks).forEach((parameters, replica) =>
      training.network.writeParameters(parameters, replica)
    );
    await follow(training, ({ step, replica, loss }) => {
      if (replica === 0) onProgress(steps + step, loss);
    });
    for (const [replica, step] of training.diverged) {
      const { method } = starts[Math.floor(replica / seeds)];
      const description = `${task.name}, ${own.activation}, ${method}, seed ${
        replica % seeds
      } diverged at step ${step}`;
      diverged.push({ replica: index * replicas + replica, step, description });
    }
    const { probes } = training.trace;
    networks.push({
      task: task.name,
      activation: own.activation,
      epsilon: own.epsilon,
      steps: own.steps,
      stepMilliseconds: time.milliseconds / seeds,
      targets: targetLosses(probes, targets),
      networks: networksOf(starts, probes, time, training.diverged),
    });
    steps += training.updates;
    milliseconds += training.milliseconds;
    isStopped = training.status === "stopped";
    if (isStopped) break;
  }
  return {
    options: complete,
    isStopped,
    networks,
    verdicts: pretrainingVerdicts(networks, complete.methods),
    diverged,
    table: networkTable(networks),
    times: timeTable(networks),
    trace: probeTable(networks),
    figure: pretrainingFigure(pretrainingFigureData(networks, complete)),
    timing: { steps, milliseconds },
  };
}
