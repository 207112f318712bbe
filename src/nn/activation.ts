/**
 * Activations by name.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import activationSource from "../../shaders/nn/include/activation.wgsl" with { type: "text" };
import elementarySource from "../../shaders/nn/include/elementary.wgsl" with { type: "text" };

/** An activation as the kernels know it. */
export interface Activation {
  /** Name as given. */
  readonly name: string;
  /** Its number in `shaders/nn/include/activation.wgsl`. */
  readonly kind: number;
  /** Slope of leaky ReLU and its powers, power of ReLU^p; 0 for the others. */
  readonly parameter: number;
}

/** WGSL that a kernel with an activation includes. */
export const activationFiles: readonly string[] = [elementarySource, activationSource];

/** Kind of leaky ReLU to the power 0, which is none: powers from 2 follow it. */
const LEAKY_POWERS = 10;

const KINDS = [
  "identity",
  "tanh",
  "sigmoid",
  "relu",
  "leaky-relu",
  "relu^",
  "sine",
  "cosine",
  "gelu",
  "softplus",
];

/** Names that {@linkcode parseActivation} knows, with examples of their parameters. */
export const activationNames: readonly string[] = [
  "identity",
  "tanh",
  "sigmoid",
  "relu",
  "leaky-relu",
  "leaky-relu:0.1",
  "leaky-relu:0.1^2",
  "relu^2",
  "sine",
  "cosine",
  "gelu",
  "softplus",
];

/**
 * Reads the name of an activation: `tanh`, `leaky-relu` (slope 0.01), `leaky-relu:0.2`, `relu^3`, `leaky-relu:0.2^3` …
 *
 * @param name Name, with its parameter if it has one.
 * @returns The activation.
 * @throws {InputError} Where the name is unknown or its parameter out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseActivation("relu^3").parameter, 3);
 * assert(activationNames.includes("tanh") && activationFiles.length > 0);
 * ```
 */
export function parseActivation(name: string): Activation {
  const kind = KINDS.indexOf(name);
  if (name === "leaky-relu") return { name, kind, parameter: 0.01 };
  if (kind >= 0 && name !== "relu^") return { name, kind, parameter: 0 };
  const leaky = /^leaky-relu:([^\s^]+)(?:\^([1-9]\d?))?$/.exec(name);
  if (leaky) {
    const [slope, power] = [Number(leaky[1]), Number(leaky[2] ?? 1)];
    if (Number.isFinite(Math.fround(slope))) {
      return {
        name,
        kind: power === 1 ? KINDS.indexOf("leaky-relu") : LEAKY_POWERS + power,
        parameter: slope,
      };
    }
  }
  const power = /^relu\^([1-9]\d?)$/.exec(name);
  if (power) return { name, kind: KINDS.indexOf("relu^"), parameter: Number(power[1]) };
  throw new InputError(`unknown activation "${name}": use ${activationNames.join(", ")}`);
}

/**
 * What no value of an activation exceeds in magnitude.
 *
 * @param activation Activation.
 * @returns The bound; `null` where there is none.
 */
export function activationBound({ kind }: Activation): number | null {
  return ["tanh", "sigmoid", "sine", "cosine"].includes(KINDS[kind]) ? 1 : null;
}

/**
 * Whether networks have second derivatives: not where all of their activations are piecewise linear.
 *
 * @param names Activations of the hidden layers.
 * @returns Whether one is curved.
 * @throws {InputError} Where a name is unknown.
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
  return names.some((name) => homogeneity(parseActivation(name))?.order !== 1);
}

/** An activation with σ(c z) = c^p σ(z) for all c > 0. */
export interface HomogeneousActivation {
  /** Slope on the left, where it is 1 on the right: σ(z) = z^p and (slope · z)^p there. */
  readonly slope: number;
  /** Order p. */
  readonly order: number;
}

/**
 * How an activation is positively homogeneous.
 *
 * @param activation Activation.
 * @returns Its slope and order; `null` where it is not homogeneous.
 */
export function homogeneity({ kind, parameter }: Activation): HomogeneousActivation | null {
  if (kind > LEAKY_POWERS) return { slope: parameter, order: kind - LEAKY_POWERS };
  switch (KINDS[kind]) {
    case "identity":
      return { slope: 1, order: 1 };
    case "relu":
      return { slope: 0, order: 1 };
    case "leaky-relu":
      return { slope: parameter, order: 1 };
    case "relu^":
      return { slope: 0, order: parameter };
  }
  return null;
}
