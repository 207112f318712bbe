/**
 * Replicas of a network trained together, beside as many single runs.
 *
 * @module
 */
import { atMost, type Bench, type Section } from "./section.ts";
import { ratio, timeInTurns } from "./timing.ts";
import { trainingRate } from "./training_rate.ts";
import { SMALL, trainingOptions, workloadName } from "./workload.ts";

const REPLICAS = 32;
/** Most that replicas may cost, as a share of single runs. */
const BAR = 0.5;

/** 32 replicas against 32 single runs. */
export async function replicaBench(bench: Bench): Promise<Section[]> {
  const { gpu, window } = bench;
  const options = await trainingOptions(SMALL);
  const [together, single] = await timeInTurns([
    {
      name: `${REPLICAS} replicas in one run`,
      measure: async () =>
        (await trainingRate(gpu, { ...options, replicas: REPLICAS }, window))
          .milliseconds,
    },
    {
      name: `${REPLICAS} single runs, one after the other`,
      measure: async () => REPLICAS * (await trainingRate(gpu, options, window)).milliseconds,
    },
  ], bench);
  const verdict = atMost(ratio(together, single), BAR);
  return [{
    title: `${workloadName(SMALL)}, ms a step of all`,
    lines: [{ name: together.name, times: together, verdict }, {
      name: single.name,
      times: single,
      verdict: null,
    }],
    facts: { replicas: REPLICAS },
    notes: [],
  }];
}
