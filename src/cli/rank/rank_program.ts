/**
 * The program that computes certified ranks of features from files.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { InputError, ShapeError } from "../../errors.ts";
import { count, printable } from "../../format.ts";
import type { Gpu } from "../../gpu/device.ts";
import { turn } from "../../gpu/turns.ts";
import { writeAtomically } from "../../io/atomic.ts";
import { dtypes } from "../../io/dtypes.ts";
import { readWeights } from "../../io/feature_file.ts";
import { unwritable } from "../../io/file_reason.ts";
import { compactJson } from "../../io/json.ts";
import { type Normalization, volumeOf } from "../../io/normalization.ts";
import { type NamedRanks, rankJson } from "../../io/rank_json.ts";
import { checkWritable } from "../../io/writable_folder.ts";
import type { MatrixSource } from "../../linalg/matrix_source.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";
import type { RankVerdict } from "../../rank/certificates/verify_ranks.ts";
import { checkMethodPrecision, checkMostColumns, lowestPrecision } from "../../rank/methods/check_method.ts";
import {
  type FeatureRanks,
  featureRanks,
  type FeatureRanksOptions,
} from "../../rank/methods/feature_ranks.ts";
import { chooseRankMethod } from "../../rank/methods/auto_method.ts";
import { type RankMethod, rankMethods } from "../../rank/methods/rank_methods.ts";
import { openGpu } from "../implementation.ts";
import { createProgress } from "../progress.ts";
import type { Program, ProgramCall } from "../program.ts";
import { rankTable } from "../rank_table.ts";
import { verdictJson, verdictLine, Verification } from "../verification.ts";
import { inputOptionsOf, normalizationOf, type RankFlags, rankFlags } from "./flags.ts";
import { checkEntries, findInputs, openFeaturesOf, type RankInput } from "./inputs.ts";
import { followed } from "./followed.ts";
import { listInputs, listText } from "./list_inputs.ts";
import { ranksCsv } from "./ranks_csv.ts";
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

/** Ranks of an array, and what verified them. */
interface Result {
  readonly named: NamedRanks;
  readonly verdicts: readonly RankVerdict[] | null;
}

/**
 * Computes the ranks of the features that a command line names, and prints them.
 *
 * What can be told before any work is checked first: files, shapes, weights, and the entries of
 * arrays of up to 128 MiB. If one of many fails after that, those before it are printed, and
 * written to the table of `--out`.
 *
 * @param call Values of the flags, paths, the signal to stop.
 * @throws {InputError} If flags, files, arrays or weights are not what they must be.
 */
export async function runRanks(
  { flags, given: names, positionals, signal }: ProgramCall<typeof rankFlags>,
): Promise<void> {
  const { epsilons, precision, rankMethod, center, out } = flags;
  if (flags.list) return await list(positionals, flags);
  const threshold: Threshold = flags.relative ? "relative" : "absolute";
  const normalization = normalizationOf(flags, names);
  const inputs = await findInputs(positionals, inputOptionsOf(flags));
  if (out !== null) await checkWritable(dirname(out), [basename(out)]);
  inputs.forEach((input) => checkLimits(input, flags));
  const weights = await weightsOf(inputs, normalization);
  if (inputs.length > 1) await checkEntries(inputs, { signal });
  const verification = await Verification.open(flags.exportCertificate);
  using gpu = await openGpu(flags);
  const results: Result[] = [];
  const total = inputs.length > 1 ? inputs.length : Math.max(inputs[0].rows, inputs[0].columns);
  using progress = createProgress({ total, label: "rank", quiet: flags.quiet });
  try {
    for (const input of inputs) {
      await turn({ signal });
      using opened = await openFeaturesOf(input, isHeld(flags));
      const asked = rankMethod === "auto"
        ? (await chooseRankMethod(gpu, opened.features, { precision, epsilons, threshold })).name
        : rankMethod;
      const method: RankMethod = rankMethods[asked];
      // Some methods know their work; of others what is read of the file tells how far they are.
      const isKnown = method.yields === "count" ? method.takesExact : method.isOnHost;
      const features = inputs.length > 1 || isKnown
        ? opened.features
        : followed(opened.features, (done, text) => progress.update(done, text));
      const onShare = (share: number) => {
        if (inputs.length === 1) progress.update(Math.floor(share * total));
      };
      const given = { threshold, center, ...weights ? { weights } : volumeOf(normalization, input.rows) };
      const options = { ...given, epsilons, precision, rankMethod, onShare, signal };
      const ranks = await ranksOf(gpu, input, { features, options });
      const { name, file, tensor, shape, axes, rows, columns } = input;
      const named = { name, file, tensor, shape, axes, rows, columns, normalization, ...ranks };
      const verdicts = isVerified(flags) && "data" in features
        ? await verification.add({ name, features, ranks: ranks.ranks, ...given }, { signal })
        : null;
      results.push({ named, verdicts });
      if (inputs.length > 1) progress.update(results.length, name);
    }
  } finally {
    progress.finish();
    if (results.length > 0) print(results, flags);
    if (results.length > 0 && out !== null) await writeTable(out, results);
  }
  verification.failIfWrong();
}

