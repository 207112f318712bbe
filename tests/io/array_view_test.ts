import { InputError } from "../../src/errors.ts";
import { openArrays } from "../../src/io/array_file.ts";
import { ArrayView } from "../../src/io/array_view.ts";
import { featureAxes, type FeatureAxesOptions } from "../../src/io/feature_axes.ts";
import { npy } from "../../src/io/npy.ts";
import { type StoredArray, stridesOf } from "../../src/io/stored_array.ts";
import { assert, fc } from "../deps.ts";
import { npyFile } from "../support/array_files.ts";
import { temporaryFolder } from "../support/program.ts";

/** An array whose entries are their places, and the most entries that a read asked for. */
function counting(shape: readonly number[], fortranOrder: boolean): StoredArray & { most: number } {
  const size = shape.reduce((product, n) => product * n, 1);
  return {
    file: "count.npy",
    name: null,
    dtype: "f64",
    shape,
    strides: stridesOf(shape, fortranOrder),
    most: 0,
    read(first, count) {
      assert.ok(first >= 0 && count >= 1 && first + count <= size);
      this.most = Math.max(this.most, count);
      return Float64Array.from({ length: count }, (_, k) => first + k);
    },
    [Symbol.dispose]() {},
  };
}

/** All indices of some axes, row-major. */
function indices(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The matrix, entry by entry. */
function naive({ shape, strides }: StoredArray, axes: readonly number[]): number[][] {
  const samples = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const placesOf = (some: readonly number[]) =>
    indices(some.map((axis) => shape[axis])).map((index) =>
      index.reduce((sum, i, k) => sum + i * strides[some[k]], 0)
    );
  const across = placesOf(axes);
  return placesOf(samples).map((row) => across.map((column) => row + column));
}

Deno.test("ArrayView: rows and columns of any shape, axes and order are those of a plain gather", () => {
  const problem = fc.record({
    // Some too long to be read in one go.
    shape: fc.oneof(
      { weight: 30, arbitrary: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 }) },
      { weight: 1, arbitrary: fc.constantFrom<number[]>([70, 40, 50], [3, 150, 251], [300, 1, 300]) },
    ),
    fortranOrder: fc.boolean(),
    order: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    some: fc.nat(),
    asked: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
  });
  fc.assert(
    fc.property(problem, ({ shape, fortranOrder, order, some, asked: [a, b, c, d] }) => {
      const shuffled = shape.map((_, axis) => axis).sort((x, y) => order[x] - order[y] || x - y);
      const axes = shuffled.slice(0, 1 + some % (shape.length - 1));
      const array = counting(shape, fortranOrder), view = new ArrayView(array, axes);
      const matrix = naive(array, axes);
      assert.deepEqual([view.rows, view.columns], [matrix.length, matrix[0].length]);
      const row = a % view.rows, rows = 1 + b % (view.rows - row);
      assert.deepEqual([...view.tile(row, rows)], matrix.slice(row, row + rows).flat());
      const column = c % view.columns, columns = 1 + d % (view.columns - column);
      const cut = matrix.flatMap((entries) => entries.slice(column, column + columns));
      assert.deepEqual([...view.columnTile(column, columns)], cut);
      assert.deepEqual([...view.whole().data], matrix.flat());
    }),
    { numRuns: 300, seed: 3 },
  );
});

Deno.test("ArrayView: rows that lie together are read as they lie; other blocks in short ranges", () => {
  const array = counting([300, 7, 40], false);
  new ArrayView(array, [2]).tile(10, 200);
  assert.equal(array.most, 8000);
  // A column of 2,000,000: one entry in a thousand is wanted.
  const tall = counting([2000, 1000], false);
  const column = new ArrayView(tall, [1]).columnTile(7, 1);
  assert.ok(column.every((x, k) => x === 1000 * k + 7));
  assert.ok(tall.most <= 2 ** 15);
  // The other order: columns lie together.
  const turned = counting([2_000_000, 3], true);
  const rows = new ArrayView(turned, [1]).tile(1000, 500_000);
  assert.ok(rows.every((x, e) => x === 1000 + Math.floor(e / 3) + 2_000_000 * (e % 3)));
  assert.equal(turned.most, 500_000);
});

