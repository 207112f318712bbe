import { Commands } from "../../../src/gpu/commands.ts";
import { bindDigitGrams, type DigitTiles } from "../../../src/linalg/gram/gram_digits.ts";
import { ShapeError } from "../../../src/errors.ts";
import { assert, fc } from "../../deps.ts";
import { exactGram, relativeError } from "../../reference/exact_gram.ts";
import { normals } from "../../reference/random.ts";
import { exponentOf, fixedPoint, type HostLayer, uploadLayers, weighted } from "../digit_features.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

interface Problem {
  readonly layers: readonly HostLayer[];
  readonly weights: Float32Array;
  readonly together: boolean;
  readonly tiles: DigitTiles;
  /** What is said to bound the features. */
  readonly bound?: number;
}

/** Gram matrices by the GPU, `[layer][replica]`: exponents, and entries (i, j), j ≤ i, as pairs. */
async function grams({ layers, weights, together, tiles, bound = NaN }: Problem) {
  using stack = new DisposableStack();
  const replicas = layers[0].features.length;
  const uploaded = uploadLayers(gpu, layers, stack, together).map((layer) =>
    Number.isNaN(bound) ? layer : { ...layer, bound }
  );
  const made = await bindDigitGrams(gpu, uploaded, {
    samples: weights.length,
    weights,
    replicas,
    capacity: 2,
    tiles,
  }, stack);
  // The second of two slots; the first keeps what it had.
  made.made.write(Uint32Array.of(3));
  made.matrices.write(new Float32Array(made.matrices.length).fill(77));
  const commands = new Commands(gpu);
  commands.run(...made.dispatches);
  commands.submit();
  const [words, exponents] = await Promise.all([made.matrices.read(), made.exponents.readUint32()]);
  const half = words.length / 2;
  assert(words.subarray(0, half).every((word) => word === 77));
  return {
    ...made,
    results: layers.flatMap((_, l) =>
      Array.from({ length: replicas }, (_, r) => {
        const matrix = l * replicas + r;
        const at = (i: number, j: number) =>
          half + 32 * (matrix * made.blocks + (i >> 2) * ((i >> 2) + 1) / 2 + (j >> 2)) + 4 * (i % 4) + j % 4;
        return {
          exponent: new Int32Array(exponents.buffer)[exponents.length / 2 + matrix],
          pair: (i: number, j: number): [number, number] => [words[at(i, j)], words[at(i, j) + 16]],
        };
      })
    ),
  };
}

/**
 * That all entries are those of X ᵀX but for the last rounding, what pads is 0, and X is as near Φ
 * as it should be.
 */
async function check(problem: Problem): Promise<void> {
  const { layers, weights } = problem;
  const { results, bounds } = await grams(problem);
  const replicas = layers[0].features.length, samples = weights.length;
  results.forEach(({ exponent, pair }, index) => {
    const { width, features } = layers[Math.floor(index / replicas)];
    const rounded = weighted(features[index % replicas], width, weights);
    if (problem.bound === undefined) assert.equal(exponent, exponentOf(rounded));
    const x = fixedPoint(rounded, exponent);
    const ones = new Float32Array(samples).fill(1);
    for (let i = 0; i < 4 * Math.ceil(width / 4); i++) {
      for (let j = 0; j <= i; j++) {
        const got = pair(i, j);
        if (i >= width) assert.deepEqual(got, [0, 0]);
        else {
          const error = relativeError(got, exactGram(x, width, ones, [i, j]));
          assert(!(error > bounds.sums), `entry ${i}, ${j} of ${index}: ${error} > ${bounds.sums}`);
        }
      }
    }
    const isAlike = weights.every((w) => w === weights[0]);
    let off = 0, square = 0;
    for (let e = 0; e < x.length; e++) {
      const root = isAlike ? 1 : Math.sqrt(weights[Math.floor(e / width)]);
      off += (x[e] - root * features[index % replicas][e] / 2 ** exponent) ** 2;
      square += x[e] ** 2;
    }
    const bound = bounds.absolute(width) + bounds.relative * Math.sqrt(square);
    assert(Math.sqrt(off) <= bound, `X of ${index} is off by ${Math.sqrt(off)}, not ${bound}`);
  });
}

const problem = fc.record({
  samples: fc.integer({ min: 1, max: 40 }),
  widths: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 3 }),
  replicas: fc.integer({ min: 1, max: 3 }),
  scale: fc.integer({ min: -30, max: 30 }),
  alike: fc.boolean(),
  together: fc.boolean(),
  tiles: fc.constantFrom<DigitTiles>("large", "small"),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

Deno.test("gram_digits: layers and replicas of any shape, scale and weights, exact but for the last rounding", async () => {
  await fc.assert(
    fc.asyncProperty(problem, async ({ samples, widths, replicas, scale, alike, together, tiles, seed }) => {
      const layers = widths.map((width, l) => ({
        width,
        features: Array.from(
          { length: replicas },
          (_, r) => normals(samples * width, seed + 10 * l + r).map((x) => x * 2 ** (scale + r)),
        ),
      }));
      const weights = alike
        ? new Float32Array(samples).fill(1 / samples)
        : normals(samples, seed + 99).map((x) => x * x);
      await check({ layers, weights, together, tiles });
    }),
    { numRuns: 60, seed: 7 },
  );
});

