import { ShapeError } from "../../../src/errors.ts";
import { countByBlockedInertia } from "../../../src/linalg/count/blocked_inertia.ts";
import { squareMatrix } from "../../../src/linalg/matrix.ts";
import { assert, fc } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { symmetric } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import {
  assertCounts,
  type Case,
  certainShare,
  checkCounts,
  semidefiniteCases,
  tanhGram,
} from "../../support/counting.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const check = (cases: readonly Case[], epsilons?: readonly (readonly number[])[]) =>
  checkCounts(
    (matrices, epsilons) => countByBlockedInertia(gpu, matrices.map(squareMatrix), epsilons),
    cases,
    epsilons,
  );

Deno.test("blocked_inertia: hard semidefinite matrices, certain at nearly all thresholds down to 10⁻⁸ λ₁", async () => {
  const cases = [1, 2, 3, 33, 65, 97].flatMap((n) => semidefiniteCases(n, n));
  const counts = await check(cases);
  assert.ok(certainShare(counts) > 0.99, `${certainShare(counts)}`);
});

Deno.test("blocked_inertia: order 131, features, rank deficient, many eigenvalues near ε", async () => {
  const wanted = ["Gram", "tanh features", "clustered near ε", "rank deficient", "Hilbert"];
  const counts = await check(semidefiniteCases(131, 2).filter(({ name }) => wanted.includes(name)));
  assert.ok(certainShare(counts) > 0.95, `${certainShare(counts)}`);
});

Deno.test("blocked_inertia: a first entry that is ε, duplicates and zero rows", async () => {
  const n = 70, matrix = tanhGram(n, 5).map((x, e) => e === 0 ? 0.25 : x);
  for (let i = 0; i < n; i++) {
    // Row 3 is row 2, and row 40 is 0; those beside the first entry are small enough for it.
    for (const [to, value] of [[3, matrix[2 * n + i]], [40, 0]] as const) {
      matrix[to * n + i] = matrix[i * n + to] = value;
    }
  }
  for (const [i, j] of [[2, 3], [3, 2], [3, 3]]) matrix[i * n + j] = matrix[2 * n + 2];
  const exact = eigenvalues(matrix, n), epsilons = [0.25, 1e-3, 1e-7];
  const counts = await check([{ name: "first entry", n, matrix, exact }], [epsilons]);
  assert.equal(certainShare(counts), 1);
});

Deno.test("blocked_inertia: indefinite matrices, at thresholds of either sign", async () => {
  const one = fc.record({ n: fc.integer({ min: 1, max: 80 }), seed: fc.nat(1e6) });
  const cases = fc.sample(one, { seed: 4, numRuns: 16 }).map(({ n, seed }): Case => {
    const matrix = symmetric(normals(n * n, seed), n);
    return { name: `seed ${seed}`, n, matrix, exact: eigenvalues(matrix, n) };
  });
  const epsilons = cases.map(({ exact }) => [0, 0.1, -0.1, 1e-6].map((share) => share * Math.abs(exact[0])));
  const share = certainShare(await check(cases, epsilons));
  assert.ok(share > 0.95, `${share}`);
});

Deno.test("blocked_inertia: float64 matrices keep 48 bits: an eigenvalue of 10⁻¹⁰ beside one of 1", async () => {
  const n = 66, tail = (i: number) => i === 0 ? 1 : i % 2 === 0 ? 1e-10 : 3e-10;
  // Reflected, so that no entry alone has the small eigenvalues.
  const v = normals(n, 3), norm = v.reduce((sum, x) => sum + x * x, 0);
  const data = Float64Array.from({ length: n * n }, (_, e) => {
    const i = Math.floor(e / n), j = e % n;
    const entry = (a: number, b: number) => (a === b ? 1 : 0) - 2 * v[a] * v[b] / norm;
    let sum = 0;
    for (let k = 0; k < n; k++) sum += entry(i, k) * tail(k) * entry(j, k);
    return sum;
  });
  const counts = await countByBlockedInertia(gpu, [squareMatrix(data)], [[2e-10, 5e-11, 5e-10]]);
  assert.deepEqual(counts, [[34, 66, 1].map((count) => ({ count, low: count, high: count }))]);
  // Any magnitude: the same times a power of two.
  for (const exponent of [-900, 900]) {
    const scaled = data.map((x) => x * 2 ** exponent), epsilons = [2e-10, 5e-11, 5e-10];
    const found = await countByBlockedInertia(gpu, [squareMatrix(scaled)], [
      epsilons.map((epsilon) => epsilon * 2 ** exponent),
    ]);
    assert.deepEqual(found, counts);
  }
});

