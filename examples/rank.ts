/**
 * Certified ranks of features computed elsewhere, from .npy, .npz and safetensors files.
 *
 *     deno run -A examples/rank.ts features.npy --epsilons 1e-6,1e-9 --relative
 */
import {
  adapterFlag,
  autotuneFlag,
  quietFlag,
  rankTable,
  runProgram,
  verdictJson,
  verdictLine,
  Verification,
  verificationFlags,
} from "../src/cli/mod.ts";
import { Gpu } from "../src/gpu/mod.ts";
import { InputError } from "../src/errors.ts";
import { choiceFiles, compactJson, rankJson, readFeatures, readWeights } from "../src/io/mod.ts";
import { autoRankMethodHelp, featureRanks, rankMethodNames, rankMethods } from "../src/rank/mod.ts";

await runProgram({
  name: "rank",
  summary: "certified ranks of feature matrices: one row per sample, one column per neuron",
  positionals: { placeholder: "FEATURES", help: "a .npy, .npz or safetensors file, or FILE:ARRAY", min: 1 },
  flags: [
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
      name: "quadrature-weights",
      group: "what to probe",
      was: ["weights"],
      kind: "string",
      default: null,
      placeholder: "FILE",
      help: "weight of each sample in the Gram matrix, above 0, taken exactly; without them 1 / samples each",
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
    adapterFlag,
    autotuneFlag,
    {
      name: "json",
      group: "output",
      kind: "boolean",
      default: false,
      help: 'print {"files":[…]} on the last line',
    },
    quietFlag,
  ],
  examples: [
    {
      args: "features.npy --epsilons 1e-6,1e-9 --relative",
      help: "counts eigenvalues above two shares of the largest",
    },
    {
      args: "run.npz:hidden --precision double",
      help: "takes one array of several, in double-single arithmetic",
    },
  ],
}, async ({ flags, positionals }) => {
  const { epsilons, relative, precision, rankMethod, center, adapter, autotune, json, quiet } = flags;
  const matrices = await Promise.all(positionals.map(readFeatures));
  const isVerified = flags.verify || flags.exportCertificate !== null;
  for (const { name, ...features } of isVerified ? matrices : []) {
    Verification.check(name, features, { thresholds: epsilons.length, isRelative: relative });
  }
  const verification = await Verification.open(flags.exportCertificate);
  using gpu = await Gpu.open({ adapter, autotune: autotune && choiceFiles });
  const files = [];
  for (const { name, ...features } of matrices) {
    const weights = flags.quadratureWeights === null
      ? null
      : await readWeights(flags.quadratureWeights, features.rows);
    const threshold = relative ? "relative" : "absolute";
    const given = { threshold, center, ...weights && { weights } } as const;
    const ranks = await featureRanks(gpu, features, { ...given, epsilons, precision, rankMethod }).catch(
      (error) => {
        // Of several files, say which.
        throw error instanceof InputError ? new InputError(`${name}: ${error.message}`) : error;
      },
    );
    const result = { name, rows: features.rows, columns: features.columns, ...ranks };
    const verdicts = isVerified
      ? await verification.add({ name, features, ranks: result.ranks, ...given })
      : null;
    files.push({ ...rankJson(result), ...verdicts && { verified: verdictJson(verdicts) } });
    if (!quiet) console.log([rankTable(result), ...verdicts ? [verdictLine(verdicts)] : []].join("\n"));
  }
  if (json) console.log(compactJson({ files }));
  verification.failIfWrong();
});
