import { InputError, ShapeError } from "../../../src/errors.ts";
import { principalAngles } from "../../../src/rank/ranks/principal_angles.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { matmul } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { assertAngles, constructed, dominant, features, mixing, reference, RIGHT } from "../angles.ts";
import { families, orthonormal } from "../../support/families.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const EPSILONS = [1e-2, 1e-6, 1e-9];

Deno.test("principalAngles: against float64, over shapes, thresholds, weights, means, f4 and f8", async () => {
  let good = 0, all = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        rows: fc.integer({ min: 1, max: 70 }),
        widths: fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
        kinds: fc.tuple(fc.nat(7), fc.nat(7)),
        epsilon: fc.constantFrom(...EPSILONS),
        single: fc.boolean(),
        weighted: fc.boolean(),
        center: fc.boolean(),
        seed: fc.nat(1000),
      }),
      async ({ rows, widths, kinds, epsilon, single, weighted, center, seed }) => {
        const random = uniform(seed);
        const [a, b] = widths.map((width, i) => {
          const phi = families(Math.max(rows, width), width, seed + 50 * i)[kinds[i]][1].slice(
            0,
            rows * width,
          );
          return features(rows, width, single ? Float32Array.from(phi) : phi);
        });
        const options = {
          epsilon,
          center,
          ...(weighted ? { weights: Float64Array.from({ length: rows }, () => 10 ** (-3 * random())) } : {}),
        };
        const exact = [a, b].map((each) => dominant(each, options));
        const found = await principalAngles(gpu, a, b, options);
        exact.forEach(({ rank, sigma }, i) => {
          const { rank: computed, low, high } = found.ranks[i];
          assert.ok(low <= computed && computed <= high);
          // Where an eigenvalue is on the threshold, float64 may count it, too, either way.
          const near = sigma.some((x) => Math.abs(x * x / sigma[0] ** 2 / epsilon - 1) < 1e-3) ||
            sigma[0] < 1e-12 || center && rows < 3;
          assert.ok(near || computed === rank, `rank ${computed} in [${low}, ${high}], not ${rank}`);
        });
        if (exact.some(({ rank }, i) => rank !== found.ranks[i].rank)) return;
        const off = exact[0].off + exact[1].off + 1e-13;
        assertAngles(found, reference(exact[0].basis, exact[1].basis), off, `ε = ${epsilon}`);
        if (found.bounds.every((error) => error < 1e-6)) good++;
        all++;
      },
    ),
    { seed: 17, numRuns: 24 },
  );
  assert.ok(all >= 20 && good >= 0.7 * all, `${good} of ${all} with bounds below 10⁻⁶`);
});

const ANGLES = [0, 1e-9, 1e-6, 1e-4, 1e-2, 0.5, Math.PI / 4, 1.2, RIGHT - 1e-6, RIGHT];

Deno.test("principalAngles: angles by construction, from 10⁻⁹ to π/2, with weights", async () => {
  for (const rows of [20, 37, 251]) {
    const random = uniform(rows);
    const weights = Float64Array.from({ length: rows }, () => 0.1 + random());
    const n = ANGLES.length;
    const { u, v } = constructed(rows, ANGLES, weights, rows);
    const a = features(rows, n, matmul(u, mixing(n, 1), rows, n, n));
    const b = features(rows, n, matmul(v, mixing(n, 2), rows, n, n));
    const found = await principalAngles(gpu, a, b, { weights });
    // The features themselves are rounded to 10⁻¹⁶.
    assertAngles(found, ANGLES, 1e-14, `${rows} rows`);
    // Beside a sine of 1 those below 10⁻⁹ are noise, and so are such cosines beside 1.
    const allowed = (angle: number) => Math.min(angle, RIGHT - angle) < 1e-8 ? 2e-9 : 1e-11;
    found.angles.forEach((angle, k) =>
      assert.ok(Math.abs(angle - ANGLES[k]) < allowed(ANGLES[k]), `${angle}`)
    );
    assert.ok(found.bounds.every((error) => error < 5e-9), `${found.bounds}`);
    // The first four columns of U among all of V.
    const part = features(
      rows,
      4,
      Array.from({ length: 4 * rows }, (_, e) => u[Math.floor(e / 4) * n + e % 4]),
    );
    for (const [x, y] of [[part, b], [b, part]]) {
      const { angles, ranks } = await principalAngles(gpu, x, y, { weights });
      assert.deepEqual(
        ranks.map(({ rank, low, high }) => [rank, low, high]),
        [x, y].map((z) => new Array(3).fill(z.columns)),
      );
      // All of them small.
      angles.forEach((angle, k) => assert.ok(Math.abs(angle - ANGLES[k]) < 1e-11, `${angle}`));
    }
  }
});

