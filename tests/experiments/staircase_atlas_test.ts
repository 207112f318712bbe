import { InputError } from "../../src/errors.ts";
import type { OptionsOf } from "../../src/experiments/core/experiment.ts";
import { completeValues } from "../../src/cli/options.ts";
import { staircaseAtlas } from "../../src/experiments/staircase_atlas/mod.ts";
import { atlasCells } from "../../src/experiments/staircase_atlas/cells.ts";
import { atlasOptions, atlasPlan, parseAtlasOptimizer } from "../../src/experiments/staircase_atlas/plan.ts";
import { equationTask } from "../../src/tasks/equations/equation_task.ts";
import { equations } from "../../src/tasks/equations/equations.ts";
import type { Task } from "../../src/tasks/task.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const waves = smallTask({ count: 48, target: (x) => Math.cos(3 * x[0]) + Math.cos(9 * x[0]) });
const named = (name: string): Task => ({ ...waves, name });
type Options = OptionsOf<typeof staircaseAtlas>;
const small: Options = {
  tasks: [waves],
  activations: ["tanh"],
  depths: [2],
  width: 12,
  steps: 300,
  replicas: 3,
};
const planOf = (options: Options) => atlasPlan(completeValues(atlasOptions, options, "staircase-atlas"));
const adam = parseAtlasOptimizer("adam:0.01");
const rows = (table: string) => table.trimEnd().split("\n").slice(1).map((row) => row.split(","));

Deno.test("staircaseAtlas: in cells that learn, ranks rise in stairs, most in the last layers", async () => {
  const poisson = equationTask(equations.poisson1d, { samples: 34 });
  const options = {
    ...small,
    tasks: [waves, poisson],
    activations: ["tanh", "relu"],
    depths: [2, 3],
    optimizers: [adam],
    epsilons: [1e-4, 1e-2],
  };
  let last = 0;
  const result = await study(gpu, staircaseAtlas, options, {
    onProgress: (steps, cell) => {
      assert(steps >= last && /^(small|poisson1d), (tanh|relu), [23] layers, adam 0.01(, |$)/.test(cell));
      last = steps;
    },
  });
  // Two tasks with three networks each, but for the equation with ReLU.
  assert.equal(last, 5 * 300);
  assert.equal(result.rows.length, 5);
  // Each claim is judged over all cells, then in each.
  const words = ["rises where the loss falls", "jump", "climbs in stairs", "falls faster", "ranks above"];
  for (const [i, word] of words.entries()) {
    assert(result.verdicts[2 * i].claim.includes(word), word);
    assert.equal(!result.verdicts[2 * i].isPValue, word === "ranks above");
  }
  assert.match(result.verdicts[0].claim, /ε = 0.0001, in 5 cells together$/);
  const lift = result.verdicts[8];
  assert.match(lift.claim, /ε = 0.0001, on average over 5 cells$/);
  assert(lift.holds);

  const cells = rows(result.tables["cells.csv"]);
  assert.equal(cells.length, 5 * 2);
  const header = result.tables["cells.csv"].split("\n")[0].split(",");
  const column = (name: string) => cells.map((row) => row[header.indexOf(name)]);
  assert.deepEqual(column("task"), [...Array(6).fill("small"), ...Array(4).fill("poisson1d")]);
  assert.deepEqual(column("networks"), Array(10).fill("3"));
  for (const [i, error] of column("relative_error").entries()) {
    assert.equal(error === "", i < 6);
    if (i >= 6) assert(Number(error) > 0 && Number(error) < 2);
  }
  // What is judged is what the table says of the first threshold.
  const means = column("lift").filter((_, i) => i % 2 === 0).map(Number);
  const mean = means.reduce((sum, value) => sum + value, 0) / 5;
  assert(Math.abs(mean - lift.value) < 1e-12);
  for (const key of ["changes", "jumps", "ramp", "coupling"]) {
    const values = column(key).filter((value) => value !== "").map(Number);
    assert(values.every((p) => p > 0 && p <= 1), `${key}: ${values}`);
  }

  // 51 probes of three networks at two thresholds, of 2, 2, 3, 2 and 3 layers.
  const probes = rows(result.tables["staircase_atlas.csv"]);
  assert.equal(probes.length, 51 * 3 * 2 * 12);
  for (const [, , , , , , , , , , rank, low, high] of probes) {
    assert(Number(low) <= Number(rank) && Number(rank) <= Number(high) && Number(high) <= 12);
  }
  const elements = assertSoundSvg(
    result.figures["staircase_atlas.svg"],
    "The staircase across tasks, activations, depths and optimisers",
  );
  assert.equal(marks(elements, "panel").length, 6);
  assert.equal(marks(elements, "terminal").length, 5);
  assert.equal(marks(elements, "reason").map(({ text }) => text).join(" "), "no second derivatives");
  assert.equal(result.record.status, "done");
});

Deno.test("staircaseAtlas: a linear network has no stair beyond its rank, and its cell is not told from a trend", async () => {
  const options = { ...small, activations: ["tanh", "identity"], optimizers: [adam] };
  const { verdicts, figures } = await study(gpu, staircaseAtlas, options);
  const failed = verdicts.filter(({ holds }) => !holds).map(({ claim }) => claim);
  const stairs = "the terminal ε-rank climbs in stairs rather than along a smooth trend";
  assert(failed.includes(`${stairs}, ε = 0.01, in each cell`), `${failed}`);
  assert(
    failed.includes(
      "small, identity, 2 layers, adam 0.01: after training the last layer ranks above the first",
    ),
  );
  assert(!failed.some((claim) => claim.includes("tanh")));
  const elements = assertSoundSvg(
    figures["staircase_atlas.svg"],
    "The staircase across tasks, activations, depths and optimisers",
  );
  assert(marks(elements, "broken").length >= 1);
});

