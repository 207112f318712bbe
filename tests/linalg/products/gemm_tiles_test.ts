import { assert, fc } from "../../deps.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { bindGemm, bindGemmInTiles, type GemmVariant } from "../../../src/linalg/products/gemm.ts";
import { GEMM_TILES, type GemmTile, gemmTiles } from "../../../src/linalg/products/gemm_tiles.ts";
import { TEXTURE_WORDS } from "../../../src/gpu/operand_texture.ts";
import { vectors } from "../../../src/linalg/matrix_view.ts";
import { withCache } from "../../support/cache.ts";
import { magnitudes, matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { gamma } from "../../reference/rounding.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const VARIANTS = ["nn", "nt", "tn"] as const;
/** What the memory of the result holds before. */
const SENTINEL = 77;

/** A product to compute. Operands are stored as `variant` has them. */
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
  /** Vectors that each row of A, B, C has beyond those it needs. */
  readonly spare: readonly [number, number, number];
  /** Vectors before the first matrix. */
  readonly offset: number;
}

/** One row, one column, one term; tiles of 8, 16, 32 and 64, and one more or less. */
const dimension = fc.oneof(
  fc.constantFrom(1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 37, 63, 64, 65, 251),
  fc.integer({ min: 1, max: 140 }),
);
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

/** A batch of row-major matrices in memory: rows padded with zeros, other words between them. */
function lay(gpu: Gpu, matrices: Float32Array[], columns: number, spare: number, offset: number) {
  const stride = vectors(columns) + spare, rows = matrices[0].length / columns;
  const words = new Float32Array(4 * (offset + matrices.length * rows * stride)).fill(SENTINEL);
  matrices.forEach((matrix, index) => {
    for (let i = 0; i < rows; i++) {
      const at = 4 * (offset + (index * rows + i) * stride);
      words.fill(0, at, at + 4 * vectors(columns));
      words.set(matrix.subarray(i * columns, (i + 1) * columns), at);
    }
  });
  const array = new GpuArray(gpu, "operand", words);
  return { array, stride, offset, batch: matrices.length === 1 ? 0 : rows * stride };
}

/**
 * Operands of a product, `m × k` and `k × n`: one matrix where it is shared, else one for each of
 * the batch.
 */
function operands({ m, n, k, count, shared }: Product, seed: number): [Float32Array[], Float32Array[]] {
  const draw = (size: number, copies: number, seed: number) =>
    Array.from({ length: copies }, (_, i) => normals(size, seed + i));
  return [draw(m * k, shared === "a" ? 1 : count, seed), draw(k * n, shared === "b" ? 1 : count, seed + 10)];
}

/** All memory of the result of a product, in each of the tiles. */
async function inTiles(
  gpu: Gpu,
  tiles: readonly GemmTile[],
  p: Product,
  [a, b]: readonly [Float32Array[], Float32Array[]],
): Promise<Float32Array[]> {
  const { variant, m, n, k, count, spare, offset } = p;
  using stack = new DisposableStack();
  const flip = (matrices: Float32Array[], rows: number, columns: number) =>
    matrices.map((matrix) => Float32Array.from(transpose(matrix, rows, columns)));
  const left = variant === "tn"
    ? lay(gpu, flip(a, m, k), m, spare[0], offset)
    : lay(gpu, a, k, spare[0], offset);
  const right = variant === "nt"
    ? lay(gpu, flip(b, k, n), k, spare[1], offset)
    : lay(gpu, b, n, spare[1], offset);
  stack.use(left.array);
  stack.use(right.array);
  const stride = vectors(n) + spare[2];
  const size = 4 * (offset + count * m * stride);
  const results: Float32Array[] = [];
  for (const tile of tiles) {
    const array = stack.use(new GpuArray(gpu, "result", new Float32Array(size).fill(SENTINEL)));
    const commands = new Commands(gpu);
    const c = { array, stride, offset, batch: m * stride };
    commands.run(await bindGemmInTiles(gpu, tile, variant, left, right, c, p));
    commands.submit();
    results.push(await array.read());
  }
  return results;
}

/** The bits of floats: NaN equals NaN, and 0 is not −0. */
const bits = (words: Float32Array) => new Uint32Array(words.buffer, words.byteOffset, words.length);

function assertAgree(results: Float32Array[], label: string): void {
  const [first, ...others] = results.map(bits);
  others.forEach((other, index) => {
    const at = other.findIndex((word, i) => word !== first[i]);
    assert.equal(at, -1, `${GEMM_TILES[index + 1].name} differs at word ${at} of ${label}`);
  });
}

Deno.test("gemm tiles: agree to the bit over any shapes, within the rounding of their sums", async () => {
  for (const [seed, p] of fc.sample(product, { seed: 21, numRuns: 30 }).entries()) {
    const { m, n, k, count, scale, shift, offset, spare } = p;
    const [a, b] = operands(p, 100 * seed);
    const results = await inTiles(gpu, GEMM_TILES, p, [a, b]);
    assertAgree(results, JSON.stringify(p));
    // One of them against float64; then all are right.
    const stride = vectors(n) + spare[2];
    for (let batch = 0; batch < count; batch++) {
      const x = a[batch % a.length], y = b[batch % b.length];
      const exact = matmul(x, y, m, n, k);
      const magnitude = matmul(magnitudes(x), magnitudes(y), m, n, k);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < 4 * stride; j++) {
          const got = results[0][4 * (offset + (batch * m + i) * stride) + j];
          if (j >= n) assert.equal(got, j < 4 * vectors(n) ? 0 : SENTINEL);
          else {
            const unit = i === j ? shift : 0;
            const bound = gamma(k + 6) * (Math.abs(scale) * magnitude[i * n + j] + unit);
            assert.ok(Math.abs(got - (scale * exact[i * n + j] + unit)) <= bound, JSON.stringify(p));
          }
        }
      }
    }
    assert.ok(results[0].subarray(0, 4 * offset).every((word) => word === SENTINEL));
  }
});

