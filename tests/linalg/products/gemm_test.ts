import { assert, fc } from "../../deps.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import type { Gpu } from "../../../src/gpu/device.ts";
import { bindGemm, type GemmVariant, tileWorkgroups } from "../../../src/linalg/products/gemm.ts";
import { padRows, vectors } from "../../../src/linalg/matrix_view.ts";
import { magnitudes, matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { gamma } from "../../reference/rounding.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const VARIANTS = ["nn", "nt", "tn"] as const;
const SENTINEL = 77;

/**
 * A product to compute. The operands are those of op(A) op(B): `m × k` and `k × n`, whatever the
 * variant.
 */
interface Product {
  readonly variant: GemmVariant;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly count: number;
  readonly scale: number;
  readonly shift: number;
  /** Which operand all products share. */
  readonly shared: "a" | "b" | null;
  /** Vectors that each row has beyond those it needs, of A, B, C. */
  readonly spare: readonly [number, number, number];
  /** Vectors before the first matrix. */
  readonly offset: number;
}

const dimension = fc.oneof(fc.constantFrom(1, 37, 251), fc.integer({ min: 1, max: 70 }));
const product: fc.Arbitrary<Product> = fc.record({
  variant: fc.constantFrom(...VARIANTS),
  m: dimension,
  n: dimension,
  k: dimension,
  count: fc.constantFrom(1, 3),
  scale: fc.constantFrom(1, -0.75, 3),
  shift: fc.constantFrom(0, 1.5),
  shared: fc.constantFrom("a", "b", null),
  spare: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
  offset: fc.nat(3),
});

/**
 * Lays `count` matrices out behind `offset` vectors, with rows of `stride`, and puts them on the
 * GPU.
 */
function upload(gpu: Gpu, matrices: Float32Array, columns: number, stride: number, offset: number): GpuArray {
  const padded = padRows(matrices, columns, stride);
  const words = new Float32Array(4 * offset + padded.length).fill(SENTINEL, 0, 4 * offset);
  words.set(padded, 4 * offset);
  return new GpuArray(gpu, "operand", words);
}

/** Runs a product on `a` (`m × k`, batched) and `b` (`k × n`, batched). Gives all of C's memory. */
async function run(gpu: Gpu, p: Product, a: Float32Array[], b: Float32Array[]) {
  const { variant, m, n, k, count, scale, shift, spare, offset } = p;
  const lay = (matrices: Float32Array[], rows: number, columns: number, flip: boolean, spare: number) => {
    const flat = matrices.flatMap((x) => [...(flip ? transpose(x, rows, columns) : x)]);
    const [storedRows, storedColumns] = flip ? [columns, rows] : [rows, columns];
    const stride = vectors(storedColumns) + spare;
    const array = upload(gpu, Float32Array.from(flat), storedColumns, stride, offset);
    return { array, stride, offset, batch: matrices.length === 1 ? 0 : storedRows * stride };
  };
  const left = lay(a, m, k, variant === "tn", spare[0]);
  const right = lay(b, k, n, variant === "nt", spare[1]);
  const stride = vectors(n) + spare[2];
  using array = new GpuArray(
    gpu,
    "result",
    new Float32Array(4 * (offset + count * m * stride)).fill(SENTINEL),
  );
  const options = { m, n, k, count, scale, shift };
  const commands = new Commands(gpu);
  commands.run(
    await bindGemm(gpu, variant, left, right, { array, stride, offset, batch: m * stride }, options),
  );
  commands.submit();
  const words = await array.read();
  left.array[Symbol.dispose]();
  right.array[Symbol.dispose]();
  const entry = (batch: number, i: number, j: number) => words[4 * (offset + (batch * m + i) * stride) + j];
  return { words, entry, width: 4 * stride };
}

/** Operands of a product: one matrix where it is shared, else one for each product of the batch. */
function operands({ m, n, k, count, shared }: Product, seed: number): [Float32Array[], Float32Array[]] {
  const draw = (size: number, copies: number, seed: number) =>
    Array.from({ length: copies }, (_, i) => normals(size, seed + i));
  return [draw(m * k, shared === "a" ? 1 : count, seed), draw(k * n, shared === "b" ? 1 : count, seed + 10)];
}

Deno.test("gemm: products of any shape, within the rounding of their sums", async () => {
  for (const [seed, p] of fc.sample(product, { seed: 6, numRuns: 45 }).entries()) {
    const { m, n, k, count, scale, shift } = p;
    const [a, b] = operands(p, 100 * seed);
    const { words, entry, width } = await run(gpu, p, a, b);
    for (let batch = 0; batch < count; batch++) {
      const x = a[batch % a.length], y = b[batch % b.length];
      const exact = matmul(x, y, m, n, k);
      const magnitude = matmul(magnitudes(x), magnitudes(y), m, n, k);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < width; j++) {
          const got = entry(batch, i, j);
          // What pads the last vector of a row is 0; vectors behind it are left alone.
          if (j >= n) assert.equal(got, j < 4 * vectors(n) ? 0 : SENTINEL);
          else {
            // K terms make K roundings in a row at most, whatever their order and whether or not a
            // multiplication and an addition are fused; nt's dot products of four take no more than
            // 4 further ones. Scale and shift make 2.
            const unit = i === j ? shift : 0;
            const bound = gamma(k + 6) * (Math.abs(scale) * magnitude[i * n + j] + unit);
            const error = Math.abs(got - (scale * exact[i * n + j] + unit));
            assert.ok(error <= bound, `${JSON.stringify(p)} at ${batch}, ${i}, ${j}: ${error} > ${bound}`);
          }
        }
      }
    }
    assert.ok(words.subarray(0, 4 * p.offset).every((word) => word === SENTINEL));
  }
});

