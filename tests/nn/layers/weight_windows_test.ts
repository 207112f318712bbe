import { parameterLayout } from "../../../src/nn/layout.ts";
import { weightShares, WINDOW } from "../../../src/nn/layers/weight_windows.ts";
import { assert, fc } from "../../deps.ts";

const widths = fc.array(fc.integer({ min: 1, max: 140 }), { minLength: 3, maxLength: 6 });

Deno.test("weight_windows: every parameter of every replica lies in its window, every replica in one share", async () => {
  let windowed = 0;
  await fc.assert(fc.asyncProperty(widths, fc.integer({ min: 1, max: 40 }), (widths, replicas) => {
    const layout = parameterLayout(widths), { layers, size } = layout;
    const shares = weightShares(layout, replicas);
    if (!shares) return Promise.resolve(assert(size > WINDOW - 15, `${widths} has ${size} vectors`));
    windowed++;
    let next = 0;
    for (const { firstReplica, replicas: count, secondFrom, windows, bases } of shares) {
      assert.equal(firstReplica, next);
      next += count;
      for (const window of windows) assert(window % 16 === 0 && window <= firstReplica * size + size);
      for (let r = firstReplica; r < next; r++) {
        for (const [l, { weights }] of layers.entries()) {
          const second = Number(l >= secondFrom);
          const end = layers[l + 1]?.weights ?? size;
          // As the kernel finds it, and where it is.
          const at = bases[second] + (r - firstReplica) * size + weights;
          assert.equal(windows[second] + at, r * size + weights);
          assert(at >= 0 && at + end - weights <= WINDOW, `${widths}, layer ${l}: ${at}`);
        }
      }
    }
    assert.equal(next, replicas);
    return Promise.resolve();
  }));
  assert(windowed > 20, `${windowed} networks fit windows`);
});

Deno.test("weight_windows: replicas share a window while they fit it, large networks take two, the largest none", () => {
  const shares = (widths: readonly number[], replicas: number) =>
    weightShares(parameterLayout(widths), replicas)?.map((
      { replicas, secondFrom },
    ) => [replicas, secondFrom]);
  assert.deepEqual(shares([1, 50, 50, 1], 9), [[5, 3], [4, 3]]);
  assert.deepEqual(shares([1, 100, 100, 100, 1], 2), [[1, 2], [1, 2]]);
  assert.equal(shares([1, 100, 100, 100, 100, 1], 1), undefined);
  assert.equal(shares([1, 200, 200, 1], 1), undefined);
});