Deno.test("gram_digits: more samples than a block holds, in an odd shape, by both tiles", async () => {
  for (const tiles of ["large", "small"] as const) {
    const layer = (width: number, seed: number) => ({
      width,
      features: [normals(251 * width, seed).map(Math.tanh), normals(251 * width, seed + 1).map(Math.tanh)],
    });
    const weights = new Float32Array(251).fill(1 / 251);
    await check({ layers: [layer(37, 1), layer(6, 5)], weights, together: true, tiles });
  }
});

Deno.test("gram_digits: features with a bound are scaled by it, and nobody looks for the largest", async () => {
  const features = [normals(251 * 9, 3).map((x) => 0.1 * Math.tanh(x)), normals(251 * 9, 4).map(Math.sin)];
  const layers = [{ width: 9, features }];
  for (const weights of [new Float32Array(251).fill(1 / 251), normals(251, 5).map((x) => x * x)]) {
    const given: Problem = { layers, weights, together: false, tiles: "large", bound: 1 };
    const { dispatches, results } = await grams(given);
    assert.equal(dispatches.length, 1);
    const least = weights[0] === weights[1] ? 0 : Math.ceil(Math.log2(Math.sqrt(Math.max(...weights))));
    assert.deepEqual(results.map(({ exponent }) => exponent), [least, least]);
    await check(given);
  }
});

Deno.test("gram_digits: features of one replica that lie in an array larger than a window", async () => {
  const layers = [50, 36].map((width, l) => ({
    width,
    features: [normals(250 * width, l).map(Math.tanh)],
  }));
  const alike = new Float32Array(250).fill(1 / 250), unlike = normals(250, 9).map((x) => x * x);
  const { dispatches } = await grams({ layers, weights: alike, together: true, tiles: "large", bound: 1 });
  assert.equal(dispatches.length, gpu.software ? 2 : 1);
  for (const weights of [alike, unlike]) await check({ layers, weights, together: true, tiles: "large" });
});

Deno.test("gram_digits: the largest digits in every sample leave sums exact", async () => {
  // 1 − 2⁻¹³ has the digits 4096 and −4096, one has the largest first digit and what rounding adds.
  const values = [1, -1, 1 - 2 ** -13, -(1 - 2 ** -13), 2 ** -13, 1 + 2 ** -23, -0.5 - 2 ** -13, 2 ** -26];
  const features = Float32Array.from({ length: 600 * 8 }, (_, i) => values[i % 8]);
  const weights = new Float32Array(600).fill(0.25);
  for (const tiles of ["large", "small"] as const) {
    await check({ layers: [{ width: 8, features: [features] }], weights, together: false, tiles, bound: 1 });
  }
});

Deno.test("gram_digits: 16,384 samples of ones and minus ones", async () => {
  const features = Float32Array.from({ length: 16_384 * 2 }, (_, i) => i % 2 === 0 ? 1 : -1);
  const weights = new Float32Array(16_384).fill(1);
  const layers = [{ width: 2, features: [features] }];
  const { results: [{ pair }] } = await grams({ layers, weights, together: false, tiles: "large" });
  assert.deepEqual([pair(0, 0), pair(1, 0), pair(1, 1)], [[16_384, 0], [-16_384, 0], [16_384, 0]]);
});

Deno.test("gram_digits: what is not finite or beyond its bound makes its row NaN", async () => {
  for (const tiles of ["large", "small"] as const) {
    for (const bad of [NaN, Infinity, -Infinity, 1.01, -2, 1e30]) {
      const features = normals(70 * 9, 4).map(Math.tanh);
      features[9 * 40 + 6] = bad;
      const layers = [{ width: 9, features: [features] }], weights = new Float32Array(70).fill(1);
      const { results: [{ pair }] } = await grams({ layers, weights, together: false, tiles, bound: 1 });
      assert(Number.isNaN(pair(6, 6)[0]), `${bad}`);
      assert(Number.isFinite(pair(2, 1)[0]));
    }
  }
});

Deno.test("gram_digits: zeros, powers of two, and what is not finite", async () => {
  const layers = [0, 1, 0.25, 3, NaN, Infinity, 2 ** 50].map((value) => ({
    width: 1,
    features: [Float32Array.of(value, 0)],
  }));
  const weights = Float32Array.of(0.5, 0.5);
  const { results } = await grams({ layers, weights, together: true, tiles: "large" });
  assert.deepEqual(results.map(({ exponent }) => exponent), [-40, 0, -2, 2, 1000, 1000, 1000]);
  assert.deepEqual(results.slice(0, 4).map(({ pair }) => pair(0, 0)[0]), [0, 1, 1, 0.5625]);
});

Deno.test("gram_digits: what is too much is refused", async () => {
  using stack = new DisposableStack();
  const layers = uploadLayers(gpu, [{ width: 1, features: [new Float32Array(1)] }], stack, false);
  const options = { samples: 20_000, weights: new Float32Array(20_000), replicas: 1, capacity: 1 };
  await assert.rejects(() => bindDigitGrams(gpu, layers, options, stack), ShapeError);
  const many = new Array(33).fill(layers[0]);
  await assert.rejects(() => bindDigitGrams(gpu, many, { ...options, samples: 1 }, stack), ShapeError);
});
