/**
 * Flags that several programs share.
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
  group: "machine",
  kind: "string",
  default: "high-performance",
  choices: ADAPTERS,
  help: "GPU to run on; software is the CPU",
} as const satisfies Flag;

/** Names of the implementations of WebGPU: Deno's own, and that of Chrome. */
export const implementationNames = ["wgpu", "dawn"] as const;

/** `--implementation`: which WebGPU to run on. */
export const implementationFlag = {
  name: "implementation",
  group: "machine",
  kind: "string",
  default: "wgpu",
  choices: implementationNames,
  help:
    "WebGPU to run on: wgpu is Deno's own, dawn that of Chrome, which is downloaded the first time (51 MB)",
} as const satisfies Flag;

/** `--no-autotune`: takes the default variant of every kernel and times none. */
export const autotuneFlag = {
  name: "autotune",
  group: "machine",
  kind: "boolean",
  default: true,
  help: "time the variants of each kernel once per adapter and take the fastest; results stay the same",
} as const satisfies Flag;

/** `--quiet`: prints errors alone. */
export const quietFlag = {
  name: "quiet",
  group: "output",
  kind: "boolean",
  default: false,
  help: "print only errors, and the object of --json",
} as const satisfies Flag;

/** `--json`, of programs that make a run. */
export const runJsonFlag = {
  name: "json",
  group: "output",
  kind: "boolean",
  default: false,
  help: "print the run as one JSON object on the last line",
} as const satisfies Flag;

/** Flags of all programs that use the GPU; `openGpu` takes their values. */
export const machineFlags = [
  adapterFlag,
  implementationFlag,
  autotuneFlag,
] as const satisfies readonly Flag[];

/** Flags of all programs that make a run. */
export const runFlags = [
  ...machineFlags,
  runJsonFlag,
  quietFlag,
] as const satisfies readonly Flag[];

/**
 * Makes `--out`.
 *
 * @param program Name of the program.
 * @returns The flag.
 */
export function outFlag(program: string): Flag {
  return {
    name: "out",
    group: "output",
    kind: "string",
    default: `runs/${program}`,
    placeholder: "DIR",
    help: "folder for the files",
  };
}

/** Flags that every program has without declaring them. */
export const builtInFlags = [
  { name: "debug", group: "output", kind: "boolean", default: false, help: "show the stack of an error" },
  { name: "help", group: "output", kind: "boolean", default: false, help: "show this text" },
] as const satisfies readonly Flag[];
