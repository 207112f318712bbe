/**
 * Flags that programs have in common.
 *
 * @module
 */
import type { AdapterPreference } from "../gpu/device.ts";
import type { Flag } from "./flags.ts";

const ADAPTERS = [
  "high-performance",
  "low-power",
  "software",
] as const satisfies readonly AdapterPreference[];

/** `--adapter`: which GPU to take. */
export const adapterFlag = {
  name: "adapter",
  kind: "string",
  default: "high-performance",
  choices: ADAPTERS,
  help: "which GPU to take",
} as const satisfies Flag;

/** `--no-autotune`: no variant of a kernel is chosen by timing. */
export const autotuneFlag = {
  name: "autotune",
  kind: "boolean",
  default: true,
  help: "time variants of kernels, once for each adapter, and take the fastest; results are the same",
} as const satisfies Flag;

/** `--quiet`: nothing on a terminal but errors. */
export const quietFlag = {
  name: "quiet",
  kind: "boolean",
  default: false,
  help: "print nothing but errors and what --json asks for",
} as const satisfies Flag;

/** `--json`, of programs that make a run. */
export const runJsonFlag = {
  name: "json",
  kind: "boolean",
  default: false,
  help: "print the run as one JSON object on the last line",
} as const satisfies Flag;

/** What all programs have that make a run. */
export const runFlags = [
  adapterFlag,
  autotuneFlag,
  runJsonFlag,
  quietFlag,
] as const satisfies readonly Flag[];

/** `--seed`. */
export const seedFlag = {
  name: "seed",
  kind: "integer",
  default: 0,
  min: 0,
  max: 2 ** 32 - 1,
  help: "fixes all that is random",
} as const satisfies Flag;
