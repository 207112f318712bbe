import { InputError, ShapeError } from "../../../src/errors.ts";
import { sampleGramMatrices } from "../../../src/linalg/gram/sample_gram_matrices.ts";
import { assert, fc } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";
import { normals } from "../../reference/random.ts";

const gpu = await openGpu();

/** √w (Φ − mean) in float64: a few roundings of the largest entry and its mean. */
function roots(
  data: Float64Array,
  columns: number,
  { weights, center }: { readonly weights: Float64Array; readonly center: boolean },
): Float64Array {
  const mass = weights.reduce((sum, w) => sum + w, 0);
  const means = Array.from(
    { length: columns },
    (_, j) => center ? weights.reduce((sum, w, k) => sum + w * data[k * columns + j], 0) / mass : 0,
  );
  return data.map((x, e) => Math.sqrt(weights[Math.floor(e / columns)]) * (x - means[e % columns]));
}

Deno.test("sampleGramMatrices: any shape, weights, volume, centring, precision, in tiles or whole, within the bound", async () => {
  const problem = fc.record({
    rows: fc.constantFrom(1, 2, 9, 37),
    columns: fc.constantFrom(1, 5, 251, 700),
    precision: fc.constantFrom("single" as const, "compensated" as const, "double" as const),
    weighting: fc.constantFrom("mean", "volume", "weights"),
    center: fc.boolean(),
    form: fc.constantFrom("data", "rows", "columns"),
    tileBytes: fc.constantFrom(2 ** 12, 2 ** 25),
    magnitude: fc.constantFrom(1e-120, 1, 1e60),
    seed: fc.nat(1e6),
  });
  await fc.assert(
    fc.asyncProperty(problem, async (drawn) => {
      const { rows, columns, precision, weighting, center, form, tileBytes, magnitude, seed } = drawn;
      const noise = normals(rows * columns, seed + 1);
      const data = Float64Array.from(
        normals(rows * columns, seed),
        (x, e) => magnitude * (x + 1e-9 * noise[e] + 0.5),
      );
      const volume = weighting === "volume" ? 3.5 : 1;
      const given = Float64Array.from({ length: rows }, (_, k) => 0.3 + (k * 7 % 5) * 1e-3);
      const weights = weighting === "weights" ? given : new Float64Array(rows).fill(volume / rows);
      const cut = (first: number, count: number) => data.slice(first * columns, (first + count) * columns);
      const columnTile = (first: number, count: number) =>
        Float64Array.from(
          { length: rows * count },
          (_, e) => data[Math.floor(e / count) * columns + first + e % count],
        );
      const source = form === "data"
        ? { rows, columns, data }
        : { rows, columns, tile: cut, ...form === "columns" && { columnTile } };
      const [{ matrix, bound }] = await sampleGramMatrices(gpu, [source], {
        precision,
        tileBytes,
        center,
        ...weighting === "weights" && { weights: given },
        ...weighting === "volume" && { volume },
      });
      const a = roots(data, columns, { weights, center });
      let square = 0, trace = 0;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < rows; j++) {
          let sum = 0;
          for (let e = 0; e < columns; e++) sum += a[i * columns + e] * a[j * columns + e];
          square += ((matrix[i * rows + j] - sum) / magnitude ** 2) ** 2;
          if (i === j) trace += sum;
          assert.equal(matrix[i * rows + j], matrix[j * rows + i]);
        }
      }
      // The reference itself: sums of `columns` terms, means of `rows`, roots.
      const own = (columns + rows + 8) * 2 ** -52 * (trace + magnitude ** 2 * columns * 4);
      const error = Math.sqrt(square) * magnitude ** 2;
      assert.ok(error <= bound + own, `off by ${error}, promised ${bound}`);
      const most = precision === "double" ? 1e-11 : 4e-5;
      assert.ok(bound <= most * (trace + columns * magnitude ** 2), `${bound} is no bound for ${trace}`);
    }),
    { numRuns: 60, seed: 12 },
  );
});

Deno.test("sampleGramMatrices: zeros, centred samples that are all the same, and what it does not take", async () => {
  const same = Float64Array.from({ length: 3 * 7 }, (_, e) => 1 / (1 + e % 7));
  for (const options of [{ center: true }, { center: true, weights: [0.1, 0.7, 0.3] }]) {
    const [{ matrix, bound }] = await sampleGramMatrices(gpu, [{ rows: 3, columns: 7, data: same }], options);
    assert.deepEqual([[...matrix], bound], [new Array(9).fill(0), 0]);
  }
  assert.deepEqual(await sampleGramMatrices(gpu, []), []);
  const features = { rows: 2, columns: 3, data: new Float32Array(6) };
  await assert.rejects(sampleGramMatrices(gpu, [features], { weights: [1] }), ShapeError);
  await assert.rejects(sampleGramMatrices(gpu, [features], { weights: [1, 1], volume: 2 }), {
    name: InputError.name,
    message: "weights and a volume: give one of them",
  });
  await assert.rejects(sampleGramMatrices(gpu, [features], { volume: 0 }), {
    name: InputError.name,
    message: "the volume is 0: give a number above 0, from 1e-250 to 1e250",
  });
});
