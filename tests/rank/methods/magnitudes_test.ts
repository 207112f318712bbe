import { InputError } from "../../../src/errors.ts";
import { exactRank, exactRelativeRank } from "../../../src/rank/certificates/exact_rank.ts";
import type { PrepareOptions } from "../../../src/rank/features/prepare_features.ts";
import { addDown, addUp } from "../../../src/linalg/directed.ts";
import { ldexp } from "../../../src/linalg/rounding.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import type { MatrixSource } from "../../../src/linalg/matrix_source.ts";
import {
  type FeatureRanks,
  featureRanks,
  type FeatureRanksOptions,
} from "../../../src/rank/methods/feature_ranks.ts";
import {
  type MethodPrecision,
  rankMethodNames,
  rankMethods,
} from "../../../src/rank/methods/rank_methods.ts";
import { normal, uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Every method in every precision that it has. */
const methods = rankMethodNames.flatMap((rankMethod) =>
  (["single", "double"] as const).filter((precision) => precision in rankMethods[rankMethod].mostColumns)
    .map((precision: MethodPrecision) => ({ rankMethod, precision }))
);

/** The exact ε-rank. */
function rankOf(features: Matrix, epsilon: number, { weights, center = false }: PrepareOptions) {
  return exactRank(features, weights ?? null, epsilon, { center }).above;
}

/** Least and most that the exact rank at a share of λ₁ can be: mostly the same. */
function relativeRankOf(
  features: Matrix,
  epsilon: number,
  { weights, center = false }: PrepareOptions,
): readonly [number, number] {
  const { low, high } = exactRelativeRank(features, weights ?? null, epsilon, { center });
  return [low, high];
}

/** Asserts that the exact ranks lie in their intervals. Gives how many are certain. */
function assertExact({ ranks }: FeatureRanks, truth: readonly (readonly [number, number])[], what: string) {
  ranks.forEach(({ epsilon, rank, low, high }, k) => {
    const [least, most] = truth[k];
    const says = `${what} at ${epsilon}: rank ${rank} in [${low}, ${high}], not ${least} to ${most}`;
    assert(low <= most && high >= least && low <= rank && rank <= high, says);
  });
  return ranks.filter(({ low, high }) => low === high).length;
}

/** Asserts that the exact eigenvalues lie within the bounds of those of a spectrum. */
function assertEnclosed(found: FeatureRanks, features: Matrix, options: PrepareOptions, what: string) {
  if (found.kind === "count") return;
  found.eigenvalues.forEach((value, i) => {
    const bound = found.bounds[i], high = addUp(value, bound), low = addDown(value, -bound);
    if (high > 0 && high < Infinity) {
      assert(rankOf(features, high, options) <= i, `${what}: λ_${i + 1} is above ${value} + ${bound}`);
    }
    if (low > 0) {
      const { above, on } = exactRank(features, options.weights ?? null, low, {
        center: options.center ?? false,
      });
      assert(above + on > i, `${what}: λ_${i + 1} is below ${value} − ${bound}`);
    }
  });
}

/** Random features of any magnitude and their weights. The seed sets what is odd about them. */
function problem(seed: number) {
  const random = uniform(seed), deviate = normal(random);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  const rows = pick([1, 2, 3, 5, 9]), columns = pick([1, 2, 3, 4]), kind = pick(["flat", "graded", "wild"]);
  const base = pick([0, 60, -120, -500, -530, -537, -700, -1060, -1070, 505, 511, 900, 1020]);
  const offset = pick([0, 0, 1e5, 1e10, 1e15]);
  const shifts = Array.from(
    { length: columns },
    () => kind === "graded" ? Math.floor(-300 * random() ** 2) : 0,
  );
  const entries = Float64Array.from({ length: rows * columns }, (_, e) => {
    const x = random() < 0.1 ? 0 : deviate() + offset;
    return ldexp(x, base + shifts[e % columns] + (kind === "wild" ? Math.floor(200 * (random() - 0.5)) : 0));
  });
  const isSingle = random() < 0.3, heavy = pick([null, 0, 0, -1000, 900]), spread = pick([0, 0, 2000]);
  const data = isSingle ? Float32Array.from(entries) : entries;
  const weights = Float64Array.from(
    { length: rows },
    () => ldexp(0.5 + random(), Math.floor((spread > 0 ? 0 : heavy ?? 0) + spread * (random() - 0.5))),
  );
  const options = { ...heavy !== null && { weights }, center: random() < 0.4 };
  const root = (k: number) => Math.sqrt(heavy === null ? 1 / rows : weights[k]);
  const logs = Array.from(data, (x, e) => Math.log2(Math.abs(x)) + Math.log2(root(Math.floor(e / columns))));
  const near = 2 * Math.max(...logs) - (options.center && offset ? 2 * Math.log2(offset) : 0);
  const around = [2, 0, -8, -20, -40].map((power) => ldexp(1 + random(), Math.floor(near) + power));
  const absolute = [5e-324, 1e-320, 1, 1.7e308, ...around].filter((x) => x > 0 && x < Infinity);
  return { features: { rows, columns, data }, options, absolute };
}

const SHARES = [2, 1, 1 - 2 ** -53, 0.9, 1e-3, 1e-9, 1e-13, 1e-40, 5e-324];

Deno.test("featureRanks: at the ends of float64 every rank holds the exact one, or features are refused", async () => {
  let certain = 0, ranks = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const { features, options, absolute } = problem(seed);
    if (!features.data.every(Number.isFinite)) continue;
    const threshold = seed % 2 === 0 ? "absolute" : "relative";
    const epsilons = threshold === "absolute" ? absolute : SHARES;
    const truth = epsilons.map((epsilon): readonly [number, number] => {
      if (threshold === "relative") return relativeRankOf(features, epsilon, options);
      const rank = rankOf(features, epsilon, options);
      return [rank, rank];
    });
    const asked: MatrixSource = {
      rows: features.rows,
      columns: features.columns,
      tile: (first, count) =>
        features.data.slice(first * features.columns, (first + count) * features.columns),
    };
    // A third of all methods at a time: the seeds reach all of them.
    for (const method of methods.filter((_, k) => (k + seed) % 3 === 0)) {
      const isAsked = method.rankMethod !== "one-sided-jacobi" && seed % 4 < 2;
      const what = `seed ${seed}, ${method.rankMethod}, ${method.precision}, ${threshold}`;
      try {
        const found = await featureRanks(gpu, isAsked ? asked : features, {
          ...options,
          ...method,
          epsilons,
          threshold,
        });
        certain += assertExact(found, truth, what);
        assertEnclosed(found, features, options, what);
        ranks += epsilons.length;
      } catch (error) {
        assert(error instanceof InputError, `${what}: ${error}`);
        assert.match(
          error.message,
          /^features as large as \S+: eigenvalues, of the size of their squares, leave /,
        );
      }
    }
  }
  assert(ranks > 280 && certain > 0.65 * ranks, `${certain} of ${ranks} certain`);
});

