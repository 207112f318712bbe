/**
 * Initialisers of weights by name.
 *
 * @module
 */
import { InputError } from "../errors.ts";

/** A distribution of initial weights for a layer of given shape. */
export interface Initializer {
  /** Name as given. */
  readonly name: string;
  /** Shape of the distribution: uniform on (−scale, scale) or normal with deviation scale. */
  readonly distribution: "uniform" | "normal";
  /**
   * Scale of the weights.
   *
   * @param inputs Fan-in of the layer.
   * @param outputs Fan-out of the layer.
   * @returns Half-width or standard deviation.
   */
  scale(inputs: number, outputs: number): number;
  /**
   * Half-width of the uniform distribution of biases, 0 for zero biases.
   *
   * @param inputs Fan-in of the layer.
   * @returns Half-width.
   */
  biasScale(inputs: number): number;
}

type Scale = (inputs: number, outputs: number) => number;

const SCALES: Readonly<Record<string, readonly ["uniform" | "normal", Scale]>> = {
  "xavier-normal": ["normal", (inputs, outputs) => Math.sqrt(2 / (inputs + outputs))],
  "xavier-uniform": ["uniform", (inputs, outputs) => Math.sqrt(6 / (inputs + outputs))],
  "he-normal": ["normal", (inputs) => Math.sqrt(2 / inputs)],
  "he-uniform": ["uniform", (inputs) => Math.sqrt(6 / inputs)],
  "lecun-normal": ["normal", (inputs) => Math.sqrt(1 / inputs)],
  "pytorch": ["uniform", (inputs) => 1 / Math.sqrt(inputs)],
};

/** Names that {@linkcode parseInitializer} knows, with examples of their parameters. */
export const initializerNames: readonly string[] = [...Object.keys(SCALES), "normal:0.1", "uniform:0.1"];

/**
 * Reads the name of an initialiser: Glorot and Bengio's `xavier-…` (2010), He et al.'s `he-…` (2015), LeCun et al.'s
 * `lecun-normal` (1998), `pytorch` for the default of `torch.nn.Linear` (biases too are uniform then), and
 * `normal:SCALE`, `uniform:SCALE`. All others start with zero biases.
 *
 * @param name Name, with its scale if it has one.
 * @returns The initialiser.
 * @throws {InputError} Where the name is unknown or its scale not a finite number ≥ 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseInitializer("he-normal").scale(8, 3), 0.5);
 * assert(initializerNames.includes("pytorch"));
 * ```
 */
export function parseInitializer(name: string): Initializer {
  const known = Object.hasOwn(SCALES, name) ? SCALES[name] : undefined;
  if (known) {
    const biasScale = (inputs: number) => name === "pytorch" ? 1 / Math.sqrt(inputs) : 0;
    return { name, distribution: known[0], scale: known[1], biasScale };
  }
  const given = /^(normal|uniform):(\S+)$/.exec(name);
  const scale = Number(given?.[2]);
  if (given && Number.isFinite(scale) && scale >= 0) {
    return { name, distribution: given[1] as "normal" | "uniform", scale: () => scale, biasScale: () => 0 };
  }
  throw new InputError(`unknown initialiser "${name}": use ${initializerNames.join(", ")}`);
}
