/**
 * Activations by name.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import activationSource from "../../shaders/nn/activation.wgsl" with { type: "text" };
import elementarySource from "../../shaders/nn/elementary.wgsl" with { type: "text" };

/** An activation as the kernels know it. */
export interface Activation {
  /** Name as given. */
  readonly name: string;
  /** Its number in `shaders/nn/activation.wgsl`. */
  readonly kind: number;
  /** Slope of leaky ReLU, power of ReLU^p; 0 for the others. */
  readonly parameter: number;
}

/** WGSL that a kernel with an activation includes. */
export const activationFiles: readonly string[] = [elementarySource, activationSource];

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
  "relu^2",
  "sine",
  "cosine",
  "gelu",
  "softplus",
];

/**
 * Reads the name of an activation: `tanh`, `leaky-relu` (slope 0.01), `leaky-relu:0.2`, `relu^3` …
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
  const leaky = /^leaky-relu:(\S+)$/.exec(name);
  if (leaky) {
    const slope = Number(leaky[1]);
    if (Number.isFinite(Math.fround(slope))) {
      return { name, kind: KINDS.indexOf("leaky-relu"), parameter: slope };
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
