import { InputError, ShapeError } from "../../../src/errors.ts";
import type { Matrix, MatrixSource } from "../../../src/linalg/mod.ts";
import { verifyRanks } from "../../../src/rank/certificates/verify_ranks.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import { hostSpectra } from "../../../src/rank/spectra/host_spectra.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";
import { assertBounds, assertRanks, families, reference, SHARES } from "../../support/families.ts";

const gpu = await openGpu();

/** The transpose. */
function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = data.map((_, e) => data[(e % rows) * columns + Math.floor(e / rows)]);
  return { rows: columns, columns: rows, data: turned };
}

/** The same features produced on demand: by rows, also by columns, or as promises of rows. */
const WAYS: Readonly<Record<string, (features: Matrix) => MatrixSource>> = {
  held: (features) => features,
  rows: ({ rows, columns, data }) => ({
    rows,
    columns,
    tile: (first, count) => data.slice(first * columns, (first + count) * columns),
  }),
  columns: (features) => ({
    ...WAYS.rows(features) as Exclude<MatrixSource, Matrix>,
    columnTile: (first, count) => {
      const { rows, columns, data } = features;
      const at = (e: number) => data[Math.floor(e / count) * columns + first + e % count];
      return Float64Array.from({ length: rows * count }, (_, e) => at(e));
    },
  }),
  promises: ({ rows, columns, data }) => ({
    rows,
    columns,
    tile: async (first, count) => await data.slice(first * columns, (first + count) * columns),
  }),
};

Deno.test("hostSpectra: families in both precisions, tall, square and wide, within bounds of float64", async () => {
  let certain = 0, all = 0;
  for (const [rows, columns] of [[90, 23], [24, 24], [70, 33]]) {
    for (const [name, phi] of families(rows, columns, 4)) {
      for (const data of [phi, Float32Array.from(phi)]) {
        const tall = { rows, columns, data };
        for (const features of [tall, transposed(tall)]) {
          const what = `${name}, ${features.rows} × ${features.columns}`;
          const truth = reference(tall, new Float64Array(rows).fill(1 / features.rows));
          const [spectrum] = await hostSpectra(gpu, [features]);
          assertBounds(spectrum, truth, what);
          certain += assertRanks(spectrum, truth, what);
          all += SHARES.length;
        }
      }
    }
  }
  assert.ok(certain >= 0.97 * all, `${certain} of ${all}`);
});

/** Entries of features that are hard to rank. */
const KINDS: Readonly<Record<string, (random: () => number, row: number, column: number) => number>> = {
  "whole numbers": (random) => Math.floor(5 * random()) - 2,
  noise: (random) => random() - 0.5,
  "graded columns": (random, _, column) => (random() - 0.5) * 10 ** (-2 * column),
  "graded rows": (random, row) => (random() - 0.5) * 10 ** (-2 * row),
  offset: (random) => 1e7 + random(),
  Hilbert: (_, row, column) => 1 / (1 + row + column),
  "a zero column": (random, _, column) => column === 1 ? 0 : random() - 0.5,
  zeros: () => 0,
  tiny: (random) => 1e-150 * (random() - 0.5),
  huge: (random) => 1e120 * (random() - 0.5),
};

