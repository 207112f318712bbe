/**
 * Optimisers and their settings.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber, isInRange, type NumberRange } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { LEAST_NORMAL } from "../../linalg/rounding.ts";
import type { LayerRates } from "./layer_rates.ts";

/** Name of an optimiser. */
export type OptimizerName = "sgd" | "momentum" | "nesterov" | "adam" | "adamw" | "lbfgs";

/** What the library knows of an optimiser: an entry of {@linkcode optimizers}. */
export interface OptimizerEntry {
  /** Its case in `shaders/nn/include/optimizer.wgsl`, a number that no other entry has. */
  readonly kind: number;
  /** Its update, for help texts. */
  readonly help: string;
  /** Moments that it keeps of each parameter. */
  readonly moments: 0 | 1 | 2;
  /** Whether it searches along lines, on all samples, with arrays of its own beside the moments. */
  readonly searches: boolean;
}

/** All optimisers, by name. */
export const optimizers: Readonly<Record<OptimizerName, OptimizerEntry>> = {
  sgd: { kind: 0, help: "θ ← θ − η g", moments: 0, searches: false },
  momentum: { kind: 1, help: "v ← μ v + g; θ ← θ − η v", moments: 1, searches: false },
  nesterov: { kind: 2, help: "v ← μ v + g; θ ← θ − η (g + μ v)", moments: 1, searches: false },
  adam: {
    kind: 3,
    help: "steps by the mean of g over the root of the mean of g²",
    moments: 2,
    searches: false,
  },
  adamw: { kind: 4, help: "Adam, with weight decay apart from the gradient", moments: 2, searches: false },
  lbfgs: { kind: 5, help: "quasi-Newton steps, a line search each; full batch", moments: 2, searches: true },
};

/** Names of the optimisers. */
export const optimizerNames: readonly OptimizerName[] = Object.keys(optimizers) as OptimizerName[];

/** An optimiser and its settings; a list gives each replica a value of its own. */
export interface OptimizerOptions {
  /** Which one. */
  readonly name: OptimizerName;
  /**
   * Learning rate η > 0, before the schedule. In `lbfgs`, which finds its own steps, the length
   * ‖Δθ‖ of the first trial by steepest descent.
   */
  readonly learningRate: number | readonly number[];
  /** Momentum μ in [0, 1) of `momentum` and `nesterov`. Default: 0.9. */
  readonly momentum?: number | readonly number[];
  /** Decay λ ≥ 0 of weights and biases; decoupled from the gradient in `adamw`. Default: 0. */
  readonly weightDecay?: number | readonly number[];
  /** Adam's β₁ and β₂, in (0, 1). Default: 0.9 and 0.999. */
  readonly betas?: readonly [number, number];
  /** Adam's ϵ ≥ 2⁻¹²⁶, added to the root of the second moment. Default: 10⁻⁸. */
  readonly epsilon?: number;
  /** Pairs of changes of parameters and gradient that `lbfgs` keeps, 1 to 64. Default: 20. */
  readonly history?: number;
  /**
   * Factors ≥ 0 of the learning rate for weights and biases of each layer, the output layer last,
   * or such a list for each replica. Decay that is apart from the gradient is multiplied too; a
   * factor of 0 freezes parameters and their moments to the bit. Not in `lbfgs`. Default: 1 for
   * all.
   */
  readonly layers?: readonly LayerRates[] | readonly (readonly LayerRates[])[];
}

/** Keys of {@linkcode OptimizerOptions}. */
const KEYS = ["name", "learningRate", "momentum", "weightDecay", "betas", "epsilon", "history", "layers"];

/**
 * Reads the name of an optimiser.
 *
 * @param name The name.
 * @returns The name, known to be one.
 * @throws {InputError} If there is no such optimiser.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(optimizers[parseOptimizerName("adam")].kind, 3);
 * assert(optimizerNames.includes("nesterov"));
 * ```
 */
export function parseOptimizerName(name: string): OptimizerName {
  return checkName("optimiser", name, optimizerNames);
}

/**
 * Lists what the overrides of a kernel with an optimiser are set to.
 *
 * @param name Which optimiser.
 * @param arrays Its arrays, of which the rates of layers may be `null`.
 * @returns The overrides.
 * @throws {InputError} If there is no such optimiser.
 */
export function optimizerConstants(
  name: OptimizerName,
  { layerRates }: { readonly layerRates: unknown },
): { readonly OPTIMIZER: number; readonly LAYER_RATES: boolean } {
  return { OPTIMIZER: optimizers[parseOptimizerName(name)].kind, LAYER_RATES: layerRates !== null };
}

/**
 * Lists the settings of all replicas as `struct Hyper` of `shaders/nn/include/state.wgsl` has them.
 * Rates of layers are not among them: see `layerRateWords`.
 *
 * @param options Optimiser and settings.
 * @param replicas Number of replicas.
 * @returns Eight floats a replica.
 * @throws {InputError} If the optimiser or a key is unknown, a setting is out of range, or a list
 * does not have one value a replica.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(optimizerRecords({ name: "sgd", learningRate: 0.1 }, 3).length, 24);
 * ```
 */
export function optimizerRecords(options: OptimizerOptions, replicas: number): Float32Array {
  checkKeys("optimiser settings", options, KEYS);
  parseOptimizerName(options.name);
  const { learningRate, momentum = 0.9, weightDecay = 0, betas = [0.9, 0.999], epsilon = 1e-8 } = options;
  const rates = perReplica("learning rate", learningRate, replicas, (what, each) => {
    checkNumber(what, each, { positive: true });
  });
  const momenta = perReplica("momentum", momentum, replicas, (what, each) => {
    checkBelowOne(what, each, { min: 0 });
  });
  const decays = perReplica("weight decay", weightDecay, replicas, (what, each) => {
    checkNumber(what, each, { min: 0 });
  });
  if (!Array.isArray(betas) || betas.length !== 2) throw new InputError(`Adam's betas must be two numbers`);
  for (const beta of betas) checkBelowOne("Adam's beta", beta, { positive: true });
  // Below single precision's smallest normal number, a parameter without a gradient would become
  // 0/0.
  checkNumber("Adam's epsilon", epsilon, { min: LEAST_NORMAL });
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

/** Checks a number of an interval that is open above, at 1. */
function checkBelowOne(what: string, value: number, range: NumberRange): void {
  if (isInRange(value, range) && value < 1) return;
  throw new InputError(`${what} must be a number in ${range.positive ? "(" : "["}0, 1), not ${value}`);
}

/** Checks a setting and gives each replica its value. */
function perReplica(
  name: string,
  value: number | readonly number[],
  replicas: number,
  check: (name: string, value: number) => void,
): readonly number[] {
  const values = Array.isArray(value)
    ? value as readonly number[]
    : Array.from({ length: replicas }, () => value as number);
  if (values.length !== replicas) {
    throw new InputError(
      `${name}: ${values.length} values, but the number of replicas is ${replicas}; give one for each, or one for all`,
    );
  }
  for (const each of values) check(name, each);
  return values;
}
