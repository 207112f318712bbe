import { InputError } from "../../src/errors.ts";
import { experimentRecord, experimentText } from "../../src/experiments/core/record.ts";
import { sgdRank } from "../../src/experiments/sgd_rank/mod.ts";
import type { SgdRankNetwork } from "../../src/experiments/sgd_rank/network.ts";
import { sgdRankRuns } from "../../src/experiments/sgd_rank/options.ts";
import { sgdRankVerdicts } from "../../src/experiments/sgd_rank/verdicts.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
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
  hidden: [12, 12],
  batches: [20, 5],
  learningRates: [0.1, 0.3],
  weightDecays: [0, 0.03],
  seeds: 3,
  updates: 400,
};
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("sgdRank: weight decay lowers the rank of weights, and so do epochs of more updates", async () => {
  const progress: number[] = [];
  const result = await sgdRank(gpu, options, (steps) => progress.push(steps));
  const [, epochs, , decay] = result.verdicts;
  assert.deepEqual(holds([epochs, decay]), [true, true]);
  assert.deepEqual([decay.seeds.length, decay.value < -0.3], [3, true]);
  assert.equal(progress.at(-1), 400 + 1600 + 400);
  assert(progress.every((steps, i) => i === 0 || steps >= progress[i - 1]));

  const [header, ...lines] = result.table.trimEnd().split("\n");
  assert.equal(
    header,
    "equal,batch,updates,learning_rate,weight_decay,seed,layer,rank,rank_low,rank_high,stable_rank,loss," +
      "training_accuracy,accuracy,has_learnt",
  );
  // Two comparisons of a grid of 2³, 3 seeds, 3 matrices.
  assert.equal(lines.length, 2 * 8 * 3 * 3);
  const kinds = new Set(lines.map((line) => line.split(",").slice(0, 3).join()));
  assert.deepEqual([...kinds], ["updates,5,400", "epochs,5,1600", "updates,20,400", "epochs,20,400"]);
  for (const line of lines) {
    const [layer, rank, low, high, stable, loss, training, held] = line.split(",").slice(6, 14).map(Number);
    assert(low <= rank && rank <= high && stable >= 1 && stable <= [6, 12, 3][layer - 1] + 1e-6);
    assert(loss > 0 && training > 0.4 && training === held);
  }
  const elements = assertSoundSvg(result.figure, `The rank bias of SGD: ${task.description}`);
  assert.equal(marks(elements, "panel").length, 3 * 3);
  assert.equal(marks(elements, "value").length, 3 * 3 * 2 * 2);

  const record = await experimentRecord(gpu, result);
  assert.deepEqual([record.status, record.configuration.replicas, record.configuration.steps], [
    "done",
    12,
    2400,
  ]);
  assert.match(experimentText(record), /\n2400 steps of 12 replicas in .*\n\n.*: with as many updates, /);
});

Deno.test("sgdRank: without weight decay nothing lowers the rank, and no claim holds", async () => {
  const { verdicts, networks } = await sgdRank(gpu, {
    ...options,
    hidden: [12],
    weightDecays: [0, 1e-8],
    updates: 100,
  });
  assert(networks.every(({ hasLearnt, layers: [{ rank }] }) => hasLearnt && rank === 6));
  assert.deepEqual(holds(verdicts), [false, false, false, false]);
  assert.deepEqual(verdicts.flatMap(({ seeds }) => seeds), new Array(12).fill(0));
});

Deno.test("sgdRank: who diverged or learnt nothing is named and left out", async () => {
  const short = { ...options, updates: 40, seeds: 2 };
  const result = await sgdRank(gpu, { ...short, learningRates: [0.1, 1e30] });
  const record = await experimentRecord(gpu, result);
  assert.equal(record.status, "done");
  assert.equal(result.diverged.length, 3 * 2 * 2);
  assert(result.networks.every(({ learningRate }) => learningRate === 0.1));
  assert.match(
    experimentText(record),
    /\nbatch 5, 160 updates, learning rate 1e\+30, weight decay 0.03, seed 1 diverged at step \d+, and does not count\n/,
  );
  // There is but one learning rate left.
  assert.deepEqual([result.verdicts[2].holds, result.verdicts[2].seeds], [false, []]);

  const none = await sgdRank(gpu, { ...short, learningRates: [1e29, 1e30] });
  assert.equal((await experimentRecord(gpu, none)).status, "diverged");
  assert.deepEqual(none.verdicts.flatMap(({ seeds }) => seeds), []);
  assert.equal(
    marks(assertSoundSvg(none.figure, `The rank bias of SGD: ${task.description}`), "value").length,
    0,
  );

  // Weights that halve at each update are soon too small to tell classes apart.
  const collapsed = await sgdRank(gpu, { ...short, updates: 200, weightDecays: [0, 5] });
  const text = experimentText(await experimentRecord(gpu, collapsed));
  assert.match(text, /weight decay 5, seed \d has learnt nothing, and does not count\n/);
  assert(collapsed.networks.some(({ weightDecay, hasLearnt }) => weightDecay === 5 && !hasLearnt));
});

