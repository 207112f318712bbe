import { packTrials } from "../../../src/experiments/sweep/pack.ts";
import { parseShard, shardOf } from "../../../src/experiments/sweep/shards.ts";
import { sweptValue } from "../../../src/experiments/sweep/swept_value.ts";
import { assert, fc } from "../../deps.ts";
import { inputError } from "../../support/input_error.ts";
import { planOf } from "../../support/sweeps.ts";

Deno.test("planSweep: the last key varies fastest; trials beside the grid follow; the task completes", async () => {
  const { trials, keys } = await planOf({
    base: { steps: 30 },
    grid: { width: [5, 9], seed: [3, 4] },
    trials: [{ depth: 1, learningRate: 0.5 }, { layers: "1-4-3-1", seed: 9, steps: 10 }],
  });
  assert.deepEqual(keys, ["width", "seed", "depth", "learningRate", "layers", "steps"]);
  const shown = trials.map(({ settings: { hidden, seed, steps, optimizer } }) => [
    hidden.join("-"),
    seed,
    steps,
    optimizer.learningRate,
  ]);
  assert.deepEqual(shown, [
    ["5-5", 3, 30, 0.01],
    ["5-5", 4, 30, 0.01],
    ["9-9", 3, 30, 0.01],
    ["9-9", 4, 30, 0.01],
    ["50", 0, 30, 0.5],
    ["4-3", 9, 10, 0.01],
  ]);
  assert.deepEqual(trials.map((trial) => sweptValue(trial, "width")), [5, 5, 9, 9, 50, null]);
});

Deno.test("planSweep: ids depend on all that a trial trains, and on nothing else", async () => {
  const idOf = async (options: object) => (await planOf({ trials: [options] })).trials[0].id;
  const id = await idOf({});
  // Defaults that are said are no other trial, nor is another way to write it.
  for (
    const same of [
      { learningRate: 0.01, optimizer: "momentum", momentum: 0.9, weightDecay: 0 },
      { width: 50, depth: 2 },
      { layers: "1-50-50-1", seed: 0 },
      { epsilons: null, batch: "full", skip: false, gates: false },
    ]
  ) assert.equal(await idOf(same), id, JSON.stringify(same));
  const others = [
    { learningRate: 0.02 },
    { seed: 1 },
    { momentum: 0.8 },
    { weightDecay: 1e-3 },
    { depth: 3 },
    { width: 51 },
    { samples: 255 },
    { task: "abs" },
    { steps: 10_001 },
    { probeEvery: 11 },
    { spectraEvery: 11 },
    { epsilons: [1e-3] },
    { relative: true },
    { precision: "double" },
    { schedule: "cosine" },
    { batch: 16 },
    { skip: true },
    { adaptiveSkip: true },
    { gates: true },
    { init: "pytorch" },
    { activation: "sine" },
    { optimizer: "sgd" },
  ];
  const ids = await Promise.all(others.map(idOf));
  assert.equal(new Set([id, ...ids]).size, others.length + 1);
  const [one] = (await planOf({ base: { seed: 4 }, grid: { width: [6, 7] } })).trials;
  assert.equal(one.id, await idOf({ width: 6, seed: 4 }), "base and grid are no part of it");
});

Deno.test("planSweep: refuses trials twice, clashes, what a network would refuse, and too many trials", async () => {
  const cases: [plan: unknown, message: RegExp][] = [
    [{}, /^the plan has no trials/],
    [{ grid: { seed: [1, 2, 1] } }, /^grid\.seed\[2\]: repeats 1 of grid\.seed\[0\]/],
    [{ trials: [{}, { learningRate: 0.01 }] }, /^trials\[1\]: is the same trial as trials\[0\]/],
    [{ grid: { seed: [0, 1] }, trials: [{ seed: 1 }] }, /^trials\[0\]: is the same trial as seed=1:/],
    [{ base: { seed: 1 }, grid: { seed: [0, 1] } }, /^seed is given for all trials and swept by the grid/],
    [
      { base: { layers: "3,3" }, grid: { width: [3, 4] } },
      /^width=3: layers 3,3 and width: give one of them/,
    ],
    [
      { grid: { activation: ["tanh", "rell"] } },
      /^activation=rell: no activation "rell"; did you mean "relu"/,
    ],
    [{ grid: { init: ["xavier"] } }, /^init=xavier: no initiali[sz]er/],
    [{ base: { depth: 3 }, grid: { activation: ["tanh,sine"] } }, /2 activations for 3 hidden layers/],
    [{ grid: { task: ["cosine"] } }, /^task=cosine: no task "cosine"; did you mean "cosines"/],
    [{ base: { data: "x" }, grid: { seed: [1] } }, /^seed=1: task "cosines" reads no files/],
    [{ base: { task: "poisson1d" }, grid: { batch: [5] } }, /^batch=5: task "poisson1d": a batch of 5/],
    [{ grid: { seed: "0..999", width: "1..300" } }, /^the plan has 300000 trials: give at most 100000/],
  ];
  for (const [plan, message] of cases) {
    await assert.rejects(planOf(plan), inputError(message), JSON.stringify(plan));
  }
});