Deno.test("blocked_inertia: thresholds that are not known hold the counts at both ends", async () => {
  const [{ n, matrix, exact }] = semidefiniteCases(40, 7).filter(({ name }) => name === "decaying");
  const [most, least] = [[exact[3] * 1.5, 1e-3], [exact[9] * 0.9, 1e-3]];
  const [[wide, narrow]] = await countByBlockedInertia(gpu, [squareMatrix(matrix)], [most], {
    leastEpsilons: [least],
  });
  const above = (epsilon: number) => exact.filter((value) => value > epsilon).length;
  assert.deepEqual([wide.low, wide.high], [above(most[0]), above(least[0])]);
  assert.ok(wide.low < wide.high);
  const name = "decaying";
  assertCounts({ name, n, matrix, exact }, [1e-3], [narrow]);
  assert.equal(narrow.low, narrow.high);
});

Deno.test("blocked_inertia: a matrix is counted the same alone and beside others; what lies above the diagonal is not read", async () => {
  const cases = [37, 5, 64, 37].map((n) => semidefiniteCases(n, n)[1]);
  const epsilons = cases.map(() => [1e-2, 1e-5]), matrices = cases.map(({ matrix }) => squareMatrix(matrix));
  const shares: number[] = [];
  const together = await countByBlockedInertia(gpu, matrices, epsilons, {
    onShare: (share) => shares.push(share),
  });
  for (const [index, { n, matrix }] of cases.entries()) {
    const lower = squareMatrix(matrix.map((x, e) => e % n > Math.floor(e / n) ? 0 : x));
    assert.deepEqual(await countByBlockedInertia(gpu, [lower], [epsilons[index]]), [together[index]]);
  }
  assert.deepEqual(shares.toSorted((a, b) => a - b), shares);
  assert.equal(shares.at(-1), 1);
});

Deno.test("blocked_inertia: what is not finite counts 0 in [0, n]; nothing to count; what can not be counted", async () => {
  const good = tanhGram(9, 1), bad = good.map((x, e) => e === 5 * 9 + 2 ? NaN : x);
  const counts = await countByBlockedInertia(gpu, [good, bad, good].map(squareMatrix), [[1e-3], [1e-3], [
    NaN,
  ]]);
  const unknown = [{ count: 0, low: 0, high: 9 }];
  assert.deepEqual(counts.slice(1), [unknown, unknown]);
  assert.ok(counts[0][0].low > 0);
  assert.deepEqual(await countByBlockedInertia(gpu, [], []), []);
  assert.deepEqual(await countByBlockedInertia(gpu, [squareMatrix(good)], [[]]), [[]]);
  const zero = await countByBlockedInertia(gpu, [squareMatrix(new Float64Array(4))], [[1e-300, 0, -1e-300]]);
  assert.deepEqual(zero, [[0, 0, 2].map((count) => ({ count, low: count, high: count }))]);
  const refused = [{ rows: 1, columns: 3 }, { rows: 4097, columns: 4097 }];
  for (const shape of refused) {
    const matrix = { ...shape, data: new Float32Array(shape.rows * shape.columns) };
    await assert.rejects(countByBlockedInertia(gpu, [matrix], [[1]]), ShapeError);
  }
});

Deno.test("blocked_inertia: a signal that is aborted stops it", async () => {
  const stop = new AbortController();
  const work = countByBlockedInertia(gpu, [squareMatrix(tanhGram(160, 1))], [new Array(40).fill(1e-3)], {
    signal: stop.signal,
    onShare: (share) => share > 0.3 && stop.abort(new Error("enough")),
  });
  await assert.rejects(work, /enough/);
});
