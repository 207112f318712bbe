/**
 * The default run of `staircase` in a folder that keeps its trace and its state, beside the same
 * run as a call of the library, which keeps nothing.
 *
 * @module
 */
import { completeValues } from "../../src/cli/options.ts";
import { GpuLease, runExperiment, runInFolder, staircase } from "../../src/experiments/mod.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { atMost, type Bench, type Section } from "./section.ts";
import { ratio, timeInTurns } from "./timing.ts";

/** Most that checkpoints and a growing trace may cost, as a ratio of training times. */
const BAR = 1.02;
/** Seconds from one checkpoint to the next: the default, and one that shows a cost. */
const INTERVALS = [60, 2];
const QUICK_STEPS = 1000;

/** The same training kept and not kept. */
export async function keptRunBench(
  { quick, repeats }: Bench,
): Promise<Section[]> {
  const options = quick ? { steps: QUICK_STEPS } : {};
  const plan = await staircase.plan(
    completeValues(staircase.options, options, staircase.name),
  );
  // The files of a run are written after the last step; what is timed is the training.
  using lease = await GpuLease.open(() => Gpu.open());
  const kept = async (checkpointEvery: number) => {
    const folder = await Deno.makeTempDir({ prefix: "staircase-bench-" });
    try {
      const how = { folder: `${folder}/run`, checkpointEvery };
      const { result } = await runInFolder(lease, staircase, plan, how);
      return result.timing.milliseconds;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
  const [free, ...inFolder] = await timeInTurns([
    {
      name: "nothing kept",
      measure: async () =>
        (await runExperiment(lease.gpu, staircase, options)).timing
          .milliseconds,
    },
    ...INTERVALS.map((every) => ({
      name: `in a folder, a checkpoint every ${every} s`,
      measure: () => kept(every),
    })),
  ], { repeats, warmUp: true });
  return [{
    title: `the default run of staircase, ${plan.steps} steps: training, ms`,
    lines: [
      { name: free.name, times: free, verdict: null },
      ...inFolder.map((times, index) => ({
        name: times.name,
        times,
        verdict: atMost(ratio(times, free), index === 0 && !quick ? BAR : null),
      })),
    ],
    facts: { intervals: INTERVALS },
    notes: [],
  }];
}
