import { ShapeError } from "../../../src/errors.ts";
import { gramMatrices } from "../../../src/linalg/gram/gram_matrices.ts";
import { sampleGramMatrices } from "../../../src/linalg/gram/sample_gram_matrices.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import type { MatrixSource, Tile, TiledMatrix } from "../../../src/linalg/matrix_source.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import { featureSpectra } from "../../../src/rank/spectra/feature_spectrum.ts";
import { assert } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Features that fall over six decades. */
function features(rows: number, columns: number): Matrix {
  const data = normals(rows * columns, rows);
  return { rows, columns, data: data.map((x, e) => x * 10 ** (-6 * (e % columns) / columns)) };
}

/** Blocks of a matrix at once, or as promises; of one matrix only one is asked for at a time. */
function asked({ rows, columns, data }: Matrix, isPromised: boolean, hasColumns = false): TiledMatrix {
  let isOpen = false, last: Tile | null = null;
  const give = (block: Tile) => {
    if (!isPromised) return block;
    assert.equal(isOpen, false, "asked before the last was settled");
    isOpen = true;
    // The last block was copied before this call.
    last?.fill(NaN);
    last = block;
    return new Promise<Tile>((resolve) =>
      setTimeout(() => {
        isOpen = false;
        resolve(block);
      }, 1)
    );
  };
  const tile = (first: number, count: number) => give(data.slice(first * columns, (first + count) * columns));
  const columnTile = (first: number, count: number) =>
    give(Float32Array.from(
      { length: rows * count },
      (_, e) => data[Math.floor(e / count) * columns + first + e % count],
    ));
  return { rows, columns, tile, ...hasColumns && { columnTile } };
}

Deno.test("promised tiles: every function that takes tiles gives the same, to the bit", async () => {
  const tall = features(301, 9), wide = features(7, 520);
  const uses: [string, Matrix, (source: MatrixSource) => Promise<unknown>][] = [
    ["spectrum", tall, (source) => featureSpectra(gpu, [source])],
    ["spectrum, centred", tall, (source) => featureSpectra(gpu, [source], { center: true })],
    ["spectrum in double", tall, (source) => featureSpectra(gpu, [source], { precision: "double" })],
    ["spectrum of wide features", wide, (source) => featureSpectra(gpu, [source])],
    ["count", tall, (source) => featureRanks(gpu, source, { epsilons: [1e-4], rankMethod: "inertia" })],
    [
      "count of wide features",
      wide,
      (source) => featureRanks(gpu, source, { epsilons: [1e-4], rankMethod: "sturm" }),
    ],
    ["Gram matrix", tall, (source) => gramMatrices(gpu, [source], { center: true, tileBytes: 4096 })],
    ["Gram matrix of samples", wide, (source) => sampleGramMatrices(gpu, [source], { tileBytes: 4096 })],
  ];
  for (const [name, matrix, use] of uses) {
    for (const hasColumns of [false, true]) {
      const atOnce = await use(asked(matrix, false, hasColumns));
      assert.deepEqual(await use(asked(matrix, true, hasColumns)), atOnce, name);
    }
  }
});

Deno.test("promised tiles: two of a batch are asked one after the other", async () => {
  const [a, b] = [features(200, 5), features(200, 5)];
  let open = 0;
  const watched = (matrix: Matrix): TiledMatrix => ({
    ...asked(matrix, false),
    async tile(first, count) {
      assert.equal(open++, 0);
      await new Promise((resolve) => setTimeout(resolve));
      open--;
      return matrix.data.slice(first * 5, (first + count) * 5);
    },
  });
  assert.deepEqual(
    await featureSpectra(gpu, [watched(a), watched(b)]),
    await featureSpectra(gpu, [asked(a, false), asked(b, false)]),
  );
});

Deno.test("promised tiles: what rejects, or is too short, reaches the caller, and a signal stops", async () => {
  const { tile: _, ...shape } = asked(features(300, 4), true);
  const failed = () => Promise.reject(new Error("the network is down"));
  for (const center of [false, true]) {
    await assert.rejects(
      featureSpectra(gpu, [{ ...shape, tile: failed }], { center }),
      /the network is down/,
    );
    const short = () => Promise.resolve(new Float32Array(3));
    await assert.rejects(featureSpectra(gpu, [{ ...shape, tile: short }], { center }), ShapeError);
    await assert.rejects(gramMatrices(gpu, [{ ...shape, tile: failed }], { center }), /the network is down/);
  }
  const stop = new AbortController();
  const tile = async (_: number, count: number) => {
    stop.abort(new Error("enough"));
    return await Promise.resolve(new Float32Array(4 * count));
  };
  await assert.rejects(featureSpectra(gpu, [{ ...shape, tile }], { signal: stop.signal }), /enough/);
});
