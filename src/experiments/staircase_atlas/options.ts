/**
 * Options of the atlas of staircases, and the cells that they make.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { isCurved, parseActivation } from "../../nn/activation.ts";
import { parseInitializer } from "../../nn/initializer.ts";
import { type OptimizerName, parseOptimizerName } from "../../nn/optim/optimizer.ts";
import type { Task } from "../../tasks/task.ts";
import type { TrainingOptions } from "../../train/options.ts";

/** An optimiser and its learning rate. */
export interface AtlasOptimizer {
  /** Which one. */
  readonly name: OptimizerName;
  /** Learning rate. */
  readonly learningRate: number;
}

/** What to train; the first of each list is what the others are varied from. */
export interface AtlasOptions extends Pick<TrainingOptions, "signal"> {
  /** Tasks, a row each. */
  readonly tasks: readonly Task[];
  /** Activations. Default: tanh, relu and sine. */
  readonly activations?: readonly string[];
  /** Numbers of hidden layers. Default: 2 and 4. */
  readonly depths?: readonly number[];
  /** Optimisers. Default: Adam and momentum, see {@linkcode parseAtlasOptimizer}. */
  readonly optimizers?: readonly AtlasOptimizer[];
  /** Whether every activation meets every depth and every optimiser. Default: one of the three is varied at a time. */
  readonly isProduct?: boolean;
  /** Neurons of each hidden layer. Default: 24. */
  readonly width?: number;
  /** Initialiser of all cells. Default: `xavier-normal` where the activation is sigmoidal, `he-normal` elsewhere. */
  readonly initializer?: string;
  /** Updates of each cell. Default: 800. */
  readonly updates?: number;
  /** Updates from one probe to the next. Default: a fiftieth of all. */
  readonly probeEvery?: number;
  /**
   * Thresholds ε, of which the first is drawn and judged. Default: 10⁻², 10⁻⁴ and 10⁻⁶; at the smaller ones inputs of many dimensions
   * give so few neurons their full rank from the start, which leaves no stair.
   */
  readonly epsilons?: readonly number[];
  /** Networks of each cell, which differ in their initial weights. Default: 5. */
  readonly replicas?: number;
  /** Seed of the random streams. Default: 0. */
  readonly seed?: number;
}

/** A network, and how it is trained. */
export interface AtlasVariant {
  /** Activation of the hidden layers. */
  readonly activation: string;
  /** Number of hidden layers. */
  readonly depth: number;
  /** Optimiser. */
  readonly optimizer: AtlasOptimizer;
}

/** One training run. */
export interface AtlasCell extends AtlasVariant {
  /** The task. */
  readonly task: Task;
}

/** {@linkcode AtlasOptions} with every choice made. */
export interface CompleteAtlasOptions extends Required<Omit<AtlasOptions, "signal" | "initializer">> {
  /** Initialiser; `null` where the activation decides. */
  readonly initializer: string | null;
  /** What is trained on each task, a column each. */
  readonly variants: readonly AtlasVariant[];
  /** Training runs: one a cell. */
  readonly runs: number;
  /** Updates of all runs together. */
  readonly steps: number;
}

/** Learning rates at which small networks learn most tasks. */
const RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.1,
  momentum: 0.02,
  nesterov: 0.02,
  adam: 0.002,
  adamw: 0.002,
};

/**
 * Reads an optimiser: `adam`, or `adam:0.001` with a learning rate.
 *
 * @param text Its name, and its learning rate where it is not to be 0.1 of `sgd`, 0.02 of `momentum` and `nesterov`, 0.002 of `adam` and
 * `adamw`.
 * @returns The optimiser.
 * @throws {InputError} Where there is none of that name, or the rate is not above 0.
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
    throw new InputError(`learning rate of ${text}: give a number above 0, as in ${name}:${RATES[name]}`);
  }
  return { name, learningRate };
}

/**
 * Fills in what the caller left open, and checks the rest.
 *
 * @param options Options as given.
 * @returns Options with every choice made.
 * @throws {InputError} Where a list is empty or has a value twice, a number is out of range, or no cell is left.
 */
