/**
 * Ranks of features that any code produced, from .npy, .npz and safetensors files.
 *
 *     deno run -A examples/rank.ts features.npy --epsilons 1e-6,1e-9 --relative
 */
import {
  adapterFlag,
  autotuneFlag,
  choiceFiles,
  compactJson,
  featureRanks,
  Gpu,
  InputError,
  methodNames,
  quietFlag,
  rankTable,
  readFeatures,
  readWeights,
  runProgram,
} from "../mod.ts";

await runProgram({
  name: "rank",
  summary: "certified ranks of feature matrices: one row per sample, one column per neuron",
  positionals: { placeholder: "FEATURES", help: "a .npy, .npz or safetensors file, or FILE:ARRAY", min: 1 },
  flags: [
    {
      name: "epsilons",
      kind: "numbers",
      default: [1e-2, 1e-4, 1e-6],
      positive: true,
      help: "thresholds of the ε-rank",
    },
    {
      name: "relative",
      kind: "boolean",
      default: false,
      help: "take thresholds as shares of the largest eigenvalue",
    },
    {
      name: "weights",
      kind: "string",
      default: null,
      placeholder: "FILE",
      help: "quadrature weights (1/m each)",
    },
    {
      name: "precision",
      kind: "string",
      default: "auto",
      choices: ["auto", "single", "double"],
      help: "arithmetic; auto takes double where single leaves a rank uncertain, if the method can",
    },
    {
      name: "method",
      kind: "string",
      default: "auto",
      choices: methodNames,
      help: "how ranks are computed; auto is gram-jacobi; one-sided-jacobi sees furthest down, in double",
    },
    { name: "center", kind: "boolean", default: false, help: "take off each column's mean first" },
    adapterFlag,
    autotuneFlag,
    { name: "json", kind: "boolean", default: false, help: "print one JSON object on the last line" },
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
  const { epsilons, relative, precision, method, center, adapter, autotune, json, quiet } = flags;
  const files = await Promise.all(positionals.map(readFeatures));
  using gpu = await Gpu.open({ adapter, autotune: autotune && choiceFiles });
  const results = [];
  for (const features of files) {
    const weights = flags.weights === null ? null : await readWeights(flags.weights, features.rows);
    const ranks = await featureRanks(gpu, features, {
      epsilons,
      threshold: relative ? "relative" : "absolute",
      precision,
      method,
      center,
      ...(weights ? { weights } : {}),
    }).catch((error) => {
      // Of several files, say which.
      throw error instanceof InputError ? new InputError(`${features.name}: ${error.message}`) : error;
    });
    const result = { name: features.name, rows: features.rows, columns: features.columns, ...ranks };
    results.push(result);
    if (!quiet) console.log(rankTable(result));
  }
  if (json) console.log(compactJson(results.length === 1 ? results[0] : { files: results }));
});