Deno.test("featureRanks: many samples near the least magnitude whose squares float64 holds", async () => {
  const rows = 70_001, columns = 4;
  const data = Float64Array.from(normals(rows * columns, 1), (x) => 2e-153 * x);
  for (const rankMethod of ["one-sided-jacobi", "gram-jacobi", "inertia"] as const) {
    // All four eigenvalues are near 4·10⁻³⁰⁶.
    const options = { epsilons: [1e-307, 1e-305], rankMethod, precision: "single" } as const;
    const { ranks } = await featureRanks(gpu, { rows, columns, data }, options);
    assert.deepEqual(ranks.map(({ low, high }) => [low, high]), [[4, 4], [0, 0]], rankMethod);
  }
});

Deno.test("featureRanks: features times powers of two have the same relative ranks", async () => {
  const rows = 40, columns = 9, epsilons = [2, 1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12];
  const doubles = Float64Array.from(
    tanhFeatures(uniform(3), rows, columns),
    (x, e) => x * (1 + 1e-9 * (e % 5)),
  );
  for (const data of [doubles, Float32Array.from(doubles)]) {
    for (const method of methods) {
      const at = async (k: number, center: boolean) => {
        const scaled = { rows, columns, data: data.map((x) => ldexp(x, k)) };
        return (await featureRanks(gpu, scaled, { epsilons, threshold: "relative", center, ...method }))
          .ranks;
      };
      for (const center of [false, true]) {
        const plain = await at(0, center);
        assert.deepEqual(plain.slice(0, 2).map(({ rank, low, high }) => [rank, low, high]), [[0, 0, 0], [
          0,
          0,
          0,
        ]]);
        assert(plain.every(({ epsilon, low }) => epsilon >= 1 || low >= 1));
        const powers = data instanceof Float64Array ? [-120, 60, 400] : [-60, 120];
        for (const k of center ? powers.slice(0, 1) : powers) {
          assert.deepEqual(await at(k, center), plain, `${method.rankMethod}, ${method.precision}, 2^${k}`);
        }
      }
    }
  }
});

