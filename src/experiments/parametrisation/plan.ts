/**
 * Options of the study of parametrisations, and how each scales weights and rates with the width.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { integer, integers, number, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { MOST_LAYERS, MOST_REPLICAS, MOST_WIDTH } from "../../train/limits.ts";
import { ascending } from "../core/lists.ts";
import { parseLadder } from "../phase_diagram/plan.ts";

/** Exponents of the width, relative to the smallest, by which a parametrisation scales. */
export interface Parametrisation {
  /** Of the initial weights of the output layer. */
  readonly output: number;
  /** Of the rates of the first layer, of the others, and of the output layer; `null` freezes. */
  readonly rates: readonly [first: number | null, hidden: number | null, output: number];
}

/** Parametrisations by name. At the smallest width the first four are the same network. */
export const parametrisations = {
  "µP": { output: -1 / 2, rates: [1, 0, -1] },
  "NTK": { output: 0, rates: [0, -1, -1] },
  "standard": { output: 0, rates: [0, 0, 0] },
  "µP, output rate unscaled": { output: -1 / 2, rates: [1, 0, 0] },
  "µP, hidden layers frozen": { output: -1 / 2, rates: [null, null, -1] },
} as const satisfies Readonly<Record<string, Parametrisation>>;

/** Name of a parametrisation. */
export type ParametrisationName = keyof typeof parametrisations;

/** Names of all parametrisations. */
export const parametrisationNames: readonly ParametrisationName[] = Object.keys(
  parametrisations,
) as ParametrisationName[];

/** Values of the options of the study. */
export interface ParametrisationOptions extends Pick<TrainingValues, "replicas" | "seed"> {
  /** Number of samples m. */
  readonly samples: number;
  /** Inputs d. */
  readonly inputs: number;
  /** Hidden layers. */
  readonly depth: number;
  /** Neurons of each hidden layer. */
  readonly widths: readonly number[];
  /** Learning rates: a list, or as text also `FROM:TO:COUNT`. */
  readonly learningRates: string | readonly number[];
  /** Learning rate at which the features are followed, one of these. */
  readonly rate: number;
  /** Steps of gradient descent. */
  readonly steps: number;
  /** Threshold ε of the ranks. */
  readonly epsilon: number;
  /** Whether to take the larger values. */
  readonly full: boolean;
}

/** Options of the study. */
export const parametrisationOptions: TableOf<ParametrisationOptions> = {
  ...pick(trainingTable, ["samples", "steps", "replicas", "seed"], {
    samples: { default: 16, full: 32, min: 2, help: "samples m" },
    steps: { default: 64, full: 500, min: 1, help: "steps of gradient descent" },
    replicas: { default: 5, full: 10, help: "networks of each width and rate" },
  }),
  inputs: integer({ default: 8, full: 16, min: 2, max: MOST_WIDTH, help: "inputs d" }),
  depth: integer({ default: 2, min: 1, max: MOST_LAYERS, help: "hidden layers" }),
  widths: integers({
    default: [32, 64, 128, 256],
    full: [32, 64, 128, 256, 512],
    min: 1,
    max: MOST_WIDTH,
    help: "neurons of each hidden layer; no fewer than samples",
  }),
  learningRates: text({
    default: "0.01:0.64:13",
    placeholder: "NUMBERS",
    help: "learning rates at the smallest width: a list, or FROM:TO:COUNT at equal ratios",
  }),
  rate: number({ default: 0.08, positive: true, help: "that of the networks whose features are followed" }),
  epsilon: number({ default: 0.1, positive: true, help: "threshold ε of the ranks" }),
  full: toggle({ default: false, help: "train ten wider networks of each width and rate, longer" }),
};

/** The study, its options checked. Widths and rates are ascending. */
export interface ParametrisationPlan extends Omit<ParametrisationOptions, "full" | "learningRates"> {
  /** Learning rates. */
  readonly learningRates: readonly number[];
}

/**
 * Checks the options together.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If there is nothing to compare, a width is below the number of samples, the
 * rate is none of the learning rates, or networks are too many.
 */
export function parametrisationPlan(
  { full: _, ...options }: ParametrisationOptions,
): ParametrisationPlan {
  const { samples, rate, replicas } = options;
  const widths = ascending(options.widths);
  const learningRates = parseLadder("learning rates", options.learningRates);
  if (widths.length < 2) throw new InputError("nothing to compare: give at least two widths");
  if (widths[0] < samples) {
    throw new InputError(
      `the features of ${samples} samples are dependent at width ${
        widths[0]
      }: give no smaller width than samples`,
    );
  }
  if (!learningRates.includes(rate)) {
    throw new InputError(`rate ${rate} is none of the learning rates: give one of ${learningRates.join()}`);
  }
  checkNumber("networks of a width", learningRates.length * replicas, { max: MOST_REPLICAS });
  return { ...options, widths, learningRates };
}
