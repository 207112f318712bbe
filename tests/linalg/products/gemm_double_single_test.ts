import { GpuArray } from "../../../src/gpu/array.ts";
import {
  type DoubleSingleForm,
  joinDoubles,
  splitDoubles,
} from "../../../src/linalg/double_single/double_single.ts";
import { U2 } from "../../../src/linalg/rounding.ts";
import { bindGemmDoubleSingle, type EntryView } from "../../../src/linalg/products/gemm_double_single.ts";
import { assert, fc } from "../../deps.ts";
import { run } from "../../support/arrays.ts";
import { type Dyadic, dyadic, minus, plus, ratio, times } from "../../reference/dyadic.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** A product to compute, of op(A) `m × k` and op(B) `k × n`. */
interface Product {
  readonly variant: "nn" | "nt";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly count: number;
  readonly scale: number;
  readonly shift: number;
  /** Whether the entries of A, of B are pairs. */
  readonly doubles: readonly [boolean, boolean];
  /** Which operand all products share. */
  readonly shared: "a" | "b" | null;
  /** Entries that each row has beyond those it needs, of A, B, C. */
  readonly spare: readonly [number, number, number];
  /** Entries before the first matrix, of A, B, C. */
  readonly offset: readonly [number, number, number];
}

const three = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));
const dimension = fc.oneof(fc.constantFrom(1, 2, 3), fc.integer({ min: 1, max: 11 }));
const products: fc.Arbitrary<Product> = fc.record({
  variant: fc.constantFrom("nn", "nt"),
  m: dimension,
  n: dimension,
  k: fc.oneof(dimension, fc.constantFrom(37, 128)),
  count: fc.constantFrom(1, 3),
  scale: fc.constantFrom(1, -0.5, 3, 0.1).map(Math.fround),
  shift: fc.constantFrom(0, 1.5, -0.3).map(Math.fround),
  doubles: fc.tuple(fc.boolean(), fc.boolean()),
  shared: fc.constantFrom("a", "b", null),
  spare: three,
  offset: three,
});

/** Random matrices as the GPU gets them, in float64, which holds them exactly. */
function draw(size: number, copies: number, double: boolean, seed: number): Float64Array[] {
  return Array.from({ length: copies }, (_, r) => {
    const [x, y] = [normals(size, seed + 2 * r), normals(size, seed + 2 * r + 1)];
    return double
      ? joinDoubles(splitDoubles(Float64Array.from(x, (high, i) => high * (1 + 1e-8 * y[i]))))
      : Float64Array.from(x);
  });
}

/** Operands of a product: one matrix where it is shared, else one for each product of the batch. */
function operands(p: Product, seed: number): [Float64Array[], Float64Array[]] {
  const { m, n, k, count, shared, doubles } = p;
  return [
    draw(m * k, shared === "a" ? 1 : count, doubles[0], seed),
    draw(k * n, shared === "b" ? 1 : count, doubles[1], seed + 50),
  ];
}

/**
 * Runs a product on `a` (`m × k`) and `b` (stored as the variant wants it). Gives all words of C's
 * memory.
 */
async function multiply(form: DoubleSingleForm, p: Product, a: Float64Array[], b: Float64Array[]) {
  const { m, n, k, count, scale, shift, variant, doubles, spare, offset } = p;
  using stack = new DisposableStack();
  // What lies between rows and before the matrices is NaN: whoever reads it gives himself away.
  const lay = (matrices: Float64Array[], rows: number, columns: number, operand: 0 | 1): EntryView => {
    const stride = columns + spare[operand];
    const entries = new Float64Array(offset[operand] + matrices.length * rows * stride).fill(NaN);
    matrices.forEach((matrix, r) => {
      for (let i = 0; i < rows; i++) {
        entries.set(
          matrix.subarray(i * columns, (i + 1) * columns),
          offset[operand] + (r * rows + i) * stride,
        );
      }
    });
    const words = doubles[operand] ? splitDoubles(entries) : Float32Array.from(entries);
    return {
      array: stack.use(new GpuArray(gpu, "operand", words)),
      double: doubles[operand],
      stride,
      batch: matrices.length === 1 ? 0 : rows * stride,
      offset: offset[operand],
    };
  };
  const left = lay(a, m, k, 0);
  const right = variant === "nn" ? lay(b, k, n, 1) : lay(b, n, k, 1);
  const stride = n + spare[2];
  const result = new Float32Array(2 * (offset[2] + count * m * stride)).fill(77);
  const array = stack.use(new GpuArray(gpu, "result", result));
  const c: EntryView = { array, double: true, stride, batch: m * stride, offset: offset[2] };
  run(gpu, [
    await bindGemmDoubleSingle(gpu, form, variant, left, right, c, { m, n, k, count, scale, shift }),
  ]);
  return await array.read();
}

const magnitude = (x: Dyadic) => x.n < 0n ? minus(x) : x;

/**
 * Largest error of a product as a share of what the shader promises; asserts that the rest of C is
 * left alone.
 */
