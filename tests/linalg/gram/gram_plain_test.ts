import { assert, fc } from "../../deps.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import type { Gpu } from "../../../src/gpu/device.ts";
import { EigenBatch } from "../../../src/linalg/eigen/eigen_batch.ts";
import { bindGram, bindGramReduce, gramPartials, singleSlices } from "../../../src/linalg/gram/gram.ts";
import { bindGramInTiles, GRAM_TILES, type GramTile } from "../../../src/linalg/gram/gram_plain.ts";
import { padRows, vectors } from "../../../src/linalg/matrix_view.ts";
import { check, draw, grams, type Problem, type Result, unpadded } from "../gram_problems.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/**
 * Plain Gram matrices of one layer, in a tile; `null` for the kernel that compensated sums share,
 * which sums plainly where there are moments.
 */
async function inTiles(gpu: Gpu, problem: Problem, tile: GramTile | null): Promise<Result[]> {
  const { samples, weights, layers: [{ order, features }] } = problem;
  using stack = new DisposableStack();
  const array = (words: Float32Array) => stack.use(new GpuArray(gpu, "operand", words));
  const stride = vectors(order), replicas = features.length;
  const moments = tile === null ? { array: array(new Float32Array(4 * samples)), stride: 1, batch: 0 } : null;
  const batch = stack.use(new EigenBatch(gpu, new Array<number>(replicas).fill(order), moments ? 2 : 0));
  const all = new Float32Array(replicas * samples * 4 * stride);
  features.forEach((matrix, replica) => all.set(padRows(matrix, order), replica * samples * 4 * stride));
  const view = { array: array(all), stride, batch: samples * stride };
  const partials = array(new Float32Array(gramPartials(gpu, samples, batch)).fill(NaN));
  const options = { samples, replicas, weights: array(weights), batch, partials };
  const operand = { features: view, order, first: 0, targets: moments };
  const commands = new Commands(gpu);
  commands.run(
    ...await (tile === null
      ? bindGram(gpu, operand, options)
      : bindGramInTiles(gpu, tile, operand, { ...options, ...singleSlices(gpu, samples) })),
    await bindGramReduce(gpu, options),
  );
  commands.submit();
  const [matrices, basis] = await Promise.all([batch.matrices.read(), batch.basis.read()]);
  const size = batch.rows * batch.rows;
  return features.map((_, index) => ({
    rows: batch.rows,
    matrix: matrices.slice(index * size, (index + 1) * size),
    vectors: basis.slice(index * size, (index + 1) * size),
    tails: new Float32Array(),
    tail: 0,
  }));
}

Deno.test("gram tiles: agree to the bit over any shapes, within the rounding of their sums", async () => {
  const order = fc.oneof(fc.constantFrom(1, 15, 16, 17, 33, 64, 97), fc.integer({ min: 1, max: 110 }));
  const samples = fc.oneof(fc.constantFrom(1, 2, 255, 257), fc.integer({ min: 1, max: 1100 }));
  const problem = fc.tuple(samples, order, fc.constantFrom(1, 3), fc.nat(1e6));
  for (const [m, n, replicas, seed] of fc.sample(problem, { seed: 22, numRuns: 20 })) {
    const p = draw(m, [n], replicas, 0, seed);
    const shared = await inTiles(gpu, p, null);
    for (const tile of GRAM_TILES) {
      const results = await inTiles(gpu, p, tile);
      check(p, results);
      results.forEach((result, index) =>
        assert.deepEqual(
          unpadded(result, n),
          unpadded(shared[index], n),
          `${JSON.stringify(tile)}: ${m} × ${n}`,
        )
      );
    }
  }
});

Deno.test("gram tiles: agree to the bit on so many samples that a CPU has longer slices", async () => {
  const p = draw(20_011, [18], 1, 0, 5);
  const shared = unpadded((await inTiles(gpu, p, null))[0], 18);
  for (const tile of GRAM_TILES) {
    const results = await inTiles(gpu, p, tile);
    check(p, results);
    assert.deepEqual(unpadded(results[0], 18), shared, JSON.stringify(tile));
  }
});

Deno.test("gram tiles: agree on NaN and infinity, which stay in their rows and columns", async () => {
  const ORDER = 50;
  const p = draw(300, [ORDER], 2, 0, 3);
  const [first] = p.layers[0].features;
  first[7 * ORDER + 20] = NaN;
  first[9 * ORDER + 49] = Infinity;
  for (const tile of GRAM_TILES) {
    const [broken, whole] = await inTiles(gpu, p, tile);
    const matrix = unpadded(broken, ORDER);
    for (let i = 0; i < ORDER; i++) {
      for (let j = 0; j < ORDER; j++) {
        assert.equal(Number.isFinite(matrix[i * ORDER + j]), ![20, 49].includes(i) && ![20, 49].includes(j));
      }
    }
    assert.ok(unpadded(whole, ORDER).every(Number.isFinite));
  }
});

Deno.test("gram tiles: the default of a large matrix is as right as all others", async () => {
  const ORDER = 190, SAMPLES = 1900;
  const p = draw(SAMPLES, [ORDER], 1, 0, 4);
  const [small] = await inTiles(gpu, p, GRAM_TILES[0]);
  const [result] = await grams(gpu, p);
  assert.deepEqual(unpadded(result, ORDER), unpadded(small, ORDER));
});
