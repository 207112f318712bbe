import { InputError } from "../../../src/errors.ts";
import { poolImages } from "../../../src/tasks/digits/pool.ts";
import { assert } from "../../deps.ts";
import { smallTask } from "../../support/tasks.ts";

Deno.test("poolImages: means of squares, image by image", () => {
  const whole = smallTask({ inputs: 16, count: 2, heldOut: true });
  const x = Float32Array.from({ length: 32 }, (_, i) => i);
  const task = { ...whole, train: { ...whole.train, x }, test: { ...whole.test!, x } };
  const { inputs, train, test } = poolImages(task, 2);
  assert.equal(inputs, 4);
  assert.deepEqual([...train.x], [2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]);
  assert.deepEqual(test!.x, train.x);
  assert.deepEqual(poolImages(task, 1), task);
  assert.deepEqual([...poolImages({ ...task, test: null }, 4).train.x], [7.5, 23.5]);
});

Deno.test("poolImages: what is no square image, or no divisor of its side, is refused", () => {
  assert.throws(() => poolImages(smallTask({ inputs: 2 }), 1), InputError);
  for (const factor of [0, 3, 1.5, -2, 8]) {
    assert.throws(() => poolImages(smallTask({ inputs: 16 }), factor), InputError);
  }
});
