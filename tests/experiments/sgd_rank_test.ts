import { InputError } from "../../src/errors.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { sgdRankClaims } from "../../src/experiments/sgd_rank/claims.ts";
import { sgdRank } from "../../src/experiments/sgd_rank/mod.ts";
import type { SgdRankNetwork } from "../../src/experiments/sgd_rank/network.ts";
import { sgdRankCells } from "../../src/experiments/sgd_rank/plan.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { assertPaired, study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Three classes: which of the first three coordinates is largest. */
const task = smallTask({
  loss: "softmax-cross-entropy",
  count: 60,
  inputs: 6,
  outputs: 3,
  target: (x, j) => +(x[j] === Math.max(x[0], x[1], x[2])),
});
const options = {
  task,
  layers: [12, 12],
  batchSizes: [20, 5],
  learningRates: [0.1, 0.3],
  weightDecays: [0, 0.03],
  replicas: 3,
  steps: 400,
};
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("sgdRank: weight decay lowers the rank of weights, and so do epochs of more updates", async () => {
  const progress: number[] = [];
  // Correlations of two values are coarse: three replicas leave too wide an interval.
  const result = await study(gpu, sgdRank, { ...options, replicas: 5 }, {
    onProgress: (steps) => progress.push(steps),
  });
  const [, epochs, , decay] = result.verdicts;
  assert.deepEqual(
    holds([epochs, decay]),
    [true, true],
    [epochs, decay].map(({ values }) => values).join(" "),
  );
  assert.equal(decay.values.length, 5);
  assert.equal(progress.at(-1), 400 + 1600 + 400);
  assert(progress.every((steps, i) => i === 0 || steps >= progress[i - 1]));

  const [header, ...lines] = result.tables["sgd_rank.csv"].trimEnd().split("\n");
  assert.equal(
    header,
    "equal,batch_size,steps,learning_rate,weight_decay,replica,layer,rank,rank_low,rank_high,stable_rank," +
      "stable_rank_bound,loss,training_accuracy,accuracy,has_learnt",
  );
  // Two comparisons of a grid of 2³, 5 networks of each kind, 3 matrices.
  assert.equal(lines.length, 2 * 8 * 5 * 3);

  const kinds = new Set(lines.map((line) => line.split(",").slice(0, 3).join()));
  assert.deepEqual([...kinds], ["steps,5,400", "epochs,5,1600", "steps,20,400", "epochs,20,400"]);
  for (const line of lines) {
    const [layer, rank, low, high, stable, ...others] = line.split(",").slice(6, 15).map(Number);
    const [bound, loss, training, held] = others;
    assert(bound > 0 && bound < 1e-4 * stable);
    assert(low <= rank && rank <= high && stable >= 1 && stable <= [6, 12, 3][layer - 1] + 1e-6);
    assert(loss > 0 && training > 0.4 && training === held);
  }
  const elements = assertSoundSvg(
    result.figures["sgd_rank.svg"],
    `The rank bias of SGD: ${task.description}`,
  );
  assert.equal(marks(elements, "panel").length, 3 * 3);
  assert.equal(marks(elements, "value").length, 3 * 3 * 2 * 2);

  const { record } = result;
  assert.deepEqual([record.status, record.configuration.replicas, record.timings.planned], [
    "done",
    20,
    2400,
  ]);
  assert.match(result.text, /\n2400 steps of 20 replicas, .*\n\n.*: with as many steps, /);
});

Deno.test("sgdRank: without weight decay nothing lowers the rank, and no claim holds", async () => {
  const { verdicts, rows: networks } = await study(gpu, sgdRank, {
    ...options,
    layers: [12],
    weightDecays: [0, 1e-8],
    steps: 100,
  });
  assert(networks.every(({ hasLearnt, layers: [{ rank }] }) => hasLearnt && rank === 6));
  assert.deepEqual(holds(verdicts), [false, false, false, false]);
  assertPaired(networks, ({ batchSize, steps, learningRate }) => `${batchSize} ${steps} ${learningRate}`);
  assert.deepEqual(verdicts.flatMap(({ values }) => values), new Array(12).fill(0));
});