Deno.test("gemm tiles: agree on vectors, and on NaN and infinity, which stay in their rows and columns", async () => {
  for (const variant of VARIANTS) {
    for (const [m, n, k] of [[1, 1, 1], [1, 200, 3], [200, 1, 70], [1, 1, 500], [30, 70, 1], [66, 66, 66]]) {
      const p: Product = {
        ...{ variant, m, n, k, count: 1, scale: 1, shift: 0, shared: null, offset: 1 },
        spare: [1, 0, 1],
      };
      const [[a], [b]] = operands(p, m + n + k);
      assertAgree(await inTiles(gpu, GEMM_TILES, p, [[a], [b]]), `${variant} ${m}×${n}×${k}`);
      a[a.length - 1] = Infinity;
      b[0] = NaN;
      const results = await inTiles(gpu, GEMM_TILES, p, [[a], [b]]);
      const classes = results.map((words) => words.map((word) => Number.isFinite(word) ? word : NaN));
      assertAgree(classes, `${variant} ${m}×${n}×${k} with NaN`);
      const stride = vectors(n) + 1;
      const entry = (i: number, j: number) => classes[0][4 * (1 + i * stride) + j];
      // The last row of A is infinite somewhere, the first column of B NaN somewhere.
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) assert.equal(Number.isNaN(entry(i, j)), i === m - 1 || j === 0);
      }
    }
  }
});

Deno.test("gemm tiles: a large product is as right in its default, or timed, as in all others", async () => {
  await withCache(async () => {
    for (const autotune of [false, true]) {
      using gpu = await Gpu.open({ autotune });
      const [m, n, k] = [401, 333, 300];
      const size = { m, n, k };
      assert.equal(gemmTiles(gpu, m, n, k, 1).length, 3);
      const p: Product = {
        ...{ ...size, variant: "nn", count: 1, scale: 1, shift: 0, shared: null, offset: 0 },
        spare: [0, 0, 0],
      };
      const matrices = operands(p, 5);
      const [narrow] = await inTiles(gpu, GEMM_TILES.slice(0, 1), p, matrices);
      using a = lay(gpu, matrices[0], k, 0, 0).array;
      using b = lay(gpu, matrices[1], n, 0, 0).array;
      using c = new GpuArray(gpu, "result", 4 * m * vectors(n));
      const view = (array: GpuArray, columns: number) => ({ array, stride: vectors(columns), batch: 0 });
      const commands = new Commands(gpu);
      commands.run(await bindGemm(gpu, "nn", view(a, k), view(b, n), view(c, n), size));
      commands.submit();
      assert.deepEqual(bits(await c.read()), bits(narrow));
      assert.equal(gpu.choices.length, autotune ? 1 : 0);
      if (!autotune) continue;
      const [{ kernel, source, milliseconds }] = gpu.choices;
      assert.deepEqual([kernel, source], ["gemm", "measured"]);
      assert.deepEqual(Object.keys(milliseconds), gemmTiles(gpu, m, n, k, 1).map(({ name }) => name));
    }
  });
});

Deno.test("gemm tiles: operands that the texture does not hold are read where they lie", async () => {
  const apart = TEXTURE_WORDS / 4, textured = GEMM_TILES.find(({ isTextured }) => isTextured)!;
  using a = new GpuArray(gpu, "left", TEXTURE_WORDS + 4);
  using b = new GpuArray(gpu, "right", Float32Array.of(2, 3, 5, 7));
  using c = new GpuArray(gpu, "result", 8);
  a.write(Float32Array.of(1)), a.write(Float32Array.of(10), TEXTURE_WORDS);
  const left = { array: a, stride: 1, batch: apart }, right = { array: b, stride: 1, batch: 0 };
  const result = { array: c, stride: 1, batch: 1 };
  const size = { m: 1, n: 4, k: 1, count: 2 };
  const commands = new Commands(gpu);
  commands.run(await bindGemmInTiles(gpu, textured, "nn", left, right, result, size));
  commands.submit();
  assert.deepEqual([...await c.read()], [2, 3, 5, 7, 20, 30, 50, 70]);
});

Deno.test("gemmTiles: one tile for what is small, without choice; the default first", () => {
  const names = (m: number, n: number, k: number, count: number) =>
    gemmTiles(gpu, m, n, k, count).map(({ name }) => name);
  assert.deepEqual(names(50, 50, 1024, 1), ["8x8"]);
  assert.deepEqual(names(50, 50, 1024, 8), ["8x8"]);
  assert.deepEqual(
    names(1024, 1024, 1024, 1),
    gpu.software ? ["32x32 texture", "32x32", "16x16", "8x8"] : ["8x8", "8x16", "64x64 staged"],
  );
  assert.ok(!names(512, 512, 512, 1).includes("32x32 texture"));
});

Deno.test({
  name: "gemmTiles: on a CPU, a tile that wastes no lanes and little beyond the edges",
  ignore: !gpu.software,
  fn: () => {
    const names = (m: number, n: number, k: number, count: number) =>
      gemmTiles(gpu, m, n, k, count).map(({ name }) => name);
    // Four tiles of 32 × 32 would leave four lanes of eight idle, and of a tile of 32 columns 30
    // would lie outside.
    assert.deepEqual(names(64, 64, 64, 512), ["16x16", "32x32", "8x8"]);
    assert.equal(names(1_000_000, 2, 20, 1)[0], "8x8");
  },
});
