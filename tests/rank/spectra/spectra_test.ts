import { rankInterval } from "../../../src/rank/certificates/rank_interval.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { type Layer, referenceEigenvalues, solve, tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const even = (m: number) => new Float32Array(m).fill(1 / m);

/** Eigenvalues within their bounds; a rank that claims to be certain is right. */
function check(
  record: { eigenvalues: Float64Array; bounds: Float64Array },
  truth: readonly number[],
  what: string,
) {
  truth.forEach((value, i) => {
    const error = Math.abs(record.eigenvalues[i] - value);
    assert(
      error <= record.bounds[i],
      `${what}: λ_${i + 1} = ${value} is off by ${error} > ${record.bounds[i]}`,
    );
  });
  for (let exponent = -1; exponent >= -14; exponent--) {
    const epsilon = 10 ** exponent * truth[0];
    if (!(epsilon > 0)) continue;
    const exact = truth.filter((value) => value > epsilon).length;
    const { low, high } = rankInterval(record.eigenvalues, record.bounds, epsilon);
    assert(low <= exact && exact <= high, `${what}: rank ${exact} at ${epsilon} outside [${low}, ${high}]`);
  }
}

Deno.test("spectra: within their certified bounds over random shapes, layers, replicas and weights", async () => {
  const problem = fc.record({
    m: fc.constantFrom(1, 2, 37, 251, 300),
    widths: fc.array(fc.constantFrom(1, 3, 20, 37, 50), { minLength: 1, maxLength: 3 }),
    replicas: fc.integer({ min: 1, max: 3 }),
    scale: fc.constantFrom(1e-3, 1, 30),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(problem, async ({ m, widths, replicas, scale, seed }) => {
      const random = uniform(seed);
      const weights = Float32Array.from({ length: m }, () => (0.5 + random()) / m);
      const layers = widths.map((width): Layer => ({
        width,
        features: Array.from({ length: replicas }, () => tanhFeatures(random, m, width, scale)),
      }));
      const records = await solve(gpu, { layers, weights });
      records.forEach((record, replica) => {
        layers.forEach(({ width, features }, l) => {
          const truth = referenceEigenvalues(features[replica], width, weights);
          check(record.layers[l], truth, `m ${m}, layer ${l} of ${widths}, replica ${replica}`);
        });
      });
    }),
    { numRuns: 15, seed: 20 },
  );
});

Deno.test("spectra: right to 10⁻¹² λ₁, where a Gram matrix in single precision ends at 10⁻⁷", async () => {
  const m = 512, width = 64;
  const features = tanhFeatures(uniform(1), m, width);
  const [{ layers: [record] }] = await solve(gpu, {
    layers: [{ width, features: [features] }],
    weights: even(m),
  });
  const truth = referenceEigenvalues(features, width, even(m));
  check(record, truth, "tanh");
  // Ranks in single precision, see "Precision" in .github/ARCHITECTURE.md: the count is right
  // wherever no eigenvalue is near the threshold.
  for (const epsilon of [1e-6, 1e-8, 1e-10, 1e-12]) {
    const clear = truth.every((value) => Math.abs(Math.log(value / (epsilon * truth[0]))) > 0.05);
    if (!clear) continue;
    const exact = truth.filter((value) => value > epsilon * truth[0]).length;
    assert.equal(
      rankInterval(record.eigenvalues, record.bounds, epsilon, { threshold: "relative" }).rank,
      exact,
      `at ${epsilon}`,
    );
  }
  // Certain at 10⁻⁶ relative to λ₁, with room to spare.
  const { low, high } = rankInterval(record.eigenvalues, record.bounds, 1e-6, { threshold: "relative" });
  assert.equal(low, high);
});

Deno.test("spectra: a warm-up leaves no fewer eigenvalues certain than whole passes do", async () => {
  for (const [m, width, scale] of [[256, 50, 8], [251, 37, 3], [40, 61, 20], [256, 130, 8]]) {
    const features = [tanhFeatures(uniform(m + width), m, width, scale)];
    const layers = [{ width, features }], weights = even(m);
    const truth = referenceEigenvalues(features[0], width, weights).slice(0, width);
    const [whole, warmed] = await Promise.all([{}, { searched: 0.3 }].map(async (options) => {
      const [{ layers: [layer] }] = await solve(gpu, { layers, weights, ...options });
      check(layer, truth, `${m} × ${width}`);
      return layer.eigenvalues.filter((value, i) => layer.bounds[i] < 1e-2 * value).length;
    }));
    assert(warmed >= whole - 1, `${m} × ${width}: ${warmed} of ${whole}`);
  }
});

Deno.test("spectra: degenerate features have the rank that they have", async () => {
  const m = 37, width = 5;
  const random = uniform(3);
  const base = Float32Array.from({ length: m * width }, () => 2 * random() - 1);
  const column = (j: number, from: (k: number) => number) => {
    const copy = base.slice();
    for (let k = 0; k < m; k++) copy[k * width + j] = from(k);
    return copy;
  };
  const twice = column(1, (k) => base[k * width]);
  const thrice = twice.slice();
  for (let k = 0; k < m; k++) thrice[k * width + 2] = base[k * width];
  const cases: [string, Float32Array, number][] = [
    ["independent", base, 5],
    ["all zero", new Float32Array(m * width), 0],
    ["one neuron zero", column(3, () => 0), 4],
    ["a neuron twice", twice, 4],
    ["a neuron three times", thrice, 3],
    ["a constant neuron", column(0, () => 1), 5],
    ["all constant", new Float32Array(m * width).fill(0.5), 1],
    ["a sum of two others", column(4, (k) => base[k * width] + base[k * width + 1]), 4],
  ];
  const records = await solve(gpu, {
    layers: [{ width, features: cases.map(([, features]) => features) }],
    weights: even(m),
  });
  cases.forEach(([name, , rank], replica) => {
    const { eigenvalues: values, bounds } = records[replica].layers[0];
    const interval = rankInterval(values, bounds, 1e-6);
    assert.deepEqual({ name, ...interval }, { name, epsilon: 1e-6, rank, low: rank, high: rank });
  });
});

Deno.test("spectra: NaN and infinite features are of unknown rank, and do not reach another replica", async () => {
  const m = 40, width = 7;
  const good = tanhFeatures(uniform(5), m, width);
  const bad = [NaN, Infinity].map((value) => {
    const copy = good.slice();
    copy[3 * width + 2] = value;
    return copy;
  });
  const features = [bad[0], good, bad[1]];
  const records = await solve(gpu, { layers: [{ width, features }], weights: even(m) });
  for (const replica of [0, 2]) {
    const { eigenvalues: values, bounds } = records[replica].layers[0];
    const { low, high } = rankInterval(values, bounds, 1e-6);
    assert.deepEqual([low, high], [0, width]);
  }
  check(records[1].layers[0], referenceEigenvalues(good, width, even(m)), "beside NaN");
  const [alone] = await solve(gpu, { layers: [{ width, features: [good] }], weights: even(m) });
  assert.deepEqual(records[1].layers[0], alone.layers[0]);
});

Deno.test("spectra: more samples than a shader may loop over, more neurons than samples", async () => {
  const m = 70_000, width = 6;
  const tall = tanhFeatures(uniform(7), m, width);
  const [{ layers: [record] }] = await solve(gpu, {
    layers: [{ width, features: [tall] }],
    weights: even(m),
  });
  // The SVD of 70,000 rows takes too long here; the Gram matrix in float64 is right to 10⁻¹⁶ λ₁,
  // which is enough.
  const gram = new Float64Array(width * width);
  for (let k = 0; k < m; k++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) gram[i * width + j] += tall[k * width + i] * tall[k * width + j] / m;
    }
  }
  check(record, eigenvalues(gram, width), "tall");

  const wide = tanhFeatures(uniform(8), 3, 20);
  const [{ layers: [flat] }] = await solve(gpu, {
    layers: [{ width: 20, features: [wide] }],
    weights: even(3),
  });
  check(flat, referenceEigenvalues(wide, 20, even(3)), "wide");
  assert(rankInterval(flat.eigenvalues, flat.bounds, 1e-5).high <= 3);
});
