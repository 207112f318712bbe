/**
 * What the comparison of methods is asked for.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Task } from "../../tasks/task.ts";
import type { TrainingOptions } from "../../train/options.ts";

/** Methods by name: what they are, and whether a network is trained or an output layer is solved for. */
export const learningMethods = {
  plain: { title: "plain network", kind: "trained" },
  fourier: { title: "Fourier features", kind: "trained" },
  "multi-scale": { title: "multi-scale inputs", kind: "trained" },
  elm: { title: "extreme learning machine", kind: "solved" },
  rfm: { title: "random feature method", kind: "solved" },
  partition: { title: "partition of unity", kind: "solved" },
} as const;

/** Name of a method. */
export type LearningMethod = keyof typeof learningMethods;

/** Frequencies of Fourier features: vectors with normally distributed entries, or powers of two along the axes. */
export type Frequencies =
  | { readonly kind: "random"; readonly count: number; readonly deviation: number }
  | { readonly kind: "dyadic"; readonly octaves: number };

/** What to compare, and how; what is left out is the default run's. */
export interface MethodsOptions extends
  Pick<
    TrainingOptions,
    "initializer" | "optimizer" | "schedule" | "probeEvery" | "epsilons" | "seed" | "signal"
  > {
  /** What is to be learnt, one after the other; samples held out are looked at in the end. Their loss is the mean squared error. */
  readonly tasks: readonly Task[];
  /** Methods to compare with the plain network. Default: all. */
  readonly methods?: readonly LearningMethod[];
  /** Width n of the last hidden layer, whatever makes its features. Default: 64. */
  readonly width?: number;
  /** Hidden layers of the networks that are trained, all of that width. Default: 2. */
  readonly depth?: number;
  /** Activation. Default: tanh. */
  readonly activation?: string;
  /** Frequencies of Fourier features. Default: 16 random vectors of deviation 2. */
  readonly frequencies?: Frequencies;
  /** Scales of multi-scale inputs. Default: 1, 2, 4, 8. */
  readonly scales?: readonly number[];
  /** Weights and biases of an extreme learning machine are uniform on (−range, range). Default: 10. */
  readonly range?: number;
  /** Those of the random feature method, in the coordinates of a patch. Default: 2. */
  readonly localRange?: number;
  /** Patches along each axis. Default: so many that about 8 features belong to each. */
  readonly patches?: number | null;
  /** Share of the largest singular value up to which least squares take one for 0. Default: 2⁻²⁴. */
  readonly rcond?: number;
  /** Updates of a training run. Default: 1,500. */
  readonly updates?: number;
  /** Networks, or sets of random features, of each method. Default: 5. */
  readonly seeds?: number;
}

/** Options with every choice made, and what follows from them. */
export interface CompleteMethodsOptions extends Required<Omit<MethodsOptions, "signal">> {
  /** Networks of a training run. */
  readonly replicas: number;
  /** Training runs. */
  readonly runs: number;
  /** Updates of all runs together. */
  readonly steps: number;
}

/**
 * Fills in what the caller left open, and checks what no later stage does.
 *
 * @param options Options as given.
 * @returns Options with every choice made; the plain network first among the methods.
 * @throws {InputError} Where a number is out of range, a method is unknown, or a task has another loss.
 */
export function completeMethodsOptions(options: MethodsOptions): CompleteMethodsOptions {
  const { tasks, updates = 1500, seeds = 5, width = 64, depth = 2, patches = null } = options;
  if (tasks.length === 0) throw new InputError("no task: give one at least");
  if (new Set(tasks.map(({ name }) => name)).size < tasks.length) {
    throw new InputError("two tasks have the same name: give each once");
  }
  const other = tasks.find(({ kind }) => kind !== "regression");
  if (other) {
    throw new InputError(`the task ${other.name} has no least squares: choose one with a mean squared error`);
  }
  const numbers = { updates, seeds, width, depth, ...patches !== null && { patches } };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new InputError(`${value} ${name}: give a whole number from 1`);
    }
  }
  const { range = 10, localRange = 2, rcond = 2 ** -24 } = options;
  for (const value of [range, localRange]) {
    if (!(value >= 0 && value < Infinity)) throw new InputError(`a range of ${value}: give a number from 0`);
  }
  if (!(rcond >= 0 && rcond < 1)) {
    throw new InputError(`rcond is ${rcond}: give a share of the largest singular value, from 0 to 1`);
  }
  const crowded = tasks.find(({ inputs }) => (patches ?? 1) ** inputs > width);
  if (crowded) {
    throw new InputError(
      `${patches} patches along ${crowded.inputs} axes are more than ${width} features: give fewer, or a larger width`,
    );
  }
  const chosen = [...new Set<LearningMethod>(["plain", ...options.methods ?? methodNames])];
  const unknown = chosen.find((name) => !Object.hasOwn(learningMethods, name));
  if (unknown !== undefined) {
    throw new InputError(`unknown method "${unknown}": use ${methodNames.join(", ")}`);
  }
  const runs = tasks.length * chosen.filter((name) => learningMethods[name].kind === "trained").length;
  return {
    tasks,
    methods: chosen,
    width,
    depth,
    activation: options.activation ?? "tanh",
    initializer: options.initializer ?? "xavier-normal",
    optimizer: options.optimizer ?? { name: "adam", learningRate: 2e-3 },
    schedule: options.schedule ?? { kind: "constant" },
    probeEvery: options.probeEvery ?? Math.max(1, Math.floor(updates / 100)),
    epsilons: options.epsilons ?? [1e-3, 1e-6],
    frequencies: options.frequencies ?? { kind: "random", count: 16, deviation: 2 },
    scales: options.scales ?? [1, 2, 4, 8],
    range,
    localRange,
    patches,
    rcond,
    updates,
    seeds,
    seed: options.seed ?? 0,
    replicas: seeds,
    runs,
    steps: runs * updates,
  };
}

const methodNames = Object.keys(learningMethods) as LearningMethod[];

/**
 * Patches along each axis.
 *
 * @param options Their number, where it is given, and that of the features.
 * @param inputs Dimension of the input.
 * @returns The number given; else such that about 8 features belong to each patch.
 */
export function patchesPerAxis({ patches, width }: CompleteMethodsOptions, inputs: number): number {
  return patches ?? Math.max(1, Math.round((width / 8) ** (1 / inputs)));
}

/**
 * Reads frequencies: `random:COUNT:DEVIATION`, or `dyadic:OCTAVES`.
 *
 * @param text The text.
 * @returns The frequencies.
 * @throws {InputError} Where it is neither.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseFrequencies("random:16:2"), { kind: "random", count: 16, deviation: 2 });
 * assert.deepEqual(parseFrequencies("dyadic:4"), { kind: "dyadic", octaves: 4 });
 * ```
 */
export function parseFrequencies(text: string): Frequencies {
  const [kind, first, second, ...rest] = text.split(":");
  const count = /^[1-9]\d*$/.test(first ?? "") ? Number(first) : NaN, deviation = Number(second || NaN);
  if (rest.length === 0 && count <= 4096) {
    if (kind === "random" && deviation >= 0 && deviation < Infinity) return { kind, count, deviation };
    if (kind === "dyadic" && second === undefined && count <= 24) return { kind, octaves: count };
  }
  throw new InputError(
    `frequencies "${text}": give random:COUNT:DEVIATION or dyadic:OCTAVES, as random:16:2`,
  );
}
