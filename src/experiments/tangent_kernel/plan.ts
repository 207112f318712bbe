/**
 * Options of the experiment on tangent kernels, and the trainings that it makes.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { completeValues, integer, number, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { taskOf, trainingOptions } from "../../cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { formatNumber } from "../../format.ts";
import { MOST_HOST_COLUMNS } from "../../linalg/host/host_svdvals.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_STEPS } from "../../train/limits.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { checkKeptNetworks } from "../core/kept_networks.ts";
import { parseNames } from "../core/names.ts";

/** Values of the options of the experiment; their table explains them. */
export type TangentKernelOptions = Readonly<
  & Pick<TrainingValues, "samples" | "layers" | "activation" | "replicas" | "seed">
  & Record<"scale" | "steps" | "probeEvery" | "learningRate" | "epsilon", number>
  & { tasks: string | readonly (string | Task)[]; full: boolean }
>;

const steps = { min: 1, max: MOST_STEPS, group: "how to train" } as const;

/** Options of the experiment. */
export const tangentKernelOptions: TableOf<TangentKernelOptions> = {
  tasks: text({ default: "cosines,runge", placeholder: "NAMES", help: "functions to learn" }),
  ...pick(trainingTable, ["samples", "layers", "activation", "replicas", "seed"], {
    samples: { default: 128, full: 512, help: "training samples of each task" },
    layers: { default: "50,50", full: "100,100", help: "hidden widths as 50,50; even numbers" },
    replicas: { default: 5, full: 10, help: "networks of each case" },
  }),
  scale: number({ default: 100, min: 1, help: "factor of the outputs that keeps the kernel" }),
  steps: integer({ default: 4000, full: 20_000, ...steps, help: "updates of the weights" }),
  probeEvery: integer({ default: 40, full: 100, ...steps, help: "steps from one kernel to the next" }),
  learningRate: number({ default: 1e-2, positive: true, help: "of momentum, for outputs times 1" }),
  epsilon: number({ default: 1e-6, positive: true, help: "threshold of both ranks" }),
  full: toggle({ default: false, help: "train ten wider networks of each case for longer" }),
};

/** Networks that are trained alike. */
export interface TangentCase {
  /** Name of the task, and α. */
  readonly name: string;
  /** Factor of the outputs of an antisymmetric start; `null` for an ordinary one. */
  readonly scale: number | null;
  /** The training. */
  readonly training: CompleteOptions;
}

/** The experiment, its options checked. */
export interface TangentKernelPlan extends Omit<TangentKernelOptions, "tasks" | "layers" | "full"> {
  /** One for each task, then the antisymmetric start of the first one with factor 1, and with α. */
  readonly cases: readonly TangentCase[];
}

/**
 * Checks the options together, and loads the tasks.
 *
 * @param options Values of all options.
 * @returns The experiment.
 * @throws {InputError} If a task is unknown, a width is odd, samples or networks at all probes are
 * too many, or options do not fit each other.
 */
export async function tangentKernelPlan(options: TangentKernelOptions): Promise<TangentKernelPlan> {
  const { tasks, layers, full: _, ...rest } = options;
  const { samples, seed, replicas, activation, steps, probeEvery, epsilon, learningRate, scale } = rest;
  const trained = async (task: Task, factor: number) => {
    const training = { layers, activation, replicas, seed, steps, probeEvery, batch: "full" };
    const rates = { optimizer: "momentum", learningRate: [learningRate / factor ** 2], epsilons: [epsilon] };
    const values = completeValues(trainingTable, { ...training, ...rates }, "tangent-kernel");
    return completeOptions({ ...await trainingOptions(values, task), spectraEvery: steps });
  };
  const loaded = await Promise.all(
    parseNames("tasks", tasks).map((entry) =>
      typeof entry === "string" ? taskOf({ task: entry, data: null, samples, seed }) : entry
    ),
  );
  const equation = loaded.find(({ kind }) => kind === "equation");
  if (equation) throw new InputError(`${equation.name} is an equation: give a function to fit`);
  const [first] = loaded;
  const cases = await Promise.all([
    ...loaded.map(async (task) => ({ name: task.name, scale: null, training: await trained(task, 1) })),
    ...[1, scale].map(async (factor) => ({
      name: `${first.name}, α = ${formatNumber(factor)}`,
      scale: factor,
      training: await trained(first, factor),
    })),
  ]);
  for (const { training: { task: { name, inputs, outputs, train }, hidden } } of cases) {
    checkNumber(`samples × outputs of ${name}`, train.count * outputs, { max: MOST_HOST_COLUMNS });
    checkKeptNetworks([inputs, ...hidden, outputs], replicas, steps / probeEvery);
  }
  const odd = cases[0].training.hidden.find((width) => width % 2 > 0);
  if (odd !== undefined) {
    throw new InputError(`width ${odd}: an antisymmetric start has two halves, give an even number`);
  }
  return { ...rest, cases };
}
