/**
 * Writes, binds and runs a WGSL kernel of your own: it adds up the columns of a matrix.
 *
 *     deno run -A examples/own_kernel.ts
 */
import { Commands, Gpu, GpuArray, gpuStruct, ReadbackRing } from "../src/gpu/mod.ts";

const ROWS = 1000, COLUMNS = 100;
// Each invocation adds up one column. The bindings come in the order of `bind` below.
const source = `
  struct Shape { rows: u32, columns: u32 }
  @group(0) @binding(0) var<uniform> shape: Shape;
  @group(0) @binding(1) var<storage, read> matrix: array<f32>;
  @group(0) @binding(2) var<storage, read_write> sums: array<f32>;
  @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= shape.columns) { return; }
    for (var row = 0u; row < shape.rows; row++) {
      sums[id.x] += matrix[row * shape.columns + id.x];
    }
  }`;

using gpu = await Gpu.open(); // Or Gpu.from(device), for a GPUDevice that you own.
const numbers = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => i % COLUMNS);
using matrix = new GpuArray(gpu, "matrix", numbers); // `using` frees it at the end.
using sums = new GpuArray(gpu, "sums", COLUMNS); // Zero at first.
const shape = gpuStruct(gpu, "shape", ["u32", ROWS, COLUMNS]); // The Gpu owns it.

const kernel = await gpu.kernel({ name: "column_sums", files: [source] });
const commands = new Commands(gpu); // Any number of dispatches, submitted at once.
commands.run(kernel.bind([shape, matrix, sums], [Math.ceil(COLUMNS / 64)]));
using ring = new ReadbackRing(gpu, [sums], 1);
const [result] = await ring.submit(commands);

// Single precision adds whole numbers below 2²⁴ exactly.
const isRight = result.every((sum, column) => sum === ROWS * column);
console.log(`column sums ${result.slice(0, 4).join(", ")}, …: ${isRight ? "right" : "wrong"}`);
if (!isRight) Deno.exit(1);
