import { ShapeError } from "../../../src/errors.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { bindDigitGrams } from "../../../src/linalg/gram/gram_digits.ts";
import { InertiaCounts } from "../../../src/linalg/count/inertia_double_single.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { families, reference } from "../../support/families.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { normals } from "../../reference/random.ts";
import { type HostLayer, uploadLayers } from "../digit_features.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Intervals of the ranks, `[layer][replica][threshold]`, with or without matrices made small. */
async function count(
  layers: readonly HostLayer[],
  weights: Float32Array,
  epsilons: readonly number[],
  reduces: boolean,
): Promise<[number, number][][][]> {
  using stack = new DisposableStack();
  const replicas = layers[0].features.length, capacity = 3;
  const options = { samples: weights.length, weights, replicas, capacity };
  const grams = await bindDigitGrams(gpu, uploadLayers(gpu, layers, stack, true), options, stack);
  const orders = layers.map(({ width }) => width);
  const counted = { orders, replicas, capacity, epsilons, reduces };
  const counts = await InertiaCounts.bind(gpu, grams, counted, stack);
  // Two slots over the end of the ring, both of the same features.
  const commands = new Commands(gpu);
  for (const slot of [5, 6]) {
    grams.made.write(Uint32Array.of(slot));
    const own = new Commands(gpu);
    own.run(...grams.dispatches);
    own.submit();
  }
  counts.encode(commands, 5, 2);
  commands.submit();
  const words = await counts.counts.readUint32();
  const [first, second] = [5, 6].map((slot) =>
    layers.map((_, l) =>
      Array.from(
        { length: replicas },
        (_, r) => epsilons.map((_, t) => counts.decode(words, slot, l * replicas + r, t)),
      )
    )
  );
  assert.deepEqual(first, second);
  return first;
}

/**
 * That all intervals hold the rank by float64. Gives the share of those that are certain, in the
 * form that has less of them.
 */
async function check(
  layers: readonly HostLayer[],
  weights: Float32Array,
  epsilons: readonly number[],
  what = "",
): Promise<number> {
  const shares: number[] = [];
  for (const reduces of [false, true]) {
    const counted = await count(layers, weights, epsilons, reduces);
    shares.push(judge(counted, layers, weights, epsilons, `${what}, small: ${reduces}`));
  }
  return Math.min(...shares);
}

function judge(
  counted: readonly [number, number][][][],
  layers: readonly HostLayer[],
  weights: Float32Array,
  epsilons: readonly number[],
  what: string,
): number {
  let certain = 0, all = 0;
  layers.forEach(({ width, features }, l) =>
    features.forEach((data, r) => {
      const { eigenvalues, errors } = reference({ rows: weights.length, columns: width, data }, weights);
      epsilons.forEach((epsilon, t) => {
        const least = eigenvalues.filter((value, i) => value - errors[i] > epsilon).length;
        const most = eigenvalues.filter((value, i) => value + errors[i] > epsilon).length;
        const [low, high] = counted[l][r][t];
        const says =
          `${what}, layer ${l}, replica ${r}: [${low}, ${high}] at ${epsilon}, not ${least} to ${most}`;
        assert(low <= most && high >= least && low <= high && high <= width, says);
        all++;
        if (low === high) certain++;
      });
    })
  );
  return certain / all;
}

const alike = (samples: number) => new Float32Array(samples).fill(1 / samples);

Deno.test("inertia_double_single: ranks of random layers, replicas and weights lie in their intervals", async () => {
  const problem = fc.record({
    samples: fc.integer({ min: 1, max: 60 }),
    widths: fc.array(fc.integer({ min: 1, max: 21 }), { minLength: 1, maxLength: 3 }),
    replicas: fc.integer({ min: 1, max: 3 }),
    scale: fc.integer({ min: -6, max: 6 }),
    kind: fc.constantFrom("tanh", "relu", "normal"),
    isWeighted: fc.boolean(),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });
  let certain = 0, runs = 0;
  await fc.assert(
    fc.asyncProperty(problem, async ({ samples, widths, replicas, scale, kind, isWeighted, seed }) => {
      const drawn = (width: number, own: number) => {
        if (kind === "tanh") return tanhFeatures(uniform(own), samples, width);
        const numbers = normals(samples * width, own).map((x) => x * 2 ** scale);
        return kind === "relu" ? numbers.map((x) => Math.max(0, x)) : numbers;
      };
      const layers = widths.map((width, l) => ({
        width,
        features: Array.from({ length: replicas }, (_, r) => drawn(width, seed + 10 * l + r)),
      }));
      const weights = isWeighted ? normals(samples, seed + 99).map((x) => x * x / samples) : alike(samples);
      certain += await check(layers, weights, [1e-1, 1e-3, 1e-5], kind);
      runs++;
    }),
    { numRuns: 60, seed: 3 },
  );
  assert(certain / runs > 0.97, `${certain / runs} are certain`);
});

