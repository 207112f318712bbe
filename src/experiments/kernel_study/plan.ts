/**
 * Options of the kernel study.
 *
 * @module
 */
import { integer, integers, numbers, type TableOf, text, toggle } from "../../cli/options.ts";
import { seed } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import { ascending } from "../core/lists.ts";
import { parseNames } from "../core/names.ts";
import type { Entrant, MissingPeer } from "./entrants.ts";
import { familiesOf, familyGroups } from "./families/mod.ts";
import { studyMethods } from "./methods.ts";
import { peers } from "./peers.ts";
import type { MethodKey } from "./rows.ts";

/** Values of the options of the kernel study; their table explains them. */
export type KernelStudyOptions = Readonly<
  & Record<"families" | "methods", string | readonly string[]>
  & Record<"with" | "peers", string | readonly string[] | null>
  & Record<"timeLimit" | "seed", number>
  & Record<"samples" | "tallSamples", number | null>
  & Record<"orders" | "batches" | "epsilons" | "growthOrders" | "growthSamples", readonly number[]>
  & Record<"full", boolean>
>;

/** Options of the kernel study. */
export const kernelStudyOptions: TableOf<KernelStudyOptions> = {
  families: text({
    default: "common",
    placeholder: "NAMES",
    help: `families of matrices, by name or group: ${Object.keys(familyGroups).join(", ")}, all`,
  }),
  methods: text({
    default: "all",
    placeholder: "NAMES",
    help: "methods: all, or as naive,inertia,gram-jacobi:double",
  }),
  with: text({
    default: null,
    placeholder: "FILES",
    help: "modules with rank methods of your own, to judge beside these",
  }),
  peers: text({
    default: null,
    placeholder: "NAMES",
    help: `peers to judge beside these, where they are here: ${Object.keys(peers).join(", ")}, all`,
  }),
  timeLimit: integer({
    default: 60,
    full: 3600,
    min: 1,
    max: 86_400,
    help: "seconds that a call of a module or a peer may take, before it is ended",
  }),
  orders: integers({
    default: [8, 32, 128],
    full: [8, 16, 32, 64, 128, 256, 512],
    min: 1,
    max: 1024,
    help: "neurons n of the matrices",
  }),
  batches: integers({ default: [1, 4, 16, 64], min: 1, max: 4096, help: "matrices solved together" }),
  samples: integer({
    default: null,
    min: 1,
    max: 2 ** 24,
    help: "samples m of each matrix, at least n; by default 2n",
  }),
  epsilons: numbers({
    default: Array.from({ length: 13 }, (_, k) => Number(`1e-${k + 1}`)),
    positive: true,
    help: "thresholds as shares of λ₁, below 1",
    group: "what to probe",
  }),
  growthOrders: integers({
    default: [64, 96, 128, 192, 256, 384, 512, 768, 1024],
    min: 1,
    max: 1024,
    help: "neurons n over which times are fitted, with m = 2n",
  }),
  growthSamples: integers({
    default: [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000],
    min: 1,
    max: 2 ** 24,
    help: "samples m over which times are fitted, with n = 16",
  }),
  tallSamples: integer({
    default: null,
    full: 1_000_000,
    min: 1,
    max: 2 ** 22,
    help: "samples of one more matrix to time, of 128 neurons; by default none",
  }),
  seed,
  full: toggle({ default: false, help: "study the whole grid, which takes hours on a CPU" }),
};

/**
 * The study, its options checked. Lists are ascending, thresholds descending, and no value stands
 * twice.
 */
export interface KernelStudyPlan extends Omit<KernelStudyOptions, "families" | "methods" | "with" | "peers"> {
  /** Families of matrices. */
  readonly families: readonly string[];
  /** Methods, those of modules last. */
  readonly methods: readonly MethodKey[];
  /** Peers that are here, and modules that enter methods of their own. */
  readonly entrants: readonly Entrant[];
  /** Peers that were asked for, and are not here. */
  readonly missing: readonly MissingPeer[];
  /**
   * Time in milliseconds. A batch or a size is left out if the one before it predicts more than
   * this.
   */
  readonly limit: number;
}

/** Methods by name and precision, as in the option. */
const keys: ReadonlyMap<string, MethodKey> = new Map(
  studyMethods.map(({ name, precision }) => [`${name}:${precision}`, { method: name, precision }]),
);

/** Largest predicted time of a batch or a size, in milliseconds; the same with `--full`. */
const LIMIT = 1200, FULL_LIMIT = 600_000;

/**
 * Checks the options together.
 *
 * @param options Values of all options.
 * @param entrants Peers, and modules that enter methods of their own. Default: none.
 * @param missing Peers that are not here. Default: none.
 * @returns The study, its lists sorted, each value once.
 * @throws {InputError} If a name is unknown, or there are fewer samples than features.
 */
export function kernelStudyPlan(
  options: KernelStudyOptions,
  entrants: readonly Entrant[] = [],
  missing: readonly MissingPeer[] = [],
): KernelStudyPlan {
  const { full, seed, samples, tallSamples, timeLimit } = options;
  const orders = ascending(options.orders);
  const largest = orders.at(-1) ?? 0;
  if (samples !== null && samples < largest) {
    throw new InputError(
      `${samples} samples of ${largest} features: give as many samples as features, or more`,
    );
  }
  const wrong = options.epsilons.find((epsilon) => !(epsilon < 1));
  if (wrong !== undefined) throw new InputError(`ε = ${wrong}: give shares of λ₁, above 0 and below 1`);
  if (options.epsilons.length === 0) throw new InputError("no ε: give at least one");
  const asked = new Set(
    options.methods === "all" ? keys.keys() : parseNames("methods", options.methods).flatMap(parseMethod),
  );
  return {
    families: [...new Set(parseNames("families", options.families).flatMap(familiesOf))],
    // In the order of the registry, which is that of the figures.
    methods: [
      ...[...keys].flatMap(([key, method]) => asked.has(key) ? [method] : []),
      ...entrants.flatMap(({ name, precisions }) =>
        precisions.map((precision) => ({ method: name, precision }))
      ),
    ],
    entrants,
    missing,
    timeLimit,
    orders,
    batches: ascending(options.batches),
    samples,
    epsilons: ascending(options.epsilons).reverse(),
    growthOrders: ascending(options.growthOrders),
    growthSamples: ascending(options.growthSamples),
    tallSamples,
    seed,
    full,
    limit: full ? FULL_LIMIT : LIMIT,
  };
}

/**
 * Counts the parts of a study, the steps of its progress.
 *
 * @param plan The study.
 * @returns The number of parts.
 */
export function studyParts(plan: KernelStudyPlan): number {
  const { methods, orders, batches, growthOrders, growthSamples, tallSamples } = plan;
  const growing = methods.filter(({ precision }) => precision !== "auto");
  // Three parts for the peak and the trained networks, which come first, and the sweeps.
  return 3 + orders.length * methods.length * (1 + batches.length) +
    growing.length * (growthOrders.length + growthSamples.length + (tallSamples === null ? 0 : 1));
}

/** Finds the keys of the methods of a name. */
function parseMethod(name: string): string[] {
  const found = [...keys].flatMap(([key, { method }]) => method === name || key === name ? [key] : []);
  if (found.length > 0) return found;
  const names = new Set([...keys.values()].map(({ method }) => method));
  throw new InputError(
    `unknown method ${quoted(name)}: use ${[...names].join(", ")}, or one with its precision, as in ${
      [...keys.keys()].at(-1)
    }`,
  );
}
