/**
 * Options of the study of parametrisations.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { integer, integers, number, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { trainingTable } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { type Parametrization, parametrizations } from "../../nn/parametrization.ts";
import { MOST_LAYERS, MOST_REPLICAS, MOST_WIDTH } from "../../train/limits.ts";
import { ascending } from "../core/lists.ts";
import { parseLadder } from "../phase_diagram/plan.ts";

/** Name of a parametrisation, or of a variant of µP that is built to break the claims. */
export type ParametrizationArm =
  | keyof typeof parametrizations
  | "µP, output rate unscaled"
  | "µP, hidden layers frozen";

/** The arms. */
export const arms: Readonly<Record<ParametrizationArm, Parametrization>> = {
  ...parametrizations,
  "µP, output rate unscaled": { output: -1 / 2, rates: [1, 0, 0] },
  "µP, hidden layers frozen": { output: -1 / 2, rates: [null, null, -1] },
};

/** Names of all arms. */
export const armNames: readonly ParametrizationArm[] = Object.keys(arms) as ParametrizationArm[];

/** Values of the options of the study; their table explains them. */
export type ParametrizationOptions = Readonly<
  & Record<"samples" | "inputs" | "depth" | "rate" | "steps" | "epsilon" | "replicas" | "seed", number>
  & { widths: readonly number[]; learningRates: string | readonly number[]; full: boolean }
>;

/** Options of the study. */
export const parametrizationOptions: TableOf<ParametrizationOptions> = {
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

/** Weights of all networks of a width: 1 GiB. */
const MOST_WEIGHTS = 2 ** 28;

/** The study, its options checked. Widths and rates are ascending. */
export type ParametrizationPlan =
  & Omit<ParametrizationOptions, "full" | "learningRates">
  & Readonly<Record<"learningRates", readonly number[]>>;

/**
 * Checks the options together.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If there is nothing to compare, a width is below the number of samples, the
 * rate is none of the learning rates, or networks or their weights are too many.
 */
export function parametrizationPlan({ full: _, ...options }: ParametrizationOptions): ParametrizationPlan {
  const { samples, rate, replicas } = options, widths = ascending(options.widths);
  const learningRates = parseLadder("learning rates", options.learningRates);
  if (widths.length < 2) throw new InputError("nothing to compare: give at least two widths");
  if (widths[0] < samples) {
    throw new InputError(`width ${widths[0]} is below the ${samples} samples: give larger widths`);
  }
  if (!learningRates.includes(rate)) {
    throw new InputError(`rate ${rate} is none of the learning rates: give one of ${learningRates.join()}`);
  }
  const networks = learningRates.length * replicas, widest = widths[widths.length - 1];
  checkNumber("networks of a width", networks, { max: MOST_REPLICAS });
  const weights = networks * widest * (options.inputs + (options.depth - 1) * widest);
  checkNumber(`weights of the networks of width ${widest}`, weights, { max: MOST_WEIGHTS });
  return { ...options, widths, learningRates };
}
