/**
 * Options of the study of nearly orthogonal samples, and the cases that they make.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { integer, number, numbers, type TableOf, toggle } from "../../cli/options.ts";
import { seed } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { MAX_SAMPLES } from "../../tasks/options.ts";
import { MOST_REPLICAS, MOST_STEPS, MOST_WIDTH } from "../../train/limits.ts";
import { ascending } from "../core/lists.ts";

/** Values of the options of the study. */
export interface NearOrthogonalOptions {
  /** Number of samples n. */
  readonly samples: number;
  /** Ratios d/n of dimension and samples. */
  readonly ratios: readonly number[];
  /** Hidden neurons m. */
  readonly width: number;
  /** Slope γ of leaky ReLU below 0. */
  readonly slope: number;
  /** Standard deviations ω of the initial weights. */
  readonly initScales: readonly number[];
  /** Learning rate times d, which is the mean of ‖x‖². */
  readonly learningRate: number;
  /** Steps of gradient descent. */
  readonly steps: number;
  /** Sets of samples, each with initial weights of its own. */
  readonly replicas: number;
  /** Steps without structure that each stable rank is compared with. */
  readonly draws: number;
  /** Share of σ₁ above which a singular value counts. */
  readonly tolerance: number;
  /** Seed of all that is random. */
  readonly seed: number;
  /** Whether to take the larger values. */
  readonly full: boolean;
}

const train = "how to train", what = "what to train";

/** Options of the study. */
export const nearOrthogonalOptions: TableOf<NearOrthogonalOptions> = {
  samples: integer({ default: 40, full: 100, min: 3, max: MAX_SAMPLES, help: "samples n", group: what }),
  ratios: numbers({
    default: [25, 5, 1, 0.2],
    full: [100, 25, 5, 1, 0.2],
    positive: true,
    help: "ratios d/n of dimension and samples; the largest, from 1, has orthogonal samples as well",
    group: what,
  }),
  width: integer({ default: 50, full: 100, min: 3, max: MOST_WIDTH, help: "hidden neurons", group: what }),
  slope: number({ default: 0.1, positive: true, max: 1, help: "slope of leaky ReLU below 0", group: what }),
  initScales: numbers({
    default: [1e-6, 1e-3, 3e-2],
    positive: true,
    help: "standard deviations of the initial weights",
  }),
  learningRate: number({
    default: 4,
    positive: true,
    help: "learning rate times d, which is the mean of ‖x‖²",
    group: train,
  }),
  steps: integer({ default: 1024, full: 4096, min: 2, max: MOST_STEPS, help: "steps", group: train }),
  replicas: integer({
    default: 5,
    full: 10,
    min: 1,
    max: MOST_REPLICAS,
    help: "sets of samples, each with weights of its own",
    group: train,
  }),
  draws: integer({
    default: 19,
    full: 99,
    min: 1,
    max: MAX_SAMPLES,
    help: "steps without structure that each stable rank is compared with",
  }),
  tolerance: number({
    default: 1e-2,
    positive: true,
    max: 0.5,
    help: "share of the largest singular value above which a singular value counts",
  }),
  seed,
  full: toggle({ default: false, help: "train in up to 10,000 dimensions, longer, with ten replicas" }),
};

/** Samples and network of a part of the study. */
export interface NearOrthogonalCase {
  /** Name, in words. */
  readonly name: string;
  /** Dimension d. */
  readonly inputs: number;
  /** Whether samples are exactly orthogonal, or else normal. */
  readonly isOrthogonal: boolean;
  /** Slope of the activation below 0: that of leaky ReLU, or 0 of ReLU. */
  readonly slope: number;
}

/**
 * The study, its options checked. Ratios are descending, standard deviations ascending.
 */
export interface NearOrthogonalPlan extends Omit<NearOrthogonalOptions, "full"> {
  /** The cases: leaky ReLU with orthogonal samples, then with each ratio; ReLU at the end. */
  readonly cases: readonly NearOrthogonalCase[];
  /** Steps at which weights are measured: 0, 1, then four times as many, up to the last. */
  readonly waypoints: readonly number[];
}

/**
 * Checks the options together.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If there are fewer than two ratios or standard deviations, the largest ratio
 * is below 1, or the smallest makes no dimension.
 */
export function nearOrthogonalPlan({ full: _, ...options }: NearOrthogonalOptions): NearOrthogonalPlan {
  const { samples, steps, slope } = options;
  const ratios = ascending(options.ratios).reverse(), initScales = ascending(options.initScales);
  if (ratios.length < 2 || initScales.length < 2) {
    throw new InputError("nothing to compare: give at least two ratios and two init scales");
  }
  if (ratios[0] < 1) {
    throw new InputError(`ratios up to ${ratios[0]}: give one from 1, so that samples can be orthogonal`);
  }
  const inputsOf = (ratio: number) => {
    const inputs = Math.round(ratio * samples);
    return checkNumber(`dimension at the ratio ${ratio}`, inputs, { min: 3, max: MOST_WIDTH });
  };
  const each = (ratio: number, isOrthogonal: boolean, slope: number): NearOrthogonalCase => ({
    name: `${slope > 0 ? "leaky ReLU" : "ReLU"}, ${isOrthogonal ? "orthogonal, " : ""}d/n = ${ratio}`,
    inputs: inputsOf(ratio),
    isOrthogonal,
    slope,
  });
  const waypoints = [0];
  for (let step = 1; step < steps; step *= 4) waypoints.push(step);
  return {
    ...options,
    ratios,
    initScales,
    cases: [
      each(ratios[0], true, slope),
      ...ratios.map((ratio) => each(ratio, false, slope)),
      each(ratios[0], true, 0),
    ],
    waypoints: [...waypoints, steps],
  };
}
