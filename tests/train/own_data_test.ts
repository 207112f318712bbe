import { arrayTask, type ArrayTaskOptions } from "../../src/tasks/array_task.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { completeOptions, type TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { trainSpectra } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const rows = (count: number, width: number) =>
  Array.from({ length: count }, (_, k) => Array.from({ length: width }, (_, j) => Math.sin(3 * k + 7 * j)));

Deno.test("own data: tasks of any size and kind train with the library's defaults", async () => {
  const x = rows(30, 3);
  const cases: [ArrayTaskOptions, outputs: number][] = [
    [{ x: [0.5], y: [2] }, 1],
    [{ x, y: rows(30, 3), test: { x: rows(7, 3), y: rows(7, 3) } }, 3],
    [{ x: rows(12, 6), y: rows(12, 1), weights: Array.from({ length: 12 }, (_, k) => k) }, 1],
    [{ x, labels: x.map(([a, b]) => a < 0 ? 0 : b < 0 ? 1 : 2), test: { x: [[1, 1, 0]], labels: [2] } }, 3],
    [{ x, labels: x.map(([a]) => Number(a > 0)), loss: "logistic" }, 1],
  ];
  for (const [options, outputs] of cases) {
    const task = arrayTask(options);
    const { losses: [losses], probes } = await trainSpectra(gpu, { task, steps: 60, probeEvery: 30 });
    assert(losses[60] < losses[0], `${task.description}: ${losses[0]} to ${losses[60]}`);
    assert.deepEqual(probes.map(({ step }) => step), [0, 30, 60]);
    assert(probes.every(({ layers }) => layers.every(({ eigenvalues }) => eigenvalues.length === 50)));
    const isClassification = task.kind === "classification";
    assert(
      probes.every(({ accuracy, floors }) =>
        (accuracy !== null) === isClassification && !floors === isClassification
      ),
    );
    using training = await Training.create(gpu, { task, hidden: [1], steps: 1 });
    assert.deepEqual(training.network.widths, [task.inputs, 1, outputs]);
    const { probes: [{ layers: [layer] }] } = await training.finish();
    assert(layer.ranks.every(({ rank, high }) => rank <= 1 && high <= 1));
  }
});

Deno.test("own data: a built-in task with other samples, or without its defaults, trains", async () => {
  const task = await loadTask("cosines");
  const { defaults: _, ...bare } = task;
  const { train } = arrayTask({ x: [-1, 0, 0.5, 1], y: [1, 2, 0, 1] });
  const options = completeOptions({ task: { ...bare, train } });
  assert.deepEqual([options.hidden, options.optimizer], [[50, 50], { name: "adam", learningRate: 1e-3 }]);
  const { losses: [losses] } = await trainSpectra(gpu, { task: { ...task, train }, steps: 20 });
  assert(losses[20] < losses[0]);
});

Deno.test("own data: a task that was changed by hand is checked before it trains", async () => {
  const task = arrayTask({ x: rows(5, 2), y: [1, 2, 3, 4, 5] }), { train } = task;
  const change = (at: number, value: number) => (values: Float32Array) => values.with(at, value);
  const cases: [object, RegExp][] = [
    [{ train: { ...train, x: change(3, NaN)(train.x) } }, /^task "own data": x\[1\] of sample 1 is NaN: /],
    [{ train: { ...train, weights: change(2, -1)(train.weights) } }, /weight of sample 2 is -1: /],
    [
      { train: { ...train, y: [1, 2, 3, 4, 5] } },
      /^task "own data": y is no typed array: make the task with arrayTask$/,
    ],
    [{ kind: "regresion" }, /^no kind of task "regresion"; did you mean "regression"\? /],
    [
      { kind: "classification", loss: "logistic" },
      /y of sample 1 is 2: the loss logistic takes probabilities/,
    ],
    [{ loss: "logistic" }, /^no regression loss "logistic"; give one of mean-squared-error$/],
    [{ test_data: train }, /^fields of the regression "own data" have no "test_data"; /],
    [{ inputs: 0 }, /^task "own data": inputs must be a whole number of at least 1, not 0$/],
  ];
  for (const [fields, message] of cases) {
    const options = { task: { ...task, ...fields } } as unknown as TrainingOptions;
    await assert.rejects(Training.create(gpu, options), inputError(message));
  }
});
