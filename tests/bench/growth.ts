/**
 * How the time of a step grows with the width of the network, with samples, with replicas.
 *
 * @module
 */
import { fitPowerLaw } from "../../src/stats/power_law.ts";
import { type Bench, digits, type Section } from "./section.ts";
import { timeInTurns } from "./timing.ts";
import { trainingRate } from "./training_rate.ts";
import { SMALL, stepFlops, trainingOptions, type Workload, workloadName } from "./workload.ts";

/** A workload of some size. */
interface Sized {
  readonly size: number;
  readonly workload: Workload;
  readonly replicas: number;
}

/** What grows. */
const AXES: Readonly<Record<string, readonly Sized[]>> = {
  width: [16, 32, 64, 128].map((size) => ({
    size,
    workload: { ...SMALL, widths: [1, size, size, 1] },
    replicas: 1,
  })),
  samples: [64, 256, 1024, 4096].map((size) => ({
    size,
    workload: { ...SMALL, samples: size },
    replicas: 1,
  })),
  replicas: [1, 2, 4, 8, 16, 32].map((size) => ({
    size,
    workload: SMALL,
    replicas: size,
  })),
};

/** Times along all axes, and the exponents fitted to them beside those of the operations. */
export async function growth(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const [axis, sizes] of Object.entries(AXES)) {
    sections.push(await section(bench, axis, sizes));
  }
  return sections;
}

async function section(
  bench: Bench,
  axis: string,
  sizes: readonly Sized[],
): Promise<Section> {
  const { gpu, window } = bench;
  const contestants = [];
  for (const { size, workload, replicas } of sizes) {
    const options = { ...await trainingOptions(workload), replicas };
    const measure = async () => (await trainingRate(gpu, options, window / 2)).milliseconds;
    contestants.push({ name: String(size), measure });
  }
  const times = await timeInTurns(contestants, bench);
  const x = sizes.map(({ size }) => size);
  const flops = sizes.map(({ workload, replicas }) => replicas * stepFlops(workload));
  const { exponent, low, high } = fitPowerLaw(
    x,
    times.map(({ median }) => median),
  );
  const operations = fitPowerLaw(x, flops).exponent;
  return {
    title: `growth with ${axis}, ${workloadName(SMALL)} otherwise, ms`,
    lines: [
      ...times.map((one) => ({ name: one.name, times: one, verdict: null })),
      {
        name: `exponent, 95 % in ${digits(low)} … ${digits(high)}`,
        times: null,
        verdict: {
          text: exponent.toFixed(2),
          value: exponent,
          bar: `≤ ${operations.toFixed(2)}`,
          // To the digits shown.
          met: Number(exponent.toFixed(2)) <= Number(operations.toFixed(2)),
        },
      },
    ],
    facts: { axis, sizes: x, flops, exponent, low, high, operations },
    notes: [],
  };
}
