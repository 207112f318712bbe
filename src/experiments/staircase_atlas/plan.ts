/**
 * Options of the atlas of staircases, and the cells that they make.
 *
 * @module
 */
import { integer, integers, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { taskOf } from "../../cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { shown } from "../../format.ts";
import { parseActivation } from "../../nn/activation.ts";
import { type OptimizerName, parseOptimizerName } from "../../nn/optim/optimizer.ts";
import { poolImages } from "../../tasks/digits/pool.ts";
import type { Task } from "../../tasks/task.ts";
import { checkData, parseNames } from "../core/names.ts";
import {
  type AtlasCell,
  atlasCells,
  type AtlasOptimizer,
  type AtlasVariant,
  combineAll,
  varyOne,
} from "./cells.ts";
import { MOST_LAYERS, MOST_WIDTH } from "../../train/limits.ts";
import type { TrainingOptions } from "../../train/options.ts";
import { checkInitializer } from "../../train/pretrain/structured_start.ts";

/** Numbers of samples with which a cell takes about one to two seconds on a CPU. */
const FEW: Readonly<Record<string, number>> = {
  cosines: 128,
  digits: 200,
  poisson1d: 66,
  helmholtz1d: 66,
  poisson2d: 160,
  helmholtz2d: 160,
  diffusion2d: 160,
  "allen-cahn": 160,
  kdv: 160,
  burgers: 160,
};
/** Samples of the other tasks. */
const FEW_OF_OTHERS = 256;

/**
 * Values of the options of the atlas; their table explains them. The others of a list are compared
 * with its first.
 */
export type AtlasOptions = Readonly<
  & Pick<TrainingValues, "data" | "samples" | "init" | "replicas" | "seed" | "probeEvery">
  & Record<"pool" | "width" | "steps", number>
  & Record<"depths" | "epsilons", readonly number[]>
  & Record<"product" | "full", boolean>
  & {
    tasks: string | readonly Task[];
    activations: string | readonly string[];
    optimizers: string | readonly AtlasOptimizer[];
  }
>;

/** Options of the atlas. The first of each list is the one from which the others are varied. */
export const atlasOptions: TableOf<AtlasOptions> = {
  tasks: text({
    default: "cosines,ripple2d,gaussian5d,digits,poisson1d,helmholtz1d,poisson2d,allen-cahn,burgers",
    placeholder: "NAMES",
    help: "tasks, one row each of the figure",
    group: "what to train",
  }),
  ...pick(trainingTable, ["data", "samples"], {
    samples: {
      help: "training samples of every task; by default 64 to 256, with --full the tasks' own number",
    },
  }),
  pool: integer({
    default: 4,
    full: 2,
    min: 1,
    max: MOST_WIDTH,
    help: "side of the squares of pixels of the digits that become one",
    group: "what to train",
  }),
  activations: text({
    default: "tanh,relu,sine",
    full: "tanh,sigmoid,relu,gelu,sine",
    placeholder: "NAMES",
    help: "activations to compare",
  }),
  depths: integers({
    default: [2, 4],
    full: [2, 3, 4],
    min: 1,
    max: MOST_LAYERS,
    help: "numbers of hidden layers to compare",
  }),
  optimizers: text({
    default: "adam,momentum",
    full: "adam,momentum,sgd",
    placeholder: "NAMES",
    help: "optimisers to compare, each alone or with its learning rate, as adam,momentum:0.01",
  }),
  product: toggle({
    default: false,
    help:
      "combine every activation with every depth and optimiser; without it and --full, one varies at a time",
  }),
  width: integer({
    default: 24,
    full: 50,
    min: 1,
    max: MOST_WIDTH,
    help: "neurons of each hidden layer",
    group: "what to train",
  }),
  ...pick(trainingTable, ["init", "steps", "replicas", "seed", "probeEvery", "epsilons"], {
    init: {
      help:
        "initialiser of all networks; by default xavier-normal for sigmoidal activations, he-normal for others",
    },
    steps: { default: 800, full: 5000, min: 1, help: "steps of each cell" },
    replicas: { default: 5, full: 10, help: "networks of each cell; they differ in their initial weights" },
    probeEvery: { help: "steps from one probe to the next; by default a fiftieth of all" },
    epsilons: {
      default: [1e-2, 1e-4, 1e-6],
      help: "thresholds of the ε-rank; the first is drawn and judged",
    },
  }),
  full: toggle({ default: false, help: "train the product of longer lists, at a larger size" }),
};

/** The atlas, its options checked. */
export interface AtlasPlan
  extends Pick<AtlasOptions, "depths" | "width" | "steps" | "epsilons" | "replicas" | "seed"> {
  /** Tasks, one row each. */
  readonly tasks: readonly Task[];
  /** Activations to compare. */
  readonly activations: readonly string[];
  /** Optimisers to compare. */
  readonly optimizers: readonly AtlasOptimizer[];
  /** Whether every activation meets every depth and every optimiser. */
  readonly isProduct: boolean;
  /** Initialiser; `null` if the activation decides. */
  readonly initializer: string | null;
  /** Networks to train on each task, one column each. */
  readonly variants: readonly AtlasVariant[];
  /** Steps from one probe to the next. */
  readonly probeEvery: number;
}

/** Learning rates at which small networks learn most tasks. */
const RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.1,
  momentum: 0.02,
  nesterov: 0.02,
  adam: 0.002,
  adamw: 0.002,
  lbfgs: 0.01,
};

