import { GpuLease } from "../../../src/experiments/core/gpu_lease.ts";
import { runExperiment } from "../../../src/experiments/core/run.ts";
import { staircase } from "../../../src/experiments/staircase/mod.ts";
import { trialOutcomes } from "../../../src/experiments/sweep/outcome.ts";
import { packTrials } from "../../../src/experiments/sweep/pack.ts";
import { runBatches } from "../../../src/experiments/sweep/run_batches.ts";
import { readOutcomes } from "../../../src/experiments/sweep/sweep_folder.ts";
import type { Trial } from "../../../src/experiments/sweep/trial.ts";
import { assert, fc } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";
import { temporaryFolder } from "../../support/program.ts";
import { planOf } from "../../support/sweeps.ts";

const gpu = await openGpu();
const lease = await GpuLease.open(() => Promise.resolve(gpu));
const open = () => Promise.resolve(lease);

/** Options of a trial as `staircase` takes them: lists for numbers, no width and no depth. */
function aloneOptions(base: object, { given, settings }: Trial): Record<string, unknown> {
  const { width, depth, learningRate, weightDecay, ...others } = { ...base, ...given } as Record<
    string,
    unknown
  >;
  return {
    ...others,
    ...(width === undefined && depth === undefined ? {} : { layers: settings.hidden.join() }),
    ...(learningRate === undefined ? {} : { learningRate: [learningRate] }),
    ...(weightDecay === undefined ? {} : { weightDecay: [weightDecay] }),
  };
}

const base = { steps: 30, probeEvery: 5 };

/** A sweep of few trials. */
interface SmallSweep {
  readonly base: object;
  readonly grid: object;
  readonly trials?: object[];
}

const SWEEPS: Readonly<Record<string, SmallSweep>> = {
  "seeds, rates and widths": {
    base: { ...base, samples: 24, spectraEvery: 3 },
    grid: { width: [6, 9], learningRate: [1e-3, 0.05], seed: [0, 4294967295] },
  },
  "momenta and decays in mini-batches": {
    base: { ...base, samples: 40, batch: 8, optimizer: "nesterov", layers: "7,5", activation: "sine,relu" },
    grid: { momentum: [0, 0.9], weightDecay: [0, 1e-2], seed: [3, 4] },
  },
  "a mixture, whose data depend on the seed, beside rates that diverge": {
    base: { ...base, task: "mixture", samples: 50, layers: "8", activation: "relu", optimizer: "sgd" },
    grid: { learningRate: [0.05, 1e30], seed: [1, 2] },
    trials: [{ learningRate: 0.05, seed: 3, optimizer: "adam", schedule: "cosine" }],
  },
  "an equation": {
    base: { ...base, task: "poisson1d", samples: 24, steps: 10 },
    grid: { depth: [1, 2], width: [6], seed: [0, 1] },
  },
};

/** Trains each trial alone as `staircase` does, and in batches; compares all numbers. */
async function assertSameBits(json: SmallSweep, sizes: readonly number[]): Promise<void> {
  const plan = await planOf(json), alone = new Map<string, unknown>();
  for (const trial of plan.trials) {
    const result = await runExperiment(gpu, staircase, aloneOptions(json.base, trial));
    const [{ trace, summary }] = result.rows;
    const diverged = new Map(result.diverged.map(({ replica, step }) => [replica, step]));
    alone.set(trial.id, trialOutcomes([trial], trace, { summary, diverged })[0]);
  }
  for (const most of sizes) {
    using folder = temporaryFolder();
    const batches = packTrials(plan, { most });
    assert.equal((await runBatches(open, batches, { folder: folder.path })).status, "done");
    const outcomes = (await readOutcomes(folder.path)).flatMap(({ trials }) => trials);
    assert.equal(outcomes.length, plan.trials.length);
    for (const outcome of outcomes) {
      assert.deepEqual(outcome, alone.get(outcome.id), `${JSON.stringify(json)} ${most}: ${outcome.id}`);
    }
  }
}

