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

/** `--no-report`, of programs whose runs can be explored in a page. */
export const reportFlag = {
  name: "report",
  group: "output",
  kind: "boolean",
  default: true,
  help: "write report.html, a page to explore the results in, which needs no network",
} as const satisfies Flag;

/** `--live`, of programs whose runs can be followed in a page. */
export const liveFlag = {
  name: "live",
  group: "output",
  kind: "boolean",
  default: false,
  help: "serve a page on this machine that shows the run while it trains",
} as const satisfies Flag;

/** `--export`, of programs that keep the networks of one training. */
export const exportNetworksFlag = {
  name: "export",
  group: "output",
  kind: "string",
  default: null,
  placeholder: "FILE",
  help: "write the networks at the end to a .safetensors file, which PyTorch loads into nn.Sequential",
} as const satisfies Flag;

/** `--json`, of programs that make a run. */
export const runJsonFlag = {
  name: "json",
  group: "output",
  kind: "boolean",
  default: false,
  help: "print the run as one JSON object on the last line",
} as const satisfies Flag;

/** `--formats`, of programs that write figures; `parseFormats` reads its value. */
export const formatsFlag = {
  name: "formats",
  group: "output",
  kind: "string",
  default: "svg",
  placeholder: "LIST",
  help: "formats of the figures, of svg, png and pdf, as in svg,pdf; a run that goes on keeps its own",
} as const satisfies Flag;

/** `--watch`, of programs whose trainings have probes. */
export const watchFlag = {
  name: "watch",
  group: "output",
  kind: "boolean",
  default: false,
  help: "draw loss and ranks in the terminal while training",
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
  formatsFlag,
  runJsonFlag,
  quietFlag,
] as const satisfies readonly Flag[];

/** `--checkpoint-every`, of programs that keep the state of a training. */
export const checkpointFlag = {
  name: "checkpoint-every",
  group: "output",
  kind: "number",
  default: 60,
  positive: true,
  max: 86_400,
  help: "seconds from one checkpoint of the training to the next",
} as const satisfies Flag;

/**
 * Makes the flags of the folder of a run.
 *
 * @param program Name of the program.
 * @returns `--out`, `--overwrite`, `--resume` and `--checkpoint-every`.
 */
export function folderFlags(program: string): Flag[] {
  return [
    {
      name: "out",
      group: "output",
      kind: "string",
      default: null,
      placeholder: "DIR",
      help: `folder for the files; by default a new one, runs/${program}/DATE-TIME-xxxx`,
    },
    {
      name: "overwrite",
      group: "output",
      kind: "boolean",
      default: false,
      help: "replace the run that the folder holds, once there is a result",
    },
    {
      name: "resume",
      group: "output",
      kind: "string",
      default: null,
      placeholder: "DIR",
      help: "go on with the run in a folder, by its own options; --steps may be more",
    },
    checkpointFlag,
  ];
}

/** Flags that every program has without declaring them. */
export const builtInFlags = [
  { name: "debug", group: "output", kind: "boolean", default: false, help: "show the stack of an error" },
  { name: "help", group: "output", kind: "boolean", default: false, help: "show this text" },
] as const satisfies readonly Flag[];
