/**
 * L-BFGS after Adam, beside Adam for the same further time.
 *
 * @module
 */
import { mean } from "../../src/stats/mean.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { atLeast, type Bench, digits, type Section } from "./section.ts";

/** Steps of Adam before, and its learning rate. */
const BEFORE = 2000, RATE = 1e-3;
/** How many times lower the loss is to be. */
const BAR = 10;
/** The further time, in seconds. */
const SECONDS = { long: 4, short: 1 };

/** A phase, by time. */
interface Phase {
  /** Lowest loss. */
  readonly loss: number;
  /** Steps that were made. */
  readonly steps: number;
}

/** The lowest loss of both after Adam's first steps, on a function and on an equation. */
export async function lbfgsBench(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const task of ["cosines", "poisson1d"]) sections.push(await section(bench, task));
  return sections;
}

async function section({ gpu, repeats, quick }: Bench, name: string): Promise<Section> {
  const task = await loadTask(name), seconds = quick ? SECONDS.short : SECONDS.long;
  const adam = { name: "adam", learningRate: RATE } as const, rare = { task, probeEvery: 10 ** 6 };
  const pairs: (readonly [Phase, Phase])[] = [];
  for (let seed = 0; seed < repeats; seed++) {
    using first = await Training.create(gpu, { ...rare, optimizer: adam, steps: BEFORE, seed });
    await first.finish();
    const start = await first.network.readAllParameters();
    const phase = async (optimizer: TrainingOptions["optimizer"] & object): Promise<Phase> => {
      using training = await Training.create(gpu, { ...rare, start, optimizer, steps: 10 ** 6 });
      let loss = Infinity;
      for await (const { losses: [own] } of training.chunks()) {
        loss = own.reduce((least, each) => Math.min(least, each), loss);
        if (training.milliseconds > 1000 * seconds) break;
      }
      return { loss, steps: training.updates };
    };
    pairs.push([await phase({ name: "lbfgs", learningRate: RATE }), await phase(adam)]);
  }
  const lower = 10 ** mean(pairs.map(([own, other]) => Math.log10(other.loss / own.loss)));
  const losses = pairs.map((pair) => pair.map(({ loss }) => loss.toExponential(1)).join(" by "));
  const made = [0, 1].map((which) => digits(mean(pairs.map((pair) => pair[which].steps))));
  return {
    title: `${name} after ${BEFORE} steps of Adam: loss after ${seconds} s more`,
    lines: [{ name: "L-BFGS, lower than Adam's", times: null, verdict: atLeast(lower, BAR) }],
    facts: { pairs, seconds },
    notes: [
      `lowest loss of L-BFGS by Adam's, of each seed: ${losses.join(", ")}; ${made[0]} steps by ${made[1]}`,
    ],
  };
}
