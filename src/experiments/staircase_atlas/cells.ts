/**
 * The cells of the atlas of staircases: a task, a network, and how it is trained.
 *
 * @module
 */
import { isCurved } from "../../nn/activation.ts";
import type { OptimizerName } from "../../nn/optim/optimizer.ts";
import type { Task } from "../../tasks/task.ts";

/** An optimiser and its learning rate. */
export interface AtlasOptimizer {
  /** Name of the optimiser. */
  readonly name: OptimizerName;
  /** Learning rate. */
  readonly learningRate: number;
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

/** Values to combine. The first of each list is the one from which the others are varied. */
export interface AtlasLists {
  /** Activations of the hidden layers. */
  readonly activations: readonly string[];
  /** Numbers of hidden layers. */
  readonly depths: readonly number[];
  /** Optimisers. */
  readonly optimizers: readonly AtlasOptimizer[];
}

/**
 * Combines every activation with every depth and every optimiser.
 *
 * @param lists The values.
 * @returns The networks, activations varying fastest.
 */
export function combineAll({ activations, depths, optimizers }: AtlasLists): AtlasVariant[] {
  return optimizers.flatMap((optimizer) =>
    depths.flatMap((depth) => activations.map((activation) => ({ activation, depth, optimizer })))
  );
}

/**
 * Varies the first of each list one at a time.
 *
 * @param lists The values.
 * @returns The network of all firsts, then those that differ from it in one value.
 */
export function varyOne({ activations, depths, optimizers }: AtlasLists): AtlasVariant[] {
  const base = { activation: activations[0], depth: depths[0], optimizer: optimizers[0] };
  return [
    base,
    ...activations.slice(1).map((activation) => ({ ...base, activation })),
    ...depths.slice(1).map((depth) => ({ ...base, depth })),
    ...optimizers.slice(1).map((optimizer) => ({ ...base, optimizer })),
  ];
}

/**
 * Finds out whether a network can learn a task. Equations need second derivatives, which networks
 * with piecewise linear activations do not have.
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
 * @param tasks The tasks, one row each.
 * @param variants The networks, one column each.
 * @returns The cells.
 */
export function atlasCells(
  tasks: readonly Task[],
  variants: readonly AtlasVariant[],
): AtlasCell[] {
  return tasks.flatMap((task) =>
    variants.filter((variant) => isTrainable(task, variant)).map((variant) => ({ task, ...variant }))
  );
}

/**
 * Names a network and its optimiser.
 *
 * @param variant The network.
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
