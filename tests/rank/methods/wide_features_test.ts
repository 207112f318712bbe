import { InputError, ShapeError } from "../../../src/errors.ts";
import type { Matrix, MatrixSource } from "../../../src/linalg/mod.ts";
import { featureRanks, type FeatureRanksOptions } from "../../../src/rank/methods/feature_ranks.ts";
import {
  type RankMethod,
  type RankMethodName,
  rankMethodNames,
  rankMethods,
} from "../../../src/rank/methods/rank_methods.ts";
import { verifyRanks } from "../../../src/rank/certificates/verify_ranks.ts";
import { featureSpectra } from "../../../src/rank/spectra/feature_spectrum.ts";
import { oneSidedSpectra } from "../../../src/rank/spectra/one_sided_spectra.ts";
import { streamSpectra } from "../../../src/rank/spectra/stream_spectra.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { assertBounds, assertRanks, families, reference, SHARES } from "../../support/families.ts";
import { openGpu } from "../../support/gpu.ts";
import { tanhFeatures } from "../../support/solve.ts";

const gpu = await openGpu();

/** The other orientation. */
function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = data.map((_, e) => data[e % rows * columns + Math.floor(e / rows)]);
  return { rows: columns, columns: rows, data: turned };
}

/** Without the weighted means of columns. */
function centred({ rows, columns, data }: Matrix, weights: ArrayLike<number>): Matrix {
  const taken = Float64Array.from(data);
  // Twice: the second takes off what rounding left of the first.
  for (let e = 0; e < 2 * columns; e++) {
    let sum = 0, mass = 0;
    for (let k = 0; k < rows; k++) {
      sum += weights[k] * taken[k * columns + e % columns];
      mass += weights[k];
    }
    for (let k = 0; k < rows; k++) taken[k * columns + e % columns] -= sum / mass;
  }
  return { rows, columns, data: taken };
}

/** The same features by rows, or by rows and columns. */
function produced({ rows, columns, data }: Matrix, byColumns: boolean): MatrixSource {
  const tile = (first: number, count: number) => data.slice(first * columns, (first + count) * columns);
  const columnTile = (first: number, count: number) =>
    Float64Array.from(
      { length: rows * count },
      (_, e) => data[Math.floor(e / count) * columns + first + e % count],
    );
  return { rows, columns, tile, ...byColumns && { columnTile } };
}

/** Ranks at shares of λ₁ by every method that takes the features, held against float64. */
async function assertMethods(
  features: MatrixSource,
  truth: ReturnType<typeof reference>,
  what: string,
  { only = rankMethodNames, ...options }: Partial<FeatureRanksOptions> & {
    readonly only?: readonly RankMethodName[];
  } = {},
) {
  for (const rankMethod of only) {
    const method: RankMethod = rankMethods[rankMethod];
    if (!("data" in features) && method.yields === "spectrum" && !method.takesTiles) continue;
    for (const precision of ["single", "double"] as const) {
      if (!(precision in method.mostColumns)) continue;
      const found = await featureRanks(gpu, features, {
        epsilons: SHARES,
        threshold: "relative",
        rankMethod,
        precision,
        ...options,
      });
      const says = `${what} by ${rankMethod} in ${precision}`;
      if (found.kind === "spectrum") {
        assertBounds(found, truth, says);
        assertRanks(found, truth, says);
        continue;
      }
      found.ranks.forEach(({ epsilon, low, high }) => {
        const count = (sign: number) =>
          truth.eigenvalues.filter((value, i) =>
            value + sign * truth.errors[i] > epsilon * truth.eigenvalues[0]
          ).length;
        assert.ok(low <= count(1) && count(-1) <= high, `${says}: [${low}, ${high}] at ${epsilon}`);
      });
    }
  }
}

Deno.test("featureRanks: every method has the ranks of the transpose, over odd shapes", async () => {
  for (const [rows, columns] of [[1, 1], [1, 70], [2, 3], [36, 37], [37, 36], [37, 251]]) {
    const data = Float64Array.from(
      tanhFeatures(uniform(rows + columns), rows, columns),
      (x, e) => x * (1 + 1e-9 * (e % 7)),
    );
    const features = { rows, columns, data };
    const truth = reference(transposed(features), new Float64Array(columns).fill(1 / rows));
    if (columns < 100) {
      reference(features).eigenvalues.forEach((value, i) =>
        assert.ok(Math.abs(value - truth.eigenvalues[i]) <= 2 * truth.errors[i])
      );
    }
    const only = columns === 37 ? rankMethodNames : ["gram-jacobi", "one-sided-jacobi"] as const;
    await assertMethods(features, truth, `${rows} × ${columns}`, { only });
    if (rows < 37) continue;
    for (const byColumns of [false, true]) {
      const source = produced(features, byColumns);
      await assertMethods(source, truth, `${rows} × ${columns}, tiles`, { only: ["gram-jacobi", "inertia"] });
    }
  }
});

Deno.test("wide features of every family: within bounds, no certain rank wrong, most certain", async () => {
  const rows = 23, columns = 90;
  let certain = 0, ranks = 0;
  for (const type of ["f4", "f8"] as const) {
    const all = families(columns, rows, 4).map(([name, phi]) => {
      const data = type === "f4" ? Float32Array.from(phi) : phi;
      const tall = { rows: columns, columns: rows, data };
      const truth = reference(tall, new Float64Array(columns).fill(1 / rows));
      return { name, features: transposed(tall), truth };
    });
    const matrices = all.map(({ features }) => features);
    for (const solve of [featureSpectra, oneSidedSpectra]) {
      const spectra = await solve(gpu, matrices, { epsilons: SHARES, threshold: "relative" });
      all.forEach(({ name, truth }, i) => {
        assertBounds(spectra[i], truth, `${name}, ${solve.name}`);
        certain += assertRanks(spectra[i], truth, `${name}, ${solve.name}`);
        ranks += SHARES.length;
      });
    }
  }
  assert.ok(certain >= 0.95 * ranks, `${certain} of ${ranks}`);
});

