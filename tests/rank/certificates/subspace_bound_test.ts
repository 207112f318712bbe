import { departure, dominantSubspaceBound } from "../../../src/rank/certificates/subspace_bound.ts";
import { assert, fc } from "../../deps.ts";
import { normals } from "../../reference/random.ts";

/**
 * Eigenfeatures in coordinates of the exact ones, of a basis rotated by φ in the plane of q_r and
 * q_{r+1}.
 */
function turned(sigma: readonly number[], rank: number, angle: number) {
  const n = sigma.length, c = Math.cos(angle), s = Math.sin(angle);
  const y = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const scale = 1 / sigma[Math.min(j, rank - 1)];
    y[j * n + j] = scale * sigma[j] * (j === rank - 1 || j === rank ? c : 1);
    if (j === rank - 1) y[rank * n + j] = scale * sigma[rank] * s;
    if (j === rank) y[(rank - 1) * n + j] = -scale * sigma[rank - 1] * s;
  }
  const gram = new Float64Array(n * n);
  for (let e = 0; e < n * n; e++) {
    for (let k = 0; k < n; k++) gram[e] += y[k * n + Math.floor(e / n)] * y[k * n + e % n];
  }
  return { gram, theta: Math.atan2(sigma[rank] * s, sigma[rank - 1] * c) };
}

Deno.test("dominantSubspaceError: holds for a basis that is turned, and is close above", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 0.7, noNaN: true }), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.double({ min: -5, max: -1, noNaN: true }),
      (ratios, at, exponent) => {
        const sigma = [1];
        for (const ratio of ratios) sigma.push(Math.max(1e-3, ratio * sigma[sigma.length - 1]));
        const rank = 1 + at % ratios.length;
        fc.pre(sigma[rank] < 0.8 * sigma[rank - 1]);
        const ratio = sigma[rank] / sigma[rank - 1];
        const { gram, theta } = turned(sigma, rank, ratio * 10 ** exponent);
        const eigenvalues = sigma.map((x) => x * x), bounds = sigma.map(() => 0);
        const known = { eigenvalues, bounds, rank, gram, gramBound: 1e-13, featureBound: 0 };
        const bound = dominantSubspaceBound(known);
        assert.ok(theta <= bound, `${theta} > ${bound}`);
        // Rounding apart, off by what Ψ₂ has of u_r beside its own part, and by the norm that
        // bounds ‖Ψ₂‖.
        const gap = 1 - ratio ** 2;
        assert.ok(bound <= 1.5 * theta / gap ** 2 + 1e-8, `${bound} ≫ ${theta}`);
      },
    ),
    { seed: 3, numRuns: 500 },
  );
});

Deno.test("dominantSubspaceError: grows with what features are off, and knows nothing without a gap", () => {
  const sigma = [1, 0.1, 0.01, 0.001];
  const { gram } = turned(sigma, 2, 0);
  const known = {
    eigenvalues: sigma.map((x) => x * x),
    bounds: [0, 0, 0, 0],
    rank: 2,
    gram,
    gramBound: 1e-13,
    featureBound: 0,
  };
  assert.ok(dominantSubspaceBound(known) < 1e-9);
  // asin(‖E‖ / (σ₂ − σ₃ − ‖E‖)).
  const off = dominantSubspaceBound({ ...known, featureBound: 1e-3 });
  assert.ok(Math.abs(off - Math.asin(1e-3 / (0.09 - 1e-3))) < 1e-9, `${off}`);
  assert.equal(dominantSubspaceBound({ ...known, featureBound: 0.1 }), Math.PI / 2);
  assert.equal(dominantSubspaceBound({ ...known, bounds: [0, 0.006, 0.006, 0] }), Math.PI / 2);
  assert.equal(dominantSubspaceBound({ ...known, bounds: [0, 0.02, 0, 0] }), Math.PI / 2);
  // Nothing is behind the last of all.
  const all = turned(sigma, 4, 0).gram;
  assert.ok(dominantSubspaceBound({ ...known, rank: 4, gram: all }) < 1e-7);
});

Deno.test("departure: of a block, with its rounding", () => {
  const n = 7, x = normals(n * n, 2);
  const gram = Float64Array.from(x, (_, e) => e % (n + 1) === 0 ? 1 + 0.01 * x[e] : 0.01 * x[e]);
  let square = 0, trace = 0;
  for (let i = 2; i < 5; i++) {
    trace += gram[i * n + i];
    for (let j = 2; j < 5; j++) square += (0.01 * x[i * n + j]) ** 2;
  }
  assert.ok(
    Math.abs(
      departure(gram, { order: n, first: 2, count: 3, gramBound: 1e-2 }) - Math.sqrt(square) - 1e-2 * trace,
    ) < 1e-15,
  );
});
