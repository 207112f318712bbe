import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { bindGemmCompensated, gemmCompensatedBound } from "../../../src/linalg/products/gemm_compensated.ts";
import { type MatrixView, padRows, unpadRows, vectors } from "../../../src/linalg/matrix_view.ts";
import { assert, fc } from "../../deps.ts";
import { magnitudes, matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const U = 2 ** -24;

interface Shape {
  readonly variant: "nn" | "nt";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly scale?: number;
  readonly shift?: number;
}

/** Products of A (`m × k`) and B (`k × n`), a batch of them, without padding. */
async function multiply(shape: Shape, a: readonly Float32Array[], b: readonly Float32Array[]) {
  const { variant, m, n, k } = shape;
  using stack = new DisposableStack();
  // A vector more a row than needed, and NaN behind the last row.
  const view = (matrices: readonly Float32Array[], rows: number, columns: number): MatrixView => {
    const stride = vectors(columns) + 1, batch = rows * stride;
    const words = new Float32Array(4 * (matrices.length * batch + 4 * stride)).fill(NaN);
    matrices.forEach((matrix, i) => words.set(padRows(matrix, columns, stride), 4 * i * batch));
    return { array: stack.use(new GpuArray(gpu, "operand", words)), stride, batch };
  };
  const left = view(a, m, k);
  const right = variant === "nn"
    ? view(b, k, n)
    : view(b.map((x) => Float32Array.from(transpose(x, k, n))), n, k);
  const stride = vectors(n), count = a.length;
  const result = stack.use(new GpuArray(gpu, "result", 4 * count * m * stride));
  const commands = new Commands(gpu);
  const c = { array: result, stride, batch: m * stride };
  commands.run(await bindGemmCompensated(gpu, variant, left, right, c, { ...shape, count }));
  commands.submit();
  const words = await result.read();
  return a.map((_, i) => unpadRows(words.subarray(4 * i * m * stride, 4 * (i + 1) * m * stride), n));
}

const dimension = fc.oneof(fc.constantFrom(1, 37, 251), fc.integer({ min: 1, max: 70 }));
const shapes = fc.record({
  variant: fc.constantFrom("nn" as const, "nt" as const),
  m: dimension,
  n: dimension,
  k: dimension,
  scale: fc.constantFrom(1, -0.5, 4),
  shift: fc.constantFrom(0, 1.5),
});

Deno.test("gemm_compensated: an entry errs by its own last bit, and where sums cancel by next to nothing", async () => {
  for (const [seed, shape] of fc.sample(shapes, { seed: 8, numRuns: 40 }).entries()) {
    const { m, n, k, scale, shift } = shape;
    const draw = (size: number, i: number) => normals(size, 100 * seed + i);
    const a = [draw(m * k, 0), draw(m * k, 1)], b = [draw(k * n, 2), draw(k * n, 3)];
    // The second half of each sum in the second product undoes the first, but for a millionth.
    const half = Math.floor(k / 2);
    for (let l = 0; l < half; l++) {
      for (let i = 0; i < m; i++) a[1][i * k + half + l] = -a[1][i * k + l];
      for (let j = 0; j < n; j++) b[1][(half + l) * n + j] = b[1][l * n + j] * (1 + 1e-6);
    }
    const got = await multiply(shape, a, b);
    for (const i of [0, 1]) {
      const exact = matmul(a[i], b[i], m, n, k);
      const magnitude = matmul(magnitudes(a[i]), magnitudes(b[i]), m, n, k);
      got[i].forEach((value, e) => {
        const truth = scale * exact[e] + (Math.floor(e / n) === e % n ? shift : 0);
        // Float64 sums the reference, to K roundings of its own.
        const sums = Math.abs(scale) * (gemmCompensatedBound(k) + k * 2 ** -53) * magnitude[e];
        const error = Math.abs(value - truth);
        assert.ok(error <= U * Math.abs(truth) + sums, `${JSON.stringify(shape)} ${i} ${e}: ${error}`);
      });
    }
  }
});

Deno.test("gemm_compensated: a sum of 100,000 terms", async () => {
  const k = 100_000;
  const a = normals(k, 1), b = normals(k, 2);
  const [[value]] = await multiply({ variant: "nt", m: 1, n: 1, k }, [a], [b]);
  const exact = matmul(a, b, 1, 1, k)[0], magnitude = matmul(magnitudes(a), magnitudes(b), 1, 1, k)[0];
  assert.ok(Math.abs(value - exact) <= U * Math.abs(exact) + gemmCompensatedBound(k) * magnitude);
});

Deno.test("gemm_compensated: NaN reaches its own row or column of its own product, and no other", async () => {
  for (const variant of ["nn", "nt"] as const) {
    for (const [m, n, k] of [[5, 6, 37], [12, 3, 2], [1, 1, 1]]) {
      const a = [1, 2, 3].map((seed) => normals(m * k, seed)),
        b = [4, 5, 6].map((seed) => normals(k * n, seed));
      const clean = await multiply({ variant, m, n, k }, a, b);
      a[1][(m - 1) * k] = NaN;
      b[2].fill(NaN);
      const got = await multiply({ variant, m, n, k }, a, b);
      assert.deepEqual(got[0], clean[0]);
      got[1].forEach((value, e) => {
        if (e >= (m - 1) * n) assert.ok(Number.isNaN(value));
        else assert.equal(value, clean[1][e]);
      });
      assert.ok(got[2].every(Number.isNaN));
    }
  }
});
