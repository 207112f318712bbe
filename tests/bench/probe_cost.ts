/**
 * What watching the rank costs: a run that probes at every tenth step, beside one that does not.
 *
 * @module
 */
import { atMost, type Bench, type Section } from "./section.ts";
import { timeInTurns } from "./timing.ts";
import { type TrainingRate, trainingRate } from "./training_rate.ts";
import { probeFlops, SMALL, stepFlops, trainingOptions, workloadName } from "./workload.ts";

const PROBE_EVERY = 10;
/** Most that probes may add, as a percentage of the training time. */
const BAR = 25;

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
  const verdict = atMost(100 * (probed.median / bare.median - 1), BAR, " %");
  const { dispatchesPerStep, dispatchesPerProbe } = rate!;
  return [{
    title: `${workloadName(SMALL)}, certified ranks at ${
      options.task.defaults.epsilons.join(", ")
    }, ms a step`,
    lines: [{ name: bare.name, times: bare, verdict: null }, { name: probed.name, times: probed, verdict }],
    facts: {
      dispatchesPerStep,
      dispatchesPerProbe,
      stepFlops: stepFlops(SMALL),
      probeFlops: probeFlops(SMALL),
      millisecondsAProbe: PROBE_EVERY * (probed.median - bare.median),
    },
    notes: [
      `a probe takes ${dispatchesPerProbe} dispatches, ${
        (PROBE_EVERY * (probed.median - bare.median)).toFixed(1)
      } ms`,
    ],
  }];
}