/**
 * Features of exact rank 3 once they are centred, with deviations near 1 from a large offset. Their
 * third direction is as small as the offset's last bits.
 */
function offsetFeatures(offset: number, rows: number): Matrix {
  const grain = 2 ** (Math.ceil(Math.log2(offset)) - 51), random = uniform(5);
  const rounded = (x: number) => Math.round(x / grain) * grain, at = rounded(offset);
  const data: number[] = [];
  for (let k = 0; k < rows; k++) {
    const x = rounded(2 * random() - 1), y = rounded(2 * random() - 1), z = grain * Math.round(4 * random());
    data.push(at + x, at + x + z, at - y, at + x - y, at + 2 * x);
  }
  return { rows, columns: 5, data: Float64Array.from(data) };
}

Deno.test("featureRanks: centred ranks are certain for offsets of 10¹⁰ to 10¹⁵ deviations", async () => {
  const epsilons = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11];
  for (const offset of [1e10, 1e11, 1e12, 1e13, 1e14, 1e15]) {
    const features = offsetFeatures(offset, 60);
    const options: FeatureRanksOptions = { epsilons, threshold: "relative", center: true };
    const truth = epsilons.map((epsilon) => relativeRankOf(features, epsilon, options));
    for (const rankMethod of ["one-sided-jacobi", "gram-jacobi"] as const) {
      const found = await featureRanks(gpu, features, { ...options, rankMethod });
      assert.equal(assertExact(found, truth, `${rankMethod}, offset ${offset}`), epsilons.length);
    }
  }
});

Deno.test("featureRanks: columns that single precision takes for 0 are enclosed", async () => {
  const rows = 12, powers = [0, -65, -130, -142], random = normals(rows * 4, 9);
  const data = Float64Array.from(random, (x, e) => ldexp(x, powers[e % 4]));
  const epsilons = [-1, -100, -128, -133, -200, -250, -262, -275, -290].map((power) => 2 ** power);
  for (const features of [data, Float32Array.from(data)].map((data) => ({ rows, columns: 4, data }))) {
    const truth = epsilons.map((epsilon) => rankOf(features, epsilon, {})).map((rank) =>
      [rank, rank] as const
    );
    assert.deepEqual([...new Set(truth.map(([rank]) => rank))], [1, 2, 3, 4]);
    for (const method of methods) {
      const what = `${method.rankMethod}, ${method.precision}`;
      const found = await featureRanks(gpu, features, { epsilons, ...method });
      assertExact(found, truth, what);
      assertEnclosed(found, features, {}, what);
    }
  }
});
