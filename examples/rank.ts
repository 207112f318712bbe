/**
 * Certified ranks of features computed elsewhere, from .npy, .npz and safetensors files.
 *
 *     deno run -A examples/rank.ts features.npy --epsilons 1e-6,1e-9 --relative
 */
import { machineFlags, openGpu, quietFlag, rankTable, runProgram } from "../src/cli/mod.ts";
import { InputError } from "../src/errors.ts";
import { compactJson, rankJson, readFeatures, readWeights } from "../src/io/mod.ts";
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
      help: "thresholds ε: the ε-rank is the number of eigenvalues above ε",
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
      help: "weight of each sample in the Gram matrix, above 0; without them each weighs 1 / samples",
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
    ...machineFlags,
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
  const { epsilons, relative, precision, rankMethod, center, json, quiet } = flags;
  const matrices = await Promise.all(positionals.map(readFeatures));
  using gpu = await openGpu(flags);
  const files = [];
  for (const { name, ...features } of matrices) {
    const weights = flags.quadratureWeights === null
      ? null
      : await readWeights(flags.quadratureWeights, features.rows);
    const ranks = await featureRanks(gpu, features, {
      epsilons,
      threshold: relative ? "relative" : "absolute",
      precision,
      rankMethod,
      center,
      ...weights && { weights },
    }).catch((error) => {
      // Of several files, say which.
      throw error instanceof InputError ? new InputError(`${name}: ${error.message}`) : error;
    });
    const result = { name, rows: features.rows, columns: features.columns, ...ranks };
    files.push(rankJson(result));
    if (!quiet) console.log(rankTable(result));
  }
  if (json) console.log(compactJson({ files }));
});
