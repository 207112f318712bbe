/**
 * What the kernel study is asked for.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { type FamilyName, familyNames } from "./families.ts";
import { studyMethods } from "./methods.ts";
import type { MethodKey } from "./rows.ts";

/** Options of the kernel study; what is left out is the default run's, or the full one's. */
export interface KernelStudyOptions {
  /** Families of matrices. Default: all. */
  readonly families?: readonly string[];
  /** Methods: by name, in all precisions, or as `gram-jacobi:double`. Default: all. */
  readonly methods?: readonly string[];
  /** Numbers of features n whose accuracy and cost are measured. */
  readonly orders?: readonly number[];
  /** Numbers of matrices solved together. */
  readonly batches?: readonly number[];
  /** Samples m a matrix, at least n. Default: 2n. */
  readonly samples?: number | null;
  /** Thresholds as shares of λ₁. */
  readonly epsilons?: readonly number[];
  /** Numbers of features of the study of growth, with m = 2n. */
  readonly growthOrders?: readonly number[];
  /** Numbers of samples of the study of growth, with n = 16. */
  readonly growthSamples?: readonly number[];
  /** Number of samples of the tall matrix, with n = 128; `null` for none. Default: none, in the full run 10⁶. */
  readonly tallSamples?: number | null;
  /** Seed of all that is random. Default: 0. */
  readonly seed?: number;
  /** Whether to run the whole grid, which takes hours on a CPU. Default: false. */
  readonly full?: boolean;
  /** Stops the study early; what it has is kept. */
  readonly signal?: AbortSignal;
}

/** Options with every choice made. */
export interface CompleteStudyOptions {
  /** Families of matrices. */
  readonly families: readonly FamilyName[];
  /** Methods. */
  readonly methods: readonly MethodKey[];
  /** Numbers of features n, ascending. */
  readonly orders: readonly number[];
  /** Numbers of matrices solved together, ascending. */
  readonly batches: readonly number[];
  /** Samples a matrix; `null` for 2n. */
  readonly samples: number | null;
  /** Thresholds as shares of λ₁, descending. */
  readonly epsilons: readonly number[];
  /** Numbers of features of the study of growth, ascending. */
  readonly growthOrders: readonly number[];
  /** Numbers of samples of the study of growth, ascending. */
  readonly growthSamples: readonly number[];
  /** Number of samples of the tall matrix; `null` for none. */
  readonly tallSamples: number | null;
  /** Seed. */
  readonly seed: number;
  /** Whether this is the whole grid. */
  readonly full: boolean;
  /** A batch or a size of which the one before foretells more milliseconds than this is left out. */
  readonly limit: number;
}

/** Largest number of features; a method that does not take as many is left out. */
const MOST_FEATURES = 1024;
/** Largest number of samples that the host makes features of. */
const MOST_SAMPLES = 2 ** 24;
/** The same of the tall matrix, which has more features. */
const MOST_TALL = 2 ** 22;
/** Largest number of matrices in a batch. */
const MOST_BATCH = 4096;

/** Methods by name and precision, as an option gives them. */
const keys: ReadonlyMap<string, MethodKey> = new Map(
  studyMethods.map(({ name, precision }) => [`${name}:${precision}`, { method: name, precision }]),
);

const GROWTH = {
  growthOrders: [64, 96, 128, 192, 256, 384, 512, 768, 1024],
  growthSamples: [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000],
};
const SHORT = { ...GROWTH, orders: [8, 32, 128], tallSamples: null, limit: 1200 };
const FULL = {
  ...GROWTH,
  orders: [8, 16, 32, 64, 128, 256, 512],
  tallSamples: 1_000_000,
  limit: 600_000,
};

/**
 * Fills in what the caller left open, and checks the rest.
 *
 * @param options Options as given.
 * @returns Options with every choice made.
 * @throws {InputError} Where a name is unknown or a number out of range.
 */
