import { assert, fc } from "../../deps.ts";
import { ShapeError } from "../../../src/errors.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { squareMatrix } from "../../../src/linalg/matrix.ts";
import { countInterval } from "../../../src/linalg/count/eigenvalue_count.ts";
import { bindInertia, countByInertia, InertiaWork, readInertia } from "../../../src/linalg/count/inertia.ts";
import { padRows } from "../../../src/linalg/matrix_view.ts";
import { SymmetricBatch } from "../../../src/linalg/count/symmetric_batch.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { type Case, certainShare, checkCounts, semidefiniteCases, tanhGram } from "../../support/counting.ts";
import { indefinite, specialMatrices, withSpectrum } from "../matrices.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const check = (cases: readonly Case[], epsilons?: readonly (readonly number[])[]) =>
  checkCounts(
    (matrices, thresholds) => countByInertia(gpu, matrices.map(squareMatrix), thresholds),
    cases,
    epsilons,
  );

Deno.test("inertia: never a wrong interval, on semidefinite matrices of every kind", async () => {
  const cases = [1, 2, 3, 4, 5, 37, 64, 65].flatMap((n) => semidefiniteCases(n, n));
  const counts = await check(cases);
  assert.ok(certainShare(counts) > 0.6, `${certainShare(counts)}`);
});

Deno.test("inertia: orders 128 and 256", async () => {
  const wanted = ["tanh features", "Hilbert", "clustered at ε", "rank deficient"];
  await check(semidefiniteCases(128, 1).filter(({ name }) => wanted.includes(name)));
  const matrix = tanhGram(256, 5);
  const one = { name: "tanh features", n: 256, matrix, exact: eigenvalues(matrix, 256) };
  const epsilons = [1e-2, 1e-4, 1e-6].map((share) => share * one.exact[0]);
  const [counts] = await check([one], [epsilons]);
  assert.ok(counts[0].low === counts[0].high && counts[1].low === counts[1].high);
});

Deno.test("inertia: order 400, whose dispatches continue each other", async () => {
  const n = 400;
  const spectrum = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : -1) * 0.97 ** i);
  const matrix = withSpectrum(spectrum, 1);
  using batch = new SymmetricBatch(gpu, [squareMatrix(matrix)]);
  using work = new InertiaWork(gpu, batch, 1);
  assert.ok((await bindInertia(gpu, batch, work)).length > 3);
  // Rounding to single precision moves eigenvalues by less than u ‖M‖_F < 5 u: far less than the
  // thresholds' distance.
  const epsilons = [-0.101, 0, 0.1003, 0.5];
  const [counts] = await countByInertia(gpu, [squareMatrix(matrix)], [epsilons]);
  counts.forEach(({ low, high }, k) => {
    const sorted = spectrum.filter((value) => Math.abs(value - epsilons[k]) > 1e-4);
    const certain = sorted.filter((value) => value > epsilons[k]).length;
    assert.ok(
      low <= certain + spectrum.length - sorted.length && high >= certain,
      `${low} ${certain} ${high}`,
    );
    if (k !== 1) assert.ok(high === low && low === certain, `${low} ${certain} ${high}`);
  });
});

Deno.test("inertia: indefinite matrices, whose pivots are 2 × 2, at thresholds of either sign", async () => {
  const cases = [1, 2, 3, 8, 21, 50].flatMap((n) =>
    specialMatrices(n, n).map(([name, matrix]) => ({ name, n, matrix, exact: eigenvalues(matrix, n) }))
  );
  const epsilons = cases.map(({ exact }) => {
    const norm = Math.max(...exact.map(Math.abs));
    return [0, 0.1, -0.1, 1e-4].map((share) => share * norm);
  });
  const counts = await check(cases, epsilons);
  assert.ok(certainShare(counts) > 0.7, `${certainShare(counts)}`);
});

Deno.test("inertia: a few u of the trace are enough to be certain", async () => {
  const n = 64, matrix = tanhGram(n, 3, 512), exact = eigenvalues(matrix, n);
  using batch = new SymmetricBatch(gpu, [squareMatrix(matrix)]);
  using work = new InertiaWork(gpu, batch, 3);
  work.epsilons.write(Float32Array.from([1e-3, 1e-5, 1e-6].flatMap((share) => [share * exact[0], 0])));
  const commands = new Commands(gpu);
  commands.run(...await bindInertia(gpu, batch, work));
  commands.submit();
  const results = await work.results.read();
  for (let k = 0; k < 9; k++) {
    const error = results[8 * k + 1];
    assert.ok(error > 0 && error < 10 * 2 ** -24 * exact[0], `${error / exact[0]}`);
  }
});

Deno.test("inertia: two counts where the first margin does; three more, by a better one, where it does not", async () => {
  const spectrum = [1, 1e-1, 1.01e-2, 1e-3, 1e-4, 1e-5, 1e-6];
  const n = spectrum.length;
  using batch = new SymmetricBatch(gpu, [squareMatrix(withSpectrum(spectrum, 5))]);
  // Wide of all eigenvalues; with one between the sides; too small to prove anything.
  const epsilons = [3e-3, 1e-2, 3e-2], margins = [5e-5, 2e-4, 1e-9];
  using work = new InertiaWork(gpu, batch, 3);
  work.epsilons.write(Float32Array.from(epsilons.flatMap((epsilon, k) => [epsilon, margins[k]])));
  const commands = new Commands(gpu);
  commands.run(...await bindInertia(gpu, batch, work));
  commands.submit();
  const results = await work.results.read();
  const atEpsilon = epsilons.map((_, k) => results[24 * k + 1]);
  assert.deepEqual(atEpsilon.map(Number.isFinite), [false, true, true]);
  const [counts] = await readInertia(batch, work, [{ rows: n }], [epsilons.map(Math.fround)]);
  assert.deepEqual(counts, [3, 3, 2].map((count) => ({ count, low: count, high: count })));
});

