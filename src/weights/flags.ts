/**
 * Flags of the program `weights`.
 *
 * @module
 */
import type { Flag, FlagValues } from "../cli/flags.ts";
import { rankMethods } from "../rank/methods/rank_methods.ts";
import { spectrumMethodNames } from "./measure_on_gpu.ts";
import { formatsFlag, machineFlags, quietFlag, runJsonFlag } from "../cli/program_flags.ts";

/** The flags. */
export const weightsFlags = [
  {
    name: "tensor",
    group: "what to probe",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "array to measure, or several by a pattern in which * stands for any characters; by default all",
  },
  {
    name: "split",
    group: "what to probe",
    kind: "string",
    default: null,
    placeholder: "RULES",
    help:
      "split arrays by a part of their names: c_attn=3 for fused q, k and v, q_proj=heads:12, c_attn=3/heads:12, " +
      "qkv=4096+1024+1024, experts=each for slices; @0 behind it cuts rows, @1 columns; several with commas",
  },
  {
    name: "channels",
    group: "what to probe",
    kind: "string",
    default: "first",
    choices: ["first", "last"],
    help: "axes of convolutions: first for out, in, kernel as in PyTorch; last for kernel, in, out as in JAX",
  },
  {
    name: "epsilons",
    group: "what to probe",
    kind: "numbers",
    default: [0.1, 0.01],
    positive: true,
    help: "thresholds ε of ranks: how many singular values are above ε σ₁; numerical ranks come with them",
  },
  {
    name: "draws",
    group: "what to probe",
    kind: "integer",
    default: 200,
    min: 0,
    max: 100_000,
    help: "samples drawn for the p-value of a power law; 0 for no power law",
  },
  {
    name: "seed",
    group: "what to probe",
    kind: "integer",
    default: 1,
    min: 0,
    help: "seed of these samples",
  },
  {
    name: "pattern",
    group: "what to probe",
    kind: "string",
    default: null,
    placeholder: "PATTERN",
    help:
      "end of the paths of checkpoints, as 'step_{step}/model.safetensors'; by default the step follows a word such " +
      "as step, epoch or ckpt, or is the only number in which paths differ",
  },
  {
    name: "rank-method",
    group: "what to probe",
    kind: "string",
    default: "host",
    choices: ["host", ...spectrumMethodNames],
    help: `how to compute singular values; host: in float64, without a GPU; ${
      spectrumMethodNames.map((name) => `${name}: ${rankMethods[name].help}`).join("; ")
    }`,
  },
  {
    name: "workers",
    group: "machine",
    kind: "integer",
    default: null,
    min: 1,
    max: 256,
    help:
      "matrices that are measured at once on the host; by default one for each core, at most 8, and as 384 MiB allow",
  },
  ...machineFlags,
  {
    name: "out",
    group: "output",
    kind: "string",
    default: null,
    placeholder: "DIR",
    help: "folder for the files; by default a new one, runs/weights/DATE-TIME-xxxx",
  },
  {
    name: "overwrite",
    group: "output",
    kind: "boolean",
    default: false,
    help: "replace the files that the folder holds",
  },
  formatsFlag,
  {
    ...runJsonFlag,
    help: "print the record and the measures of all matrices as one JSON object on the last line",
  },
  quietFlag,
] as const satisfies readonly Flag[];

/** Values of {@linkcode weightsFlags}. */
export type WeightsFlags = FlagValues<typeof weightsFlags>;
