/**
 * The flags of the atlas of staircases, and what they mean.
 *
 * @module
 */
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { runFlags, seedFlag } from "../../cli/program_flags.ts";
import { poolImages } from "../../tasks/digits/pool.ts";
import { loadTask } from "../../tasks/registry.ts";
import type { Task } from "../../tasks/task.ts";
import { type AtlasOptions, parseAtlasOptimizer } from "./options.ts";

/** Flags of the atlas. */
export const atlasFlags = [
  {
    name: "tasks",
    kind: "string",
    default: "cosines,ripple2d,gaussian5d,digits,poisson1d,helmholtz1d,poisson2d,allen-cahn,burgers",
    placeholder: "NAMES",
    help: "a row each",
  },
  { name: "data", kind: "string", default: null, placeholder: "DIR", help: "folder of MNIST's IDX files" },
  {
    name: "pool",
    kind: "integer",
    default: null,
    min: 1,
    help: "side of the squares of pixels that become one (4; --full: 2)",
  },
  {
    name: "samples",
    kind: "integer",
    default: null,
    min: 1,
    help: "training samples of every task (64 to 256; --full: the tasks' own)",
  },
  {
    name: "activations",
    kind: "string",
    default: null,
    placeholder: "NAMES",
    help: "tanh,relu,sine (--full: tanh,sigmoid,relu,gelu,sine); the others are varied from the first",
  },
  {
    name: "depths",
    kind: "integers",
    default: null,
    min: 1,
    help: "numbers of hidden layers (2,4; --full: 2,3,4)",
  },
  {
    name: "optimizers",
    kind: "string",
    default: null,
    placeholder: "NAMES",
    help: "each alone or with its learning rate, as adam,momentum:0.01 (adam,momentum; --full: sgd too)",
  },
  {
    name: "product",
    kind: "boolean",
    default: false,
    help: "every activation with every depth and optimiser; else one of them at a time is varied",
  },
  { name: "width", kind: "integer", default: null, min: 1, help: "neurons a hidden layer (24; --full: 50)" },
  {
    name: "init",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "of all networks (xavier-normal of sigmoidal activations, he-normal of the others)",
  },
  { name: "steps", kind: "integer", default: null, min: 1, help: "updates of a cell (800; --full: 5000)" },
  {
    name: "probe-every",
    kind: "integer",
    default: null,
    min: 1,
    help: "updates between probes (a fiftieth of all)",
  },
  {
    name: "epsilons",
    kind: "numbers",
    default: [1e-2, 1e-4, 1e-6],
    positive: true,
    help: "thresholds of the ε-rank; the first is drawn and judged",
  },
  { name: "replicas", kind: "integer", default: null, min: 1, help: "networks of a cell (5; --full: 10)" },
  seedFlag,
  { name: "full", kind: "boolean", default: false, help: "the product of longer lists, at a larger size" },
  ...runFlags,
] as const satisfies readonly Flag[];

/** Samples by which a cell takes a second or two on a CPU. */
const FEW: Readonly<Record<string, number>> = {
  cosines: 128,
  digits: 200,
  poisson1d: 66,
  helmholtz1d: 66,
  poisson2d: 160,
  helmholtz2d: 160,
  "allen-cahn": 160,
  burgers: 160,
};
/** Of the other tasks. */
const FEW_OF_OTHERS = 256;

/** Lists and sizes of `--full`. */
const FULL = {
  pool: 2,
  activations: "tanh,sigmoid,relu,gelu,sine",
  depths: [2, 3, 4],
  optimizers: "adam,momentum,sgd",
  width: 50,
  steps: 5000,
  replicas: 10,
};

/**
 * Reads the flags of {@linkcode atlasFlags}.
 *
 * @param flags Their values.
 * @returns What to train, and how.
 * @throws {InputError} Where a value is not one that a task or a network takes, or data cannot be read.
 */
export async function atlasOptions(flags: FlagValues<typeof atlasFlags>): Promise<AtlasOptions> {
  const { full, product, epsilons, seed } = flags;
  const size: Partial<typeof FULL> = full ? FULL : {};
  const tasks: Task[] = [];
  for (const name of flags.tasks.split(",")) {
    const few = full ? undefined : FEW[name] ?? FEW_OF_OTHERS;
    const isDigits = name === "digits";
    const task = await loadTask(name, {
      seed,
      samples: flags.samples ?? few,
      ...isDigits && { data: flags.data ?? undefined },
    });
    tasks.push(isDigits ? poolImages(task, flags.pool ?? size.pool ?? 4) : task);
  }
  const optimizers = flags.optimizers ?? size.optimizers;
  const given = {
    activations: (flags.activations ?? size.activations)?.split(","),
    depths: flags.depths ?? size.depths,
    optimizers: optimizers?.split(",").map(parseAtlasOptimizer),
    width: flags.width ?? size.width,
    initializer: flags.init ?? undefined,
    updates: flags.steps ?? size.steps,
    probeEvery: flags.probeEvery ?? undefined,
    replicas: flags.replicas ?? size.replicas,
  };
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { tasks, isProduct: product || full, epsilons, seed, ...asked };
}