/** Prints what files hold. */
async function list(paths: readonly string[], flags: RankFlags): Promise<void> {
  if (flags.out !== null) throw new InputError("--list computes no ranks; leave out --out");
  const files = await listInputs(paths, inputOptionsOf(flags));
  if (!flags.quiet) console.log(listText(files));
  if (flags.json) console.log(compactJson({ files }));
}

/** Writes the table of `--out`. */
async function writeTable(path: string, results: readonly Result[]): Promise<void> {
  try {
    await writeAtomically(path, ranksCsv(results.map(({ named }) => named)).pieces());
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Prints a table, and JSON if it is asked for. */
function print(results: readonly Result[], { json, quiet }: RankFlags): void {
  const all = results.map(({ named }) => named);
  const lines = [
    all.length > 1 ? ranksTable(all) : rankTable(all[0]),
    ...results.flatMap(({ verdicts, named: { name } }) =>
      verdicts ? [`${all.length > 1 ? `  ${printable(name)}:\n` : ""}${verdictLine(verdicts)}`] : []
    ),
  ];
  if (!quiet) console.log(lines.join("\n"));
  const files = results.map(({ named, verdicts }) => ({
    ...rankJson(named),
    ...verdicts && { verified: verdictJson(verdicts) },
  }));
  if (json) console.log(compactJson({ files }));
}

/** Whether ranks are counted again, exactly. */
function isVerified({ verify, exportCertificate }: RankFlags): boolean {
  return verify || exportCertificate !== null;
}

/** Whether features must be in memory: to be verified, or for a method that takes no others. */
function isHeld(flags: RankFlags): boolean {
  if (isVerified(flags)) return true;
  if (flags.rankMethod === "auto") return false;
  const method: RankMethod = rankMethods[flags.rankMethod];
  return method.yields === "spectrum" && !method.takesTiles;
}

/** Checks that the method can do what it is asked for, and a verification ends soon enough. */
function checkLimits(input: RankInput, flags: RankFlags): void {
  const { rankMethod, precision, epsilons, relative } = flags, { name, rows, columns } = input;
  if (isVerified(flags)) {
    const data = dtypes[input.dtype].precision === "single" ? new Float32Array(0) : new Float64Array(0);
    Verification.check(name, { rows, columns, data }, { thresholds: epsilons.length, isRelative: relative });
  }
  if (rankMethod === "auto") return;
  try {
    if (precision !== "auto") checkMethodPrecision(rankMethod, precision);
    checkMostColumns(rankMethod, precision === "auto" ? lowestPrecision(rankMethod) : precision, input);
  } catch (error) {
    throw withName(name, error);
  }
}

/** Says which array an error is about. */
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

async function ranksOf(
  gpu: Gpu,
  { name }: RankInput,
  { features, options }: { readonly features: MatrixSource; readonly options: FeatureRanksOptions },
): Promise<FeatureRanks> {
  try {
    return await featureRanks(gpu, features, options);
  } catch (error) {
    throw withName(name, error);
  }
}
