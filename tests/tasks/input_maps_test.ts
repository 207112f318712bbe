import { InputError } from "../../src/errors.ts";
import { boundingBox } from "../../src/tasks/bounding_box.ts";
import {
  dyadicFrequencies,
  fourierFeatures,
  mapInputs,
  multiScale,
  randomFrequencies,
} from "../../src/tasks/input_maps.ts";
import { assert } from "../deps.ts";
import { smallTask } from "../support/tasks.ts";

const box = { center: [1, -2], half: [2, 0.5] };

Deno.test("mapInputs: maps what is trained on and what is held out, and nothing else", () => {
  const task = smallTask({ count: 7, inputs: 2, outputs: 2, heldOut: true });
  const mapped = mapInputs(task, { inputs: 3, at: (x) => [x[0], x[1], x[0] * x[1]] });
  assert.deepEqual({ ...mapped, inputs: 2, train: null, test: null }, { ...task, train: null, test: null });
  assert.equal(mapped.inputs, 3);
  for (const samples of [mapped.train, mapped.test!]) {
    assert.deepEqual({ ...samples, x: null }, { ...task.train, x: null });
    for (let k = 0; k < 7; k++) {
      const [x, y] = task.train.x.subarray(2 * k);
      assert.deepEqual([...samples.x.subarray(3 * k, 3 * k + 3)], [x, y, Math.fround(x * y)]);
    }
  }
  assert.equal(mapInputs(smallTask(), { inputs: 1, at: (x) => [x[0]] }).test, null);
  assert.throws(() => mapInputs(task, { inputs: 1, at: (x) => [1 / (x[0] - task.train.x[4])] }), {
    name: InputError.name,
    message: /^task "small": an input of sample 2 becomes /,
  });
});

Deno.test("multiScale: all coordinates of the cube at each scale", () => {
  const map = multiScale(box, [1, -3]);
  assert.equal(map.inputs, 4);
  assert.deepEqual(map.at([3, -2.25]), [1, -0.5, -3, 1.5]);
  for (const wrong of [[], [NaN], [1, Infinity]]) assert.throws(() => multiScale(box, wrong), InputError);
});

Deno.test("fourierFeatures: frequencies count the periods across the box", () => {
  const map = fourierFeatures(box, [[1, 0], [0.5, 2]]);
  assert.equal(map.inputs, 4);
  const close = (x: readonly number[], expected: readonly number[]) =>
    expected.forEach((value, i) => assert(Math.abs(map.at(x)[i] - value) < 1e-14, `${map.at(x)}`));
  // t = (1/2, 0): phases π/2 and π/4.
  close([2, -2], [0, 1, Math.SQRT1_2, Math.SQRT1_2]);
  // From one side to the other phases grow by 2π times the frequency: the first feature has one
  // period.
  close([-1, -2], [-1, 0, 0, -1]);
  close([3, -2], [-1, 0, 0, 1]);
  for (const wrong of [[], [[NaN, 1]]]) assert.throws(() => fourierFeatures(box, wrong), InputError);
});

Deno.test("randomFrequencies: normally distributed, by the seed", () => {
  const vectors = randomFrequencies(3, 2000, { deviation: 5, seed: 1 });
  assert(vectors.length === 2000 && vectors.every((vector) => vector.length === 3));
  const all = vectors.flat(), mean = all.reduce((sum, b) => sum + b, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, b) => sum + (b - mean) ** 2, 0) / all.length);
  // Four standard errors of 6,000 draws.
  assert(Math.abs(mean) < 4 * 5 / Math.sqrt(6000) && Math.abs(deviation / 5 - 1) < 4 / Math.sqrt(2 * 6000));
  assert.deepEqual(randomFrequencies(3, 2000, { deviation: 5, seed: 1 }), vectors);
  assert.notDeepEqual(randomFrequencies(3, 2000, { deviation: 5, seed: 2 }), vectors);
  assert.throws(() => randomFrequencies(1, 1, { deviation: 1, seed: -1 }), InputError);
});

Deno.test("dyadicFrequencies: powers of two along each axis", () => {
  assert.deepEqual(dyadicFrequencies(1, 4), [[1], [2], [4], [8]]);
  assert.deepEqual(dyadicFrequencies(2, 2), [[1, 0], [0, 1], [2, 0], [0, 2]]);
  // A cosine that is one of the features: its samples are a column of the mapped inputs.
  const task = smallTask({ count: 9 });
  const { x } = mapInputs(task, fourierFeatures(boundingBox(task.train), dyadicFrequencies(1, 1))).train;
  assert(x.length === 18 && x.every((_, e) => e % 2 === 0 || Math.abs(x[e - 1] ** 2 + x[e] ** 2 - 1) < 1e-6));
});