Deno.test("gemm: small whole numbers multiply exactly", async () => {
  const spare = [0, 0, 0] as const;
  for (const variant of VARIANTS) {
    const p: Product = {
      variant,
      m: 9,
      n: 13,
      k: 11,
      count: 1,
      scale: 2,
      shift: 3,
      shared: null,
      spare,
      offset: 0,
    };
    const [a, b] = operands(p, 1).map(([x]) => x.map((value) => Math.round(4 * value)));
    const exact = matmul(a, b, 9, 13, 11);
    const { entry } = await run(gpu, p, [a], [b]);
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 13; j++) assert.equal(entry(0, i, j), 2 * exact[13 * i + j] + (i === j ? 3 : 0));
    }
  }
});

Deno.test("gemm: a product is the same to the bit alone and beside others, even beside NaN", async () => {
  for (const variant of VARIANTS) {
    for (const [m, n, k] of [[5, 6, 37], [12, 3, 2], [9, 50, 50]]) {
      const p: Product = {
        ...{ variant, m, n, k, count: 3, scale: 1, shift: 0, shared: null, offset: 0 },
        spare: [0, 0, 0],
      };
      const [a, b] = operands(p, 7);
      a[1] = a[1].map(() => NaN);
      b[2] = b[2].map(() => NaN);
      const alone = await run(gpu, { ...p, count: 1 }, a.slice(0, 1), b.slice(0, 1));
      const beside = await run(gpu, p, a, b);
      const behind = await run(gpu, p, a.toReversed(), b.toReversed());
      assert.ok(alone.words.every((word) => !Number.isNaN(word)));
      const size = alone.words.length;
      assert.deepEqual(beside.words.subarray(0, size), alone.words, `${variant} ${m}×${n}×${k}`);
      assert.deepEqual(behind.words.subarray(2 * size), alone.words, `${variant} ${m}×${n}×${k}`);
      for (const batch of [1, 2]) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) assert.ok(Number.isNaN(beside.entry(batch, i, j)));
        }
      }
    }
  }
});

Deno.test("tileWorkgroups: 64 tiles of 8 × 8 each", () => {
  assert.equal(tileWorkgroups(1, 1), 1);
  assert.equal(tileWorkgroups(64, 64), 1);
  assert.equal(tileWorkgroups(65, 64), 2);
  assert.equal(tileWorkgroups(512, 512), 64);
});