Deno.test("packTrials: equal shapes share batches, whatever their seeds, rates, momenta and decays", async () => {
  const plan = await planOf({
    grid: {
      width: [5, 9],
      learningRate: [0.1, 0.2],
      momentum: [0, 0.5],
      weightDecay: [0, 1e-3],
      seed: [0, 1],
    },
  });
  const batches = packTrials(plan, { most: 64 });
  assert.deepEqual(batches.map(({ trials }) => trials.length), [16, 16]);
  const shapes = await planOf({
    trials: [
      {},
      { optimizer: "sgd" },
      { steps: 20 },
      { activation: "sine" },
      { precision: "double" },
      { epsilons: [1e-3] },
      { batch: 8 },
      { schedule: "cosine" },
      { probeEvery: 3 },
      { samples: 20 },
    ],
  });
  assert.equal(packTrials(shapes, { most: 64 }).length, 10);
  // Data that depend on the seed are no shared data: cosines are equidistant, a mixture is drawn.
  const seeds = async (task: string) =>
    packTrials(await planOf({ base: { task, samples: 20 }, grid: { seed: "0..3" } }), { most: 64 }).length;
  assert.deepEqual([await seeds("cosines"), await seeds("mixture")], [1, 4]);
});

Deno.test("packTrials: batches of a shape differ in size by one at most, and hold each trial once", async () => {
  const plan = await planOf({ base: { samples: 20 }, grid: { width: [5, 9, 13], seed: "0..22" } });
  fc.assert(fc.property(fc.integer({ min: 1, max: 80 }), (most) => {
    const batches = packTrials(plan, { most });
    assert.deepEqual(
      batches.flatMap(({ trials }) => trials.map(({ id }) => id)),
      plan.trials.map(({ id }) => id),
    );
    for (const members of Map.groupBy(batches, ({ trials }) => trials[0].shape).values()) {
      const sizes = members.map(({ trials }) => trials.length);
      assert(Math.max(...sizes) <= most && Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
    }
    assert.equal(new Set(batches.map(({ id }) => id)).size, batches.length);
  }));
  // A trial of 2 GiB has a batch of its own.
  const large = await planOf({ base: { samples: 65536, steps: 1 }, grid: { width: [2048], seed: [0, 1] } });
  assert(
    packTrials(large, { most: 64 }).every(({ trials, bytes }) => trials.length === 1 && bytes > 2 ** 30),
  );
});

Deno.test("packTrials: a plan that gains trials keeps its batches, and one that loses some packs the others anew", async () => {
  const small = await planOf({ base: { samples: 20 }, grid: { width: [5, 9], seed: "0..4" } });
  const kept = packTrials(small, { most: 3 }).map(({ trials }) => trials.map(({ id }) => id));
  const large = await planOf({ base: { samples: 20 }, grid: { width: [5, 7, 9], seed: "0..6" } });
  const batches = packTrials(large, { most: 64, kept });
  const ids = batches.map(({ trials }) => trials.map(({ id }) => id));
  for (const list of kept) assert(ids.some((other) => String(other) === String(list)));
  assert.deepEqual(ids.flat().sort(), large.trials.map(({ id }) => id).sort());
  const fewer = await planOf({ base: { samples: 20 }, grid: { width: [5, 9], seed: [1, 2, 3, 4] } });
  const left = packTrials(fewer, { most: 64, kept }).map(({ trials }) => trials.map(({ id }) => id));
  assert.deepEqual(left.flat().sort(), fewer.trials.map(({ id }) => id).sort());
});

Deno.test("shardOf: each batch is in one shard, and no shard has more than the mean and one batch", async () => {
  const plan = await planOf({ base: { samples: 20 }, grid: { width: [5, 9, 40], seed: "0..11" } });
  const batches = packTrials(plan, { most: 2 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
    const shards = Array.from({ length: count }, (_, i) => shardOf(batches, { index: i + 1, count }));
    assert.deepEqual(shards.flat().map(({ id }) => id).sort(), batches.map(({ id }) => id).sort());
    const work = shards.map((shard) => shard.reduce((sum, { cost }) => sum + cost, 0));
    const mean = work.reduce((sum, each) => sum + each, 0) / count;
    assert(Math.max(...work) <= mean + Math.max(...batches.map(({ cost }) => cost)));
  }));
  assert.deepEqual(parseShard("2/4"), { index: 2, count: 4 });
  for (const text of ["", "0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/99999999999999999999"]) {
    assert.throws(() => parseShard(text), inputError(/give its number and how many there are/), text);
  }
});
