/**
 * The flags of the study of SGD's rank bias, and what they mean.
 *
 * @module
 */
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { runFlags, seedFlag } from "../../cli/program_flags.ts";
import { loadTask } from "../../tasks/registry.ts";
import { poolImages } from "../../tasks/digits/pool.ts";
import { parseLayers } from "../../cli/training_flags.ts";
import type { SgdRankOptions } from "./options.ts";

/** Flags of the study. */
export const sgdRankFlags = [
  { name: "data", kind: "string", default: null, placeholder: "DIR", help: "folder of MNIST's IDX files" },
  { name: "samples", kind: "integer", default: null, min: 1, help: "training samples (1000; --full: 4000)" },
  {
    name: "pool",
    kind: "integer",
    default: 4,
    min: 1,
    help: "side of the squares of pixels that become one; 1 keeps the images",
  },
  { name: "layers", kind: "string", default: "32,32", placeholder: "WIDTHS", help: "hidden widths" },
  { name: "activation", kind: "string", default: "relu", placeholder: "NAME", help: "of the hidden layers" },
  {
    name: "init",
    kind: "string",
    default: "he-normal",
    placeholder: "NAME",
    help: "xavier-normal, he-uniform, pytorch, normal:0.1 …",
  },
  {
    name: "batches",
    kind: "integers",
    default: null,
    min: 1,
    help: "batch sizes (8,16,32,64; --full: 4 to 128)",
  },
  {
    name: "learning-rates",
    kind: "numbers",
    default: null,
    positive: true,
    help: "learning rates (0.1,0.2,0.4; --full: 0.05 to 0.4)",
  },
  {
    name: "weight-decays",
    kind: "numbers",
    default: null,
    min: 0,
    help: "weight decays (0.002,0.005,0.0125; --full: 0 to 0.02)",
  },
  {
    name: "seeds",
    kind: "integer",
    default: null,
    min: 1,
    help: "networks of each kind (5; --full: 10)",
  },
  {
    name: "updates",
    kind: "integer",
    default: null,
    min: 1,
    help: "updates with the largest batch (1500; --full: 5000)",
  },
  {
    name: "tolerance",
    kind: "number",
    default: 1e-2,
    positive: true,
    help: "share of the largest singular value above which one counts",
  },
  seedFlag,
  { name: "full", kind: "boolean", default: false, help: "a larger grid of more and longer runs" },
  ...runFlags,
] as const satisfies readonly Flag[];

/** The larger grid. */
const FULL = {
  samples: 4000,
  batches: [4, 8, 16, 32, 64, 128],
  learningRates: [0.05, 0.1, 0.2, 0.4],
  weightDecays: [0, 0.001, 0.0025, 0.005, 0.01, 0.02],
  seeds: 10,
  updates: 5000,
};

/**
 * Reads the flags of {@linkcode sgdRankFlags}.
 *
 * @param flags Their values.
 * @returns What to study.
 * @throws {InputError} Where a value is not one that the study takes, or its data cannot be read.
 */
export async function sgdRankOptions(flags: FlagValues<typeof sgdRankFlags>): Promise<SgdRankOptions> {
  const { data, pool, layers, activation, init, tolerance, seed, full } = flags;
  const { samples = 1000, ...grid } = full ? FULL : {};
  const images = await loadTask("digits", {
    seed,
    samples: flags.samples ?? samples,
    data: data ?? undefined,
  });
  const task = poolImages(images, pool);
  const given = {
    batches: flags.batches,
    learningRates: flags.learningRates,
    weightDecays: flags.weightDecays,
  };
  const numbers = { seeds: flags.seeds, updates: flags.updates };
  const asked = Object.fromEntries(
    Object.entries({ ...given, ...numbers }).filter(([, value]) => value !== null),
  );
  return {
    task,
    hidden: parseLayers(layers, task),
    activation,
    initializer: init,
    ...grid,
    ...asked,
    tolerance,
    seed,
  };
}
