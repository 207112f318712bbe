import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { splitDoubles } from "../../../src/linalg/double_single/double_single.ts";
import { PROGRESS_WORDS } from "../../../src/linalg/eigen/jacobi_solver.ts";
import {
  bindSolvedRecords,
  decodeSolvedRecord,
  solvedRecordWords,
} from "../../../src/rank/spectra/solved_record.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("solved_record: diagonals and progress of every matrix, to the bit", async () => {
  for (const [order, rows, count] of [[1, 4, 1], [5, 8, 3], [130, 132, 2]]) {
    using stack = new DisposableStack();
    const array = (words: Float32Array | Uint32Array) => stack.use(new GpuArray(gpu, "words", words));
    // Off the diagonal NaN, which must not be seen; on it numbers that need both words, ±0, ∞ and
    // one beyond single.
    const values = (index: number) =>
      Float64Array.from(
        { length: order },
        (_, i) => [Math.PI ** (i - 3 * index), -0, Infinity, 1e-40][i % 4],
      );
    const matrices = new Float64Array(count * rows * rows).fill(NaN);
    for (let index = 0; index < count; index++) {
      values(index).forEach((value, i) => matrices[(index * rows + i) * rows + i] = value);
    }
    const words = splitDoubles(matrices);
    const progress = new Uint32Array(PROGRESS_WORDS * count);
    const floats = new Float32Array(progress.buffer);
    for (let index = 0; index < count; index++) {
      // A number of rounds is, as a float, below what many a GPU takes for 0.
      progress[PROGRESS_WORDS * index] = 17 + index;
      floats.set([0.5 * index, 0, 1, 2, 3, NaN, 4, 5, 6, Infinity], PROGRESS_WORDS * index + 2);
    }
    const records = await bindSolvedRecords(gpu, {
      matrices: array(words),
      rows,
      order,
      count,
      progress: array(progress),
    }, stack);
    const commands = new Commands(gpu);
    commands.run(records.dispatch);
    commands.submit();
    const read = await records.words.read();
    assert.equal(read.length, count * solvedRecordWords(order));
    for (let index = 0; index < count; index++) {
      const solved = decodeSolvedRecord(read.subarray(index * solvedRecordWords(order)), order);
      assert.equal(solved.rounds, 17 + index);
      assert.equal(solved.off, 0.5 * index);
      assert.deepEqual([...solved.heads], [1, 2, 3, NaN]);
      assert.deepEqual([...solved.tails], [4, 5, 6, Infinity]);
      const expected = splitDoubles(values(index));
      assert.deepEqual(
        solved.values,
        Float64Array.from(
          { length: order },
          (_, i) =>
            Number.isFinite(expected[2 * i]) ? expected[2 * i] + expected[2 * i + 1] : expected[2 * i],
        ),
      );
    }
  }
});
