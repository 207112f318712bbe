import { isDataFile, readTask } from "../../src/io/data_task.ts";
import { npy } from "../../src/io/npy.ts";
import { arrayTask } from "../../src/tasks/array_task.ts";
import { assert } from "../deps.ts";
import { npyOfBytes, zipArchive } from "../support/array_files.ts";
import { inputError } from "../support/input_error.ts";
import { temporaryFolder } from "../support/program.ts";

const x = npy([4, 2], Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
const integers = (...values: number[]) =>
  npyOfBytes([values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer), { descr: "<i8" });

/** Reads a task of some arrays. */
async function taskOf(arrays: Record<string, Uint8Array<ArrayBuffer>>, samples?: number) {
  using folder = temporaryFolder();
  const path = `${folder.path}/data.npz`;
  const files = Object.entries(arrays).map(([name, content]) => ({ name: `${name}.npy`, content }));
  await Deno.writeFile(path, await zipArchive(files));
  const { name, ...task } = await readTask(path, samples);
  assert.equal(name, path);
  return task;
}

const rows = [[0, 1], [2, 3], [4, 5], [6, 7]];
const sameAs = (options: Parameters<typeof arrayTask>[0]) => {
  const { name: _, ...task } = arrayTask(options);
  return task;
};

Deno.test("isDataFile: by the end of the name", () => {
  assert.deepEqual(["a.npz", "runs/b.npz", "cosines", "points 0 1", "a.npz:x"].map(isDataFile), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("readTask: floats are values to fit, integers and booleans classes", async () => {
  const y = [[1, 2], [3, 4], [5, 6], [7, 8.5]];
  assert.deepEqual(await taskOf({ x, y: npy([4, 2], Float64Array.from(y.flat())) }), sameAs({ x: rows, y }));
  const one = npy([4], Float64Array.of(1, 2, 3, 4));
  assert.deepEqual(await taskOf({ x, y: one }), sameAs({ x: rows, y: [1, 2, 3, 4] }));
  assert.deepEqual(await taskOf({ x: one, y: one }), sameAs({ x: [1, 2, 3, 4], y: [1, 2, 3, 4] }));
  const labels = [2, 0, 1, 2];
  assert.deepEqual(await taskOf({ x, y: integers(...labels) }), sameAs({ x: rows, labels }));
  const flags = npyOfBytes([4, 1], Uint8Array.of(0, 1, 1, 0), { descr: "|b1" });
  assert.deepEqual(await taskOf({ x, y: flags }), sameAs({ x: rows, labels: [0, 1, 1, 0] }));
  const single = npy([1, 2], Float32Array.of(3, 4));
  assert.deepEqual(await taskOf({ x: single, y: single }), sameAs({ x: [[3, 4]], y: [[3, 4]] }));
});

Deno.test("readTask: weights, held-out samples, Fortran order, and arrays that are none of a task", async () => {
  const columns = npyOfBytes([4, 2], x.slice(-32), { descr: "<f4", fortranOrder: true });
  const texts = npyOfBytes([1], new Uint8Array(4), { descr: "<U1" });
  const task = await taskOf({
    x: columns,
    y: integers(0, 1, 0, 1),
    weights: npy([4], Float64Array.of(1, 2, 0, 4)),
    x_test: npy([1, 2], Float64Array.of(9, 8)),
    y_test: integers(1),
    weights_test: npy([1], Float64Array.of(3)),
    names: texts,
  }, 4);
  assert.deepEqual(
    task,
    sameAs({
      x: [[0, 4], [1, 5], [2, 6], [3, 7]],
      labels: [0, 1, 0, 1],
      weights: [1, 2, 0, 4],
      test: { x: [[9, 8]], labels: [1], weights: [3] },
    }),
  );
});

Deno.test("readTask: one line that names file and array for what cannot be trained on", async () => {
  const y = npy([4], Float64Array.of(1, 2, 3, 4));
  const cases: [arrays: Record<string, Uint8Array<ArrayBuffer>>, message: RegExp][] = [
    [{ y }, /data\.npz: holds no array x; save inputs as x, targets as y$/],
    [{ x }, /data\.npz: holds no array y; /],
    [{ X: x, Y: y }, /data\.npz: holds X, Y, and no x and y; /],
    [{ x, y: npy([3], Float64Array.of(1, 2, 3)) }, /y has shape \(3,\); give as many rows as x, 4$/],
    [{ x, y: npy([], Float64Array.of(1)) }, /y has shape \(\); give one value, or one row, per sample$/],
    [{ x: npy([2, 2, 1], new Float32Array(4)), y }, /x has shape \(2, 2, 1\); give a row per sample/],
    [{ x: npy([0, 2], new Float32Array(0)), y: npy([0], new Float32Array(0)) }, /x has shape \(0, 2\)/],
    [{ x: npy([4, 2], new Float32Array(8).fill(NaN)), y }, /data\.npz": x\[0\] of sample 0 is NaN/],
    [{ x: npy([4, 2], new Float64Array(8).fill(1e39)), y }, /x\[0\] of sample 0 is Infinity/],
    [{ x, y: npy([4], Float64Array.of(1, 2, Infinity, 4)) }, /y of sample 2 is Infinity/],
    [{ x, y: integers(0, 1, -1, 1) }, /label of sample 2 is -1/],
    [{ x, y: integers(0, 2, 2, 0) }, /no sample has label 1/],
    [
      { x, y: npyOfBytes([4, 2], new Uint8Array(8), { descr: "|i1" }) },
      /y has shape \(4, 2\); give one class per/,
    ],
    [
      { x, y, weights: npy([4, 1], new Float64Array(4)) },
      /weights has shape \(4, 1\); give one weight for each of 4/,
    ],
    [{ x, y, weights: npy([4], new Float64Array(4)) }, /weights are all 0/],
    [{ x, y, weights: npy([4], Float64Array.of(1, -1, 1, 1)) }, /weight of sample 1 is -1/],
    [{ x, y, x_test: x }, /holds a part of held-out samples; save both x_test and y_test, or none$/],
    [{ x, y, weights_test: y }, /holds a part of held-out samples/],
    [{ x, y, x_test: x, y_test: integers(0, 1, 0, 1) }, /y holds values and y_test of type i64 does not/],
    [
      { x, y: integers(0, 1, 0, 1), x_test: x, y_test: integers(0, 1, 2, 1) },
      /held-out samples: label of sample 2/,
    ],
    [{ x, y, x_test: y, y_test: y }, /x of shape \(4\): give rows of 2/],
    [{ x: npyOfBytes([4], new Uint8Array(16), { descr: "<U1" }), y }, /data\.npz:x: holds text/],
  ];
  for (const [arrays, message] of cases) await assert.rejects(taskOf(arrays), inputError(message));
  await assert.rejects(taskOf({ x, y }, 3), inputError(/holds 4 samples, but 3 are asked for/));
  await assert.rejects(readTask("none.npz"), inputError(/^none\.npz: no such file/));
});
