/**
 * Options of the preparation of features: weights, their sum, centring.
 *
 * @module
 */
import { InputError } from "../../errors.ts";

/** Weights of the rows of a feature matrix, and whether their mean is taken off. */
export interface PrepareOptions {
  /** Quadrature weights w > 0, one a sample. Default: 1/m each. */
  readonly weights?: ArrayLike<number>;
  /**
   * Whether each column's weighted mean is taken off, for the ranks of the covariance. Default:
   * false.
   */
  readonly center?: boolean;
  /**
   * Sum of the weights, where none are given and all weigh the same: 1 for a mean over the samples,
   * m for a sum, |Ω| for an integral over samples that fill Ω evenly. Default: 1.
   */
  readonly mass?: number;
}

/** Names of {@linkcode PrepareOptions}. */
export const prepareKeys: readonly (keyof PrepareOptions)[] = ["weights", "center", "mass"];

/**
 * Picks the options of a preparation out of others.
 *
 * @param options Options.
 * @returns Those of a preparation that are given.
 */
export function prepareOptions({ weights, center, mass }: PrepareOptions): PrepareOptions {
  return { ...weights && { weights }, ...center && { center }, ...mass !== undefined && { mass } };
}

/**
 * Checks the sum of weights that all are the same.
 *
 * @param options Options of a preparation.
 * @throws {InputError} If the mass is no number above 0, or there are weights as well.
 */
export function checkMass({ mass, weights }: PrepareOptions): void {
  if (mass === undefined) return;
  if (weights !== undefined) throw new InputError("weights and their mass: give one of them");
  if (!(typeof mass === "number" && mass > 0 && mass < Infinity)) {
    throw new InputError(`the mass of the weights is ${mass}: give a finite number above 0`);
  }
}

/**
 * Checks the option that takes means off.
 *
 * @param center Any value.
 * @throws {InputError} If it is no boolean.
 */
export function checkCenter(center: unknown): void {
  if (typeof center !== "boolean") throw new InputError(`center is ${center}: give true or false`);
}
