/**
 * What each kernel of a training run reaches of the adapter's best, by timestamps around every
 * dispatch.
 *
 * @module
 */
import { Gpu } from "../../src/gpu/device.ts";
import { measurePeak } from "../../src/gpu/measure/peak.ts";
import { taskDefaults } from "../../src/tasks/defaults.ts";
import { Training } from "../../src/train/training.ts";
import { probeWork, stepWork, type Work } from "./kernel_work.ts";
import { type Bench, digits, type Line, type Section } from "./section.ts";
import type { Times } from "./timing.ts";
import { SMALL, trainingOptions, workloadName } from "./workload.ts";

/** Steps of a profiled run, a probe at every tenth. */
const STEPS = 200, PROBE_EVERY = 10;
/** Probes that solve spectra, and others that count, are met as often. */
const SPECTRA_EVERY = 2;

/** Kernels of the first network with probes of both kinds. */
export async function kernelBench(bench: Bench): Promise<Section[]> {
  if (!bench.gpu.device.features.has("timestamp-query")) {
    bench.skip("kernels are not timed: the adapter takes no timestamps");
    return [];
  }
  const options = {
    ...await trainingOptions(SMALL),
    steps: STEPS,
    probeEvery: PROBE_EVERY,
    spectraEvery: SPECTRA_EVERY,
    precision: "single",
  } as const;
  const peak = await measurePeak(bench.gpu);
  const thresholds = taskDefaults(options.task).epsilons.length;
  const work: Readonly<Record<string, Work>> = { ...stepWork(SMALL), ...probeWork(SMALL, thresholds) };
  const measured = new Map<string, number[]>();
  const counts = new Map<string, number>();
  using gpu = await Gpu.open({ profile: true });
  const train = async () => {
    using training = await Training.create(gpu, options);
    await training.finish();
    return new Map((await gpu.profiler!.report()).map((kernel) => [kernel.name, kernel]));
  };
  // The first compiles; and the profiler's sums go on.
  let before = await train();
  for (let repeat = 0; repeat < bench.repeats; repeat++) {
    const after = await train();
    for (const [name, { count, milliseconds }] of after) {
      const { count: made = 0, milliseconds: took = 0 } = before.get(name) ?? {};
      // A form of a kernel has the work of the kernel.
      const kernel = name.replace(/ \(.*\)$/, "");
      if (!work[kernel]) continue;
      counts.set(kernel, count - made);
      measured.set(kernel, [...measured.get(kernel) ?? [], (milliseconds - took) / (count - made)]);
    }
    before = after;
  }
  const kernels = [...measured].map(([name, all]) => {
    const times = timesOf(name, all);
    const runs = runsOf(name, counts);
    const share = (amount: number | null, rate: number) =>
      amount === null ? null : amount / runs / (times.median / 1000) / rate;
    return {
      name,
      times,
      dispatches: runs,
      work: work[name],
      flopShare: share(work[name].flops, peak.flopsPerSecond),
      byteShare: share(work[name].bytes, peak.bytesPerSecond),
    };
  });
  return [{
    title: `kernels of ${workloadName(SMALL)}, share of the adapter's best, ms a dispatch`,
    lines: kernels.map(({ times, flopShare, byteShare }): Line => {
      const text = [
        ...(flopShare === null ? [] : [`${digits(100 * flopShare)} % fma`]),
        ...(byteShare === null ? [] : [`${digits(100 * byteShare)} % copy`]),
      ].join(", ");
      return {
        name: times.name,
        times,
        verdict: { text, value: flopShare ?? byteShare ?? 0, bar: "", met: null },
      };
    }),
    facts: { peak, kernels: kernels.map(({ times: _, ...facts }) => facts) },
    notes: [
      "timed one by one, which takes longer than in a pass of many; bytes are the least that have to move",
    ],
  }];
}

/** Dispatches of a kernel in one step, or in one probe of its kind. */
function runsOf(name: string, counts: ReadonlyMap<string, number>): number {
  const count = counts.get(name)!;
  if (name.startsWith("fused")) return Math.round(count / STEPS);
  // A submission's counts are made together, twice; how many those are the pacer decides.
  if (name === "inertia_double_single") return count / (STEPS / PROBE_EVERY / SPECTRA_EVERY);
  return Math.max(1, Math.round(count / (STEPS / PROBE_EVERY / SPECTRA_EVERY)));
}

function timesOf(name: string, all: readonly number[]): Times {
  const sorted = all.toSorted((a, b) => a - b);
  return {
    name,
    median: sorted[(sorted.length - 1) >> 1],
    least: sorted[0],
    most: sorted[sorted.length - 1],
    all,
  };
}
