/**
 * The program `weights`: ranks and spectra of the weights of whole models.
 *
 * @module
 */
import { openGpu } from "../cli/implementation.ts";
import { print, say } from "../cli/output.ts";
import { createProgress } from "../cli/progress.ts";
import { type Program, type ProgramCall, runProgram } from "../cli/program.ts";
import { loadFormats } from "../convert/draw.ts";
import { parseFormats } from "../convert/formats.ts";
import { InputError, StaircaseError } from "../errors.ts";
import { count, listed, printable, quoted, shown } from "../format.ts";
import { namedSteps } from "../io/step_names.ts";
import { compactJson, snakeCase } from "../io/json.ts";
import { RunFolder } from "../io/run_folder.ts";
import { findMatrices } from "./find_matrices.ts";
import { findModels } from "./find_models.ts";
import { type WeightsFlags, weightsFlags } from "./flags.ts";
import { matrixLabel, type MatrixPlan, workOf } from "./matrix_plan.ts";
import { measureAll } from "./measure_all.ts";
import { measureOnGpu, spectrumMethodNames } from "./measure_on_gpu.ts";
import { saveWeights, weightFiles, weightsRecord, type WeightsResult } from "./outputs.ts";
import { parseSplits } from "./split.ts";
import { explanation, measuresJson, type WeightRow, weightsText } from "./tables.ts";

const program: Program<typeof weightsFlags> = {
  name: "weights",
  summary: "ranks and spectra of the weight matrices of models, with bounds",
  positionals: {
    placeholder: "MODEL",
    help: "a safetensors, .npz or .npy file, a folder, an index of shards, or several checkpoints",
    min: 1,
  },
  flags: weightsFlags,
  examples: [
    { args: "model.safetensors --split c_attn=3/heads:12", help: "measures each head of fused q, k and v" },
    { args: "'ckpt/step_*.safetensors' --tensor '*mlp*'", help: "follows matrices over checkpoints" },
  ],
};

/** A model, and the matrices in it. */
interface PlannedModel {
  readonly path: string;
  readonly step: number | null;
  readonly matrices: readonly MatrixPlan[];
}

/**
 * Runs the program and ends the process, see `runProgram`.
 *
 * @param args Command line. Default: that of the process.
 */
export async function runWeightsProgram(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(program, main, args);
}

async function main({ flags, positionals, signal }: ProgramCall<typeof weightsFlags>): Promise<void> {
  const formats = parseFormats(flags.formats);
  const { models, skipped } = await planModels(positionals, flags);
  await loadFormats(formats);
  const files = weightFiles(formats), { out, overwrite } = flags;
  await using folder = out === null
    ? await RunFolder.create("runs/weights", { files })
    : await RunFolder.open(out, { mode: overwrite ? "overwrite" : "new", files });
  await folder.begin();
  const start = performance.now();
  const { tensor, split, channels, epsilons, draws, seed, pattern, rankMethod } = flags;
  const resultOf = (rows: WeightRow[][], status: WeightsResult["status"]): WeightsResult => ({
    models: rows,
    status,
    configuration: {
      models: models.map(({ path }) => path),
      ...{ tensor, split, channels, epsilons, draws, seed, pattern, rankMethod },
    },
    skipped,
    seconds: (performance.now() - start) / 1000,
  });
  // Tables so far; the figures come last.
  const keep = async (rows: WeightRow[][], status: "running" | "failed") => {
    const result = resultOf(rows, status);
    await saveWeights(folder, result, await weightsRecord(result), []);
  };
  await keep([], "running");
  const rows = await measureModels(models, flags, { signal, keep });
  const result = resultOf(rows, signal.aborted ? "stopped" : "done"), record = await weightsRecord(result);
  const saved = await saveWeights(folder, result, record, formats);
  if (!flags.quiet) print(report(result, saved.paths).join("\n"));
  if (flags.json) print(compactJson(snakeCase({ ...record, matrices: measuresJson(rows.flat()) })));
  if (saved.error) throw saved.error;
  const all = rows.flat(), failed = all.filter(({ measures }) => measures === null);
  if (failed.length > 0) {
    const names = failed.map(({ plan }) => matrixLabel(plan));
    throw new StaircaseError(
      `${failed.length} of ${count(all.length, "matrix", "matrices")} could not be measured (${
        listed(names)
      }); the table says why, and the others are there`,
    );
  }
}