Deno.test("inertia_double_single: families that are hard to count", async () => {
  const rows = 251, columns = 37;
  for (const [name, phi] of families(rows, columns, 5)) {
    const largest = phi.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const features = [Float32Array.from(phi, (x) => x / largest)];
    const { eigenvalues: [top] } = reference({ rows, columns, data: features[0] });
    const epsilons = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7].map((share) => share * top);
    const certain = await check([{ width: columns, features }], alike(rows), epsilons, name);
    // All but the thresholds that lie in the middle of a cluster.
    assert(certain >= 6 / 7, `${name}: ${certain} are certain`);
  }
});

Deno.test("inertia_double_single: tanh features of a trained network's size are certain down to 10⁻⁸", async () => {
  const features = Array.from({ length: 3 }, (_, r) => tanhFeatures(uniform(r), 256, 50, 8));
  const epsilons = [1e-2, 1e-4, 1e-6, 1e-8];
  const certain = await check([{ width: 50, features }], alike(256), epsilons);
  assert(certain >= 11 / 12, `${certain}`);
});

Deno.test("inertia_double_single: zero features, duplicates, one neuron, one sample, more neurons than samples", async () => {
  const zero = { width: 5, features: [new Float32Array(20)] };
  for (const reduces of [false, true]) {
    assert.deepEqual(await count([zero], alike(4), [1e-3], reduces), [[[[0, 0]]]]);
  }
  const twice = { width: 6, features: [Float32Array.from({ length: 24 }, (_, i) => 0.1 * (i >> 1) - 1)] };
  assert.equal(await check([twice], alike(4), [1e-4, 1e-6]), 1);
  const constant = { width: 1, features: [new Float32Array(7).fill(0.5)] };
  for (const reduces of [false, true]) {
    assert.deepEqual(await count([constant], alike(7), [0.2, 0.3], reduces), [[[[1, 1], [0, 0]]]]);
  }
  const sample = { width: 9, features: [normals(9, 2)] };
  for (const reduces of [false, true]) {
    assert.deepEqual(await count([sample], alike(1), [1e-5], reduces), [[[[1, 1]]]]);
  }
  const wide = { width: 128, features: [normals(128 * 10, 3)] };
  for (const reduces of [false, true]) {
    assert.deepEqual(await count([wide], alike(10), [1e-4], reduces), [[[[10, 10]]]]);
  }
});

Deno.test("inertia_double_single: a threshold that is an eigenvalue, or next to one, is left open", async () => {
  // M = 1/4 I: every count within what the features may be off is open, and beyond it certain.
  const features = [Float32Array.from({ length: 16 }, (_, i) => +(i % 5 === 0))];
  const epsilons = [0.25, 0.25 * (1 + 1e-9), 0.26, 0.24];
  for (const reduces of [false, true]) {
    const [[counted]] = await count([{ width: 4, features }], alike(4), epsilons, reduces);
    assert.deepEqual(counted, [[0, 4], [0, 4], [0, 0], [4, 4]]);
  }
});

Deno.test("inertia_double_single: features that are not finite prove nothing, and leave the others alone", async () => {
  const good = normals(40, 1);
  const layer = (bad: number) => ({
    width: 4,
    features: [good, good.map((x, i) => i === 13 ? bad : x), good],
  });
  for (const bad of [NaN, Infinity, 1e30]) {
    for (const reduces of [false, true]) {
      const [[first, second, third]] = await count([layer(bad)], alike(10), [1e-3], reduces);
      assert.deepEqual([first, second, third], [[[4, 4]], [[0, 4]], [[4, 4]]]);
    }
  }
});

Deno.test("inertia_double_single: order 256 stays within lavapipe's loops, beyond it is refused", async () => {
  const layer = (width: number) => ({ width, features: [normals(300 * width, 4)] });
  assert.equal(await check([layer(256)], alike(300), [1e-3]), 1);
  await assert.rejects(() => count([layer(257)], alike(300), [1e-3], false), ShapeError);
});
