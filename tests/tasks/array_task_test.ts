import { ShapeError } from "../../src/errors.ts";
import { arrayTask, type ArrayTaskOptions } from "../../src/tasks/array_task.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

const { fround } = Math;

Deno.test("arrayTask: flat arrays and rows of the same numbers are the same task", () => {
  const sizes = fc.record({
    count: fc.integer({ min: 1, max: 20 }),
    inputs: fc.integer({ min: 1, max: 4 }),
    outputs: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(fc.property(sizes, ({ count, inputs, outputs }) => {
    const rows = (width: number) =>
      Array.from(
        { length: count },
        (_, k) => Array.from({ length: width }, (_, j) => Math.sin(k * width + j)),
      );
    const x = rows(inputs), y = rows(outputs);
    const task = arrayTask({ x, y });
    assert.deepEqual([task.kind, task.loss, task.test], ["regression", "mean-squared-error", null]);
    assert.deepEqual([task.inputs, task.outputs, task.train.count], [inputs, outputs, count]);
    assert.deepEqual([...task.train.x], x.flat().map(fround));
    assert.deepEqual(task.train.weights, new Float32Array(count).fill(1 / count));
    assert.deepEqual(arrayTask({ x: x.flat(), y: y.flat(), inputs, outputs }), task);
    assert.deepEqual(
      arrayTask({ x: Float64Array.from(x.flat()), y: y.map((row) => Float32Array.from(row)), inputs }),
      task,
    );
  }));
});

Deno.test("arrayTask: labels make a classification, one target per class", () => {
  const x = [[0, 1], [2, 3], [4, 5], [6, 7]];
  const task = arrayTask({ x, labels: [2, 0, 1, 2], test: { x: [[9, 9]], labels: [1], weights: [2] } });
  assert.equal(task.kind, "classification");
  assert.deepEqual([task.inputs, task.outputs, task.loss], [2, 3, "softmax-cross-entropy"]);
  assert.deepEqual([...task.train.y], [0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
  assert(task.kind === "classification" && task.test);
  assert.deepEqual(task.train.labels, Uint32Array.of(2, 0, 1, 2));
  assert.deepEqual([...task.test.y, ...task.test.weights], [0, 1, 0, 2]);
  assert.equal(task.description, "4 samples of 2 inputs, 3 classes");

  const two = arrayTask({ x, labels: [0, 1, 1, 0], loss: "logistic", name: "mine", description: "of mine" });
  assert.deepEqual([two.name, two.description, two.outputs, [...two.train.y]], ["mine", "of mine", 1, [
    0,
    1,
    1,
    0,
  ]]);
  // A part of a larger set may miss classes.
  assert.equal(arrayTask({ x, labels: [0, 3, 3, 0], classes: 5 }).outputs, 5);
  // Probabilities.
  const soft = arrayTask({ x: [1, 2], y: [[0.25, 0.75], [1, 0]], loss: "softmax-cross-entropy" });
  assert.deepEqual([soft.kind, soft.outputs, soft.train.count], ["classification", 2, 2]);
});

Deno.test("arrayTask: arrays that do not fit are answered with what was given", () => {
  const cases: [ArrayTaskOptions, string][] = [
    [
      { x: new Float32Array(399), y: new Float32Array(400) },
      "400 samples of 1 input need 400 numbers in x, got 399",
    ],
    [{ x: [1, 2, 3], inputs: 2, labels: [0, 1] }, "2 samples of 2 inputs need 4 numbers in x, got 3"],
    [{ x: [1, 2], y: [1, 2], weights: [1] }, "2 samples need 2 numbers in weights, got 1"],
    [{ x: [1, 2], y: [1, 2, 3], outputs: 2 }, "3 numbers in y: give 2 for each of at least one sample"],
    [{ x: [], y: [] }, "0 numbers in y: give 1 for each of at least one sample"],
    [
      { x: [1], y: [1], test: { x: [1, 2], y: [1] } },
      "1 held-out sample of 1 input needs 1 number in x, got 2",
    ],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => arrayTask(options), (error) => {
      assert(error instanceof ShapeError);
      assert.equal(error.message, `task "own data": ${message}`);
      return true;
    });
  }
  assert.throws(
    () => arrayTask({ x: [[1, 2], [3]], y: [1, 2] }),
    inputError(/^x\[1\] has 1 number: give rows of 2$/),
  );
  assert.throws(
    () => arrayTask({ x: [[1, 2]], y: [1], inputs: 3 }),
    inputError(/^x\[0\] has 2 numbers: give rows of 3$/),
  );
});

Deno.test("arrayTask: data that cannot be trained on is refused with its place", () => {
  const x = [[0, 1], [2, 3], [4, 5]], y = [1, 2, 3];
  const cases: [unknown, RegExp][] = [
    [
      { x: [[0, 1], [2, NaN], [4, 5]], y },
      /^task "own data": x\[1\] of sample 1 is NaN: give finite numbers$/,
    ],
    // Above the largest f32.
    [{ x, y: [1, 1e39, 2] }, /^task "own data": y of sample 1 is Infinity: give finite numbers$/],
    [
      { x, y, weights: [1, -1, 1] },
      /^task "own data": weight of sample 1 is -1: give finite numbers from 0$/,
    ],
    [{ x, y, weights: [NaN, 1, 1] }, /weight of sample 0 is NaN/],
    [{ x, y, weights: [1, 1, Infinity] }, /weight of sample 2 is Infinity/],
    [{ x, y, weights: [0, 0, 0] }, /^task "own data": weights are all 0: give at least one above 0$/],
    [{ x, y, test: { x, y: [1, NaN, 2] } }, /^task "own data": held-out y of sample 1 is NaN/],
    [{ x, labels: [0, -1, 1] }, /^task "own data": label of sample 1 is -1: give whole numbers from 0$/],
    [{ x, labels: [0, 1, 1.5] }, /label of sample 2 is 1.5: give whole numbers from 0$/],
    [{ x, labels: ["a", "b", "c"] }, /label of sample 0 is a: give whole numbers from 0$/],
    [
      { x, labels: [0, 2, 2] },
      /no sample has label 1: number the classes from 0 without gaps, or give their number/,
    ],
    [{ x, labels: [0, 0, 0] }, /labels of 1 class: give at least two classes$/],
    [{ x, labels: [] }, /labels of 0 classes: /],
    [{ x, labels: [0, 1, 2], classes: 2 }, /label of sample 2 is 2: those of 2 classes go from 0 to 1$/],
    [{ x, labels: [0, 1, 2], classes: 1.5 }, /classes must be a whole number of at least 2, not 1.5$/],
    [
      { x, labels: [0, 1, 2], loss: "logistic" },
      /label of sample 2 is 2: those of 2 classes go from 0 to 1$/,
    ],
    [{ x, labels: [0, 1, 0], test: { x, labels: [0, 1, 2] } }, /held-out samples: label of sample 2 is 2: /],
    [
      { x, labels: [0, 1, 0], test: { x, y } },
      /held-out samples: y: give either y or labels, the same for all/,
    ],
    [{ x, y, labels: [0, 1, 0] }, /y and labels: give either y or labels/],
    [{ x }, /no y and no labels: give either y or labels/],
    [{ x, labels: [0, 1, 0], loss: "mean-squared-error" }, /labels with the loss mean-squared-error: /],
    [{ x, y, loss: "logistic" }, /y of sample 1 is 2: the loss logistic takes probabilities from 0 to 1$/],
    [
      { x, y: [[1, 1], [0, 1], [1, 0]], loss: "softmax-cross-entropy" },
      /probabilities of sample 0 add up to 2: /,
    ],
    [{ x, y: [1, 0, 1], loss: "softmax-cross-entropy" }, /1 output with the loss softmax-cross-entropy: /],
    [
      { x, y: [[1, 1], [0, 1], [1, 0]], loss: "logistic" },
      /2 outputs with the loss logistic: give one output$/,
    ],
    [{ x, y, loss: "mse" }, /^no loss "mse"; .*give one of mean-squared-error, /],
    [{ x, y, weight: [1, 1, 1] }, /^options of arrayTask have no "weight"; did you mean "weights"\?/],
    [{ x, y, test: { X: x, y } }, /^held-out samples have no "X"; did you mean "x"\?/],
    [{ x, y, defaults: { step: 3 } }, /^defaults of task "own data" have no "step"; did you mean "steps"\?/],
    [{ x: ["1", "2", "3"], y }, /^x\[0\] is a string: give numbers$/],
    [{ x: 5, y }, /^x must be an array of numbers, not 5$/],
    [{ y }, /^x must be an array of numbers, not undefined$/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => arrayTask(options as ArrayTaskOptions), inputError(message), String(message));
  }
});

Deno.test("arrayTask: arrays with their shape are those of rows", () => {
  const x = { shape: [3, 2], data: Float64Array.of(0, 1, 2, 3, 4, 5) }, rows = [[0, 1], [2, 3], [4, 5]];
  const y = { shape: [3], data: [7, 8, 9] };
  assert.deepEqual(arrayTask({ x, y }), arrayTask({ x: rows, y: [7, 8, 9] }));
  const test = { x: { shape: [1, 2], data: [6, 7] }, y: { shape: [1, 1], data: [1] } };
  assert.deepEqual(
    arrayTask({ x, y, test }).test,
    arrayTask({ x: rows, y: [7, 8, 9], test: { x: [[6, 7]], y: [1] } }).test,
  );
  const wrong: [options: Partial<ArrayTaskOptions>, message: RegExp][] = [
    [{ x: { shape: [3, 2], data: [1, 2] } }, /^x of shape \(3, 2\) needs 6 numbers, got 2$/],
    [
      { x: { shape: [3, 2, 1], data: x.data } },
      /^x of shape \(3, 2, 1\): give one axis, or a row per sample$/,
    ],
    [{ x: { shape: [], data: [1] } }, /^x of shape \(\): give one axis/],
    [{ x, inputs: 3 }, /^x of shape \(3, 2\): give rows of 3$/],
    [{ test: { x: y, y } }, /^x of shape \(3\): give rows of 2$/],
    [{ y: { shape: [2], data: [1, 2] } }, /2 samples of 2 inputs need 4 numbers in x, got 6$/],
  ];
  for (const [changed, message] of wrong) {
    assert.throws(() => arrayTask({ x, y, ...changed }), inputError(message));
    assert.throws(() => arrayTask({ x, y, ...changed }), ShapeError);
  }
});