Deno.test("wide features with weights, a volume, means taken off: as the reference", async () => {
  const rows = 19, columns = 80;
  const [, [, phi]] = families(columns, rows, 9);
  const features = transposed({ rows: columns, columns: rows, data: phi });
  const weights = Float64Array.from({ length: rows }, (_, k) => (1 + k % 5) * 10 ** (-k / 3));
  const even = new Float64Array(rows).fill(1);
  const cases: [Partial<FeatureRanksOptions>, Float64Array][] = [
    [{ weights }, weights],
    [{ volume: rows }, even],
    [{ volume: Math.PI }, even.map(() => Math.PI / rows)],
    [{ center: true }, even.map(() => 1 / rows)],
    [{ weights, center: true }, weights],
  ];
  for (const [options, w] of cases) {
    const truth = reference(options.center ? centred(features, w) : features, w);
    const what = Object.keys(options).join();
    await assertMethods(features, truth, what, {
      ...options,
      only: ["inertia", "gram-jacobi", "one-sided-jacobi"],
    });
    await assertMethods(produced(features, true), truth, `${what}, tiles`, {
      ...options,
      only: ["gram-jacobi"],
    });
  }
  // Tiles of a few columns, with the last one shorter, are the same as one.
  for (const precision of ["single", "double"] as const) {
    const options = { weights, center: true, precision };
    const [one] = await streamSpectra(gpu, [features], { ...options, tileBytes: 2 ** 12 });
    const [other] = await streamSpectra(gpu, [produced(features, false)], { ...options, tileBytes: 2 ** 12 });
    assert.deepEqual(one.solved, other.solved);
  }
});

Deno.test("wide features: zeros, duplicates, a constant, centred to nothing", async () => {
  const rows = 6, columns = 40;
  const one = (name: string, data: Float64Array, exact: number, options = {}) =>
    Promise.all(["gram-jacobi", "one-sided-jacobi", "inertia"].map(async (rankMethod) => {
      const { ranks: [{ low, high }] } = await featureRanks(gpu, { rows, columns, data }, {
        epsilons: [1e-3],
        threshold: "relative",
        rankMethod: rankMethod as "inertia",
        ...options,
      });
      assert.deepEqual([low, high], [exact, exact], `${name} by ${rankMethod}`);
    }));
  await one("zeros", new Float64Array(rows * columns), 0);
  await one("a constant", new Float64Array(rows * columns).fill(0.1), 1);
  await one("a constant, centred", new Float64Array(rows * columns).fill(0.1), 0, { center: true });
  // Samples 0, 1, 2 again: three directions.
  const random = uniform(4);
  const three = Float64Array.from({ length: 3 * columns }, () => random() - 0.5);
  await one(
    "duplicate samples",
    Float64Array.from({ length: rows * columns }, (_, e) => three[e % (3 * columns)]),
    3,
  );
  const spectrum = await featureSpectra(gpu, [{ rows: 1, columns, data: three.slice(0, columns) }]);
  assert.equal(spectrum[0].eigenvalues.length, 1);
});

Deno.test("wide features: offsets of 2⁴⁰ are taken off in two words, by rows and by columns, exactly judged", async () => {
  const rows = 9, columns = 50, random = uniform(6);
  const whole = (length: number) => Array.from({ length }, () => Math.floor(16 * random()));
  const [a, c, b, d] = [whole(rows), whole(rows), whole(columns), whole(columns)];
  const data = Float64Array.from({ length: rows * columns }, (_, e) => {
    const k = Math.floor(e / columns), j = e % columns;
    return 2 ** 40 + (a[k] * b[j] + c[k] * d[j]) / 1024;
  });
  const features = { rows, columns, data };
  const options = { center: true, threshold: "relative" } as const;
  for (const source of [features, produced(features, false), produced(features, true)]) {
    const { ranks } = await featureRanks(gpu, source, {
      ...options,
      epsilons: [1e-6, 1e-11],
      rankMethod: "gram-jacobi",
      precision: "double",
    });
    assert.deepEqual(ranks.map(({ low, high }) => [low, high]), [[2, 2], [2, 2]]);
    assert.ok(verifyRanks(features, ranks, options).every(({ verdict }) => verdict === "right"));
  }
});

Deno.test("wide features: what is wrong with them is said", async () => {
  const features = { rows: 2, columns: 3000, data: new Float32Array(6000).fill(1) };
  const options = { epsilons: [1e-3] };
  features.data[5999] = NaN;
  for (const source of [features, produced(features, true)]) {
    await assert.rejects(featureRanks(gpu, source, options), {
      name: InputError.name,
      message: "the feature in row 1, column 2999 (from 0) is NaN: give finite numbers",
    });
  }
  await assert.rejects(featureRanks(gpu, features, { ...options, weights: [1] }), ShapeError);
  const large = { rows: 1025, columns: 1026, tile: () => new Float32Array(0) };
  await assert.rejects(featureRanks(gpu, large, { ...options, rankMethod: "inertia" }), {
    name: ShapeError.name,
    message:
      "inertia in single precision takes at most 1024 samples of more columns, not 1025: use another method",
  });
});