Deno.test("sgdRank: a study that is stopped keeps the runs that were done", async () => {
  const stop = new AbortController();
  const result = await sgdRank(gpu, { ...options, updates: 50, signal: stop.signal }, (steps) => {
    if (steps >= 50) stop.abort();
  });
  assert.equal((await experimentRecord(gpu, result)).status, "interrupted");
  assert(result.networks.length >= 12 && result.networks.every(({ batch }) => batch === 5));
});

Deno.test("sgdRank: what is out of range, or leaves nothing to compare, is refused", async () => {
  for (
    const wrong of [
      { task: smallTask() },
      { batches: [5] },
      { batches: [5, 61] },
      { batches: [0, 5] },
      { learningRates: [] },
      { learningRates: [0, 1] },
      { weightDecays: [0.1, 0.1] },
      { weightDecays: [-1, 0] },
      { seeds: 0 },
      { updates: 1.5 },
      { tolerance: 1 },
      { hidden: [] },
    ]
  ) {
    await assert.rejects(() => sgdRank(gpu, { ...options, ...wrong }), InputError, JSON.stringify(wrong));
  }
});

Deno.test("sgdRankRuns: as many updates, then as many samples, of each batch size", () => {
  assert.deepEqual(sgdRankRuns([4, 6, 16], 30), [
    { batch: 4, updates: 30, equal: ["updates"] },
    { batch: 4, updates: 120, equal: ["epochs"] },
    { batch: 6, updates: 30, equal: ["updates"] },
    { batch: 6, updates: 80, equal: ["epochs"] },
    { batch: 16, updates: 30, equal: ["updates", "epochs"] },
  ]);
});

Deno.test("sgdRankVerdicts: ranks that follow the claims bear them out; constant ones do not, nor those turned round", () => {
  const grid = (rank: (batch: number, rate: number, decay: number) => number): SgdRankNetwork[] =>
    [0, 1, 2].flatMap((seed) =>
      [1, 2, 3].flatMap((batch) =>
        [1, 2].flatMap((learningRate) =>
          [0, 1].map((weightDecay): SgdRankNetwork => {
            const value = rank(batch, learningRate, weightDecay);
            const matrix = {
              singularValues: new Float64Array(1),
              bounds: new Float64Array(1),
              rank: value,
              low: value,
              high: value,
            };
            return {
              equal: ["updates", "epochs"],
              batch,
              updates: 1,
              learningRate,
              weightDecay,
              seed,
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
  const claimed = sgdRankVerdicts({ seeds: 3 }, grid((batch, rate, decay) => 10 * batch - 3 * rate - decay));
  assert.deepEqual(holds(claimed), [true, true, true, true]);
  assert.deepEqual(claimed.map(({ value }) => value), [1, 1, -1, -1]);
  const turned = sgdRankVerdicts({ seeds: 3 }, grid((batch, rate, decay) => rate + decay - batch));
  assert.deepEqual(holds(turned), [false, false, false, false]);
  const flat = sgdRankVerdicts({ seeds: 3 }, grid(() => 5));
  assert.deepEqual(flat.flatMap(({ seeds }) => seeds), new Array(12).fill(0));
  assert.deepEqual(holds(flat), [false, false, false, false]);
  const dead = grid((batch) => -batch).map((network) => ({ ...network, hasLearnt: network.seed === 1 }));
  assert.deepEqual(sgdRankVerdicts({ seeds: 3 }, dead).map(({ seeds }) => seeds.length), [1, 1, 1, 1]);
});
