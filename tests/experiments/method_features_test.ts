import {
  type Partition,
  partitionOfUnity,
  polynomialFeatures,
  polynomialOrders,
} from "../../src/experiments/methods/partition.ts";
import { randomFeatures } from "../../src/experiments/methods/random_features.ts";
import { boundingBox } from "../../src/tasks/bounding_box.ts";
import { quasirandom } from "../../src/tasks/points.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert, fc } from "../deps.ts";
import { singularValues } from "../reference/singular_values.ts";
import { smallTask } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const box = { center: [1, -2], half: [2, 0.5] };
const bumps = (partition: Partition, x: readonly number[]) =>
  Array.from({ length: partition.patches }, (_, patch) => partition.at(patch, x).bump);

Deno.test("partitionOfUnity: bumps add up to 1, beyond the box as well, and overlap their neighbours alone", () => {
  const point = fc.tuple(
    fc.double({ min: -3, max: 5, noNaN: true }),
    fc.double({ min: -3, max: -1, noNaN: true }),
  );
  fc.assert(
    fc.property(point, fc.integer({ min: 1, max: 6 }), (x, perAxis) => {
      const all = bumps(partitionOfUnity(box, perAxis), x);
      assert.equal(all.length, perAxis ** 2);
      assert(
        Math.abs(all.reduce((sum, bump) => sum + bump, 0) - 1) < 1e-12 && all.every((bump) => bump >= 0),
      );
      assert(all.filter((bump) => bump > 0).length <= 4);
    }),
    { seed: 5 },
  );
});

Deno.test("partitionOfUnity: a patch is [−1, 1] of its own coordinates, its bump 1 inside", () => {
  const partition = partitionOfUnity({ center: [0], half: [1] }, 4);
  // Patches are half a unit wide; the second one's centre is −1/4.
  assert.deepEqual(partition.at(1, [-0.25]), { bump: 1, local: [0] });
  assert.deepEqual(partition.at(1, [0]).local, [1]);
  assert.equal(partition.at(1, [-0.25 + 0.75 / 4]).bump, 1);
  assert(Math.abs(partition.at(1, [0]).bump - 0.5) < 1e-12);
  assert.equal(partition.at(1, [-0.25 + 1.25 / 4]).bump, 0);
  assert.deepEqual(bumps(partition, [-7]), [1, 0, 0, 0]);
});

Deno.test("polynomialOrders: by degree, mixed ones first", () => {
  assert.deepEqual(polynomialOrders(1, 3), [[0], [1], [2]]);
  assert.deepEqual(polynomialOrders(2, 6), [[0, 0], [1, 0], [0, 1], [1, 1], [2, 0], [0, 2]]);
  assert.deepEqual(polynomialOrders(3, 5).at(-1), [1, 1, 0]);
});

Deno.test("polynomialFeatures: span the polynomials of their degree, and are independent", () => {
  const points = quasirandom(90, 2, { low: -1, high: 1, seed: 0 });
  const partition = partitionOfUnity(boundingBox({ count: 90, x: points }), 2);
  // Six polynomials on each of four patches: all of degree 2. A 25th feature is the first of degree
  // 3.
  for (const width of [24, 25]) {
    const features = polynomialFeatures(partition, points, { inputs: 2, width });
    const values = singularValues(features, 90, width);
    assert(values[width - 1] > 1e-3 * values[0], `${values[width - 1]} of ${values[0]}`);
    // x² − 3xy + 1 adds nothing to their span.
    const more = Float64Array.from({ length: 90 * (width + 1) }, (_, e) => {
      const k = Math.floor(e / (width + 1)), j = e % (width + 1), [x, y] = points.subarray(2 * k);
      return j < width ? features[k * width + j] : x * x - 3 * x * y + 1;
    });
    assert(singularValues(more, 90, width + 1)[width] < 1e-12 * values[0]);
  }
});

Deno.test("randomFeatures: bump times activation of random weights in local coordinates, as float64 has them", async () => {
  for (const [inputs, perAxis, width] of [[1, 1, 7], [2, 1, 5], [1, 3, 8], [2, 2, 10]]) {
    const { train } = smallTask({ count: 31, inputs }), { train: other } = smallTask({ count: 12, inputs });
    const partition = partitionOfUnity(boundingBox(train), perAxis);
    const options = { partition, width, activation: "tanh", range: 3, replicas: 2, seed: 9 };
    const all = await randomFeatures(gpu, [train, other], options);
    const { patches } = partition, neurons = Math.ceil(width / patches);
    [train, other].forEach((samples, s) =>
      all[s].forEach((features, replica) => {
        assert.equal(features.length, samples.count * width);
        features.forEach((value, e) => {
          const k = Math.floor(e / width), j = e % width, patch = j % patches;
          const next = uniform(2 ** 32 * (1 + replica * patches + patch) + 9);
          const draws = Array.from({ length: (inputs + 1) * neurons }, () => 3 * (2 * next() - 1));
          const { bump, local } = partition.at(patch, samples.x.subarray(k * inputs, (k + 1) * inputs));
          const neuron = Math.floor(j / patches);
          const z = local.reduce(
            (sum, t, i) => sum + t * draws[i * neurons + neuron],
            draws[inputs * neurons + neuron],
          );
          // Weights, coordinates and sums of some 3 are rounded to single precision; slopes are at
          // most 1.
          assert(Math.abs(value - bump * Math.tanh(z)) <= 2e-6, `${value}, not ${bump * Math.tanh(z)}`);
        });
      })
    );
  }
});

Deno.test("randomFeatures: a replica's features do not depend on how many replicas there are", async () => {
  const { train } = smallTask({ count: 20 });
  const options = {
    partition: partitionOfUnity(boundingBox(train), 2),
    width: 6,
    activation: "sine",
    range: 2,
    seed: 3,
  };
  const [three] = await randomFeatures(gpu, [train], { ...options, replicas: 3 });
  const [two] = await randomFeatures(gpu, [train], { ...options, replicas: 2 });
  assert.deepEqual(two, three.slice(0, 2));
  assert.notDeepEqual(three[0], three[1]);
});
