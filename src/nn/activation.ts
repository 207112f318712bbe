/**
 * Activations by name.
 *
 * @module
 */
import { checkName } from "../check.ts";
import { normalDistribution } from "../stats/normal_distribution.ts";
import activationSource from "../../shaders/nn/include/activation.wgsl" with { type: "text" };
import elementarySource from "../../shaders/nn/include/elementary.wgsl" with { type: "text" };

/** What the library knows of an activation: an entry of {@linkcode activations}. */
export interface ActivationEntry {
  /** Its case in `shaders/nn/include/activation.wgsl`, a number that no other entry has. */
  readonly kind: number;
  /** Its formula, for help texts. */
  readonly help: string;
  /** The parameter of `NAME:PARAMETER` and its default, where it has one. */
  readonly parameter?: { readonly name: string; readonly default: number };
  /**
   * Whether a power follows: `NAME^P`, or `NAME:PARAMETER^P` where there is a parameter. P is a
   * whole number from 1 to 99.
   */
  readonly hasPowers?: boolean;
  /** Names with a parameter or a power, as examples. */
  readonly examples?: readonly string[];
  /** Bound of |σ|; `null` where there is none. */
  readonly bound: number | null;
  /** Whether σ is curved. Powers from 2 on always are. */
  readonly isCurved: boolean;
  /**
   * Slope on the left where σ is positively homogeneous with slope 1 on the right.
   *
   * @param parameter The parameter.
   * @returns The slope.
   */
  readonly slope?: (parameter: number) => number;
  /**
   * Computes σ without its power, in double precision, on the host.
   *
   * @param z A preactivation.
   * @param parameter The parameter.
   * @returns σ(z).
   */
  readonly value: (z: number, parameter: number) => number;
  /**
   * Computes σ′ without its power, in double precision; at a kink it is that from the left.
   *
   * @param z A preactivation.
   * @param parameter The parameter.
   * @returns σ′(z).
   */
  readonly derivative: (z: number, parameter: number) => number;
  /** Bound of |σ″| without its power, a kink left out. */
  readonly curvature: number;
  /** Bound c of what σ and σ′ in double precision are off by: c 2⁻⁵³ (1 + |σ|), and of σ′ alike. */
  readonly roundings: number;
}

/** All activations, by the name that their own names begin with. */
export const activations: Readonly<Record<string, ActivationEntry>> = {
  identity: {
    kind: 0,
    help: "z",
    bound: null,
    isCurved: false,
    slope: () => 1,
    value: (z) => z,
    derivative: () => 1,
    curvature: 0,
    roundings: 0,
  },
  tanh: {
    kind: 1,
    help: "tanh z",
    bound: 1,
    isCurved: true,
    value: Math.tanh,
    derivative: (z) => {
      const h = Math.tanh(z);
      return (1 - h) * (1 + h);
    },
    curvature: 0.77,
    roundings: 8,
  },
  sigmoid: {
    kind: 2,
    help: "1 / (1 + e^−z)",
    bound: 1,
    isCurved: true,
    value: (z) => 1 / (1 + Math.exp(-z)),
    derivative: (z) => 1 / (1 + Math.exp(-z)) / (1 + Math.exp(z)),
    curvature: 0.1,
    roundings: 8,
  },
  relu: {
    kind: 3,
    help: "max(0, z), or its P-th power",
    hasPowers: true,
    examples: ["relu^2"],
    bound: null,
    isCurved: false,
    slope: () => 0,
    value: (z) => Math.max(0, z),
    derivative: (z) => z > 0 ? 1 : 0,
    curvature: 0,
    roundings: 0,
  },
  "leaky-relu": {
    kind: 4,
    help: "z, or SLOPE · z where z ≤ 0, or the P-th power of that; SLOPE is 0.01 if not given",
    parameter: { name: "SLOPE", default: 0.01 },
    hasPowers: true,
    examples: ["leaky-relu:0.1", "leaky-relu:0.1^2"],
    bound: null,
    isCurved: false,
    slope: (parameter) => parameter,
    value: (z, parameter) => z > 0 ? z : parameter * z,
    derivative: (z, parameter) => z > 0 ? 1 : parameter,
    curvature: 0,
    roundings: 1,
  },
  sine: {
    kind: 5,
    help: "sin z",
    bound: 1,
    isCurved: true,
    value: Math.sin,
    derivative: Math.cos,
    curvature: 1,
    roundings: 4,
  },
  cosine: {
    kind: 6,
    help: "cos z",
    bound: 1,
    isCurved: true,
    value: Math.cos,
    derivative: (z) => -Math.sin(z),
    curvature: 1,
    roundings: 4,
  },
  gelu: {
    kind: 7,
    help: "z Φ(z), Φ the normal distribution",
    bound: null,
    isCurved: true,
    value: (z) => z * normalDistribution(z),
    derivative: (z) => normalDistribution(z) + z * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI),
    curvature: 0.8,
    roundings: 64,
  },
  softplus: {
    kind: 8,
    help: "log(1 + e^z)",
    bound: null,
    isCurved: true,
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    derivative: (z) => 1 / (1 + Math.exp(-z)),
    curvature: 0.25,
    roundings: 8,
  },
};