Deno.test("staircaseAtlas: who diverged is told by name and left out; a network of one layer has no later one", async () => {
  const options = {
    ...small,
    activations: ["relu"],
    depths: [1],
    steps: 40,
    optimizers: [parseAtlasOptimizer("sgd:0.01"), parseAtlasOptimizer("sgd:1e30")],
  };
  const result = await study(gpu, staircaseAtlas, options);
  assert.deepEqual(
    result.rows.filter(({ trace }) => trace.probes.length > 0).map(({ cell }) => cell.optimizer.learningRate),
    [0.01],
  );
  assert.deepEqual(result.diverged.map(({ replica }) => replica).sort(), [3, 4, 5]);
  assert.equal(result.record.status, "done");
  assert.match(
    result.text,
    /\nsmall, relu, 1 layer, sgd 1e\+30, replica 1, diverged at step \d+ in (layer \d|the output layer), and does not count\n/,
  );
  const lift = result.verdicts.filter(({ statistic }) => statistic.includes("rank of the last"));
  assert.deepEqual(lift.map(({ values, holds }) => [values.length, holds]), [[0, false], [0, false]]);
  const elements = assertSoundSvg(
    result.figures["staircase_atlas.svg"],
    "The staircase across tasks, activations, depths and optimisers",
  );
  assert.deepEqual(marks(elements, "reason").map(({ text }) => text), ["diverged"]);
  assert.equal(marks(elements, "first").length, 0);

  const none = await study(gpu, staircaseAtlas, {
    ...options,
    optimizers: [parseAtlasOptimizer("sgd:1e30")],
  });
  assert.equal(none.record.status, "diverged");
  assert(none.verdicts.every(({ holds }) => !holds));
});

Deno.test("staircaseAtlas: a signal keeps the cells that were done", async () => {
  const controller = new AbortController();
  // More updates than submissions on their way have room for.
  const steps = 3000, { signal } = controller;
  const options = { ...small, tasks: [named("one"), named("two")], depths: [1], width: 4, steps };
  const result = await study(gpu, staircaseAtlas, { ...options, optimizers: [adam] }, {
    signal,
    onProgress: (_, cell) => {
      if (cell.startsWith("two")) controller.abort();
    },
  });
  assert.deepEqual(result.rows.map(({ cell }) => cell.task.name), ["one"]);
  assert(result.timing.steps > steps && result.timing.steps < 2 * steps);
  assert.equal(result.record.status, "stopped");
});

Deno.test("atlasPlan: one of the lists varies at a time, or all do", async () => {
  const lists = {
    tasks: [named("one"), named("two")],
    activations: ["tanh", "relu", "sine"],
    depths: [2, 4],
    optimizers: ["adam", "momentum", "sgd"].map(parseAtlasOptimizer),
  };
  const { tasks, variants, steps } = await planOf({ ...lists, steps: 10 });
  assert.deepEqual(
    variants.map(({ activation, depth, optimizer }) => `${activation} ${depth} ${optimizer.name}`),
    ["tanh 2 adam", "relu 2 adam", "sine 2 adam", "tanh 4 adam", "tanh 2 momentum", "tanh 2 sgd"],
  );
  assert.deepEqual([atlasCells(tasks, variants).length, steps], [12, 10]);
  const all = await planOf({ ...lists, product: true });
  assert.equal(new Set(all.variants.map((variant) => JSON.stringify(variant))).size, 18);
});

Deno.test("atlasPlan: what is out of range is refused", async () => {
  for (
    const [options, message] of [
      [{ tasks: [] }, /^no tasks: give at least one$/],
      [{ tasks: [waves, waves] }, /^tasks: small is given twice, give it once$/],
      [{ activations: ["tanh", "thanh"] }, /^no activation "thanh"; did you mean "tanh"/],
      [{ activations: ["tanh", "tanh"] }, /^activations: tanh is given twice/],
      [{ depths: [2, 0] }, /^each of depths must be a whole number from 1 to 1024, not 0$/],
      [{ depths: [] }, /^no depths: give at least one$/],
      [{ optimizers: [] }, /^no optimisers/],
      [{ width: 2.5 }, /^width must be a whole number from 1 to 1048576, not 2.5$/],
      [{ steps: 0 }, /^steps must be/],
      [{ replicas: 0 }, /^replicas must be/],
      [{ epsilons: [] }, /^no thresholds ε/],
      [{ init: "zeros" }, /^no initialiser "zeros"/],
      [
        { tasks: [equationTask(equations.burgers, { samples: 9 })], activations: ["relu", "leaky-relu:0.1"] },
        /^no cell is left: equations need second derivatives/,
      ],
    ] as readonly [Options, RegExp][]
  ) {
    await assert.rejects(
      async () => await planOf({ ...small, ...options }),
      (error) => error instanceof InputError && message.test(error.message),
      `${message}`,
    );
  }
  for (
    const [text, message] of [["adam:", /^learning rate of adam:/], ["adam:x", /0.002$/], [
      "adm",
      /adm/,
    ]] as const
  ) {
    assert.throws(
      () => parseAtlasOptimizer(text),
      (error) => error instanceof InputError && message.test(error.message),
    );
  }
});
