/**
 * Ranks of the tangent kernel of a network, beside a probe that solves the spectra of its features.
 *
 * @module
 */
import { tangentRanks } from "../../src/rank/tangent/tangent_ranks.ts";
import { Training } from "../../src/train/training.ts";
import { atLeast, atMost, type Bench, type Section } from "./section.ts";
import { clocked, timeInTurns } from "./timing.ts";
import { trainingRate } from "./training_rate.ts";
import { SMALL, trainingOptions, workloadName } from "./workload.ts";

const SAMPLES = 512, PROBE_EVERY = 10;
/** Steps after which the kernel is taken. */
const STEPS = 1000;
/** Thresholds, as shares of λ₁. */
const EPSILONS = [1e-4, 1e-6, 1e-8];
/** Most that the kernel may take, in probes. */
const BAR = 20;

/** Certified ranks at three ε of trained networks of tanh and of ReLU. */
export async function tangentBench(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const activation of ["tanh", "relu"] as const) {
    const workload = { ...SMALL, activation, samples: SAMPLES };
    const options = await trainingOptions(workload), { task } = options;
    using training = await Training.create(bench.gpu, {
      ...options,
      steps: STEPS,
      probeEvery: STEPS,
    });
    await training.finish();
    const samples = { rows: SAMPLES, columns: 1, data: task.train.x };
    const ranksOf = () =>
      tangentRanks(training.network, samples, {
        epsilons: EPSILONS,
        threshold: "relative",
      });
    const solving = { ...options, probeEvery: PROBE_EVERY, spectraEvery: 1 };
    const rate = (of: typeof options) => async () =>
      PROBE_EVERY *
      (await trainingRate(bench.gpu, of, bench.window)).milliseconds;
    const [kernel, solved, bare] = await timeInTurns([
      { name: `tangent kernel of order ${SAMPLES}`, measure: clocked(ranksOf) },
      {
        name: `${PROBE_EVERY} steps and a probe with spectra`,
        measure: rate(solving),
      },
      { name: `${PROBE_EVERY} steps`, measure: rate(options) },
    ], bench);
    const [{ ranks }] = await ranksOf(), probe = solved.median - bare.median;
    const certain = ranks.filter(({ low, high }) => low === high).length /
      ranks.length;
    sections.push({
      title: `tangent kernel after ${STEPS} steps, ${workloadName(workload)}, ms`,
      lines: [
        {
          name: kernel.name,
          times: kernel,
          verdict: atMost(kernel.median / probe, BAR, " probes"),
        },
        { name: solved.name, times: solved, verdict: null },
        { name: bare.name, times: bare, verdict: null },
        {
          name: "certain ranks",
          times: null,
          verdict: atLeast(100 * certain, 100, " %"),
        },
      ],
      facts: { ranks },
      notes: [],
    });
  }
  return sections;
}