Deno.test("ArrayView: of files, half precision and Fortran order included; what is not finite is named", async () => {
  using folder = temporaryFolder();
  const shape = [2, 3, 2], path = `${folder.path}/a.npy`;
  const open = async (bytes: Uint8Array) => {
    await Deno.writeFile(path, bytes);
    const [array] = await openArrays(path);
    return array;
  };
  const values = Float64Array.from({ length: 12 }, (_, e) => e);
  {
    using array = await open(npyFile(shape, [...values], { descr: "<f8", fortranOrder: true }));
    // In the file the first index runs fastest: entry (i, j, k) is i + 2 j + 6 k.
    assert.deepEqual([...new ArrayView(array, [1]).whole().data], [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
  }
  {
    using array = await open(npy(shape, values.map((x) => x === 7 ? NaN : x)));
    assert.throws(() => new ArrayView(array, [1]).whole(), {
      name: InputError.name,
      message: `${path}: NaN at index (1, 0, 1) (counted from 0); give finite features`,
    });
  }
  using array = await open(npy([4, 3], values.map((x) => x === 7 ? Infinity : x)));
  assert.throws(() => new ArrayView(array, [1]).whole(), {
    message: `${path}: Infinity in row 2, column 1 (counted from 0); give finite features`,
  });
});

Deno.test("featureAxes: axes, layouts, all; one line for each choice that does not fit", () => {
  const shape = [10, 3, 8, 6];
  const right: [FeatureAxesOptions, number[]][] = [
    [{}, [3]],
    [{ axes: [-1] }, [3]],
    [{ axes: [2, 0] }, [2, 0]],
    [{ layout: "NCHW" }, [1]],
    [{ layout: "nhwc" }, [3]],
    [{ flattened: true }, [1, 2, 3]],
    [{ layout: "HWCN", flattened: true }, [0, 1, 2]],
  ];
  for (const [options, axes] of right) assert.deepEqual(featureAxes(shape, options, "f"), axes);
  const wrong: [number[], FeatureAxesOptions, string][] = [
    [[], {}, "f: an array of shape () is no matrix; give samples along one axis, features along another"],
    [[6], {}, "f: an array of shape (6,) is no matrix; give samples along one axis, features along another"],
    [[0, 6], {}, "f: is empty, of shape (0, 6); give an array with entries"],
    [
      shape,
      { axes: [4] },
      "f: an array of shape (10, 3, 8, 6) has no axis 4; give axes from 0 to 3, or from -4 to -1",
    ],
    [
      shape,
      { axes: [-5] },
      "f: an array of shape (10, 3, 8, 6) has no axis -5; give axes from 0 to 3, or from -4 to -1",
    ],
    [shape, { axes: [1, -3] }, "f: axis 1 is named twice; name it once"],
    [[2, 3], { axes: [0, 1] }, "f: all axes of shape (2, 3) are features; leave one to the samples"],
    [shape, { axes: [] }, "f: no axis is chosen; give at least one"],
    [
      shape,
      { layout: "NCW" },
      "f: an array of shape (10, 3, 8, 6) does not fit the layout NCW; give a letter for each axis",
    ],
    [shape, { layout: "NHWD" }, "the layout NHWD has no C; call the axis of channels C"],
    [shape, { layout: "CHWD", flattened: true }, "the layout CHWD has no N; call the axis of samples N"],
    [
      shape,
      { layout: "NCHH" },
      "the layout NCHH is not of letters that differ; give one an axis, as in NCHW",
    ],
  ];
  for (const [of, options, message] of wrong) {
    assert.throws(() => featureAxes(of, options, "f"), { name: InputError.name, message });
  }
});
