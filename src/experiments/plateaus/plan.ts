/**
 * Options of the study of plateaus, and the trainings that it makes.
 *
 * @module
 */
import { integer, number, pick, type TableOf } from "../../cli/options.ts";
import { taskOf } from "../../cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_WIDTH } from "../../train/limits.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { STRUCTURED } from "../../train/pretrain/structured_start.ts";
import { ascending } from "../core/lists.ts";

/** What an arm changes of gradient descent on a ReLU network. */
interface Arm {
  /** Optimiser. */
  readonly optimizer?: "adam";
  /** Initialiser. */
  readonly initializer?: string;
  /** Activation. */
  readonly activation?: string;
  /** Whether the output layer starts as the least-squares solution. */
  readonly isSolved?: boolean;
  /** Whether the first layer stays as it is. */
  readonly isFixed?: boolean;
}

/** Name of an arm. */
export type PlateauArm =
  | "gradient descent"
  | "Adam"
  | "spread biases"
  | "structured first layer"
  | "solved output layer"
  | "fixed first layer"
  | "tanh";

/** Arms by name: gradient descent, ways around its plateaus, and two controls. */
export const plateauArms: Readonly<Record<PlateauArm, Arm>> = {
  "gradient descent": {},
  "Adam": { optimizer: "adam" },
  "spread biases": { initializer: "pytorch" },
  "structured first layer": { initializer: STRUCTURED },
  "solved output layer": { isSolved: true },
  "fixed first layer": { isFixed: true },
  "tanh": { activation: "tanh" },
};

/** Names of all arms. */
export const plateauArmNames: readonly PlateauArm[] = Object.keys(plateauArms) as PlateauArm[];

/** Values of the options. */
export interface PlateauValues extends Pick<TrainingValues, "task" | "samples" | "replicas" | "seed"> {
  /** Initialiser. */
  readonly init: string;
  /** Number of steps. */
  readonly steps: number;
  /** Hidden neurons. */
  readonly width: number;
  /** Learning rate of gradient descent. */
  readonly learningRate: number;
  /** Learning rate of Adam. */
  readonly adamRate: number;
  /** Threshold of the ε-rank. */
  readonly epsilon: number;
  /** Networks that are measured while the steps double. */
  readonly density: number;
}

/** Step of the first network that is measured. */
const FIRST = 10;

/** The options. */
export const plateauOptions: TableOf<PlateauValues> = {
  ...pick(trainingTable, ["task", "samples", "steps", "init", "replicas", "seed"], {
    task: { default: "runge" },
    samples: { default: 64, full: 256 },
    steps: { default: 20_000, full: 200_000, min: 4 * FIRST },
    init: { default: "normal:0.1" },
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
  density: integer({
    default: 12,
    min: 4,
    max: 100,
    help: "networks measured while the steps double",
    group: "what to probe",
  }),
};

/** The study, its options checked. */
export interface PlateauPlan extends Omit<PlateauValues, "task" | "samples"> {
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
 * @throws {InputError} If the task is none, or no regression.
 */
export async function plateauPlan(options: PlateauValues): Promise<PlateauPlan> {
  const { samples: _, ...others } = options, { steps, density } = options;
  const task = await taskOf({ ...options, data: null });
  if (task.kind !== "regression") {
    throw new InputError(`task ${task.name} has no squared loss: give a function`);
  }
  const count = Math.ceil(density * Math.log2(steps / FIRST));
  const waypoints = ascending(
    Array.from({ length: count + 1 }, (_, k) => Math.round(FIRST * (steps / FIRST) ** (k / count))),
  );
  return { ...others, task, waypoints };
}

/**
 * Makes the training of an arm. Networks of one replica are drawn alike in all arms of
 * one initialiser.
 *
 * @param plan The study.
 * @param name Name of the arm.
 * @returns Its options.
 */
export function armTraining(plan: PlateauPlan, name: PlateauArm): CompleteOptions {
  const { task, width, init, learningRate, adamRate, epsilon, steps, replicas, seed } = plan;
  const { optimizer, initializer = init, activation = "relu", isFixed } = plateauArms[name];
  return completeOptions({
    task,
    hidden: [width],
    activation,
    initializer,
    optimizer: optimizer ? { name: optimizer, learningRate: adamRate } : {
      name: "sgd",
      learningRate,
      ...isFixed && { layers: [{ weights: 0, biases: 0 }, { weights: 1, biases: 1 }] },
    },
    batch: null,
    steps,
    probeEvery: steps,
    epsilons: [epsilon],
    replicas,
    seed,
  });
}
