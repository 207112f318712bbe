import { finish } from "../../../src/gpu/turns.ts";
import { exactCounter } from "../../../src/rank/certificates/exact_count.ts";
import { exactRank, exactRelativeRank } from "../../../src/rank/certificates/exact_rank.ts";
import { product, rational } from "../../../src/linalg/exact/rational.ts";
import { InputError, ShapeError } from "../../../src/errors.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { neighbor, rankByDescartes } from "../../reference/descartes.ts";
import { inputError } from "../../support/input_error.ts";

/** A random case: features of every kind, weights or none, centred or not. */
function randomCase(seed: number) {
  const next = uniform(seed);
  const below = (n: number) => Math.floor(n * next());
  const rows = 1 + below(6), columns = 1 + below(6), kind = below(6);
  const entry = [
    () => below(3) - 1,
    () => Math.fround(2 * next() - 1),
    () => 2 * next() - 1,
    () => (2 * next() - 1) * 2 ** (40 * next() - 20),
    // Subnormal in double precision, and in single.
    () => (below(9) - 4) * 5e-324,
    () => Math.fround((2 * next() - 1) * 1e-41),
  ][kind];
  const single = kind === 1 || kind === 5;
  const data = Array.from({ length: rows * columns }, () => below(5) === 0 ? 0 : entry());
  // Duplicates, of columns and of rows.
  if (columns > 1 && below(4) === 0) {
    for (let k = 0; k < rows; k++) data[k * columns] = data[k * columns + columns - 1];
  }
  if (rows > 1 && below(4) === 0) { for (let j = 0; j < columns; j++) data[j] = data[columns + j]; }
  const weights = below(2) === 0 ? null : Array.from({ length: rows }, () => 2 ** below(3) * (0.1 + next()));
  const features: Matrix = {
    rows,
    columns,
    data: single ? Float32Array.from(data) : Float64Array.from(data),
  };
  const size = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const epsilon = Math.max(5e-324, Math.min(1e300, size * size * 10 ** (2 - 6 * next())));
  return { features, weights, epsilon, center: below(2) === 0 };
}

Deno.test("exactRank: 3,000 random cases as Descartes' rule counts", () => {
  for (let seed = 0; seed < 3000; seed++) {
    const { features, weights, epsilon, center } = randomCase(seed);
    assert.deepEqual(
      exactRank(features, weights, epsilon, { center }),
      rankByDescartes(features, weights, rational(epsilon), center),
      `seed ${seed}`,
    );
  }
});

/** Integer matrices with A Aᵀ = c I. */
const ORTHOGONAL: readonly (readonly [c: number, a: readonly (readonly number[])[]])[] = [
  [1, [[1]]],
  [5, [[1, 2], [-2, 1]]],
  [25, [[3, 4], [-4, 3]]],
  [9, [[1, 2, 2], [2, 1, -2], [2, -2, 1]]],
  [4, [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]],
  [3, [[1, 1, 1, 0], [1, -1, 0, 1], [1, 0, -1, -1], [0, 1, -1, 1]]],
];

/**
 * Features (P D Q) of order n with a spectrum that is known exactly, zero rows or columns added.
 */
function plantedCase(seed: number) {
  const next = uniform(seed);
  const below = (n: number) => Math.floor(n * next());
  const [c, p] = ORTHOGONAL[below(ORTHOGONAL.length)];
  const others = ORTHOGONAL.filter(([, q]) => q.length === p.length);
  const [d, q] = others[below(others.length)];
  const n = p.length;
  // Powers of two and small integers, some twice, some 0.
  const diagonal = p.map(() => below(5) === 0 ? 0 : (1 + below(4)) * 2 ** (below(9) - 6));
  const rows = n + below(3), columns = n + below(3);
  const data = new Float32Array(rows * columns);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      data[k * columns + j] = diagonal.reduce((sum, value, i) => sum + p[k][i] * value * q[i][j], 0);
    }
  }
  // A power of two as the weight keeps eigenvalues c d D_i² w exact.
  const w = 2 ** -below(8);
  const lambda = diagonal.map((value) => c * d * value * value * w);
  for (let i = n; i < columns; i++) lambda.push(0);
  return { features: { rows, columns, data }, weights: new Array<number>(rows).fill(w), lambda, next };
}

Deno.test("exactRank: 2,000 spectra with eigenvalues on ε, a unit above it and a unit below", () => {
  let on = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const { features, weights, lambda, next } = plantedCase(seed);
    const positive = lambda.filter((value) => value > 0);
    if (positive.length === 0) continue;
    const at = positive[Math.floor(positive.length * next())];
    for (const epsilon of [at, neighbor(at, 1), neighbor(at, -1)]) {
      const expected = {
        above: lambda.filter((value) => value > epsilon).length,
        on: lambda.filter((value) => value === epsilon).length,
        below: lambda.filter((value) => value < epsilon).length,
      };
      assert.deepEqual(exactRank(features, weights, epsilon), expected, `seed ${seed}, ε = ${epsilon}`);
      on += expected.on;
    }
  }
  assert(on > 2000, `${on} eigenvalues on ε`);
});

