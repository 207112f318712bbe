import { InputError } from "../../src/errors.ts";
import type { OptionsOf } from "../../src/experiments/core/experiment.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { collapseClaims } from "../../src/experiments/rank_collapse/claims.ts";
import { rankCollapse } from "../../src/experiments/rank_collapse/mod.ts";
import { mixture } from "../../src/tasks/mixture.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { assertPaired, study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const at = (deviation: number) => ({
  deviation,
  task: mixture({ classes: 3, inputs: 8, samples: 30, deviation, seed: 2 }),
});
const options = {
  task: [at(1.5), at(0.1)],
  layers: [12, 12],
  optimizer: "momentum",
  learningRate: [0.2],
  weightDecays: [0, 5e-3, 3e-2],
  steps: 800,
  replicas: 3,
} satisfies OptionsOf<typeof rankCollapse>;
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("rankCollapse: strong decay and classes that hardly vary leave rank K", async () => {
  const steps: number[] = [];
  // Correlations over three weight decays are coarse: three replicas leave too wide an interval.
  const replicas = 5;
  const result = await study(gpu, rankCollapse, { ...options, replicas }, {
    onProgress: (step) => steps.push(step),
  });
  assert.deepEqual(
    holds(result.verdicts),
    [true, true, true, true, true],
    result.verdicts.map((v) => v.value).join(),
  );
  assert.deepEqual([steps[0], steps.at(-1)], [0, 1600]);
  assert(steps.every((step, i) => i === 0 || step >= steps[i - 1]));

  const [header, ...rows] = result.tables["rank_collapse.csv"].trimEnd().split("\n");
  assert.equal(
    header,
    "deviation,weight_decay,replica,loss,accuracy,layer,rank,rank_low,rank_high,distance,relative_distance,tcv,relative_tcv,trace_ratio",
  );
  assert.equal(rows.length, 2 * 3 * replicas * 3);
  for (const row of rows) {
    const [
      deviation,
      decay,
      replica,
      loss,
      accuracy,
      layer,
      rank,
      low,
      high,
      distance,
      share,
      tcv,
      relative,
      ratio,
    ] = row
      .split(",").map(Number);
    assert([0.1, 1.5].includes(deviation) && options.weightDecays.includes(decay) && replica < replicas);
    assert(loss > 0 && accuracy > 0.6 && low <= rank && rank <= high && rank <= [8, 12, 3][layer - 1]);
    assert(distance >= 0 && share < 1 && tcv > 0 && relative < 1 && ratio > 0);
    if (layer === 3) assert.equal(distance, 0);
    if (deviation === 0.1 && decay === 3e-2 && layer < 3) assert(rank === 3 && share < 0.02);
    if (decay === 0 && layer < 3) assert(rank > 6);
  }
  // The samples enter the first layer of all networks.
  const atInput = result.rows.filter(({ layer, deviation }) => layer === 1 && deviation === 1.5);
  assert.equal(new Set(atInput.map(({ variation }) => variation)).size, 1);
  const [head, ...values] = result.tables["singular_values.csv"].trimEnd().split("\n");
  assert.equal(head, "deviation,weight_decay,replica,layer,index,singular_value,bound");
  assert.equal(values.length, 2 * 3 * replicas * (8 + 12 + 3));

  const elements = assertSoundSvg(
    result.figures["rank_collapse.svg"],
    "Rank collapse under weight decay: mixture, 3 classes",
  );
  assert.equal(marks(elements, "panel").length, 3 + 2 * 2);
  assert.equal(marks(elements, "spectrum").length, 2 * 2 * 3);
  assert.equal(marks(elements, "dot").length, 2 * 2 * 3);

  const { record } = result, { configuration } = record;
  assert.deepEqual([record.status, record.verdict?.holds, configuration.replicas], [
    "done",
    true,
    3 * replicas,
  ]);
  const { deviations, weightDecays, replicasOfEach } = configuration;
  assert.deepEqual([deviations, weightDecays, replicasOfEach], [[0.1, 1.5], [0, 5e-3, 3e-2], replicas]);
  assert.equal(record.timings.steps, 1600);
});

Deno.test("rankCollapse: without weight decay nothing collapses", async () => {
  const { verdicts, rows, figures } = await study(gpu, rankCollapse, {
    ...options,
    task: [at(0.1)],
    weightDecays: [0],
  });
  assert.deepEqual(holds(verdicts), [false, false, false]);
  assert(rows.every(({ layer, rank }) => layer === 3 || rank > 6));
  assertSoundSvg(figures["rank_collapse.svg"], "Rank collapse under weight decay: mixture, 3 classes");
});