Deno.test("principalAngles: stay when either side is mixed by a matrix, and when the sides change places", async () => {
  const rows = 61, n = 13;
  const a = features(rows, n, normals(rows * n, 1)), b = features(rows, 8, normals(rows * 8, 2));
  const mixed = features(rows, n, matmul(a.data, mixing(n, 3), rows, n, n));
  const first = await principalAngles(gpu, a, b);
  for (
    const other of [
      await principalAngles(gpu, mixed, b),
      await principalAngles(gpu, b, a),
      await principalAngles(gpu, { ...a, data: a.data.map((x) => 2 ** -70 * x) }, b),
    ]
  ) {
    assert.equal(other.angles.length, 8);
    other.angles.forEach((angle, k) => {
      assert.ok(Math.abs(angle - first.angles[k]) <= first.bounds[k] + other.bounds[k]);
      assert.ok(Math.abs(angle - first.angles[k]) < 1e-11);
    });
  }
});

Deno.test("principalAngles: of a tanh layer with itself, permuted, doubled, and among more neurons", async () => {
  const rows = 128, n = 20, wide = 2 * n;
  const phi = tanhFeatures(uniform(4), rows, n);
  const a = features(rows, n, phi);
  const permuted = features(rows, n, phi.map((_, e) => phi[e - e % n + (7 * (e % n) + 3) % n]));
  const doubled = features(
    rows,
    wide,
    Float32Array.from({ length: rows * wide }, (_, e) => phi[Math.floor(e / wide) * n + e % n]),
  );
  for (const b of [a, permuted, doubled]) {
    const { angles, bounds, ranks } = await principalAngles(gpu, a, b);
    assert.ok(ranks[0].rank > 4 && ranks[0].rank < n);
    assert.equal(ranks[1].rank, ranks[0].rank);
    angles.forEach((angle, k) =>
      assert.ok(angle <= bounds[k] && angle < 1e-10 && bounds[k] < 1e-6, `${angle}, ${bounds[k]}`)
    );
  }
  const more = features(
    rows,
    n + 1,
    Float64Array.from({ length: rows * (n + 1) }, (_, e) => {
      const k = Math.floor(e / (n + 1)), j = e % (n + 1);
      return j < n ? phi[k * n + j] : Math.cos(40 * k / rows);
    }),
  );
  // At this threshold each spans all of its columns' space that is not noise, so a lies in the
  // other.
  const { angles, ranks } = await principalAngles(gpu, a, more, { epsilon: 1e-11 });
  assert.ok(ranks[1].rank > ranks[0].rank);
  assert.ok(angles.every((angle) => angle < 1e-3), `${angles}`);
});

Deno.test("principalAngles: one sample, one neuron, orthogonal ones, zeros, constants", async () => {
  const one = features(1, 1, [3]);
  const lone = await principalAngles(gpu, one, features(1, 5, [1, -2, 0, 4, 1e-3]));
  assert.deepEqual(lone.ranks.map(({ rank, low, high }) => [rank, low, high]), [[1, 1, 1], [1, 1, 1]]);
  assert.ok(lone.angles.length === 1 && lone.angles[0] <= lone.bounds[0] && lone.bounds[0] < 1e-9);

  const pair = await principalAngles(gpu, features(2, 1, [1, 0]), features(2, 1, [1, 1e-7]));
  assert.ok(Math.abs(pair.angles[0] - 1e-7) < 1e-13 && pair.bounds[0] < 1e-11, `${pair.bounds}`);

  const q = orthonormal(37, 12, 5);
  const half = (from: number) =>
    features(37, 6, Array.from({ length: 222 }, (_, e) => q[Math.floor(e / 6) * 12 + from + e % 6]));
  const right = await principalAngles(gpu, half(0), half(6));
  assert.equal(right.angles.length, 6);
  right.angles.forEach((angle, k) => assert.ok(RIGHT - angle <= right.bounds[k] && right.bounds[k] < 1e-9));

  const zero = features(37, 3, new Float64Array(111));
  for (const [a, b] of [[zero, half(0)], [half(0), zero], [zero, zero]]) {
    const { angles, bounds, ranks } = await principalAngles(gpu, a, b);
    assert.deepEqual([angles.length, bounds.length], [0, 0]);
    const at = a === zero ? 0 : 1;
    assert.deepEqual([ranks[at].rank, ranks[at].low, ranks[at].high], [0, 0, 0]);
  }
  // Constant neurons have no deviations.
  const constant = await principalAngles(gpu, features(37, 3, new Float64Array(111).fill(0.1)), half(0), {
    center: true,
  });
  assert.deepEqual([constant.angles.length, constant.ranks[0].high], [0, 0]);
});

