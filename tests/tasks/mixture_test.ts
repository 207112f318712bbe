import { mixture } from "../../src/tasks/mixture.ts";
import type { Samples } from "../../src/tasks/task.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

const labelOf = ({ y }: Samples, k: number, classes: number) =>
  y.subarray(k * classes, (k + 1) * classes).indexOf(1);

Deno.test("mixture: five classes of a hundred in 20 dimensions, one-hot, in turn, others held out", () => {
  const { name, inputs, outputs, loss, train, test, description } = mixture();
  assert.deepEqual([name, inputs, outputs, loss], ["mixture", 20, 5, "softmax-cross-entropy"]);
  assert.equal(description, "5 Gaussian classes in 20 dimensions, deviation 1");
  assert(test !== null);
  for (const samples of [train, test]) {
    assert.deepEqual([samples.count, samples.x.length, samples.y.length], [500, 10_000, 2500]);
    for (let k = 0; k < 500; k++) assert.equal(labelOf(samples, k, 5), k % 5);
    assert.equal(samples.y.reduce((sum, value) => sum + value, 0), 500);
    assert(samples.weights.every((weight) => weight === Math.fround(1 / 500)));
  }
  assert.notDeepEqual(train.x, test.x);
});

Deno.test("mixture: classes have the deviation asked for, about centres drawn from N(0, I)", () => {
  const classes = 20, inputs = 50, each = 40, deviation = 0.3;
  const { x } = mixture({ classes, inputs, samples: classes * each, deviation, seed: 3 }).train;
  let within = 0, centres = 0;
  for (let label = 0; label < classes; label++) {
    for (let j = 0; j < inputs; j++) {
      const values = Array.from({ length: each }, (_, i) => x[(i * classes + label) * inputs + j]);
      const mean = values.reduce((sum, value) => sum + value, 0) / each;
      centres += mean ** 2;
      within += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    }
  }
  // Five standard deviations of χ² with as many degrees of freedom as there are numbers.
  const freedom = classes * inputs * (each - 1);
  assert(Math.abs(within / freedom / deviation ** 2 - 1) < 5 * Math.sqrt(2 / freedom));
  const expected = 1 + deviation ** 2 / each;
  const tolerance = 5 * Math.sqrt(2 / (classes * inputs));
  assert(Math.abs(centres / (classes * inputs) / expected - 1) < tolerance);
});

Deno.test("mixture: the seed fixes centres and deviations; the number of samples leaves others as they are", () => {
  const at = (deviation: number, samples = 40, seed = 5) => mixture({ deviation, samples, seed });
  const centres = at(0).train.x, one = at(1).train.x, two = at(2).train.x;
  assert.deepEqual(centres.subarray(0, 100), centres.subarray(100, 200));
  one.forEach((value, i) => assert(Math.abs(two[i] - centres[i] - 2 * (value - centres[i])) < 1e-5));
  assert.deepEqual(at(1).train.x, one);
  assert.deepEqual(at(1, 7).train.x, one.subarray(0, 140));
  assert.deepEqual(at(1, 7).test, at(1).test);
  assert.notDeepEqual(at(1, 40, 6).train.x, one);
});

Deno.test("mixture: what is out of range is refused", () => {
  for (
    const [options, message] of [
      [{ classes: 1 }, /^1 classes: give a whole number from 2$/],
      [{ classes: 2.5 }, /^2.5 classes/],
      [{ inputs: 0 }, /^inputs of dimension 0: give a whole number from 1$/],
      [{ deviation: -1 }, /^deviation -1 within a class: give a number from 0$/],
      [{ deviation: NaN }, /^deviation NaN/],
      [{ deviation: Infinity }, /^deviation Infinity/],
      [{ samples: 4 }, /^4 samples of 5 classes: give one of each at least$/],
      [{ samples: 0 }, /^samples must be a whole number from 1 to /],
      [{ seed: -1 }, /^seed must be a whole number from 0 to /],
    ] as const
  ) {
    assert.throws(() => mixture(options), inputError(message));
  }
});