Deno.test("sgdRank: who diverged or learnt nothing is named and left out", async () => {
  const short = { ...options, steps: 40, replicas: 2 };
  const result = await study(gpu, sgdRank, { ...short, learningRates: [0.1, 1e30] });
  const { record } = result;
  assert.equal(record.status, "done");
  assert.equal(result.diverged.length, 3 * 2 * 2);
  assert(result.rows.every(({ learningRate }) => learningRate === 0.1));
  assert.match(
    result.text,
    /\nbatch size 5, 160 steps, learning rate 1e\+30, weight decay 0.03, replica 1 diverged at step \d+ in (layer \d|the output layer), and does not count\n/,
  );
  // There is but one learning rate left.
  assert.deepEqual([result.verdicts[2].holds, result.verdicts[2].values], [false, []]);

  const none = await study(gpu, sgdRank, { ...short, learningRates: [1e29, 1e30] });
  assert.equal(none.record.status, "diverged");
  assert.deepEqual(none.verdicts.flatMap(({ values }) => values), []);
  assert.equal(
    marks(assertSoundSvg(none.figures["sgd_rank.svg"], `The rank bias of SGD: ${task.description}`), "value")
      .length,
    0,
  );

  // Weights that halve at each update are soon too small to tell classes apart.
  const collapsed = await study(gpu, sgdRank, { ...short, steps: 200, weightDecays: [0, 5] });
  assert.match(collapsed.text, /weight decay 5, replica \d has learnt nothing, and does not count\n/);
  assert(collapsed.rows.some(({ weightDecay, hasLearnt }) => weightDecay === 5 && !hasLearnt));
});

Deno.test("sgdRank: a study that is stopped keeps the runs that were done", async () => {
  const stop = new AbortController();
  const result = await study(gpu, sgdRank, { ...options, steps: 50 }, {
    signal: stop.signal,
    onProgress: (steps) => {
      if (steps >= 50) stop.abort();
    },
  });
  assert.equal(result.record.status, "stopped");
  assert(result.rows.length >= 12 && result.rows.every(({ batchSize }) => batchSize === 5));
});

Deno.test("sgdRank: what is out of range, or leaves nothing to compare, is refused", async () => {
  for (
    const wrong of [
      { task: smallTask() },
      { batchSizes: [5] },
      { batchSizes: [5, 61] },
      { batchSizes: [0, 5] },
      { learningRates: [] },
      { learningRates: [0, 1] },
      { weightDecays: [0.1, 0.1] },
      { weightDecays: [-1, 0] },
      { replicas: 0 },
      { steps: 1.5 },
      { tolerance: 1 },
      { layers: [] },
    ]
  ) {
    await assert.rejects(
      () => study(gpu, sgdRank, { ...options, ...wrong }),
      InputError,
      JSON.stringify(wrong),
    );
  }
});

Deno.test("sgdRankCells: as many steps, then as many samples, of each batch size", () => {
  assert.deepEqual(sgdRankCells([4, 6, 16], 30), [
    { batchSize: 4, steps: 30, equal: ["steps"] },
    { batchSize: 4, steps: 120, equal: ["epochs"] },
    { batchSize: 6, steps: 30, equal: ["steps"] },
    { batchSize: 6, steps: 80, equal: ["epochs"] },
    { batchSize: 16, steps: 30, equal: ["steps", "epochs"] },
  ]);
});

Deno.test("sgdRankClaims: ranks that follow the claims bear them out; constant ones do not, nor those turned round", () => {
  const verdicts = (networks: SgdRankNetwork[]) => sgdRankClaims(networks, 3).map(judge);
  const grid = (rank: (batch: number, rate: number, decay: number) => number): SgdRankNetwork[] =>
    [0, 1, 2].flatMap((replica) =>
      [1, 2, 3].flatMap((batchSize) =>
        [1, 2].flatMap((learningRate) =>
          [0, 1].map((weightDecay): SgdRankNetwork => {
            const value = rank(batchSize, learningRate, weightDecay);
            const matrix = {
              singularValues: new Float64Array(1),
              bounds: new Float64Array(1),
              rank: value,
              low: value,
              high: value,
            };
            return {
              equal: ["steps", "epochs"],
              batchSize,
              steps: 1,
              learningRate,
              weightDecay,
              replica,
              loss: 0,
              trainingAccuracy: 1,
              accuracy: 1,
              hasLearnt: true,
              // The last one is not asked.
              layers: [matrix, matrix, { ...matrix, rank: 7 }],
            };
          })
        )
      )
    );
  const claimed = verdicts(grid((batch, rate, decay) => 10 * batch - 3 * rate - decay));
  assert.deepEqual(holds(claimed), [true, true, true, true]);
  assert.deepEqual(claimed.map(({ value }) => value), [1, 1, -1, -1]);
  const turned = verdicts(grid((batch, rate, decay) => rate + decay - batch));
  assert.deepEqual(holds(turned), [false, false, false, false]);
  const flat = verdicts(grid(() => 5));
  assert.deepEqual(flat.flatMap(({ values }) => values), new Array(12).fill(0));
  assert.deepEqual(holds(flat), [false, false, false, false]);
  const dead = grid((batch) => -batch).map((network) => ({ ...network, hasLearnt: network.replica === 1 }));
  assert.deepEqual(verdicts(dead).map(({ values }) => values.length), [1, 1, 1, 1]);
});