Deno.test("inertia: the error claimed is the sum derived, for 1 × 1 and for 2 × 2 pivots", async () => {
  const n = 64, u = 2 ** -24;
  const hollow = Float32Array.of(0, 1, 1, 1, 0, 1, 1, 1, 0);
  using batch = new SymmetricBatch(gpu, [new Float32Array(n * n).fill(1), hollow].map(squareMatrix));
  using work = new InertiaWork(gpu, batch, 1);
  work.epsilons.write(Float32Array.of(1e-6, 0, 0, 0));
  const commands = new Commands(gpu);
  commands.run(...await bindInertia(gpu, batch, work));
  commands.submit();
  const results = await work.results.read();
  // ‖A₀‖_F = n; ‖x‖² / |d| = n − 1; the pivot is 1; what remains is of size ε.
  assert.ok(Math.abs(results[1] / u - 1.01 * (n + 2 * (n - 1) + 5)) < 0.01, `${results[1] / u}`);
  // ‖A₀‖_F = √6; x = y = b = 1; what remains is −2.
  assert.ok(Math.abs(results[24 + 1] / u - 1.01 * (Math.sqrt(6) + 14 * 2 + 2 * 2 + 16)) < 0.01);
});

Deno.test("inertia: the count is that of a matrix within the error claimed", async () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.nat(1e6), fc.boolean());
  for (const [n, seed, semidefinite] of fc.sample(matrix, { seed: 3, numRuns: 40 })) {
    const m = semidefinite ? tanhGram(n, seed) : indefinite(n, seed);
    const exact = eigenvalues(m, n);
    // At eigenvalues themselves, where rounding decides.
    const epsilons = [exact[0], exact[n >> 1], exact[n - 1], 0];
    await check([{ name: `seed ${seed}`, n, matrix: m, exact }], [epsilons]);
  }
});

Deno.test("inertia: a matrix is counted the same alone and beside others; what lies above the diagonal is not read", async () => {
  const sizes = [37, 5, 40, 39];
  const matrices = sizes.map((n) => indefinite(n, n));
  const epsilons = sizes.map(() => [0.5, -2]);
  const together = await countByInertia(gpu, matrices.map(squareMatrix), epsilons);
  for (const [index, n] of sizes.entries()) {
    const lower = matrices[index].map((x, e) => e % n > Math.floor(e / n) ? NaN : x);
    assert.deepEqual(await countByInertia(gpu, [squareMatrix(lower)], [epsilons[index]]), [together[index]]);
  }
});

Deno.test("inertia: what is not finite counts 0 in [0, n] and spoils no other", async () => {
  const good = indefinite(9, 1);
  const spoilt = [NaN, Infinity, -Infinity].map((bad) => good.map((x, e) => e === 5 * 9 + 2 ? bad : x));
  const counts = await countByInertia(
    gpu,
    [good, ...spoilt, good, good].map(squareMatrix),
    [[1], [1], [1], [1], [1], [NaN]],
  );
  const unknown = [{ count: 0, low: 0, high: 9 }];
  assert.deepEqual(counts, [counts[0], unknown, unknown, unknown, counts[0], unknown]);
  assert.ok(counts[0][0].low > 0);
});

Deno.test("inertia: a run leaves nothing behind that the next one minds", async () => {
  const good = indefinite(9, 1);
  using batch = new SymmetricBatch(gpu, [squareMatrix(good)]);
  using work = new InertiaWork(gpu, batch, 1);
  work.epsilons.write(Float32Array.of(1, 0.01));
  const dispatches = await bindInertia(gpu, batch, work);
  const run = async (matrix: Float32Array) => {
    batch.matrices.write(padRows(matrix, 9));
    const commands = new Commands(gpu);
    commands.run(...dispatches);
    commands.submit();
    return (await readInertia(batch, work, [{ rows: 9 }], [[1]]))[0][0];
  };
  const before = await run(good.slice());
  assert.deepEqual(await run(new Float32Array(81).fill(NaN)), { count: 0, low: 0, high: 9 });
  assert.deepEqual(await run(good.slice()), before);
});

Deno.test("inertia: nothing to count, and what can not be counted", async () => {
  assert.deepEqual(await countByInertia(gpu, [], []), []);
  assert.deepEqual(await countByInertia(gpu, [squareMatrix(Float32Array.of(1))], [[]]), [[]]);
  await assert.rejects(
    countByInertia(gpu, [{ rows: 1, columns: 3, data: new Float32Array(3) }], [[1]]),
    ShapeError,
  );
  await assert.rejects(countByInertia(gpu, [squareMatrix(Float32Array.of(1))], []), ShapeError);
  using batch = new SymmetricBatch(gpu, [squareMatrix(new Float32Array(1025 ** 2))]);
  using work = new InertiaWork(gpu, batch, 1);
  await assert.rejects(bindInertia(gpu, batch, work), ShapeError);
});

Deno.test("countInterval: unbounded errors prove nothing", () => {
  const counts = [{ shift: 1, bound: NaN, count: 3 }, { shift: 2, bound: Infinity, count: 3 }];
  assert.deepEqual(countInterval(counts, 5, 1), [0, 5]);
});