export function completeAtlasOptions(options: AtlasOptions): CompleteAtlasOptions {
  const { tasks, activations = ["tanh", "relu", "sine"], depths = [2, 4], isProduct = false } = options;
  const { optimizers = ["adam", "momentum"].map(parseAtlasOptimizer), initializer = null } = options;
  const { width = 24, updates = 800, epsilons = [1e-2, 1e-4, 1e-6], replicas = 5, seed = 0 } = options;
  const { probeEvery = Math.max(1, Math.floor(updates / 50)) } = options;
  checkList("tasks", tasks.map(({ name }) => name));
  checkList("activations", activations);
  checkList("depths", depths);
  checkList("optimisers", optimizers.map(({ name, learningRate }) => `${name}:${learningRate}`));
  checkList("thresholds ε", epsilons);
  activations.forEach(parseActivation);
  if (initializer !== null) parseInitializer(initializer);
  depths.forEach((depth) => checkWhole("hidden layers", depth));
  for (const [name, value] of Object.entries({ neurons: width, updates, replicas })) checkWhole(name, value);
  const lists = { activations, depths, optimizers };
  const variants = isProduct ? product(lists) : oneAtATime(lists);
  const runs = atlasCells({ tasks, variants }).length;
  if (runs === 0) {
    throw new InputError(
      "no cell is left: equations need second derivatives, choose activations that have them, or other tasks",
    );
  }
  const steps = runs * updates;
  const network = { ...lists, isProduct, variants, width, initializer };
  return { tasks, ...network, updates, probeEvery, epsilons, replicas, seed, runs, steps };
}

/**
 * Whether a network can learn a task: equations need second derivatives, which those of piecewise linear activations do not have.
 *
 * @param task The task.
 * @param variant The network.
 * @returns Whether there is a cell for the two.
 */
export function isTrainable({ kind }: Task, { activation }: Pick<AtlasVariant, "activation">): boolean {
  return kind !== "equation" || isCurved([activation]);
}

/**
 * Lists the cells of an atlas, row by row.
 *
 * @param options Tasks and variants.
 * @returns The cells.
 */
export function atlasCells(
  { tasks, variants }: Pick<CompleteAtlasOptions, "tasks" | "variants">,
): AtlasCell[] {
  return tasks.flatMap((task) =>
    variants.filter((variant) => isTrainable(task, variant)).map((variant) => ({ task, ...variant }))
  );
}

/**
 * Names a network, and how it is trained.
 *
 * @param variant The two.
 * @returns Such as `tanh, 2 layers` and `adam 0.002`.
 */
export function namesOfVariant(
  { activation, depth, optimizer: { name, learningRate } }: AtlasVariant,
): [network: string, optimizer: string] {
  return [`${activation}, ${depth} ${depth === 1 ? "layer" : "layers"}`, `${name} ${learningRate}`];
}

/**
 * Names a cell.
 *
 * @param cell The cell.
 * @returns Such as `cosines, tanh, 2 layers, adam 0.002`.
 */
export function nameOfCell(cell: AtlasCell): string {
  return [cell.task.name, ...namesOfVariant(cell)].join(", ");
}

/**
 * Options of the training run of a cell.
 *
 * @param options Options of the atlas.
 * @param cell The cell.
 * @returns What to train, and how: full batches, and probes that count ranks but for the first and the last.
 */
export function trainingOf(options: CompleteAtlasOptions, cell: AtlasCell): TrainingOptions {
  const { width, updates, probeEvery, epsilons, replicas, seed } = options;
  const { task, activation, depth, optimizer } = cell;
  return {
    task,
    hidden: new Array<number>(depth).fill(width),
    activation,
    initializer: options.initializer ?? (SIGMOIDAL.includes(activation) ? "xavier-normal" : "he-normal"),
    optimizer,
    batch: null,
    steps: updates,
    probeEvery,
    spectraEvery: Math.ceil(updates / probeEvery) + 1,
    epsilons,
    precision: "single",
    replicas,
    seed,
  };
}

/** Activations that keep Xavier's variance: the others lose half of it, or stay nearly linear with so small weights. */
const SIGMOIDAL = ["identity", "tanh", "sigmoid"];

type Lists = Pick<CompleteAtlasOptions, "activations" | "depths" | "optimizers">;

function product({ activations, depths, optimizers }: Lists): AtlasVariant[] {
  return optimizers.flatMap((optimizer) =>
    depths.flatMap((depth) => activations.map((activation) => ({ activation, depth, optimizer })))
  );
}

function oneAtATime({ activations, depths, optimizers }: Lists): AtlasVariant[] {
  const base = { activation: activations[0], depth: depths[0], optimizer: optimizers[0] };
  return [
    base,
    ...activations.slice(1).map((activation) => ({ ...base, activation })),
    ...depths.slice(1).map((depth) => ({ ...base, depth })),
    ...optimizers.slice(1).map((optimizer) => ({ ...base, optimizer })),
  ];
}

function checkList(name: string, values: readonly (string | number)[]): void {
  if (values.length === 0) throw new InputError(`no ${name}: give one at least`);
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (twice !== undefined) throw new InputError(`${name}: ${twice} is given twice, give it once`);
}

function checkWhole(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new InputError(`${value} ${name}: give a whole number from 1`);
  }
}
