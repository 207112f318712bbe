/**
 * Cases of the comparison by their names: task, activation, architecture, and the size of a small
 * run.
 *
 * @module
 */
import { taskOf } from "../../cli/training_flags.ts";
import type { Skip } from "../../nn/layout.ts";
import type { OptimizerName } from "../../nn/optim/optimizer.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import { poolImages } from "../../tasks/digits/pool.ts";
import type { Task } from "../../tasks/task.ts";

/** Name of an architecture. */
export type Architecture = "plain" | "skip" | "adaptive" | "gated";

/** Skip connections of the architectures. */
export const architectures: Readonly<Record<Architecture, Skip>> = {
  plain: false,
  skip: true,
  adaptive: "adaptive",
  gated: "gated",
};

const architectureNames = (Object.keys(architectures) as Architecture[]).filter((name) => name !== "plain");

/** Size of a small run. */
export interface Size {
  /** Training samples. */
  readonly samples: number;
  /** Hidden widths. */
  readonly hidden: readonly number[];
  /** Updates of the weights. */
  readonly steps: number;
  /** Steps from one probe to the next. */
  readonly probeEvery: number;
  /** Optimiser, where it is not the task's own. */
  readonly optimizer?: { readonly name: OptimizerName; readonly learningRate: number };
}

/** What a task is loaded by. */
export interface NamedTaskOptions {
  /** Folder of images; `null` for none. */
  readonly data: string | null;
  /** Training samples; `null` for as many as its size has. */
  readonly samples: number | null;
  /** Seed. */
  readonly seed: number;
  /** Side of the squares of pixels that become one. */
  readonly pool: number;
  /** Whether to take the task's own size. */
  readonly full: boolean;
}

/** A task, and how it is learnt. */
export interface NamedTask {
  /** The task. */
  readonly task: Task;
  /** Size of the run; `null` for the task's own. */
  readonly size: Size | null;
  /** Activation of all hidden layers. */
  readonly activation: string;
  /** Architecture of the networks. */
  readonly architecture: Architecture;
}

/**
 * Loads a task named as `cosines:tanh`, or `cosines` with the task's own activation, in the size
 * that it is to have. `:skip`, `:adaptive` or `:gated` at the end names the architecture; such
 * networks have one more layer, and so a connection of theirs in any case, and half the steps, as a
 * step takes the layered path.
 *
 * @param entry The name.
 * @param options What it is loaded by.
 * @returns The task, and how it is learnt.
 * @throws {InputError} If there is no such task, or data cannot be read.
 */
export async function namedTask(
  entry: string,
  { data, samples, seed, pool, full }: NamedTaskOptions,
): Promise<NamedTask> {
  const name = nameOf(entry), isDigits = name === "digits";
  const load = (count: number | null) =>
    taskOf({ task: name, data: isDigits ? data : null, samples: count, seed });
  let task = await load(samples);
  const size = full ? null : sizeOf(task);
  if (size && samples === null) task = await load(size.samples);
  if (isDigits) task = poolImages(task, pool);
  const rest = entry.slice(name.length);
  const architecture: Architecture = architectureNames.find((each) => rest.endsWith(`:${each}`)) ?? "plain";
  const activation = rest.slice(1, architecture === "plain" ? undefined : -architecture.length - 1) ||
    taskDefaults(task).activation;
  if (!size || architecture === "plain") return { task, size, activation, architecture };
  const hidden = [...size.hidden, size.hidden.at(-1)!], steps = size.steps / 2;
  return { task, size: { ...size, hidden, steps }, activation, architecture };
}

/**
 * Names a case, for claims and headings.
 *
 * @param run Task, activation and architecture.
 * @returns The name: `poisson1d, tanh, gated`.
 */
export function caseText(
  { task, activation, architecture }: {
    readonly task: string;
    readonly activation: string;
    readonly architecture: Architecture;
  },
): string {
  return [task, activation, ...architecture === "plain" ? [] : [architecture]].join(", ");
}

/**
 * Names the task of an entry.
 *
 * @param entry The entry: a name with or without more, or a task.
 * @returns The name.
 */
export function nameOf(entry: string | Task): string {
  return typeof entry === "string" ? entry.split(":", 1)[0] : entry.name;
}

/** Functions are learnt by Adam: momentum stays on a stair for longer than a short run. */
const FUNCTION: Size = {
  samples: 128,
  hidden: [50, 50],
  steps: 2000,
  probeEvery: 25,
  optimizer: { name: "adam", learningRate: 1e-3 },
};

function sizeOf({ kind, inputs }: Task): Size {
  if (kind === "regression") return inputs === 1 ? FUNCTION : { ...FUNCTION, samples: 256 };
  if (kind === "equation") {
    return { samples: inputs === 1 ? 98 : 240, hidden: [40, 40], steps: 800, probeEvery: 20 };
  }
  return { samples: 500, hidden: [64, 32], steps: 600, probeEvery: 20 };
}
