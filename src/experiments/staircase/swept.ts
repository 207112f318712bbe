/**
 * Hyperparameters in which the replicas of a training differ.
 *
 * @module
 */
import type { CompleteOptions } from "../../train/options.ts";

/** Values of a hyperparameter, one per replica, by its name in snake case. */
export type Swept = Readonly<Record<string, readonly number[]>>;

/**
 * Finds the hyperparameters in which replicas differ.
 *
 * @param options Options of the training.
 * @returns Their values; empty if the replicas differ by their seed alone.
 */
export function sweptBy({ optimizer: { learningRate, weightDecay } }: CompleteOptions): Swept {
  const all = { learning_rate: learningRate, weight_decay: weightDecay };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, values]) =>
      typeof values === "object" && new Set(values).size > 1 ? [[name, values]] : []
    ),
  );
}

/** Replicas that differ by their seed alone. */
export interface SweptGroup {
  /** What they share, as `learning rate 0.1`; empty if nothing is swept. */
  readonly label: string;
  /** Their indices. */
  readonly replicas: readonly number[];
}

/**
 * Groups replicas that have the same values of what is swept.
 *
 * @param swept Hyperparameters in which they differ.
 * @param replicas Number of replicas.
 * @returns The groups, in the order of their first replicas.
 */
export function sweptGroups(swept: Swept, replicas: number): SweptGroup[] {
  const labelOf = (replica: number) =>
    Object.entries(swept).map(([name, values]) => `${name.replaceAll("_", " ")} ${values[replica]}`).join(
      ", ",
    );
  const indices = Array.from({ length: replicas }, (_, replica) => replica);
  return [...Map.groupBy(indices, labelOf)].map(([label, members]) => ({ label, replicas: members }));
}