export function completeStudyOptions(options: KernelStudyOptions = {}): CompleteStudyOptions {
  const { full = false, seed = 0, samples = null } = options;
  const grid = full ? FULL : SHORT;
  const families = (options.families ?? familyNames).map(parseFamily);
  const asked = new Set((options.methods ?? [...keys.keys()]).flatMap(parseMethod));
  const orders = integers("features", options.orders ?? grid.orders, MOST_FEATURES);
  const batches = integers("matrices", options.batches ?? [1, 4, 16, 64], MOST_BATCH);
  const growthOrders = integers("features", options.growthOrders ?? grid.growthOrders, MOST_FEATURES);
  const growthSamples = integers("samples", options.growthSamples ?? grid.growthSamples, MOST_SAMPLES);
  const tallSamples = options.tallSamples ?? grid.tallSamples;
  if (tallSamples !== null) integers("samples", [tallSamples], MOST_TALL);
  if (samples !== null) {
    integers("samples", [samples], MOST_SAMPLES);
    const largest = orders.at(-1)!;
    if (samples < largest) {
      throw new InputError(
        `${samples} samples of ${largest} features: give as many samples as features, or more`,
      );
    }
  }
  const epsilons = options.epsilons ?? Array.from({ length: 13 }, (_, k) => Number(`1e-${k + 1}`));
  const wrong = epsilons.find((epsilon) => !(epsilon > 0 && epsilon < 1));
  if (wrong !== undefined) throw new InputError(`ε = ${wrong}: give shares of λ₁, above 0 and below 1`);
  if (epsilons.length === 0) throw new InputError("no ε: give at least one");
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new InputError(`seed ${seed}: give a whole number from 0 to 2³² − 1`);
  }
  return {
    families: [...new Set(families)],
    // In the order of the registry, in which figures list them.
    methods: [...keys].flatMap(([key, method]) => asked.has(key) ? [method] : []),
    orders,
    batches,
    samples,
    epsilons: [...new Set(epsilons)].sort((a, b) => b - a),
    growthOrders,
    growthSamples,
    tallSamples,
    seed,
    full,
    limit: grid.limit,
  };
}

/**
 * How many parts a study has, as its progress counts them.
 *
 * @param options Options as given.
 * @returns The number of parts.
 * @throws {InputError} Where a name is unknown or a number out of range.
 */
export function studyParts(options: KernelStudyOptions = {}): number {
  const { methods, orders, batches, growthOrders, growthSamples, tallSamples } = completeStudyOptions(
    options,
  );
  const growing = methods.filter(({ precision }) => precision !== "auto");
  // The peak and the trained networks come first.
  return 2 + orders.length * methods.length * (1 + batches.length) +
    growing.length * (growthOrders.length + growthSamples.length + (tallSamples === null ? 0 : 1));
}

function parseFamily(name: string): FamilyName {
  const family = familyNames.find((each) => each === name);
  if (!family) throw new InputError(`unknown family "${name}": use ${familyNames.join(", ")}`);
  return family;
}

/** Keys of the methods that a name means. */
function parseMethod(name: string): string[] {
  const found = [...keys].flatMap(([key, { method }]) => method === name || key === name ? [key] : []);
  if (found.length > 0) return found;
  const names = new Set([...keys.values()].map(({ method }) => method));
  throw new InputError(
    `unknown method "${name}": use ${[...names].join(", ")}, or one with its precision, as in ${
      [...keys.keys()].at(-1)
    }`,
  );
}

/** Whole numbers from 1, ascending, each once; none is an empty list. */
function integers(what: string, values: readonly number[], most: number): number[] {
  const wrong = values.find((value) => !(Number.isInteger(value) && value >= 1 && value <= most));
  if (wrong !== undefined) throw new InputError(`${wrong} ${what}: give whole numbers from 1 to ${most}`);
  return [...new Set(values)].sort((a, b) => a - b);
}
