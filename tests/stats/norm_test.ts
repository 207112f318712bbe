import { cosine, norm } from "../../src/stats/norm.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";

Deno.test("norm: the same bits as Math.hypot, of any values", () => {
  const random = uniform(4), special = [0, -0, NaN, Infinity, -Infinity, 5e-324, 1e308, -1];
  for (let n = 0; n < 2000; n++) {
    const values = Array.from(
      { length: Math.floor(12 * random()) },
      () =>
        random() < 0.05 ? special[Math.floor(8 * random())] : (random() - 0.5) * 10 ** (40 * random() - 20),
    );
    assert.equal(norm(values), Math.hypot(...values), `${values}`);
  }
});

Deno.test("norm: of more values than a call takes arguments", () => {
  assert.equal(norm(new Float32Array(2 ** 20).fill(-3)), 3 * 2 ** 10);
  assert.equal(norm([]), 0);
});

Deno.test("cosine: of parallel, orthogonal, opposite and zero values, whatever their size", () => {
  assert.equal(cosine([3, 4], [4, 3]), 0.96);
  assert.equal(cosine(Float32Array.of(1, 0), [0, 7]), 0);
  assert.equal(cosine([1e-200, 0], [-1e-100, 0]), -1);
  assert(Number.isNaN(cosine([0, 0], [1, 0])));
});