/** Finds all matrices before any is measured. */
async function planModels(paths: readonly string[], flags: WeightsFlags) {
  const splits = flags.split === null ? [] : parseSplits(flags.split);
  const found = await findModels(paths);
  const steps = namedSteps(found.map(({ path }) => ({ file: path, tensor: null })), flags.pattern);
  const models: PlannedModel[] = [];
  let vectors: readonly string[] = [], integers: readonly string[] = [];
  let unused = splits;
  for (const [i, model] of found.entries()) {
    const channels = flags.channels === "last" ? "last" : "first";
    const { tensor } = flags, options = { ...tensor !== null && { tensor }, splits, channels } as const;
    const { matrices, ...others } = await findMatrices(model, options);
    unused = unused.filter((rule) => others.unused.includes(rule));
    // The same arrays in each checkpoint count once.
    if (i === 0) ({ vectors, integers } = others);
    const step = found.length > 1 || flags.pattern !== null ? steps[i].step : null;
    models.push({ path: model.path, step, matrices });
  }
  if (unused.length > 0) {
    throw new InputError(`--split: no array fits ${quoted(unused[0].text)}; change the part of the name`);
  }
  if (models.every(({ matrices }) => matrices.length === 0)) {
    throw new InputError(`${shown(paths[0])}: holds no matrix; give weights of two or more axes`);
  }
  if (models.every(({ step }) => step !== null)) models.sort((a, b) => a.step! - b.step!);
  return { models, skipped: { vectors, integers } };
}

/** Milliseconds from one time that tables are kept to the next. */
const KEPT_EVERY = 60_000;

/** Measures the matrices; those that a signal leaves out are missing. */
async function measureModels(
  models: readonly PlannedModel[],
  flags: WeightsFlags,
  { signal, keep }: {
    readonly signal: AbortSignal;
    /** Keeps what was measured so far. */
    readonly keep: (rows: WeightRow[][], status: "running" | "failed") => Promise<void>;
  },
): Promise<WeightRow[][]> {
  const { epsilons, draws, seed, workers, quiet } = flags;
  const all = models.flatMap((model) => model.matrices.map((plan) => ({ model, plan })));
  const work = all.map(({ plan }) => workOf(plan) / 1e6), rows: (WeightRow | undefined)[] = [];
  const byModel = () =>
    models.map((model) => rows.filter((row, i): row is WeightRow => !!row && all[i].model === model));
  const total = Math.ceil(work.reduce((sum, each) => sum + each, 0));
  using progress = createProgress({ total, label: "weights, Mflop", quiet });
  let done = 0, ready = 0, keptAt = performance.now();
  const options = { epsilons, draws, seed, signal }, plans = all.map(({ plan }) => plan);
  const rankMethod = spectrumMethodNames.find((name) => name === flags.rankMethod);
  try {
    using gpu = rankMethod ? await openGpu(flags) : null;
    const measured = gpu && rankMethod
      ? measureOnGpu(gpu, plans, { ...options, rankMethod })
      : measureAll(plans, { ...options, ...workers !== null && { workers } });
    for await (const { index, ...found } of measured) {
      const { model, plan } = all[index];
      rows[index] = { model: model.path, step: model.step, plan, ...found };
      done += work[index];
      ready++;
      progress.update(
        Math.min(total, Math.round(done)),
        `${ready} of ${count(all.length, "matrix", "matrices")}`,
      );
      if (performance.now() - keptAt < KEPT_EVERY) continue;
      await keep(byModel(), "running");
      keptAt = performance.now();
    }
  } catch (error) {
    if (!signal.aborted) {
      await keep(byModel(), "failed");
      throw error;
    }
    say(`weights: interrupted; keeps the ${count(ready, "matrix", "matrices")} measured so far`);
  }
  return byModel();
}

/** Characters of a line: those of the terminal, if it is one whose size is known. */
function lineWidth(): number | undefined {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns || undefined : undefined;
}

/** What is printed: the table of the last model, and where the others are. */
function report({ models, skipped, seconds }: WeightsResult, paths: readonly string[]): string[] {
  const last = models.at(-1)!, { vectors, integers } = skipped;
  const name = last[0]?.model ?? "", step = last[0]?.step ?? null;
  const left = [
    ...vectors.length > 0 ? [`${count(vectors.length, "vector")} left out`] : [],
    ...integers.length > 0 ? [`no weights: ${listed(integers)}`] : [],
  ];
  return [
    `${printable(name)}${step === null ? "" : `, step ${step}`}: ${
      count(last.length, "matrix", "matrices")
    }` +
    `${models.length > 1 ? `, the last of ${count(models.length, "checkpoint")}` : ""}, ${
      seconds.toFixed(1)
    } s`,
    ...left.map((line) => `  ${line}`),
    ...weightsText(last, lineWidth()),
    ...explanation(last),
    "",
    ...paths,
  ];
}
