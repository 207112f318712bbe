import { InputError, ShapeError } from "../../../src/errors.ts";
import { eigenvalueBounds } from "../../../src/rank/certificates/certificate.ts";
import { featureSpectra } from "../../../src/rank/spectra/feature_spectrum.ts";
import {
  type StreamedSpectrum,
  type StreamOptions,
  streamSpectra,
} from "../../../src/rank/spectra/stream_spectra.ts";
import { assert } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { assertBounds, assertRanks, families, reference } from "../../support/families.ts";
import type { MatrixSource } from "../../../src/linalg/matrix_source.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/**
 * The same features, of which nobody holds more than a tile; what was asked for is written down.
 */
function streamed({ rows, columns, data }: Matrix, asked: number[][] = []): MatrixSource {
  const tile = (first: number, count: number) => {
    asked.push([first, count]);
    return data.slice(first * columns, (first + count) * columns);
  };
  return { rows, columns, tile };
}

/** As `featureSpectra` makes them of what the solver left. */
function spectrumOf({ solved, arithmetic, mass, exponent, ...known }: StreamedSpectrum, samples: number) {
  const values = solved.values.map((value) => Math.max(0, value)).sort((a, b) => b - a);
  const leftOut = known.leftOut + known.meanBound;
  const bounds = eigenvalueBounds({ ...solved, eigenvalues: values, samples, leftOut }, arithmetic);
  const scale = mass * 2 ** exponent;
  return {
    eigenvalues: values.map((x) => x / scale),
    bounds: bounds.map((x) => x / scale),
    precision: "single" as const,
  };
}

Deno.test("streamSpectra: every family in several tiles: within bounds, no certain rank wrong", async () => {
  const rows = 350;
  const weights = Float64Array.from({ length: rows }, (_, k) => (1 + k % 7) / rows);
  let certain = 0, ranks = 0;
  for (
    const [type, columns, options] of [
      ["f4", 20, {}],
      ["f8", 37, {}],
      ["f4", 7, { weights }],
      ["f8", 20, { weights, center: true }],
    ] as const
  ) {
    const all = families(rows, columns, columns).map(([name, phi]) => {
      const data = type === "f4" ? Float32Array.from(phi) : phi;
      return { name, features: { rows, columns, data } };
    });
    // Double precision takes most of the time: for features in float64, which need it.
    for (const precision of type === "f8" ? ["single", "double"] as const : ["single"] as const) {
      const tiles: StreamOptions = { ...options, precision, tileBytes: 2 ** 14 };
      const spectra = await streamSpectra(gpu, all.map(({ features }) => features), tiles);
      all.forEach(({ name, features }, i) => {
        const spectrum = spectrumOf(spectra[i], rows);
        const centred = "center" in options ? withoutMeans(features, weights) : features;
        const truth = reference(centred, "weights" in options ? options.weights : undefined);
        const what = `${name}, n = ${columns}, ${type}, ${precision}`;
        const worst = assertBounds(spectrum, truth, what);
        if (precision === "double") assert.ok(worst <= 1e-12, `${what}: ${worst}`);
        certain += assertRanks(spectrum, truth, what);
        ranks += 10;
      });
      // In the same tiles, whoever holds them.
      const one = await streamSpectra(gpu, [streamed(all[0].features)], tiles);
      const same = await streamSpectra(gpu, [all[0].features], tiles);
      assert.deepEqual(one[0].solved, same[0].solved);
    }
  }
  assert.ok(certain >= 0.9 * ranks, `${certain} of ${ranks}`);
});

function withoutMeans({ rows, columns, data }: Matrix, weights: Float64Array): Matrix {
  const centred = Float64Array.from(data);
  const mass = weights.reduce((a, b) => a + b, 0);
  for (let e = 0; e < 3 * columns; e++) {
    let sum = 0;
    for (let k = 0; k < rows; k++) sum += weights[k] * centred[k * columns + e % columns];
    for (let k = 0; k < rows; k++) centred[k * columns + e % columns] -= sum / mass;
  }
  return { rows, columns, data: centred };
}

Deno.test("featureSpectra: a million samples that nobody holds", async () => {
  const rows = 1_000_000, columns = 5;
  // cos((j + ½) t) at midpoints: orthogonal on [0, π], so that the spectrum is known: ½ a_j².
  const scales = [1, 1e-1, 1e-2, 1e-3, 1e-4];
  const tile = (first: number, count: number) =>
    Float32Array.from({ length: count * columns }, (_, e) => {
      const j = e % columns, t = Math.PI * (first + Math.floor(e / columns) + 0.5) / rows;
      return scales[j] * Math.cos((j + 0.5) * t);
    });
  const [spectrum] = await featureSpectra(gpu, [{ rows, columns, tile }], { precision: "single" });
  scales.forEach((scale, i) => {
    const value = scale ** 2 / 2;
    // Features were rounded to single precision, each relative to itself.
    const error = Math.abs(spectrum.eigenvalues[i] - value);
    assert.ok(error <= spectrum.bounds[i] + 4 * 2 ** -24 * value, `${i}: ${error}`);
    assert.ok(spectrum.bounds[i] < 1e-3 * value);
  });
});

Deno.test("featureSpectra: streamed features in double precision against the Gram matrix in float64", async () => {
  const rows = 9000, columns = 6;
  const data = Float64Array.from(
    { length: rows * columns },
    (_, e) => Math.sin(1 + 7 * e + (e % columns) ** 2),
  );
  const asked: number[][] = [];
  const [{ eigenvalues: values, bounds, precision }] = await featureSpectra(
    gpu,
    [streamed({ rows, columns, data }, asked)],
    { epsilons: [1e-12], threshold: "relative" },
  );
  assert.equal(precision, "single");
  const gram = new Float64Array(columns ** 2);
  data.forEach((x, e) => {
    const row = e - e % columns;
    for (let j = 0; j < columns; j++) gram[(e % columns) * columns + j] += x * data[row + j] / rows;
  });
  eigenvalues(gram, columns).forEach((value, i) => {
    assert.ok(Math.abs(values[i] - value) <= bounds[i] + 1e-12 * value);
  });
  // From the first row to the last, time and again.
  assert.ok(asked.length >= 4 && asked.every(([first, count]) => first === 0 && count === rows));
});

Deno.test("streamSpectra: zeros, one sample, and what is wrong", async () => {
  const options = { precision: "double", tileBytes: 4096 } as const;
  const zeros = streamed({ rows: 600, columns: 3, data: new Float32Array(1800) });
  const [zero] = await streamSpectra(gpu, [zeros], options);
  assert.ok(zero.isZero);
  const [one] = await featureSpectra(gpu, [streamed({ rows: 1, columns: 1, data: Float32Array.of(3) })]);
  assert.ok(Math.abs(one.eigenvalues[0] - 9) <= one.bounds[0]);
  const bad = new Float32Array(1800).fill(1);
  bad[3 * 512 + 1] = NaN;
  await assert.rejects(
    streamSpectra(gpu, [streamed({ rows: 600, columns: 3, data: bad })], options),
    { name: InputError.name, message: /^the feature in row 512, column 1 \(from 0\) is NaN/ },
  );
  const short = { rows: 600, columns: 3, tile: () => new Float32Array(5) };
  await assert.rejects(streamSpectra(gpu, [short], options), { name: ShapeError.name });
});
