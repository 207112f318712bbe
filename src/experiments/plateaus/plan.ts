/**
 * Options of the study of plateaus, and the trainings that it makes.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { integer, number, pick, type TableOf, toggle } from "../../cli/options.ts";
import { taskOf } from "../../cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_WIDTH } from "../../train/limits.ts";
import type { TrainingOptions } from "../../train/options.ts";
import { STRUCTURED } from "../../train/pretrain/structured_start.ts";
import { checkKeptNetworks } from "../core/kept_networks.ts";
import { ascending } from "../core/lists.ts";

/** Name of an arm. */
export type PlateauArm =
  | "gradient descent"
  | "Adam"
  | "spread biases"
  | "structured first layer"
  | "solved output layer"
  | "fixed first layer"
  | "tanh";

/** Names of all arms: gradient descent on a ReLU network, ways around plateaus, two controls. */
export const plateauArmNames: readonly PlateauArm[] = [
  ...["gradient descent", "Adam", "spread biases", "structured first layer"] as const,
  ...["solved output layer", "fixed first layer", "tanh"] as const,
];

/** Values of the options; their table explains them. */
export type PlateauValues = Readonly<
  & Pick<TrainingValues, "task" | "samples" | "replicas" | "seed">
  & Record<"steps" | "width" | "learningRate" | "adamRate" | "epsilon", number>
  & { init: string; full: boolean }
>;

/** Step of the first network that is measured, and networks measured while the steps double. */
const FIRST = 10, DENSITY = 12;

/** Most features of the networks of an arm at all waypoints, 512 MiB on the host. */
const MOST_FEATURES = 2 ** 26;

/** The options. */
export const plateauOptions: TableOf<PlateauValues> = {
  ...pick(trainingTable, ["task", "samples", "init", "steps", "replicas", "seed"], {
    task: { default: "runge" },
    samples: { default: 64, full: 256, help: "training samples" },
    init: { default: "normal:0.1", help: "initialiser, but for the arms that spread or place neurons" },
    steps: { default: 20_000, full: 200_000, min: 4 * FIRST, help: "updates of the weights" },
    replicas: { default: 5, full: 20, help: "networks of each arm" },
  }),
  width: integer({
    default: 30,
    full: 50,
    min: 1,
    max: MOST_WIDTH,
    help: "hidden neurons",
    group: "what to train",
  }),
  learningRate: number({ default: 0.05, positive: true, help: "of gradient descent", group: "how to train" }),
  adamRate: number({ default: 1e-3, positive: true, help: "learning rate of Adam", group: "how to train" }),
  epsilon: number({ default: 1e-6, positive: true, help: "threshold of the ε-rank", group: "what to probe" }),
  full: toggle({ default: false, help: "train twenty wider networks of each arm for longer" }),
};

/** The study, its options checked. */
export interface PlateauPlan extends Omit<PlateauValues, "task" | "samples" | "full"> {
  /** The task. */
  readonly task: Task;
  /** Steps whose networks are measured, ascending, each a factor beyond the one before. */
  readonly waypoints: readonly number[];
}

/**
 * Checks the options together, and loads the task.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If there is no such task, it is no regression, or networks or their features
 * at all waypoints are too many.
 */
export async function plateauPlan({ full: _, ...options }: PlateauValues): Promise<PlateauPlan> {
  const task = await taskOf({ ...options, data: null }), { samples: __, steps, ...others } = options;
  if (task.kind !== "regression") {
    throw new InputError(`task ${task.name} has no squared loss: give a function to fit`);
  }
  const count = Math.ceil(DENSITY * Math.log2(steps / FIRST));
  const waypoints = ascending(
    Array.from({ length: count + 1 }, (_, k) => Math.round(FIRST * (steps / FIRST) ** (k / count))),
  );
  const { width, replicas } = others, places = replicas * waypoints.length;
  checkKeptNetworks([task.inputs, width, task.outputs], replicas, waypoints.length);
  checkNumber("features of an arm", places * task.train.count * width, { max: MOST_FEATURES });
  return { ...others, steps, task, waypoints };
}

/**
 * Makes the training of an arm. Networks of a replica are drawn alike in arms of one initialiser.
 *
 * @param plan The study.
 * @param arm Name of the arm.
 * @returns Its options.
 */
export function armTraining(
  plan: PlateauPlan,
  arm: PlateauArm,
): TrainingOptions & { readonly steps: number } {
  const { task, width, init, learningRate, adamRate, epsilon, steps, replicas, seed } = plan;
  const still = { weights: 0, biases: 0 }, moving = { weights: 1, biases: 1 };
  return {
    task,
    hidden: [width],
    activation: arm === "tanh" ? "tanh" : "relu",
    initializer: arm === "spread biases" ? "pytorch" : arm === "structured first layer" ? STRUCTURED : init,
    optimizer: arm === "Adam" ? { name: "adam", learningRate: adamRate } : {
      name: "sgd",
      learningRate,
      ...arm === "fixed first layer" && { layers: [still, moving] },
    },
    batch: null,
    steps,
    // Networks are measured, not probes.
    probeEvery: steps,
    epsilons: [epsilon],
    replicas,
    seed,
  };
}
