/**
 * Replicas of a network trained together, beside as many single runs.
 *
 * @module
 */
import { atMost, type Bench, digits, type Section } from "./section.ts";
import { ratio, timeInTurns, type Times } from "./timing.ts";
import { trainingRate } from "./training_rate.ts";
import { SMALL, trainingOptions, type Workload, workloadName } from "./workload.ts";

const REPLICAS = 32;
/** Most that replicas may cost, as a share of single runs. */
const BAR = 0.5;
/** Small networks by the thousand, and how many. */
const TINY: Workload = { ...SMALL, widths: [1, 16, 16, 1], samples: 64 },
  THOUSANDS = [1024, 4096];
/** Most that a step of them may take, as a multiple of PyTorch's by products of batches. */
const BATCHED_BAR = 1;

/** 32 replicas against 32 single runs; thousands against PyTorch. */
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
  const sections: Section[] = [{
    title: `${workloadName(SMALL)}, ms a step of all`,
    lines: [{ name: together.name, times: together, verdict }, {
      name: single.name,
      times: single,
      verdict: null,
    }],
    facts: { replicas: REPLICAS },
    notes: [],
  }];
  for (const replicas of THOUSANDS) {
    sections.push(await thousands(bench, replicas));
  }
  return sections;
}

/** Thousands of small networks. */
async function thousands(
  { gpu, python, window, repeats }: Bench,
  replicas: number,
): Promise<Section> {
  const { widths, samples } = TINY, options = await trainingOptions(TINY);
  const [ours, batched] = await timeInTurns([
    {
      name: `${replicas} replicas in one run`,
      measure: async () =>
        (await trainingRate(gpu, { ...options, replicas }, window))
          .milliseconds,
    },
    ...(python?.versions.torch
      ? [{
        name: "PyTorch, CPU, products of batches",
        measure: () =>
          python.time({
            job: "replicas",
            window,
            widths,
            samples,
            count: replicas,
          }),
      }]
      : []),
  ], { repeats });
  const each = (times: Times) => `${digits(1000 * times.median / replicas)} µs a replica and step`;
  return {
    title: `${workloadName(TINY)}, ms a step of all`,
    lines: [
      {
        name: `${ours.name}, ${each(ours)}`,
        times: ours,
        verdict: batched ? atMost(ratio(ours, batched), BATCHED_BAR) : null,
      },
      ...(batched
        ? [{
          name: `${batched.name}, ${each(batched)}`,
          times: batched,
          verdict: null,
        }]
        : []),
    ],
    facts: { replicas },
    notes: [],
  };
}
