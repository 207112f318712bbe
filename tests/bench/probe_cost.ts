/**
 * What watching the rank costs: a run that probes at every tenth step, beside one that does not.
 *
 * @module
 */
import { measure } from "../../src/gpu/measure/meter.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { taskDefaults } from "../../src/tasks/defaults.ts";
import { Training } from "../../src/train/training.ts";
import { bytesOf, probeWork } from "./kernel_work.ts";
import { atLeast, atMost, type Bench, type Section } from "./section.ts";
import { ratio, timeInTurns, type Times } from "./timing.ts";
import { type TrainingRate, trainingRate } from "./training_rate.ts";
import { countFlops, probeFlops, SMALL, stepFlops, trainingOptions, workloadName } from "./workload.ts";

const PROBE_EVERY = 10;
/** Probes between two spectra, where only the first is to be one. */
const NEVER = 2 ** 31;
/** Most that probes may add, as a percentage of the training time: on a CPU, and on a GPU. */
const BAR = 20, GPU_BAR = 10;
/** Kernels of a probe that counts. */
const COUNTING = [
  "gram_digits_largest",
  "gram_digits",
  "inertia_double_single",
];
/** Most waits a submission. */
const WAITS_BAR = 1;
/** Steps in which dispatches, submissions and waits are counted. */
const COUNTED = 500;

/** Certified ranks of all hidden layers at three ε, every ten steps: counted, and from spectra. */
export async function probeCost(bench: Bench): Promise<Section[]> {
  const { gpu, window } = bench;
  const options = await trainingOptions(SMALL);
  const counting = { ...options, probeEvery: PROBE_EVERY, spectraEvery: NEVER };
  const solving = { ...options, probeEvery: PROBE_EVERY, spectraEvery: 1 };
  let rate: TrainingRate | null = null;
  const paced = (name: string, options: TrainingOptions) => ({
    name,
    measure: async () => (rate = await trainingRate(gpu, options, window)).milliseconds,
  });
  const [bare, counted, solved] = await timeInTurns([
    paced("without probes", options),
    paced(`ranks counted every ${PROBE_EVERY} steps`, counting),
    paced(`spectra and loss floor every ${PROBE_EVERY} steps`, solving),
  ], bench);
  const share = (probed: Times) => 100 * (ratio(probed, bare) - 1);
  const aProbe = (probed: Times) => PROBE_EVERY * (probed.median - bare.median);
  using training = await Training.create(gpu, { ...counting, steps: COUNTED });
  const { dispatches, submissions, waits } = await measure(
    gpu,
    () => training.finish(),
  );
  const intervals = training.trace.probes.flatMap(({ layers }) => layers.flatMap(({ ranks }) => ranks));
  const certain = intervals.filter(({ low, high }) => low === high).length /
    intervals.length;
  const { dispatchesPerStep, dispatchesPerProbe } = rate!;
  const { dispatchesPerCount } = training;
  const { epsilons } = taskDefaults(options.task);
  return [{
    title: `${workloadName(SMALL)}, certified ranks at ${epsilons.join(", ")}, ms a step`,
    lines: [
      { name: bare.name, times: bare, verdict: null },
      {
        name: counted.name,
        times: counted,
        verdict: atMost(share(counted), gpu.software ? BAR : GPU_BAR, " %"),
      },
      {
        name: solved.name,
        times: solved,
        verdict: atLeast(share(solved), null, " %"),
      },
      {
        name: "waits a submission",
        times: null,
        verdict: atMost(waits / submissions, WAITS_BAR, ""),
      },
    ],
    facts: {
      dispatchesPerStep,
      dispatchesPerProbe,
      dispatchesPerCount,
      stepFlops: stepFlops(SMALL),
      probeFlops: probeFlops(SMALL),
      countFlops: countFlops(SMALL, epsilons.length),
      countBytes: bytesOf(probeWork(SMALL, epsilons.length), COUNTING),
      counted: { steps: COUNTED, dispatches, submissions, waits, certain },
      millisecondsACount: aProbe(counted),
      millisecondsASpectrum: aProbe(solved),
    },
    notes: [
      `counting takes ${dispatchesPerCount} dispatches and ${
        aProbe(counted).toFixed(1)
      } ms a probe, and two or three more a ` +
      `submission; spectra take ${dispatchesPerProbe} and ${aProbe(solved).toFixed(1)} ms`,
    ],
  }];
}