Deno.test("rankCollapse: a network starts from the same weights under every decay", async () => {
  const few = { task: [at(1)], steps: 40, learningRate: [0.05], weightDecays: [1e-9, 2e-9] };
  const { rows } = await study(gpu, rankCollapse, { ...options, ...few });
  assertPaired(rows.filter(({ layer }) => layer === 1), () => "all");
});

Deno.test("collapseClaims: classes that vary as much bear no lower ranks; a rank below K is not K", async () => {
  const { rows } = await study(gpu, rankCollapse, { ...options, steps: 100, replicas: 2, task: [at(1)] });
  const design = { classes: 3, deviations: [0.5, 1], weightDecays: options.weightDecays, replicas: 2 };
  const collapseVerdicts = (...args: Parameters<typeof collapseClaims>) => collapseClaims(...args).map(judge);
  // The same networks under two names.
  const twice = [...rows.map((row) => ({ ...row, deviation: 0.5 })), ...rows];
  const spread = collapseVerdicts(twice, design)[3];
  assert.deepEqual([spread.value, spread.values.length, spread.holds], [0, 2, false]);
  const limit = (rank: number) => collapseVerdicts(twice.map((row) => ({ ...row, rank })), design)[2];
  assert.deepEqual([limit(3).holds, limit(2).holds, limit(2).value], [true, false, 1]);
  // Networks of the strongest decay alone tell of it.
  const weaker = collapseVerdicts(twice.filter(({ weightDecay }) => weightDecay < 3e-2), design)[2];
  assert.deepEqual([weaker.holds, weaker.values, weaker.without], [false, [], [0, 1]]);
});

Deno.test("rankCollapse: networks that diverge are named and left out; a run that is stopped says so", async () => {
  const learningRate = [0.1, 0.1, 0.1, 1e30, 0.1, 0.1];
  const short = { ...options, steps: 30, replicas: 2, optimizer: "sgd" };
  const result = await study(gpu, rankCollapse, { ...short, learningRate });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [3, 6 + 3]);
  assert.match(
    result.diverged[1].description!,
    / \(deviation 1.5, weight decay 0, replica 1\) diverged at step /,
  );
  assert.equal(result.rows.length, 2 * 5 * 3);
  assert.equal(result.record.status, "done");
  assert.match(
    result.text,
    /\nreplica 3 \(deviation 0.1, weight decay 0, replica 1\) diverged at step \d+ in (layer \d|the output layer), and does not count\n/,
  );
  assertSoundSvg(result.figures["rank_collapse.svg"], "Rank collapse under weight decay: mixture, 3 classes");

  const none = await study(gpu, rankCollapse, { ...short, learningRate: [1e30] });
  assert.equal(none.record.status, "diverged");
  assert.deepEqual([none.diverged.length, none.rows.length, holds(none.verdicts)], [
    12,
    0,
    new Array(5).fill(false),
  ]);
  assertSoundSvg(none.figures["rank_collapse.svg"], "Rank collapse under weight decay: mixture, 3 classes");

  const stop = new AbortController();
  const stopped = await study(gpu, rankCollapse, short, {
    signal: stop.signal,
    onProgress: (step) => {
      if (step >= 30) stop.abort();
    },
  });
  assert.equal(stopped.record.status, "stopped");
  assert.deepEqual([...new Set(stopped.rows.map(({ deviation }) => deviation))], [0.1]);
});

Deno.test("rankCollapse: what does not make an experiment is refused", async () => {
  const [{ task }] = options.task;
  for (
    const [change, message] of [
      [{ task: [] }, /^no task: give at least one$/],
      [
        { task: [{ deviation: null, task: smallTask() }] },
        /^the task small has no classes: choose one with/,
      ],
      [
        { task: [at(1), { deviation: 2, task: mixture() }] },
        /^tasks to compare must have the same number/,
      ],
      [{ task: [at(1), { deviation: null, task }] }, /^tasks to compare must differ by their deviation/],
      [{ task: [at(1), at(1)] }, /^two tasks have the same deviation/],
      [{ weightDecays: [] }, /^no weight decay: give at least one$/],
      [{ weightDecays: [0, 1e-2, 1e-3] }, /^weight decays 0, 0.01, 0.001: give them in ascending order/],
      [{ weightDecays: [-1] }, /^each of weightDecays must be a number of at least 0, not -1$/],
      [{ replicas: 0 }, /^replicas must be a whole number from 1 to 65536, not 0$/],
      [{ steps: 0 }, /^without a step nothing collapses: give at least one$/],
    ] as const
  ) {
    await assert.rejects(() => study(gpu, rankCollapse, { ...options, ...change }), (error) => {
      assert(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  }
});
