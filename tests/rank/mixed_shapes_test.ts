import { Gpu } from "../../src/gpu/device.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { squareMatrix } from "../../src/linalg/matrix.ts";
import { countRanks } from "../../src/rank/methods/counting.ts";
import { countMethodNames } from "../../src/rank/methods/rank_methods.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { gramMatrix } from "../linalg/matrices.ts";

/** Whether all shapes are run, three times each, by every method: minutes instead of seconds. */
const isFull = Deno.args.includes("--full");

const ORDERS = [8, 64, 40, 128, 33, 1, 65];
/** Batches, each with the largest order that is run with it unless all are. */
const BATCHES = [[1, 128], [7, 65], [2, 128], [64, 40]] as const;
const PASSES = isFull ? 3 : 2;
/** Larger than any eigenvalue, and down to a small share of them. */
const EPSILONS = [100, 1e-1, 1e-3, 1e-5];

/** Ways to compute, each with a result that can be compared. */
const ways: Readonly<Record<string, (gpu: Gpu, matrices: Float32Array[]) => Promise<unknown>>> = {
  eigvalsh: (gpu, matrices) => eigvalsh(gpu, matrices.map(squareMatrix)),
  ...Object.fromEntries(
    countMethodNames.map((rankMethod) => [
      rankMethod,
      (gpu: Gpu, matrices: Float32Array[]) =>
        countRanks(gpu, matrices, matrices.map(() => EPSILONS), { rankMethod }),
    ]),
  ),
};
const names = isFull ? Object.keys(ways) : ["eigvalsh", "cholesky"];

const made = new Map<number, Float32Array[]>();

/** Matrices of an order; batches of one order begin alike. */
function batch(order: number, count: number): Float32Array[] {
  const matrices = made.get(order) ?? [];
  made.set(order, matrices);
  while (matrices.length < count) {
    matrices.push(gramMatrix(order, order + 3, 1 + order * 100 + matrices.length));
  }
  return matrices.slice(0, count);
}

/** A list in random order, by a seed (Fisher and Yates). */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = uniform(seed), all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all;
}

const shapes = BATCHES.flatMap(([count, most]) =>
  ORDERS.filter((order) => isFull || order <= most).map((order) => ({ order, count }))
);

for (const name of names) {
  Deno.test(`mixed shapes: ${name} of ${shapes.length} shapes in random order on one device, as on fresh ones`, async () => {
    const fresh = new Map<string, unknown>();
    for (const { order, count } of shapes) {
      using gpu = await Gpu.open();
      fresh.set(`${order}, ${count}`, await ways[name](gpu, batch(order, count)));
    }
    using gpu = await Gpu.open();
    for (let pass = 0; pass < PASSES; pass++) {
      for (const { order, count } of shuffled(shapes, pass)) {
        const found = await ways[name](gpu, batch(order, count));
        assert.deepEqual(
          found,
          fresh.get(`${order}, ${count}`),
          `order ${order}, ${count} matrices, pass ${pass}`,
        );
      }
    }
  });
}
