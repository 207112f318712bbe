/**
 * How the features of another program are read and solved, by flags.
 *
 * @module
 */
import type { Flag, FlagValues } from "../cli/flags.ts";
import { machineFlags, quietFlag, reportFlag, runJsonFlag } from "../cli/program_flags.ts";
import { rankFlags } from "../cli/rank/flags.ts";
import { InputError } from "../errors.ts";
import type { FeatureAxesOptions } from "../io/feature_axes.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { SolveOptions } from "./solve_layers.ts";

type RankFlag = typeof rankFlags[number];

/** Takes a flag of the program `rank`, which means the same here. */
function flagOfRank<Name extends RankFlag["name"]>(name: Name): Extract<RankFlag, { readonly name: Name }> {
  return rankFlags.find((flag): flag is Extract<RankFlag, { readonly name: Name }> => flag.name === name)!;
}

/** Weights of samples, without those of an integral: samples of another program fill no domain. */
const weightsFlag = {
  name: "normalise",
  group: "what to probe",
  kind: "string",
  default: "mean",
  choices: ["mean", "sum"],
  help: "weight of each sample in the Gram matrix: 1 / samples, or 1",
} as const satisfies Flag;

/** Flags of what is read, and how it is solved. */
export const followFlags = [
  flagOfRank("relative"),
  flagOfRank("tensor"),
  {
    name: "pattern",
    group: "what to probe",
    kind: "string",
    default: null,
    placeholder: "PATTERN",
    help:
      "end of the path of a file, as 'step_{step}/{layer}.npy', where * stands for any characters; by default the " +
      "step follows a word such as step, epoch or ckpt, and the rest names the layer",
  },
  flagOfRank("axes"),
  flagOfRank("layout"),
  flagOfRank("features"),
  weightsFlag,
  flagOfRank("center"),
  flagOfRank("precision"),
  reportFlag,
  ...machineFlags,
  runJsonFlag,
  quietFlag,
] as const satisfies readonly Flag[];

/** `--epsilons`, as `rank` has it. */
export const epsilonsFlag = flagOfRank("epsilons");

/** What is read, and how it is solved: all that the numbers of a run depend on. */
export interface FollowSettings {
  /** Folder, files or patterns that features come from; `-` for a stream. */
  readonly source: readonly string[];
  /** Arrays of each file; `null` for all. */
  readonly tensor: string | null;
  /** Pattern of the names; `null` for the default. */
  readonly pattern: string | null;
  /** Axes that are features; `null` for the last one, or those of the layout. */
  readonly axes: readonly number[] | null;
  /** Letters of the axes. */
  readonly layout: string | null;
  /** What is a feature: a channel, or all of a sample. */
  readonly features: string;
  /** Weight of each sample. */
  readonly normalization: "mean" | "sum";
  /** Whether the mean of each column is taken off. */
  readonly center: boolean;
  /** Arithmetic. */
  readonly precision: "auto" | "single" | "double";
  /** Thresholds. */
  readonly epsilons: readonly number[];
  /** Their kind. */
  readonly threshold: Threshold;
}

/** Values of the flags that settings are made of. */
type Values = FlagValues<typeof followFlags>;

/**
 * Makes settings of flags.
 *
 * @param source Folder, files or patterns.
 * @param flags Values of the flags.
 * @param epsilons Thresholds.
 * @returns The settings.
 * @throws {InputError} If flags contradict each other.
 */
export function settingsOf(
  source: readonly string[],
  { relative, ...flags }: Values,
  epsilons: readonly number[],
): FollowSettings {
  const { axes, layout, features } = flags;
  if (axes !== null && (layout !== null || features === "all")) {
    const other = layout !== null ? "--layout" : "--features all";
    throw new InputError(`--axes and ${other} contradict each other; give one of them`);
  }
  const { tensor, pattern, center } = flags;
  return {
    source,
    tensor,
    pattern,
    axes,
    layout,
    features,
    normalization: flags["normalise"] as FollowSettings["normalization"],
    center,
    precision: flags.precision as FollowSettings["precision"],
    epsilons,
    threshold: relative ? "relative" : "absolute",
  };
}

/**
 * Says which axes are features.
 *
 * @param settings The settings.
 * @returns The choice.
 */
export function axesOf({ axes, layout, features }: FollowSettings): FeatureAxesOptions {
  return { ...axes && { axes }, ...layout !== null && { layout }, flattened: features === "all" };
}

/**
 * Says how features are solved.
 *
 * @param settings The settings.
 * @param signal Stops the work.
 * @returns The options.
 */
export function solveOptionsOf(settings: FollowSettings, signal: AbortSignal): SolveOptions {
  const { epsilons, threshold, center, precision, normalization: kind } = settings;
  return { epsilons, threshold, center, precision, normalization: { kind }, signal };
}