Deno.test("exactRelativeRank: eigenvalues on ε λ₁ are seen where λ₁ is rational", () => {
  for (let seed = 0; seed < 150; seed++) {
    const { features, weights, lambda, next } = plantedCase(seed);
    const most = Math.max(...lambda);
    const share = lambda[Math.floor(lambda.length * next())] / most;
    if (!(share > 0)) continue;
    for (const epsilon of [share, neighbor(share, 1), neighbor(share, -1)]) {
      // Shares are rational: compare the products exactly.
      const above = lambda.filter((value) => {
        const left = rational(value), right = product(rational(epsilon), rational(most));
        return left.n * right.d > right.n * left.d;
      }).length;
      const { low, high } = exactRelativeRank(features, weights, epsilon);
      assert.deepEqual([low, high], [above, above], `seed ${seed}, ε = ${epsilon}`);
    }
  }
});

Deno.test("exactRelativeRank: its interval of λ₁ proves the count, by Descartes' rule", () => {
  for (let seed = 0; seed < 300; seed++) {
    const { features, weights, epsilon: share, center } = randomCase(seed);
    const epsilon = Math.min(0.9, Math.max(1e-9, share % 1));
    const { low, high, largest } = exactRelativeRank(features, weights, epsilon, { center });
    const count = (at: Parameters<typeof rankByDescartes>[2]) =>
      rankByDescartes(features, weights, at, center);
    const [least, most] = largest;
    const what = `seed ${seed}`;
    assert.equal(low, high, what);
    assert.equal(count(most).above, 0, what);
    assert(least.n === 0n || count(least).above + count(least).on > 0, what);
    assert.equal(count(product(rational(epsilon), most)).above, low, what);
    if (least.n > 0n) assert.equal(count(product(rational(epsilon), least)).above, high, what);
  }
});

Deno.test("exactRank: zeros, one sample, one neuron, the ends of the range", () => {
  const features = (rows: number, ...data: number[]) => ({
    rows,
    columns: data.length / rows,
    data: Float64Array.from(data),
  });
  assert.deepEqual(exactRank(features(3, 0, 0, 0, 0, 0, 0), null, 5e-324), { above: 0, on: 0, below: 2 });
  assert.deepEqual(exactRelativeRank(features(2, 0, 0), null, 1e-6).high, 0);
  assert.deepEqual(exactRelativeRank(features(2, 1, 1), null, 1e-6, { center: true }).high, 0);
  assert.deepEqual(exactRank(features(1, 3, 4), null, 25), { above: 0, on: 1, below: 1 });
  assert.deepEqual(exactRank(features(1, 3, 4), [2], 50), { above: 0, on: 1, below: 1 });
  assert.deepEqual(exactRank(features(1, 3, 4), null, 1e-9, { center: true }), { above: 0, on: 0, below: 2 });
  // 14 / 3 is no double: λ lies beside it.
  const { n, d } = rational(14 / 3);
  const third = exactRank(features(3, 1, 2, 3), null, 14 / 3);
  assert.deepEqual([third.above, third.on], [3n * n < 14n * d ? 1 : 0, 0]);
  const huge = Number.MAX_VALUE;
  assert.deepEqual(exactRank(features(2, huge, 0, 0, 5e-324), null, huge), { above: 1, on: 0, below: 1 });
  // λ = 2 · 10⁻³⁰⁷ twice: what overflows in floating point does not here.
  const tiny = features(3, 1e-154, 0, 0, 1e-154, 1e-154, 1e-154);
  assert.deepEqual(exactRank(tiny, [20, 20, 20], 1e-307), { above: 2, on: 0, below: 0 });
});

Deno.test("exactRank: 1/m is taken exactly, and not as the double next to it", () => {
  const features = { rows: 3, columns: 1, data: Float32Array.of(1, 1, 1) };
  assert.deepEqual(exactRank(features, null, 1), { above: 0, on: 1, below: 0 });
  assert.deepEqual(exactRank(features, [1 / 3, 1 / 3, 1 / 3], 1), { above: 0, on: 0, below: 1 });
});

Deno.test("exactRank: a matrix and its transpose have the same positive eigenvalues", () => {
  const next = uniform(3);
  const data = Float32Array.from({ length: 37 * 8 }, () => 2 * next() - 1);
  const turned = data.map((_, e) => data[(e % 8) * 37 + Math.floor(e / 8)]);
  for (const epsilon of [1e-3, 0.5, 3, 10]) {
    const wide = exactRank({ rows: 8, columns: 37, data }, new Array(8).fill(1), epsilon);
    const tall = exactRank({ rows: 37, columns: 8, data: turned }, new Array(37).fill(1), epsilon);
    assert.deepEqual([wide.above, wide.on], [tall.above, tall.on]);
    assert.equal(wide.below, tall.below + 29);
  }
  assert.equal(finish(exactCounter({ rows: 8, columns: 37, data }, null, { center: true })).order, 9);
});

Deno.test("exactRank: wrong requests", () => {
  const features = { rows: 2, columns: 1, data: Float32Array.of(1, 2) };
  const bad = { ...features, data: Float32Array.of(1, NaN) };
  assert.throws(() => exactRank(bad, null, 1), inputError(/row 1, column 0 \(from 0\) is NaN/));
  assert.throws(() => exactRank(features, [1, 0], 1), inputError(/weight 1 \(from 0\) is 0/));
  assert.throws(() => exactRank(features, null, 0), inputError(/ε must be a number above 0/));
  assert.throws(
    () => exactRank(features, null, 1, { centre: true } as object),
    inputError(/did you mean "center"/),
  );
  assert.throws(() => exactRank(features, [1], 1), ShapeError);
  assert.throws(() => exactRelativeRank({ ...features, rows: 3 }, null, 1), InputError);
});