/** Names that {@linkcode parseActivation} knows, with examples of their parameters. */
export const activationNames: readonly string[] = Object.entries(activations).flatMap(
  ([name, { examples = [] }]) => [name, ...examples],
);

/** An activation as the kernels know it. */
export interface Activation {
  /** Name as given. */
  readonly name: string;
  /** Its case in `shaders/nn/include/activation.wgsl`. */
  readonly kind: number;
  /** Its parameter: the slope of leaky ReLU; 0 for an activation without one. */
  readonly parameter: number;
  /** Its power; 1 for an activation without one. */
  readonly exponent: number;
}

/** WGSL that a kernel with an activation includes. */
export const activationFiles: readonly string[] = [elementarySource, activationSource];

/** Values of the overrides of `shaders/nn/include/activation.wgsl`. */
export interface ActivationConstants extends Readonly<Record<string, number>> {
  /** Kind. */
  readonly ACTIVATION: number;
  /** Parameter. */
  readonly ACTIVATION_PARAMETER: number;
  /** Exponent. */
  readonly ACTIVATION_EXPONENT: number;
}

/**
 * Lists what the overrides of a kernel with an activation are set to.
 *
 * @param activation Activation.
 * @returns The overrides.
 */
export function activationConstants({ kind, parameter, exponent }: Activation): ActivationConstants {
  return { ACTIVATION: kind, ACTIVATION_PARAMETER: parameter, ACTIVATION_EXPONENT: exponent };
}

/** Splits a name into that of its entry, parameter and power. */
const SYNTAX = /^([^:^]*)(:[^\s^]+)?(?:\^([1-9]\d?))?$/;

/**
 * Reads the name of an activation: `tanh`, `leaky-relu` (slope 0.01), `leaky-relu:0.2`, `relu^3`,
 * `leaky-relu:0.2^3` …
 *
 * @param name Name, with its parameter if it has one.
 * @returns The activation.
 * @throws {InputError} If the name is unknown or its parameter is out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseActivation("relu^3").exponent, 3);
 * assert(activationNames.includes("tanh") && activationFiles.length > 0);
 * ```
 */
export function parseActivation(name: string): Activation {
  const [, base, given, power] = SYNTAX.exec(name) ?? [];
  const entry = base !== undefined && Object.hasOwn(activations, base) ? activations[base] : undefined;
  if (entry) {
    const { kind, parameter: own, hasPowers = false } = entry;
    const parameter = given === undefined ? own?.default ?? 0 : Number(given.slice(1));
    const hasParameter = given !== undefined;
    // Without its parameter written out, a name such as leaky-relu^2 hides which slope is raised to
    // the power.
    const powerFits = power === undefined || hasPowers && hasParameter === (own !== undefined);
    if ((!hasParameter || own) && powerFits && Number.isFinite(Math.fround(parameter))) {
      return { name, kind, parameter, exponent: Number(power ?? 1) };
    }
  }
  return parseActivation(checkName("activation", name, activationNames));
}

/**
 * Looks up the entry of an activation.
 *
 * @param activation Activation.
 * @returns The entry.
 */
export function activationEntry({ kind }: Activation): ActivationEntry {
  return Object.values(activations).find((entry) => entry.kind === kind)!;
}

/**
 * Makes an activation as a function on the host, in double precision.
 *
 * @param activation Activation.
 * @returns The function σ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(activationFunction(parseActivation("leaky-relu:0.5^2"))(-4), 4);
 * ```
 */
export function activationFunction(activation: Activation): (z: number) => number {
  const { value } = activationEntry(activation), { parameter, exponent } = activation;
  return exponent === 1 ? (z) => value(z, parameter) : (z) => value(z, parameter) ** exponent;
}

/**
 * Tells whether networks have second derivatives, which they do unless all of their activations are
 * piecewise linear.
 *
 * @param names Activations of the hidden layers.
 * @returns Whether one is curved.
 * @throws {InputError} If a name is unknown.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert(isCurved(["relu", "tanh"]) && isCurved(["leaky-relu:0.1^2"]));
 * assert(!isCurved(["relu", "leaky-relu:0.1"]));
 * ```
 */
export function isCurved(names: readonly string[]): boolean {
  return names.map(parseActivation).some((each) => each.exponent > 1 || activationEntry(each).isCurved);
}
