/**
 * The program that computes certified ranks of features from files.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import { count } from "../../format.ts";
import { Gpu } from "../../gpu/device.ts";
import { choiceFiles } from "../../io/choice_file.ts";
import { readWeights } from "../../io/feature_file.ts";
import { compactJson } from "../../io/json.ts";
import { massOf, type Normalization } from "../../io/normalization.ts";
import { type NamedRanks, rankJson } from "../../io/rank_json.ts";
import type { MatrixSource } from "../../linalg/matrix_source.ts";
import { checkMethodPrecision, checkMostColumns } from "../../rank/methods/check_method.ts";
import {
  type FeatureRanks,
  featureRanks,
  type FeatureRanksOptions,
} from "../../rank/methods/feature_ranks.ts";
import { type RankMethod, rankMethods } from "../../rank/methods/rank_methods.ts";
import type { Program, ProgramCall } from "../program.ts";
import { rankTable } from "../rank_table.ts";
import { inputOptionsOf, normalizationOf, type RankFlags, rankFlags } from "./flags.ts";
import { checkEntries, findInputs, openFeaturesOf, type RankInput } from "./inputs.ts";
import { ranksTable } from "./ranks_table.ts";

/** Name, help and flags. */
export const rankProgram: Program<typeof rankFlags> = {
  name: "rank",
  summary: "certified ranks of feature matrices: one row per sample, one column per neuron",
  positionals: {
    placeholder: "FEATURES",
    help: "a .npy, .npz or safetensors file, FILE:ARRAY, or a pattern of several",
    min: 1,
  },
  flags: rankFlags,
  examples: [
    {
      args: "features.npy --epsilons 1e-6,1e-9 --relative",
      help: "counts eigenvalues above two shares of the largest",
    },
    {
      args: "'ckpt/*.npz' --tensor 'layer*' --relative",
      help: "one table of many arrays, in natural order",
    },
  ],
};

/** A matrix with its ranks, and all that they depend on. */
export interface RankedFeatures {
  /** The array that it comes from. */
  readonly input: RankInput;
  /** The matrix: in memory, or in a file that is open as long as the matrix is worked on. */
  readonly features: MatrixSource;
  /** Thresholds, weights or their mass, centring, method, precision. */
  readonly options: FeatureRanksOptions;
  /** Its ranks. */
  readonly ranks: FeatureRanks;
}

/**
 * Computes the ranks of the features that a command line names, and prints them.
 *
 * What can be told before any work is checked first: files, shapes, weights, and the entries of
 * arrays of up to 128 MiB. If one of many fails after that, those before it are printed.
 *
 * @param call Values of the flags, paths, the signal to stop.
 * @throws {InputError} If flags, files, arrays or weights are not what they must be.
 */
export async function runRanks(
  { flags, given, positionals, signal }: ProgramCall<typeof rankFlags>,
): Promise<void> {
  const { adapter, autotune, json, quiet } = flags;
  const normalization = normalizationOf(flags, given);
  const inputs = await findInputs(positionals, inputOptionsOf(flags));
  inputs.forEach((input) => checkLimits(input, flags));
  const weights = await weightsOf(inputs, normalization);
  if (inputs.length > 1) await checkEntries(inputs);
  using gpu = await Gpu.open({ adapter, autotune: autotune && choiceFiles });
  const results: NamedRanks[] = [];
  try {
    for (const input of inputs) {
      signal.throwIfAborted();
      using opened = await openFeaturesOf(input, needsMemory(flags));
      const options = { ...optionsOf(flags), ...weights ? { weights } : massOf(normalization, input.rows) };
      const ranked = await rank(gpu, { input, features: opened.features, options });
      results.push(namedRanks(ranked, normalization));
    }
  } finally {
    if (results.length > 0) {
      if (!quiet) console.log(inputs.length > 1 ? ranksTable(results) : rankTable(results[0]));
      if (json) console.log(compactJson({ files: results.map(rankJson) }));
    }
  }
}

function optionsOf({ epsilons, relative, precision, rankMethod, center }: RankFlags): FeatureRanksOptions {
  return { epsilons, threshold: relative ? "relative" : "absolute", precision, rankMethod, center };
}

/** Whether the method that is asked for takes features in memory alone. */
function needsMemory({ rankMethod }: RankFlags): boolean {
  if (rankMethod === "auto") return false;
  const method: RankMethod = rankMethods[rankMethod];
  return method.yields === "spectrum" && !method.takesTiles;
}

/** Checks that the method can do what it is asked for. */
function checkLimits(input: RankInput, { rankMethod, precision }: RankFlags): void {
  if (rankMethod === "auto") return;
  named(input, () => {
    if (precision !== "auto") checkMethodPrecision(rankMethod, precision);
    checkMostColumns(rankMethod, precision === "auto" ? "single" : precision, input);
  });
}

/** Runs something that may not take an array, and says which. */
function named<T>({ name }: RankInput, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withName(name, error);
  }
}

function withName(name: string, error: unknown): unknown {
  if (error instanceof ShapeError) return new ShapeError(`${name}: ${error.message}`);
  return error instanceof InputError ? new InputError(`${name}: ${error.message}`) : error;
}

async function weightsOf(
  inputs: readonly RankInput[],
  normalization: Normalization,
): Promise<Float64Array | null> {
  if (normalization.kind !== "weights") return null;
  const weights = await readWeights(normalization.file, inputs[0].rows);
  for (const { name, rows } of inputs) {
    if (rows === weights.length) continue;
    throw new InputError(
      `${normalization.file}: ${count(weights.length, "weight")} for ${count(rows, "sample")} of ${name}; ` +
        "give one weight per sample",
    );
  }
  return weights;
}

async function rank(gpu: Gpu, asked: Omit<RankedFeatures, "ranks">): Promise<RankedFeatures> {
  try {
    return { ...asked, ranks: await featureRanks(gpu, asked.features, asked.options) };
  } catch (error) {
    throw withName(asked.input.name, error);
  }
}

function namedRanks({ input, ranks }: RankedFeatures, normalization: Normalization): NamedRanks {
  const { name, file, tensor, shape, axes, rows, columns } = input;
  return { name, file, tensor, shape, axes, rows, columns, normalization, ...ranks };
}
