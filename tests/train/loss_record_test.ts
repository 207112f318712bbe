import { InputError } from "../../src/errors.ts";
import { Journal, readJournal, readSpectra, writeSpectra } from "../../src/io/mod.ts";
import { lossShares } from "../../src/nn/loss/loss_shares.ts";
import { recordsQuantiles } from "../../src/train/loss_record.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import type { SavedTraining, TraceChunk } from "../../src/train/state.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { smallTask } from "../support/tasks.ts";

const gpu = await openGpu();

const replicas = 70, until = 60;
/** Replicas of identity layers, the last of which diverge, each at a step of its own. */
const options: TrainingOptions = {
  task: smallTask(),
  hidden: [3],
  activation: "identity",
  optimizer: {
    name: "sgd",
    learningRate: Array.from({ length: replicas }, (_, r) => r < 66 ? 0.01 : [2, 4, 20, 1e6][r - 66]),
  },
  replicas,
  probeEvery: 20,
  spectraEvery: 2,
  steps: until,
};
/** So many steps that quantiles are recorded; the signal ends it long before. */
const endless = { ...options, steps: 1_000_000 };

/** Trains for at least 60 steps, from a chunk to the next. */
async function record(from: SavedTraining | null, least: number) {
  const controller = new AbortController();
  using training = await Training.create(gpu, { ...endless, signal: controller.signal }, from);
  const chunks: TraceChunk[] = [];
  for await (const chunk of training.chunks()) {
    chunks.push(chunk);
    if (chunk.first + chunk.count >= least) controller.abort();
  }
  return {
    chunks,
    trace: training.trace,
    state: await training.readState(),
    diverged: training.divergedReplicas,
  };
}

Deno.test("recordsQuantiles: of at least 64 replicas with more than 2²⁶ losses", () => {
  const of = (replicas: number, steps: number) => recordsQuantiles({ replicas, steps }, null);
  assert.deepEqual([of(4096, 16_383), of(4096, 16_384), of(63, 2 ** 31), of(64, 2 ** 20)], [
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("quantiles of losses are those of the losses; all else is the same", async () => {
  using training = await Training.create(gpu, options);
  const full = await training.finish(), { trace, diverged } = await record(null, until);
  const { losses, lossQuantiles } = trace;
  assert(lossQuantiles !== undefined && full.lossQuantiles === undefined);
  assert.deepEqual([losses, lossQuantiles.length, trace.replicas], [[], lossShares.length, replicas]);
  for (let step = 0; step <= until - 1; step++) {
    const sorted = full.losses.flatMap((own) => step < own.length ? [own[step]] : []).sort((a, b) => a - b);
    lossShares.forEach((share, q) =>
      assert.equal(
        lossQuantiles[q][step],
        sorted[Math.floor(Math.round(20 * share) * (sorted.length - 1) / 20)],
      )
    );
  }
  const early = ({ probes }: typeof full) => probes.filter(({ step }) => step < until);
  assert.deepEqual(early(trace), early(full));
  assert.deepEqual(diverged.filter(({ step }) => step <= until), training.divergedReplicas);
  const steps = training.divergedReplicas.map(({ step }) => step);
  assert(steps.length === 4 && new Set(steps).size > 1, `${steps}`);
});

Deno.test("a training that records quantiles goes on with them, and its files read back to the bit", async () => {
  const whole = await record(null, 2 * until), half = await record(null, until);
  const rest = await record(structuredClone(half), 2 * until);
  const part = (rows: readonly Float32Array[] | undefined) => rows!.map((row) => row.subarray(0, 2 * until));
  assert.deepEqual(part(rest.trace.lossQuantiles), part(whole.trace.lossQuantiles));
  assert.deepEqual(rest.diverged, whole.diverged);

  const folder = await Deno.makeTempDir(), path = `${folder}/run-0.journal`;
  try {
    {
      await using journal = await Journal.create(path, whole.trace);
      for (const chunk of whole.chunks) journal.append(chunk);
      await journal.flush();
    }
    const read = await readJournal(path);
    assert.deepEqual(read.trace, whole.trace);
    assert.equal(read.diverged.size, whole.diverged.length);
    await writeSpectra(`${folder}/spectra.npz`, whole.trace);
    assert.deepEqual(await readSpectra(`${folder}/spectra.npz`), whole.trace);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("quantiles that end too early are refused", async () => {
  const half = await record(null, until);
  const fewer = half.trace.lossQuantiles!.map((row) => row.subarray(0, 5));
  const short = { ...half, trace: { ...half.trace, lossQuantiles: fewer } };
  await assert.rejects(Training.create(gpu, endless, short), InputError);
});
