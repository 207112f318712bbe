import { digits } from "../../src/tasks/digits/digits.ts";
import { labelsOf, oneHot } from "../../src/tasks/labels.ts";
import { mixture } from "../../src/tasks/mixture.ts";
import { assert, fc } from "../deps.ts";

Deno.test("labels: one-hot targets have one 1 per row, from which the labels come back", () => {
  const cases = fc.integer({ min: 2, max: 6 }).chain((classes) =>
    fc.tuple(fc.constant(classes), fc.array(fc.nat(classes - 1), { minLength: 1, maxLength: 20 }))
  );
  fc.assert(fc.property(cases, ([classes, labels]) => {
    const y = oneHot(labels, classes), count = labels.length;
    assert.deepEqual([y.length, y.reduce((sum, share) => sum + share, 0)], [count * classes, count]);
    const nothing = new Float32Array();
    assert.deepEqual([...labelsOf({ count, x: nothing, y, weights: nothing }, classes)], labels);
  }));
});

Deno.test("labels: probabilities have the label of the largest, and one output those of two classes", () => {
  const x = new Float32Array(), weights = x;
  const of = (
    y: number[],
    outputs: number,
  ) => [...labelsOf({ count: y.length / outputs, x, y: Float32Array.from(y), weights }, outputs)];
  assert.deepEqual(of([0.2, 0.5, 0.3, 0.4, 0.4, 0.2], 3), [1, 0]);
  assert.deepEqual(of([0, 1, 0.4, 0.6], 1), [0, 1, 0, 1]);
});

Deno.test("labels: built-in classifications carry them", async () => {
  const task = mixture({ samples: 12, classes: 3 });
  assert.deepEqual([...labelsOf(task.train, 3)], [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  const { train, test } = await digits({ samples: 30 });
  for (const samples of [train, test!]) {
    const { labels: _, ...without } = samples;
    assert.deepEqual(labelsOf(samples, 10), samples.labels);
    assert.deepEqual(labelsOf(without, 10), samples.labels);
  }
});
