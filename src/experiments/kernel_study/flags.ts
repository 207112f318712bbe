/**
 * The flags of the kernel study, and what they mean.
 *
 * @module
 */
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { runFlags, seedFlag } from "../../cli/program_flags.ts";
import { familyNames } from "./families.ts";
import type { KernelStudyOptions } from "./options.ts";

/** Flags of the kernel study. */
export const kernelStudyFlags = [
  {
    name: "families",
    kind: "string",
    default: null,
    placeholder: "NAMES",
    help: `of ${familyNames.join(", ")} (all)`,
  },
  {
    name: "methods",
    kind: "string",
    default: null,
    placeholder: "NAMES",
    help: "as naive,inertia,gram-jacobi:double (all)",
  },
  {
    name: "orders",
    kind: "integers",
    default: null,
    min: 1,
    help: "neurons n of the matrices (8,32,128; --full: 8 to 512)",
  },
  { name: "batches", kind: "integers", default: [1, 4, 16, 64], min: 1, help: "matrices solved together" },
  { name: "samples", kind: "integer", default: null, min: 1, help: "samples m of each matrix (2n)" },
  {
    name: "epsilons",
    kind: "numbers",
    default: null,
    positive: true,
    help: "thresholds as shares of λ₁ (1e-1 to 1e-13)",
  },
  {
    name: "growth-orders",
    kind: "integers",
    default: null,
    min: 1,
    help: "neurons n over which times are fitted (64 to 1024)",
  },
  {
    name: "growth-samples",
    kind: "integers",
    default: null,
    min: 1,
    help: "samples m over which times are fitted (1e3 to 1e6)",
  },
  {
    name: "tall-samples",
    kind: "integer",
    default: null,
    min: 1,
    help: "samples of one more matrix to time, of 128 neurons (none; --full: 1e6)",
  },
  seedFlag,
  { name: "full", kind: "boolean", default: false, help: "the whole grid, with no limit of seconds a call" },
  ...runFlags,
] as const satisfies readonly Flag[];

/**
 * Reads the flags of {@linkcode kernelStudyFlags}.
 *
 * @param flags Their values.
 * @returns What to study.
 */
export function kernelStudyOptions(flags: FlagValues<typeof kernelStudyFlags>): KernelStudyOptions {
  const { families, methods, orders, batches, samples, epsilons, growthOrders, growthSamples, ...rest } =
    flags;
  const { tallSamples, seed, full } = rest;
  const words = (text: string) => text.split(",").map((word) => word.trim());
  return {
    ...(families === null ? {} : { families: words(families) }),
    ...(methods === null ? {} : { methods: words(methods) }),
    ...(orders === null ? {} : { orders }),
    ...(epsilons === null ? {} : { epsilons }),
    ...(growthOrders === null ? {} : { growthOrders }),
    ...(growthSamples === null ? {} : { growthSamples }),
    batches,
    samples,
    tallSamples,
    seed,
    full,
  };
}
