import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { bindGatherRows, type GatheredRows, gatherKernel } from "../../src/tracker/gather_rows.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** What the kernel is to do, entry by entry. */
function gathered(source: Float32Array, target: Float32Array, rows: GatheredRows): Float32Array {
  const result = target.slice();
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < rows.width; j++) {
      result[rows.to + i * rows.width + j] = j < rows.columns ? source[rows.at + i * rows.stride + j] : 0;
    }
  }
  return result;
}

Deno.test("gathered rows: any stride and offset, padding is 0, and nothing else changes", async () => {
  const places: GatheredRows[] = [
    { rows: 1, columns: 1, at: 0, stride: 1, to: 0, width: 4 },
    { rows: 17, columns: 5, at: 3, stride: 9, to: 8, width: 8 },
    { rows: 33, columns: 16, at: 1, stride: 16, to: 4, width: 16 },
    { rows: 5, columns: 70, at: 0, stride: 71, to: 0, width: 72 },
  ];
  const kernel = await gatherKernel(gpu);
  for (const rows of places) {
    const words = Float32Array.from({ length: rows.at + rows.rows * rows.stride }, (_, i) => i + 1);
    words[rows.at] = NaN;
    const before = new Float32Array(rows.to + rows.rows * rows.width + 3).fill(-1);
    // The buffer of an array stands for one of another program.
    for (const isArray of [true, false]) {
      using source = new GpuArray(gpu, "source", words);
      using target = new GpuArray(gpu, "target", before);
      const commands = new Commands(gpu), from = isArray ? source : source.buffer;
      commands.run(bindGatherRows(gpu, kernel, [from, target], rows));
      commands.submit();
      assert.deepEqual(await target.read(), gathered(words, before, rows));
    }
  }
});