for (const [name, json] of Object.entries(SWEEPS)) {
  Deno.test(`a trial gives the same bits in any batch as staircase alone: ${name}`, async () => {
    await assertSameBits(json, [64, 3]);
  });
}

Deno.test("a trial gives the same bits in any batch as staircase alone: random sweeps", async () => {
  const some = <T>(...values: T[]) =>
    fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
  const sweeps = fc.record({
    base: fc.record({
      steps: fc.integer({ min: 0, max: 40 }),
      samples: fc.integer({ min: 8, max: 40 }),
      probeEvery: fc.integer({ min: 1, max: 20 }),
      spectraEvery: fc.integer({ min: 1, max: 3 }),
      task: fc.constantFrom("cosines", "abs", "ripple2d"),
      layers: fc.constantFrom("5", "6,4", "4,7,3"),
      activation: fc.constantFrom("tanh", "sine", "relu", "gelu"),
      optimizer: fc.constantFrom("sgd", "momentum", "nesterov", "adam", "adamw"),
      batch: fc.constantFrom("full", "7"),
      epsilons: fc.constantFrom([1e-3], [1e-2, 1e-7]),
    }),
    grid: fc.record({
      learningRate: some(1e-3, 0.01, 0.3),
      weightDecay: some(0, 1e-3),
      seed: fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 3 }),
    }),
  });
  await fc.assert(fc.asyncProperty(sweeps, (json) => assertSameBits(json, [5])), {
    numRuns: 2,
    endOnFailure: true,
  });
});

Deno.test("trials of one seed start from the same weights, whatever else differs", async () => {
  const plan = await planOf({
    base: { ...base, samples: 24, width: 6 },
    grid: { learningRate: [1e-3, 0.05], momentum: [0.5, 0.9], weightDecay: [0, 0.1], seed: [0, 5] },
    trials: [{ optimizer: "adam", seed: 5 }, { batch: 8, seed: 5 }, { epsilons: [1e-3], seed: 5 }],
  });
  using folder = temporaryFolder();
  await runBatches(open, packTrials(plan), { folder: folder.path });
  const outcomes = new Map(
    (await readOutcomes(folder.path)).flatMap(({ trials }) => trials.map((each) => [each.id, each])),
  );
  const first = Map.groupBy(plan.trials, ({ settings: { seed } }) => seed);
  const losses = [...first.values()].map((trials) =>
    // Mini-batches add up the loss in another order.
    new Set(trials.map(({ id }) => outcomes.get(id)!.series.losses[0].toPrecision(5)))
  );
  assert.deepEqual(losses.map(({ size }) => size), [1, 1]);
  assert.notDeepEqual(losses[0], losses[1]);
});

Deno.test("runBatches: what is done is not done again; a signal stops, and the next call goes on", async () => {
  const plan = await planOf({
    base: { steps: 300, probeEvery: 10, samples: 24 },
    grid: { width: [5, 6, 7], seed: [0, 1] },
  });
  const batches = packTrials(plan);
  using folder = temporaryFolder();
  let opened = 0;
  const counted = () => {
    opened++;
    return open();
  };
  const controller = new AbortController();
  const seen: number[] = [];
  const onProgress = (share: number) => {
    seen.push(share);
    if (share > 0.4) controller.abort();
  };
  const how = { folder: folder.path };
  const first = await runBatches(counted, batches, { ...how, signal: controller.signal, onProgress });
  assert.equal(first.status, "stopped");
  assert(seen.every((share) => share >= 0 && share <= 1));
  const before = await readOutcomes(folder.path);
  assert(before.length >= 1 && before.length < 3);
  assert.equal((await runBatches(counted, batches, how)).status, "done");
  const after = await readOutcomes(folder.path);
  assert.equal(after.length, 3);
  for (const batch of before) {
    assert.deepEqual(after.find(({ id }) => id === batch.id), batch, "left as it was");
  }
  const times = opened;
  assert.equal((await runBatches(counted, batches, how)).status, "done");
  assert.equal(opened, times, "no device is opened where all is done");
});