/**
 * Reads an optimiser: `adam`, or `adam:0.001` with a learning rate.
 *
 * @param text Its name and learning rate. Without a rate it is 0.1 for `sgd`, 0.02 for `momentum`
 * and `nesterov`, 0.002 for `adam` and `adamw`, 0.01 for `lbfgs`.
 * @returns The optimiser.
 * @throws {InputError} If there is none of that name, or the rate is not above 0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseAtlasOptimizer("adam:0.01"), { name: "adam", learningRate: 0.01 });
 * assert.equal(parseAtlasOptimizer("sgd").learningRate, 0.1);
 * ```
 */
export function parseAtlasOptimizer(text: string): AtlasOptimizer {
  const [first, rate] = text.split(/:(.*)/);
  const name = parseOptimizerName(first);
  const learningRate = rate === undefined ? RATES[name] : Number(rate);
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new InputError(
      `learning rate of ${shown(text)}: give a number above 0, as in ${name}:${RATES[name]}`,
    );
  }
  return { name, learningRate };
}

/**
 * Checks the options together, and loads the tasks.
 *
 * @param options Values of all options.
 * @returns The atlas.
 * @throws {InputError} If a list is empty or has a value twice, a name is unknown, or no cell is
 * left.
 */
export async function atlasPlan(options: AtlasOptions): Promise<AtlasPlan> {
  const { depths, width, init: initializer, steps, epsilons, replicas, seed, full } = options;
  const tasks: Task[] = [], named = parseNames("tasks", options.tasks);
  checkData(options.data, named);
  for (const each of named) {
    tasks.push(typeof each === "string" ? await loadSmall(each, options) : each);
  }
  const activations = parseNames("activations", options.activations);
  const optimizers = parseNames("optimizers", options.optimizers).map((each) =>
    typeof each === "string" ? parseAtlasOptimizer(each) : each
  );
  checkList("tasks", tasks.map(({ name }) => name));
  checkList("activations", activations);
  checkList("depths", depths);
  checkList("optimisers", optimizers.map(({ name, learningRate }) => `${name}:${learningRate}`));
  checkList("thresholds ε", epsilons);
  activations.forEach(parseActivation);
  if (initializer !== null) checkInitializer(initializer);
  const isProduct = options.product || full;
  const lists = { activations, depths, optimizers };
  const variants = isProduct ? combineAll(lists) : varyOne(lists);
  if (atlasCells(tasks, variants).length === 0) {
    throw new InputError(
      "no cell is left: equations need second derivatives, choose activations that have them, or other tasks",
    );
  }
  const probeEvery = options.probeEvery ?? Math.max(1, Math.floor(steps / 50));
  return {
    tasks,
    ...lists,
    isProduct,
    variants,
    width,
    initializer,
    steps,
    probeEvery,
    epsilons,
    replicas,
    seed,
  };
}

/** Loads a task, with few samples unless `full` is set. */
async function loadSmall(
  name: string,
  { data, samples, pool, seed, full }: AtlasOptions,
): Promise<Task> {
  const few = full ? null : FEW[name] ?? FEW_OF_OTHERS;
  const isDigits = name === "digits";
  const task = await taskOf({ task: name, seed, samples: samples ?? few, data: isDigits ? data : null });
  return isDigits ? poolImages(task, pool) : task;
}

/**
 * Makes the options of the training run of a cell.
 *
 * @param plan The atlas.
 * @param cell The cell.
 * @returns Options with full batches. All probes but the first and the last only count ranks.
 */
export function trainingOf(plan: AtlasPlan, cell: AtlasCell): TrainingOptions & { readonly steps: number } {
  const { width, steps, probeEvery, epsilons, replicas, seed } = plan;
  const { task, activation, depth, optimizer } = cell;
  return {
    task,
    hidden: new Array<number>(depth).fill(width),
    activation,
    initializer: plan.initializer ?? (SIGMOIDAL.includes(activation) ? "xavier-normal" : "he-normal"),
    optimizer,
    batch: null,
    steps,
    probeEvery,
    spectraEvery: Math.ceil(steps / probeEvery) + 1,
    epsilons,
    precision: "single",
    replicas,
    seed,
  };
}

/**
 * Activations that keep Xavier's variance. The others lose half of it, or stay nearly linear with
 * such small weights.
 */
const SIGMOIDAL = ["identity", "tanh", "sigmoid"];

function checkList(name: string, values: readonly (string | number)[]): void {
  if (values.length === 0) throw new InputError(`no ${name}: give at least one`);
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (twice !== undefined) throw new InputError(`${name}: ${twice} is given twice, give it once`);
}
