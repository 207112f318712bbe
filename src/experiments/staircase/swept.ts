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
 * Names what sets a replica apart.
 *
 * @param swept Hyperparameters in which replicas differ.
 * @param replica Index of the replica.
 * @returns Its values, as `learning rate 0.1`; empty if nothing is swept.
 */
export function sweptLabel(swept: Swept, replica: number): string {
  return Object.entries(swept).map(([name, values]) => `${name.replaceAll("_", " ")} ${values[replica]}`)
    .join(", ");
}

/** Most values that have a panel and tables of their own. */
const MOST_GROUPS = 32;

/**
 * Groups replicas that have the same values of what is swept. Of more than 32 values, as of a
 * rate for each of a thousand networks, all are one group.
 *
 * @param swept Hyperparameters in which they differ.
 * @param replicas Number of replicas.
 * @returns The groups, in the order of their first replicas.
 */
export function sweptGroups(swept: Swept, replicas: number): SweptGroup[] {
  const indices = Array.from({ length: replicas }, (_, replica) => replica);
  const groups = [...Map.groupBy(indices, (replica) => sweptLabel(swept, replica))];
  if (groups.length > MOST_GROUPS) {
    const names = Object.keys(swept).map((name) => name.replaceAll("_", " ")).join(", ");
    return [{ label: `all of ${groups.length} values of ${names}`, replicas: indices }];
  }
  return groups.map(([label, members]) => ({ label, replicas: members }));
}