Deno.test("principalAngles: bounds grow as the gap at the threshold closes, until nothing is known", async () => {
  const q = orthonormal(30, 5, 9), turn = orthonormal(5, 5, 10);
  const at = async (gap: number, epsilon: number) => {
    const lambda = [1, 0.25, 1e-3 * (1 + gap), 1e-3 * (1 - gap), 1e-6];
    const data = matmul(q.map((x, e) => x * Math.sqrt(lambda[e % 5])), turn, 30, 5, 5);
    // Neurons the other way round are the same features.
    const b = features(30, 5, data.map((_, e) => data[e - 2 * (e % 5) + 4]));
    return await principalAngles(gpu, features(30, 5, data), b, { epsilon });
  };
  let last = 0;
  for (const gap of [0.1, 1e-2, 1e-4, 1e-6, 1e-8]) {
    const { angles, bounds, ranks } = await at(gap, 1e-3);
    assert.deepEqual(ranks.map(({ rank, low, high }) => [rank, low, high]), [[3, 3, 3], [3, 3, 3]]);
    // float64 rounds the features, whose subspaces are off by some 10⁻¹⁶ over the gap between
    // singular values.
    angles.forEach((angle, k) => assert.ok(angle <= bounds[k] + 1e-14 / gap, `${angle} at ${gap}`));
    assert.ok(bounds[2] > last && bounds[2] < 1e-9 / gap, `${bounds[2]} at ${gap}`);
    last = bounds[2];
  }
  const { angles, bounds, ranks } = await at(1e-12, 1e-3);
  assert.deepEqual(ranks.map(({ rank, low, high }) => [rank, low, high]), [[3, 2, 4], [3, 2, 4]]);
  angles.forEach((angle, k) => assert.equal(bounds[k], Math.max(angle, RIGHT - angle)));
  // With the threshold on either side of the two all is well.
  for (const [epsilon, rank] of [[2e-3, 2], [5e-4, 4]]) {
    const found = await at(1e-15, epsilon);
    assert.equal(found.ranks[0].rank, rank);
    assert.ok(found.bounds.every((error) => error < 1e-9));
  }
});

Deno.test("principalAngles: what is wrong is told in one line", async () => {
  const good = features(4, 2, new Float32Array(8).fill(1));
  const bad = features(4, 2, Float32Array.of(1, 1, 1, 1, 1, NaN, 1, 1));
  await assert.rejects(principalAngles(gpu, good, features(3, 2, new Float32Array(6))), {
    name: ShapeError.name,
    message: /^features of 4 and 3 samples: /,
  });
  await assert.rejects(principalAngles(gpu, good, bad), {
    name: InputError.name,
    message: /^b: the feature in row 2, column 1 \(from 0\) is NaN/,
  });
  await assert.rejects(principalAngles(gpu, good, null as unknown as typeof good), {
    name: InputError.name,
    message: /^b: features are null: give an object/,
  });
  await assert.rejects(principalAngles(gpu, { ...good, columns: 3 }, good), {
    name: ShapeError.name,
    message: /^a: 8 entries for 4 samples of 3 features/,
  });
  await assert.rejects(principalAngles(gpu, good, good, { weights: [1, 1] }), ShapeError);
  await assert.rejects(principalAngles(gpu, good, good, { weights: [1, 1, 1, 0] }), InputError);
  for (const weight of [NaN, Infinity, -1]) {
    await assert.rejects(principalAngles(gpu, good, good, { weights: [1, 1, 1, weight] }), InputError);
  }
  await assert.rejects(principalAngles(gpu, good, good, { epsilons: [1e-3] } as object), {
    name: InputError.name,
    message: /^options of principalAngles have no "epsilons"; did you mean "epsilon"\?/,
  });
  for (const epsilon of [0, 1, -1, NaN]) {
    await assert.rejects(principalAngles(gpu, good, good, { epsilon }), InputError);
  }
});
