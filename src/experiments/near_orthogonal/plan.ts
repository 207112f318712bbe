/**
 * Options of the study of nearly orthogonal samples, and the cases that they make.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { integer, number, numbers, pick, type TableOf, toggle } from "../../cli/options.ts";
import { trainingTable } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { MOST_WIDTH } from "../../train/limits.ts";
import { ascending } from "../core/lists.ts";

/** Values of the options of the study; their table explains them. */
export type NearOrthogonalOptions = Readonly<
  & Record<"samples" | "width" | "slope" | "rate" | "steps" | "replicas" | "seed", number>
  & Record<"ratios" | "initScales", readonly number[]>
  & Record<"full", boolean>
>;

/** Options of the study. */
export const nearOrthogonalOptions: TableOf<NearOrthogonalOptions> = {
  ...pick(trainingTable, ["samples", "steps", "replicas", "seed"], {
    samples: { default: 40, full: 100, min: 3, help: "samples n" },
    steps: { default: 1024, full: 4096, min: 2, help: "steps of gradient descent" },
    replicas: { default: 5, full: 10, help: "sets of samples, each with initial weights of its own" },
  }),
  ratios: numbers({
    default: [25, 5, 1, 0.2],
    full: [100, 25, 5, 1, 0.2],
    positive: true,
    help: "ratios d/n of dimension and samples; at the largest, samples are made orthogonal as well",
  }),
  width: integer({ default: 50, full: 100, min: 3, max: MOST_WIDTH, help: "hidden neurons" }),
  slope: number({ default: 0.1, positive: true, max: 1, help: "slope of leaky ReLU below 0" }),
  initScales: numbers({
    default: [1e-6, 1e-3, 3e-2],
    // A first step has entries of the order 1/(d √(nm)): small weights are far below that.
    full: [1e-8, 1e-3, 3e-2],
    positive: true,
    max: 1e6,
    help: "standard deviations of the initial weights",
  }),
  rate: number({ default: 4, positive: true, help: "learning rate times d, which is the mean of ‖x‖²" }),
  full: toggle({ default: false, help: "train in up to 10,000 dimensions, longer, with ten replicas" }),
};

/** Numbers of all samples, and weights of all networks, of a run: 256 MiB each. */
const MOST_NUMBERS = 2 ** 26;

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

/** The study, its options checked. Ratios are descending, standard deviations ascending. */
export interface NearOrthogonalPlan extends Omit<NearOrthogonalOptions, "full"> {
  /** Sets of samples of each case. */
  readonly replicasOfEach: number;
  /** Networks of a run: one for each standard deviation. */
  readonly replicas: number;
  /** Leaky ReLU with orthogonal samples, then with each ratio; ReLU with orthogonal samples. */
  readonly cases: readonly NearOrthogonalCase[];
  /** Steps at which weights are measured: 0, 1, then four times as many, up to the last. */
  readonly waypoints: readonly number[];
}

/**
 * Checks the options together.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If there is nothing to compare, a dimension is too small, the largest is too
 * small for orthogonal samples, or samples or weights are too many.
 */
export function nearOrthogonalPlan({ full: _, ...options }: NearOrthogonalOptions): NearOrthogonalPlan {
  const { samples, steps } = options;
  const ratios = ascending(options.ratios).reverse(), initScales = ascending(options.initScales);
  if (ratios.length < 2 || initScales.length < 2) {
    throw new InputError("nothing to compare: give at least two ratios and two init scales");
  }
  const each = (ratio: number, isOrthogonal: boolean, slope: number): NearOrthogonalCase => {
    const range = { min: isOrthogonal ? samples : 3, max: MOST_WIDTH };
    return {
      name: slope === 0 ? "ReLU, orthogonal" : `${isOrthogonal ? "orthogonal" : "normal"}, d/n = ${ratio}`,
      inputs: checkNumber(`dimension at the ratio ${ratio}`, Math.round(ratio * samples), range),
      isOrthogonal,
      slope,
    };
  };
  const most = Math.max(samples, options.width * initScales.length) * Math.round(ratios[0] * samples);
  checkNumber("numbers of the samples or of the weights", most, { max: MOST_NUMBERS });
  const waypoints = [0];
  for (let step = 1; step < steps; step *= 4) waypoints.push(step);
  return {
    ...options,
    ratios,
    initScales,
    replicasOfEach: options.replicas,
    replicas: initScales.length,
    cases: [
      each(ratios[0], true, options.slope),
      ...ratios.map((ratio) => each(ratio, false, options.slope)),
      each(ratios[0], true, 0),
    ],
    waypoints: [...waypoints, steps],
  };
}