Deno.test("host-bidiagonal: no rank is wrong by exact counts, over 300 hard matrices", async () => {
  const problem = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 8 }),
    kind: fc.constantFrom(...Object.keys(KINDS)),
    repeats: fc.boolean(),
    isSingle: fc.boolean(),
    way: fc.constantFrom(...Object.keys(WAYS)),
    weighting: fc.constantFrom("mean", "weights", "wild weights", "sum", "volume"),
    center: fc.boolean(),
    threshold: fc.constantFrom("relative" as const, "absolute" as const),
    seed: fc.nat(1e6),
  });
  let certain = 0, all = 0;
  await fc.assert(
    fc.asyncProperty(
      problem,
      async ({ rows, columns, kind, way, weighting, center, threshold, ...drawn }) => {
        const random = uniform(drawn.seed);
        const entries = Float64Array.from(
          { length: rows * columns },
          (_, e) => KINDS[kind](random, Math.floor(e / columns), e % columns),
        );
        if (drawn.repeats && rows > 1) entries.set(entries.slice(0, columns), columns);
        const isSingle = drawn.isSingle && kind !== "huge" && kind !== "tiny";
        const features = { rows, columns, data: isSingle ? Float32Array.from(entries) : entries };
        const decades = weighting === "wild weights" ? 12 : 0;
        const options = {
          center,
          threshold,
          ...weighting.endsWith("weights") && {
            weights: Float64Array.from(
              { length: rows },
              () => (0.1 + random()) * 10 ** (decades * (random() - 0.5)),
            ),
          },
          ...weighting === "sum" && { volume: rows },
          ...weighting === "volume" && { volume: 1e-3 + 3 * random() },
        };
        const [{ eigenvalues, bounds }] = await hostSpectra(gpu, [features], options);
        const largest = threshold === "absolute" && eigenvalues[0] > 0 ? eigenvalues[0] : 1;
        const epsilons = [0.5, 1e-2, 1e-6, 1e-11, 1e-15, 1e-18].map((share) => share * largest);
        const found = await featureRanks(gpu, WAYS[way](features), {
          ...options,
          epsilons,
          rankMethod: "host-bidiagonal",
        });
        assert.deepEqual([found.rankMethod, found.precision], ["host-bidiagonal", "double"]);
        for (
          const { verdict, isCertain, epsilon, low, high } of verifyRanks(features, found.ranks, options)
        ) {
          assert.notEqual(verdict, "wrong", `[${low}, ${high}] at ${epsilon}`);
          if (isCertain) certain++;
          all++;
        }
        // A bound that is too small is certain and wrong at the ends of intervals of eigenvalues.
        const ends = [...eigenvalues].flatMap((value, i) =>
          [-1, 1].map((sign) => ({ epsilon: value + sign * (1 + 1e-9) * bounds[i], i, sign }))
        ).filter(({ epsilon }) => epsilon > 0 && epsilon < Infinity);
        const claims = ends.map(({ epsilon, i, sign }) =>
          sign < 0
            ? { epsilon, rank: columns, low: i + 1, high: Math.max(rows, columns) }
            : { epsilon, rank: 0, low: 0, high: i }
        );
        const judged = verifyRanks(features, claims, { ...options, threshold: "absolute" });
        judged.forEach(({ verdict, epsilon, exact }) =>
          assert.equal(verdict, "right", `the end of an interval ${epsilon}: exactly ${exact.low}`)
        );
      },
    ),
    { numRuns: 300, seed: 5 },
  );
  assert.ok(certain >= 0.9 * all, `${certain} of ${all}`);
});

Deno.test("hostSpectra: held or on demand, by rows, columns or promises: the same bits", async () => {
  for (const [rows, columns] of [[300, 40], [40, 300], [50, 47], [47, 50], [1, 9], [9, 1], [1, 1]]) {
    const features = { rows, columns, data: normals(rows * columns, rows) };
    const weights = Float64Array.from({ length: rows }, (_, k) => 1 + k % 7);
    for (const options of [{}, { weights, center: true }]) {
      const [held] = await hostSpectra(gpu, [features], options);
      assert.equal(held.eigenvalues.length, Math.min(rows, columns));
      for (const [name, way] of Object.entries(WAYS)) {
        assert.deepEqual(await hostSpectra(gpu, [way(features)], options), [held], name);
      }
    }
  }
});

Deno.test("hostSpectra: the event loop turns meanwhile, shares of the work rise to 1, a signal stops it", async () => {
  for (const [rows, columns] of [[600, 500], [8000, 150]]) {
    const features = { rows, columns, data: normals(rows * columns, 1) };
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const shares: number[] = [];
    const [spectrum] = await hostSpectra(gpu, [features], { onShare: (share) => shares.push(share) });
    clearInterval(timer);
    assert.ok(turns >= 1);
    assert.ok(shares.every((share, k) => share >= 0 && (k === 0 || share >= shares[k - 1])));
    assert.ok(shares.length > 100 && shares[0] < 0.1 && shares.at(-1)! > 0.99 && shares.at(-1)! <= 1);
    const controller = new AbortController(), reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 1);
    await assert.rejects(hostSpectra(gpu, [features], { signal: controller.signal }), reason);
    assert.deepEqual(await hostSpectra(gpu, [features]), [spectrum]);
  }
});

Deno.test("host-bidiagonal: what it does not take is said", async () => {
  const features = { rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, NaN) };
  const options = { epsilons: [1e-3], rankMethod: "host-bidiagonal" } as const;
  await assert.rejects(featureRanks(gpu, features, options), {
    name: InputError.name,
    message: "the feature in row 1, column 1 (from 0) is NaN: give finite numbers",
  });
  await assert.rejects(featureRanks(gpu, features, { ...options, precision: "single" }), {
    name: InputError.name,
    message: /^host-bidiagonal has no single precision: give double, or one of the methods cholesky/,
  });
  await assert.rejects(hostSpectra(gpu, [features], { precision: "single" }), InputError);
  const large = { rows: 8193, columns: 8193, tile: () => new Float32Array() };
  await assert.rejects(featureRanks(gpu, large, options), {
    name: ShapeError.name,
    message: "host-bidiagonal in double precision takes at most 8192 columns, not 8193: use another method",
  });
});