function judge(p: Product, a: Float64Array[], b: Float64Array[], words: Float32Array): number {
  const { m, n, k, count, scale, shift, variant, spare, offset } = p;
  const stride = n + spare[2];
  let worst = 0;
  assert.ok(words.subarray(0, 2 * offset[2]).every((word) => word === 77));
  for (let row = 0; row < count * m; row++) {
    const x = a[Math.floor(row / m) % a.length], y = b[Math.floor(row / m) % b.length], i = row % m;
    const at = offset[2] + row * stride;
    assert.ok(words.subarray(2 * (at + n), 2 * (at + stride)).every((word) => word === 77));
    for (let j = 0; j < n; j++) {
      let sum = dyadic(0), size = dyadic(0);
      for (let l = 0; l < k; l++) {
        const term = times(dyadic(x[i * k + l]), dyadic(y[variant === "nn" ? l * n + j : j * k + l]));
        sum = plus(sum, term);
        size = plus(size, magnitude(term));
      }
      const exact = plus(times(dyadic(scale), sum), dyadic(i === j ? shift : 0));
      const scaled = magnitude(times(dyadic(scale), size));
      const promised = times(
        dyadic(U2),
        plus(times(dyadic(3 * k + 9), scaled), times(dyadic(2), magnitude(exact))),
      );
      const [hi, lo] = words.subarray(2 * (at + j));
      worst = Math.max(worst, ratio(plus(plus(dyadic(hi), dyadic(lo)), minus(exact)), promised));
    }
  }
  return worst;
}

Deno.test("gemmDoubleSingle: any shapes, operands and layouts, within the bound of its header", async () => {
  for (const [seed, p] of fc.sample(products, { seed: 31, numRuns: 30 }).entries()) {
    const [a, b] = operands(p, 1000 * seed);
    const share = judge(p, a, b, await multiply("float", p, a, b));
    assert.ok(share <= 1, `${JSON.stringify(p)}: ${share} of the bound`);
  }
});

Deno.test("gemmDoubleSingle: every combination of single and pair operands", async () => {
  for (const variant of ["nn", "nt"] as const) {
    for (const doubles of [[false, false], [false, true], [true, false], [true, true]] as const) {
      const p: Product = {
        ...{ variant, doubles, m: 7, n: 5, k: 33, count: 2, scale: -0.5, shift: 1.5, shared: null },
        ...{ spare: [1, 2, 3], offset: [3, 2, 1] },
      };
      const [a, b] = operands(p, 7);
      const float = await multiply("float", p, a, b);
      const share = judge(p, a, b, float);
      assert.ok(share <= 1, `${variant} ${doubles}: ${share} of the bound`);
      // Of the integer form one of each variant will do: they take a second each to compile on
      // lavapipe.
      if (!doubles[0] || doubles[1] !== (variant === "nt")) continue;
      assert.deepEqual(
        await multiply("integer", p, a, b),
        float,
        `${variant} ${doubles}: both forms, the same bits`,
      );
    }
  }
});

Deno.test("gemmDoubleSingle: more tiles than one workgroup has invocations", async () => {
  const p: Product = {
    ...{ variant: "nt", doubles: [true, true], m: 41, n: 23, k: 4, count: 1, scale: 1, shift: 0 },
    ...{ shared: null, spare: [0, 0, 0], offset: [0, 0, 0] },
  };
  const [a, b] = operands(p, 3);
  assert.ok(judge(p, a, b, await multiply("float", p, a, b)) <= 1);
});

Deno.test("gemmDoubleSingle: whole numbers of 23 bits multiply and sum exactly", async () => {
  const p: Product = {
    ...{ variant: "nn", doubles: [false, false], m: 5, n: 6, k: 3, count: 1, scale: 2, shift: 3 },
    ...{ shared: null, spare: [0, 0, 0], offset: [0, 0, 0] },
  };
  // Products below 2⁴⁴: sums of three have the 48 bits that there are.
  const [[a], [b]] = operands(p, 11).map(([x]) => [x.map((value) => Math.round(1e6 * value))]);
  const words = joinDoubles(await multiply("float", p, [a], [b]));
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 6; j++) {
      const exact = a[3 * i] * b[j] + a[3 * i + 1] * b[6 + j] + a[3 * i + 2] * b[12 + j];
      assert.equal(words[6 * i + j], 2 * exact + (i === j ? 3 : 0));
    }
  }
});

Deno.test("gemmDoubleSingle: a product is the same to the bit alone and beside NaN", async () => {
  const p: Product = {
    ...{ variant: "nt", doubles: [true, true], m: 5, n: 3, k: 9, count: 3, scale: 1, shift: 0 },
    ...{ shared: null, spare: [0, 0, 0], offset: [0, 0, 0] },
  };
  const [a, b] = operands(p, 13);
  const alone = await multiply("float", { ...p, count: 1 }, a.slice(0, 1), b.slice(0, 1));
  a[1] = a[1].map(() => NaN);
  b[2] = b[2].map(() => NaN);
  const beside = await multiply("float", p, a, b);
  assert.deepEqual(beside.subarray(0, alone.length), alone);
  for (let i = alone.length; i < beside.length; i += 2) assert.ok(Number.isNaN(beside[i]));
});
