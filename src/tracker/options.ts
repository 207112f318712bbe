/**
 * Options of a tracker, checked.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber } from "../check.ts";
import { InputError } from "../errors.ts";
import { checkWeights } from "../linalg/matrix_source.ts";
import { type Threshold, thresholdNames } from "../rank/certificates/rank_interval.ts";
import { checkEpsilons, type Precision, precisionNames } from "../rank/spectra/spectrum_options.ts";
import { MOST_EPSILONS, MOST_STEPS } from "../train/limits.ts";

/** What a `RankTracker` tracks, and how. */
export interface RankTrackerOptions {
  /** Steps of your training from one that is tracked to the next. Default: 100. */
  readonly every?: number;
  /** Thresholds ε > 0 of the ε-ranks. Default: 10⁻², 10⁻⁴, 10⁻⁶. */
  readonly epsilons?: readonly number[];
  /** Whether the thresholds are absolute or relative to λ₁. Default: absolute. */
  readonly threshold?: Threshold;
  /**
   * Names of the layers, first to last; or their numbers of columns by name. Default: the names of
   * the first step that is tracked.
   */
  readonly layers?: readonly string[] | Readonly<Record<string, number>>;
  /** Quadrature weights, one a sample, of all layers. Default: 1 / rows each. */
  readonly weights?: ArrayLike<number>;
  /**
   * Arithmetic of the spectra: `single` precision; `double` for double-single arithmetic; or
   * `auto`: double-single where single leaves a rank uncertain. Counts are always in double-single.
   * Default: `auto`.
   */
  readonly precision?: Precision;
  /**
   * Tracked steps from one whose spectra are solved to the next. Steps between only count ranks,
   * just as reliably and some twenty times faster. Default: `Infinity`, the first and the last
   * alone. All of them solve if ranks cannot be counted: with thresholds relative to λ₁, more than
   * 256 columns or 16,384 rows, or an adapter without double-single arithmetic.
   */
  readonly spectraEvery?: number;
  /**
   * Tracked steps that may wait for the GPU, each with a copy of its features. When as many wait,
   * every other step is left out from then on: see `TrackerRecord`. Default: 16.
   */
  readonly capacity?: number;
}

/** {@linkcode RankTrackerOptions} with every choice made. */
export interface CompleteTrackerOptions
  extends Readonly<Required<Omit<RankTrackerOptions, "layers" | "weights">>> {
  /** Names of the layers; `null` for those of the first step. */
  readonly names: readonly string[] | null;
  /** Columns by name, as far as they were given. */
  readonly columns: ReadonlyMap<string, number>;
  /** Weights; `null` for 1 / rows. */
  readonly weights: Float64Array | null;
}

const KEYS: Readonly<Record<keyof RankTrackerOptions, true>> = {
  every: true,
  epsilons: true,
  threshold: true,
  layers: true,
  weights: true,
  precision: true,
  spectraEvery: true,
  capacity: true,
};

/**
 * Fills in what the caller left open, and checks everything.
 *
 * @param options Options as given.
 * @returns Options with every choice made.
 * @throws {InputError} If an option does not exist or is out of range.
 */
export function completeTrackerOptions(options: RankTrackerOptions): CompleteTrackerOptions {
  checkKeys("options of RankTracker", options, Object.keys(KEYS));
  const {
    every = 100,
    epsilons = [1e-2, 1e-4, 1e-6],
    threshold = "absolute",
    precision = "auto",
    spectraEvery = Infinity,
    capacity = 16,
    layers,
    weights,
  } = options;
  checkNumber("steps between tracked ones", every, { min: 1, max: MOST_STEPS, integer: true });
  checkEpsilons(epsilons);
  if (epsilons.length === 0 || epsilons.length > MOST_EPSILONS) {
    throw new InputError(`${epsilons.length} thresholds ε: give from 1 to ${MOST_EPSILONS}`);
  }
  checkName("kind of threshold", threshold, thresholdNames);
  checkName("precision", precision, precisionNames);
  if (spectraEvery !== Infinity) {
    checkNumber("tracked steps between spectra", spectraEvery, { min: 1, integer: true });
  }
  checkNumber("capacity", capacity, { min: 1, max: 4096, integer: true });
  if (weights !== undefined) checkWeights(weights, weights.length);
  return {
    every,
    epsilons: [...epsilons],
    threshold,
    precision,
    spectraEvery,
    capacity,
    ...checkLayers(layers),
    weights: weights === undefined ? null : Float64Array.from(weights),
  };
}

function checkLayers(
  layers: RankTrackerOptions["layers"],
): Pick<CompleteTrackerOptions, "names" | "columns"> {
  if (layers === undefined) return { names: null, columns: new Map() };
  if (typeof layers !== "object" || layers === null) {
    throw new InputError(`layers are ${layers}: give a list of their names, or their columns by name`);
  }
  const names = Array.isArray(layers) ? layers as unknown[] : Object.keys(layers);
  if (names.length === 0) throw new InputError("layers are empty: name at least one, or leave them out");
  if (!names.every((name) => typeof name === "string") || new Set(names).size < names.length) {
    throw new InputError("names of layers must be strings that differ: give each layer its own");
  }
  const columns = new Map<string, number>(Array.isArray(layers) ? [] : Object.entries(layers));
  for (const [name, each] of columns) checkNumber(`columns of ${name}`, each, { min: 1, integer: true });
  return { names: names as string[], columns };
}
