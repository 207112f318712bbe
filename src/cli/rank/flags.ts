/**
 * Flags of the program that computes ranks of features from files.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Normalization } from "../../io/normalization.ts";
import { autoRankMethodHelp } from "../../rank/methods/auto_method.ts";
import { rankMethodNames, rankMethods } from "../../rank/methods/rank_methods.ts";
import type { Flag, FlagValues } from "../flags.ts";
import { machineFlags, quietFlag } from "../program_flags.ts";
import { verificationFlags } from "../verification.ts";
import type { InputOptions } from "./inputs.ts";

/** The flags. */
export const rankFlags = [
  {
    name: "epsilons",
    group: "what to probe",
    kind: "numbers",
    default: [1e-2, 1e-4, 1e-6],
    positive: true,
    help: "thresholds ε: the ε-rank is the number of eigenvalues above the exact double that ε parses to",
  },
  {
    name: "relative",
    group: "what to probe",
    kind: "boolean",
    default: false,
    help: "take thresholds as shares of the largest eigenvalue λ₁",
  },
  {
    name: "tensor",
    group: "what to probe",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "array of each file, or several by a pattern in which * stands for any characters, ? for one",
  },
  {
    name: "axes",
    group: "what to probe",
    kind: "integers",
    default: null,
    help:
      "axes that are features, from 0 or from -1 backwards; the others are samples; by default the last one",
  },
  {
    name: "layout",
    group: "what to probe",
    kind: "string",
    default: null,
    placeholder: "LETTERS",
    help: "a letter for each axis, as NCHW: C, the channels, are features; all others are samples",
  },
  {
    name: "features",
    group: "what to probe",
    kind: "string",
    default: "channels",
    choices: ["channels", "all"],
    help:
      "what is a feature: a channel (C of --layout, or --axes), or all of a sample (N of --layout, else the first axis)",
  },
  {
    name: "normalise",
    group: "what to probe",
    kind: "string",
    default: "mean",
    choices: ["mean", "sum", "integral"],
    help: "weight of each sample in the Gram matrix: 1 / samples, 1, or --volume / samples",
  },
  {
    name: "volume",
    group: "what to probe",
    kind: "number",
    default: null,
    positive: true,
    help: "volume of the domain that the samples fill evenly, for --normalise integral",
  },
  {
    name: "quadrature-weights",
    group: "what to probe",
    was: ["weights"],
    kind: "string",
    default: null,
    placeholder: "FILE",
    help: "weight of each sample in the Gram matrix, above 0, taken exactly, in the place of --normalise",
  },
  {
    name: "precision",
    group: "what to probe",
    kind: "string",
    default: "auto",
    choices: ["auto", "single", "double"],
    help: "arithmetic; auto takes double where single leaves a rank uncertain, if the method can",
  },
  {
    name: "rank-method",
    group: "what to probe",
    was: ["method"],
    kind: "string",
    default: "auto",
    choices: ["auto", ...rankMethodNames],
    help: `how to compute ranks; ${autoRankMethodHelp}; ${
      rankMethodNames.map((name) => `${name} ${rankMethods[name].help}`).join("; ")
    }`,
  },
  {
    name: "center",
    group: "what to probe",
    kind: "boolean",
    default: false,
    help: "take off each column's weighted mean first",
  },
  ...verificationFlags,
  ...machineFlags,
  {
    name: "list",
    group: "output",
    kind: "boolean",
    default: false,
    help:
      "list the arrays of the files, with types, shapes, and whether they can be features; compute nothing",
  },
  {
    name: "out",
    group: "output",
    kind: "string",
    default: null,
    placeholder: "FILE",
    help: "write a table as CSV: a row for each file, array and threshold; one that is there is replaced",
  },
  {
    name: "json",
    group: "output",
    kind: "boolean",
    default: false,
    help: 'print {"files":[…]} on the last line',
  },
  quietFlag,
] as const satisfies readonly Flag[];

/** Values of {@linkcode rankFlags}. */
export type RankFlags = FlagValues<typeof rankFlags>;

/**
 * Reads how samples are weighted off the flags.
 *
 * @param flags Values of the flags.
 * @param given Names of those that the command line gives.
 * @returns The normalisation.
 * @throws {InputError} If flags contradict each other, or the volume is missing.
 */
export function normalizationOf(flags: RankFlags, given: ReadonlySet<string>): Normalization {
  const { volume, quadratureWeights: file } = flags, kind = flags["normalise"];
  if (file !== null) {
    if (given.has("normalise")) throw conflict("--quadrature-weights", "--normalise");
    if (volume !== null) throw conflict("--quadrature-weights", "--volume");
    return { kind: "weights", file };
  }
  if (kind !== "integral") {
    if (volume === null) return { kind };
    throw new InputError(`--volume is for integrals; add --normalise integral, or leave it out`);
  }
  if (volume === null) {
    throw new InputError("--normalise integral needs the volume of the domain; add --volume V");
  }
  return { kind, volume };
}

/**
 * Reads what of the files are features off the flags.
 *
 * @param flags Values of the flags.
 * @returns Names of arrays, axes of features.
 * @throws {InputError} If flags contradict each other.
 */
export function inputOptionsOf({ tensor, axes, layout, features }: RankFlags): InputOptions {
  if (axes !== null && layout !== null) throw conflict("--axes", "--layout");
  if (axes !== null && features === "all") throw conflict("--axes", "--features all");
  return {
    ...tensor !== null && { tensor },
    ...axes !== null && { axes },
    ...layout !== null && { layout },
    flattened: features === "all",
  };
}

function conflict(one: string, other: string): InputError {
  return new InputError(`${one} and ${other} contradict each other; give one of them`);
}
