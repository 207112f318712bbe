/**
 * Optimisers and learning-rate schedules.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { LEAST_NORMAL } from "../../linalg/rounding.ts";

/** Names of the optimisers, in the order of their numbers in `shaders/nn/optim/update.wgsl`. */
export const optimizerNames = ["sgd", "momentum", "nesterov", "adam", "adamw"] as const;

/** Name of an optimiser. */
export type OptimizerName = typeof optimizerNames[number];

/** An optimiser and its settings; a list gives each replica a value of its own. */
export interface OptimizerOptions {
  /** Which one. */
  readonly name: OptimizerName;
  /** Learning rate η > 0, before the schedule. */
  readonly learningRate: number | readonly number[];
  /** Momentum μ of `momentum` and `nesterov`. Default: 0.9. */
  readonly momentum?: number | readonly number[];
  /** Decay λ ≥ 0 of weights and biases; decoupled from the gradient in `adamw`. Default: 0. */
  readonly weightDecay?: number | readonly number[];
  /** Adam's β₁ and β₂. Default: 0.9 and 0.999. */
  readonly betas?: readonly [number, number];
  /** Adam's ϵ ≥ 2⁻¹²⁶, added to the root of the second moment. Default: 10⁻⁸. */
  readonly epsilon?: number;
}

/** How the learning rate changes with the step s of S: η · factor. */
export type Schedule =
  | { readonly kind: "constant" }
  /** η (1 + cos(π s / S)) / 2. */
  | { readonly kind: "cosine" }
  /** η · factor^⌊s / every⌋. */
  | { readonly kind: "step"; readonly every: number; readonly factor: number };

/**
 * Reads a schedule: `constant`, `cosine`, `step:EVERY:FACTOR`.
 *
 * @param text The schedule.
 * @returns The schedule.
 * @throws {InputError} Where it is none of these.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseSchedule("step:1000:0.5"), { kind: "step", every: 1000, factor: 0.5 });
 * assert.equal(optimizerRecords({ name: "sgd", learningRate: 0.1 }, 3).length, 24);
 * assert.equal(optimizerNames.indexOf(parseOptimizerName("adam")), 3);
 * ```
 */
export function parseSchedule(text: string): Schedule {
  if (text === "constant" || text === "cosine") return { kind: text };
  const step = /^step:(\d+):([^:]+)$/.exec(text);
  const every = Number(step?.[1]), factor = Number(step?.[2]);
  if (step && every >= 1 && factor > 0 && Number.isFinite(factor)) return { kind: "step", every, factor };
  throw new InputError(
    `unknown schedule "${text}": use constant, cosine or step:EVERY:FACTOR, as in step:1000:0.5`,
  );
}

/**
 * Reads the name of an optimiser.
 *
 * @param name The name.
 * @returns The name, known to be one.
 * @throws {InputError} Where it is none.
 */
export function parseOptimizerName(name: string): OptimizerName {
  const known = optimizerNames.find((other) => other === name);
  if (known) return known;
  throw new InputError(`unknown optimiser "${name}": use ${optimizerNames.join(", ")}`);
}

/**
 * The settings of all replicas, as `struct Hyper` of `shaders/nn/include/state.wgsl` has them.
 *
 * @param options Optimiser and settings.
 * @param replicas Number of replicas.
 * @returns Eight floats a replica.
 * @throws {InputError} Where a setting is out of range, or a list does not have one value a replica.
 */
export function optimizerRecords(options: OptimizerOptions, replicas: number): Float32Array {
  const { learningRate, momentum = 0.9, weightDecay = 0, betas = [0.9, 0.999], epsilon = 1e-8 } = options;
  const rates = perReplica("learning rate", learningRate, replicas, (x) => x > 0, "above 0");
  const momenta = perReplica("momentum", momentum, replicas, (x) => x >= 0 && x < 1, "in [0, 1)");
  const decays = perReplica("weight decay", weightDecay, replicas, (x) => x >= 0, "at least 0");
  for (const beta of betas) {
    if (!(beta > 0 && beta < 1)) {
      throw new InputError(`Adam's beta ${beta} is out of range: give one in (0, 1)`);
    }
  }
  // Below single precision's smallest normal number, a parameter without a gradient would become 0/0.
  if (!(epsilon >= LEAST_NORMAL)) {
    throw new InputError(`Adam's epsilon ${epsilon} is out of range: give one of 1.2e-38 or more`);
  }
  const [beta1, beta2] = betas;
  return Float32Array.from(
    rates.flatMap((rate, replica) => [
      rate,
      decays[replica],
      momenta[replica],
      1 - beta1,
      1 - beta2,
      epsilon,
      Math.log(beta1),
      Math.log(beta2),
    ]),
  );
}

function perReplica(
  name: string,
  value: number | readonly number[],
  replicas: number,
  valid: (value: number) => boolean,
  range: string,
): readonly number[] {
  const values = typeof value === "number" ? new Array<number>(replicas).fill(value) : value;
  if (values.length !== replicas) {
    throw new InputError(
      `${name}: ${values.length} values, but the number of replicas is ${replicas}; give one for each, or one for all`,
    );
  }
  const wrong = values.find((each) => !Number.isFinite(each) || !valid(each));
  if (wrong !== undefined) throw new InputError(`${name} ${wrong} is out of range: give one ${range}`);
  return values;
}
