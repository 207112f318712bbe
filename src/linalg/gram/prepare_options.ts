/**
 * Options of the preparation of features: weights, volume, centring.
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
   * Volume of a domain that the samples fill evenly, where no weights are given: each weighs
   * volume / m. So 1 is for a mean over the samples, m for a sum, |Ω| for an integral over Ω.
   * Default: 1.
   */
  readonly volume?: number;
}

/** Names of {@linkcode PrepareOptions}. */
export const prepareKeys: readonly (keyof PrepareOptions)[] = ["weights", "center", "volume"];

/**
 * Picks the options of a preparation out of others.
 *
 * @param options Options.
 * @returns Those of a preparation that are given.
 */
export function prepareOptions({ weights, center, volume }: PrepareOptions): PrepareOptions {
  return { ...weights && { weights }, ...center && { center }, ...volume !== undefined && { volume } };
}

/** Largest volume, and the inverse of the smallest: ratios to numbers of samples are in range. */
const MOST_VOLUME = 1e250;

/**
 * Checks the volume that samples fill.
 *
 * @param options Options of a preparation.
 * @throws {InputError} If the volume is not a number above 0, or there are weights as well.
 */
export function checkVolume({ volume, weights }: PrepareOptions): void {
  if (volume === undefined) return;
  if (weights !== undefined) throw new InputError("weights and a volume: give one of them");
  if (!(typeof volume === "number" && volume >= 1 / MOST_VOLUME && volume <= MOST_VOLUME)) {
    throw new InputError(`the volume is ${volume}: give a number above 0, from 1e-250 to 1e250`);
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
