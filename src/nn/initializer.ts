/**
 * Initialisers of weights by name.
 *
 * @module
 */
import { checkName } from "../check.ts";

/** Shape of a distribution: uniform on (−scale, scale), or normal with standard deviation scale. */
export type Distribution = "uniform" | "normal";

/** What the library knows of an initialiser: an entry of {@linkcode initializers}. */
export interface InitializerEntry {
  /** Shape of the distribution of the weights. */
  readonly distribution: Distribution;
  /** Where the initialiser comes from, for help texts. */
  readonly help: string;
  /** Name with a scale, as an example, of an initialiser that is written `NAME:SCALE`. */
  readonly example?: string;
  /**
   * Scale of the weights.
   *
   * @param inputs Fan-in of the layer.
   * @param outputs Fan-out of the layer.
   * @param given Scale as given; 0 where the initialiser takes none.
   * @returns Half-width or standard deviation.
   */
  scale(inputs: number, outputs: number, given: number): number;
  /**
   * Half-width of the uniform distribution of biases. Without it they are 0.
   *
   * @param inputs Fan-in of the layer.
   * @returns Half-width.
   */
  biasScale?(inputs: number): number;
}

const given = (_inputs: number, _outputs: number, scale: number) => scale;

/** All initialisers, by the name that their own names begin with. */
export const initializers: Readonly<Record<string, InitializerEntry>> = {
  "xavier-normal": {
    distribution: "normal",
    help: "Glorot and Bengio (2010), normal",
    scale: (inputs, outputs) => Math.sqrt(2 / (inputs + outputs)),
  },
  "xavier-uniform": {
    distribution: "uniform",
    help: "Glorot and Bengio (2010), uniform",
    scale: (inputs, outputs) => Math.sqrt(6 / (inputs + outputs)),
  },
  "he-normal": {
    distribution: "normal",
    help: "He et al. (2015), normal",
    scale: (inputs) => Math.sqrt(2 / inputs),
  },
  "he-uniform": {
    distribution: "uniform",
    help: "He et al. (2015), uniform",
    scale: (inputs) => Math.sqrt(6 / inputs),
  },
  "lecun-normal": {
    distribution: "normal",
    help: "LeCun et al. (1998), normal",
    scale: (inputs) => Math.sqrt(1 / inputs),
  },
  pytorch: {
    distribution: "uniform",
    help: "the default of torch.nn.Linear, with uniform biases",
    scale: (inputs) => 1 / Math.sqrt(inputs),
    biasScale: (inputs) => 1 / Math.sqrt(inputs),
  },
  normal: {
    distribution: "normal",
    help: "normal with the given standard deviation",
    example: "normal:0.1",
    scale: given,
  },
  uniform: {
    distribution: "uniform",
    help: "uniform with the given half-width",
    example: "uniform:0.1",
    scale: given,
  },
};

/** Names that {@linkcode parseInitializer} knows, with examples of their scales. */
export const initializerNames: readonly string[] = Object.entries(initializers).map(
  ([name, { example }]) => example ?? name,
);

/** A distribution of initial weights for a layer of given shape. */
export interface Initializer {
  /** Name as given. */
  readonly name: string;
  /** Shape of the distribution. */
  readonly distribution: Distribution;
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

/**
 * Reads the name of an initialiser: a key of {@linkcode initializers}, or `normal:SCALE` or
 * `uniform:SCALE`.
 *
 * @param name Name, with its scale if it has one.
 * @returns The initialiser.
 * @throws {InputError} If the name is unknown or its scale is not a finite number ≥ 0.
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
  const [, base, text] = /^([^:]*)(?::(\S+))?$/.exec(name) ?? [];
  const entry = base !== undefined && Object.hasOwn(initializers, base) ? initializers[base] : undefined;
  const given = Number(text ?? 0);
  const takesScale = entry?.example !== undefined;
  if (entry && takesScale === (text !== undefined) && Number.isFinite(given) && given >= 0) {
    return {
      name,
      distribution: entry.distribution,
      scale: (inputs, outputs) => entry.scale(inputs, outputs, given),
      biasScale: (inputs) => entry.biasScale?.(inputs) ?? 0,
    };
  }
  return parseInitializer(checkName("initialiser", name, initializerNames));
}
