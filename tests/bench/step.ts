/**
 * Training steps beside jax-js and PyTorch.
 *
 * @module
 */
import { jaxStep } from "./jax.ts";
import { bytesOf, stepWork } from "./kernel_work.ts";
import { atMost, type Bench, type Line, type Section, speedUps } from "./section.ts";
import { timeInTurns } from "./timing.ts";
import { type TrainingRate, trainingRate } from "./training_rate.ts";
import { probeFlops, SMALL, stepFlops, trainingOptions, type Workload, workloadName } from "./workload.ts";

/** Networks, and how many times as fast as jax-js their steps are to be. */
const STEPS: readonly { readonly workload: Workload; readonly bar: number }[] = [
  { workload: SMALL, bar: 12 },
  {
    workload: {
      widths: [784, 256, 128, 10],
      samples: 64,
      activation: "relu",
      optimizer: "adam",
      loss: "softmax-cross-entropy",
    },
    bar: 4,
  },
  {
    workload: { ...SMALL, widths: [1, 100, 100, 100, 1], samples: 1024 },
    bar: 5,
  },
];
/** Speed relative to PyTorch, at least. */
const TORCH_BAR = 0.5;
/** Most dispatches of a step. */
const DISPATCHES_BAR = 2;

/** Steps of the three networks. */
export async function trainingSteps(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const { workload, bar } of STEPS) {
    sections.push(await step(bench, workload, bar));
  }
  return sections;
}

async function step(
  bench: Bench,
  workload: Workload,
  bar: number,
): Promise<Section> {
  const { gpu, python, window } = bench;
  const options = await trainingOptions(workload);
  let rate: TrainingRate | null = null;
  const ours = async () => (rate = await trainingRate(gpu, options, window)).milliseconds;
  const { widths, samples, activation, optimizer, loss } = workload;
  const job = {
    job: "step",
    window,
    widths,
    samples,
    activation,
    optimizer,
    loss,
  };
  const times = await timeInTurns([
    { name: "Staircase", measure: ours },
    { name: "jax-js", measure: await jaxStep(workload, window) },
    ...(python?.versions.torch ? [{ name: "PyTorch, CPU", measure: () => python.time(job) }] : []),
  ], bench);
  const flops = stepFlops(workload);
  const { dispatchesPerStep, dispatchesPerProbe } = rate!;
  const drawn = loss === "softmax-cross-entropy";
  return {
    title: `${workloadName(workload)}, ms`,
    lines: [
      ...speedUps(times, { "jax-js": bar, PyTorch: TORCH_BAR }),
      dispatchLine(dispatchesPerStep),
    ],
    facts: {
      flops,
      bytes: bytesOf(stepWork(workload)),
      dispatchesPerStep,
      dispatchesPerProbe,
      probeFlops: probeFlops(workload),
    },
    notes: drawn ? ["Staircase draws a mini-batch at every step, the others train on one"] : [],
  };
}

function dispatchLine(dispatches: number): Line {
  return {
    name: "dispatches a step",
    times: null,
    verdict: atMost(dispatches, DISPATCHES_BAR, ""),
  };
}
