/**
 * What watching the rank costs: a run that probes at every tenth step, beside one that does not.
 *
 * @module
 */
import { measure } from "../../src/gpu/meter.ts";
import { Training } from "../../src/train/training.ts";
import { atMost, type Bench, type Section } from "./section.ts";
import { ratio, timeInTurns } from "./timing.ts";
import { type TrainingRate, trainingRate } from "./training_rate.ts";
import { probeFlops, SMALL, stepFlops, trainingOptions, workloadName } from "./workload.ts";

const PROBE_EVERY = 10;
/** Most that probes may add, as a percentage of the training time. */
const BAR = 25;
/** Most waits a submission. */
const WAITS_BAR = 1;
/** Steps in which dispatches, submissions and waits are counted. */
const COUNTED = 500;

/** Certified ranks of all hidden layers at three ε, every ten steps. */
export async function probeCost(bench: Bench): Promise<Section[]> {
  const { gpu, window } = bench;
  const options = await trainingOptions(SMALL);
  let rate: TrainingRate | null = null;
  const probing = { ...options, probeEvery: PROBE_EVERY };
  const [bare, probed] = await timeInTurns([
    {
      name: "without probes",
      measure: async () => (await trainingRate(gpu, options, window)).milliseconds,
    },
    {
      name: `with a probe every ${PROBE_EVERY} steps`,
      measure: async () => (rate = await trainingRate(gpu, probing, window)).milliseconds,
    },
  ], bench);
  const verdict = atMost(100 * (ratio(probed, bare) - 1), BAR, " %");
  using training = await Training.create(gpu, { ...probing, steps: COUNTED });
  const { dispatches, submissions, waits } = await measure(gpu, () => training.finish());
  const { dispatchesPerStep, dispatchesPerProbe } = rate!;
  return [{
    title: `${workloadName(SMALL)}, certified ranks at ${
      options.task.defaults.epsilons.join(", ")
    }, ms a step`,
    lines: [
      { name: bare.name, times: bare, verdict: null },
      { name: probed.name, times: probed, verdict },
      { name: "waits a submission", times: null, verdict: atMost(waits / submissions, WAITS_BAR, "") },
    ],
    facts: {
      dispatchesPerStep,
      dispatchesPerProbe,
      stepFlops: stepFlops(SMALL),
      probeFlops: probeFlops(SMALL),
      counted: { steps: COUNTED, dispatches, submissions, waits },
      millisecondsAProbe: PROBE_EVERY * (probed.median - bare.median),
    },
    notes: [
      `a probe takes ${dispatchesPerProbe} dispatches, ${
        (PROBE_EVERY * (probed.median - bare.median)).toFixed(1)
      } ms`,
    ],
  }];
}
