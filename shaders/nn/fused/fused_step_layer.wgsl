// Computes a wide network's hidden layers for the fused step, forward or backward, one layer a
// dispatch. The bits are those of own_rows in fused_step.wgsl, which then computes only the output
// layer and the loss.
// needs: fused_rows.wgsl
//
// One invocation computes a tile of SIDE × SIDE entries of H or Δ; grid (⌈tiles / LANES⌉, 1,
// replicas). `inputs` comes first: it puts X where the others and fused_step_update.wgsl read it,
// and draws a mini-batch on the way.
//
// Cost: 2 · rows · inputs · outputs flops, 2 · SIDE vectors read for 4 · SIDE² products.
//
// This arrangement wins where few samples meet wide layers, so that there are fewer tiles of rows
// than cores: on lavapipe 784-256-128-10 on 64 samples takes 1.1 ms on two cores instead of 3.3 on
// one, for 13 to 22 µs a dispatch. The table gives milliseconds of CPU time of its layers forward
// and backward, and the time to compile either, cold:
//    SIDE 8     3.2    0.5    0.15 s
//    SIDE 16    2.3    0.37   0.35 s
//    SIDE 32    1.5    0.28   1.4 s
//
// Estimates for a GPU: 256 sums or more do not fit its 255 registers, so SIDE is 8 there; 100
// registers, no workgroup memory. On an H100-class card the first layer of that network is 26
// MFLOP, and 1 MB from L2: 0.5 µs of arithmetic. But 256 tiles are 8 warps, each with 196 steps of
// 16 loads and 256 fma one after the other: 100,000 cycles, about 60 µs, all of it latency. Cutting
// the sum over 784 inputs would help there but change bits, so this arrangement is no default
// there.

override LANES: u32;
// Rows and columns of a tile: 8, 16 or 32.
override SIDE: u32;

// X of a mini-batch or of all samples: an invocation a row and every so many of its vectors; grid
// (rows, so many, replicas).
@compute @workgroup_size(LANES)
fn inputs(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  if (id.x >= 8u * shape.partials) { return; }
  enter_replica(id.z);
  copy_inputs(id.z, id.x, id.y, grid.y);
}

fn multiply_tile(phase: u32, row: u32, column: u32, steps: u32) {
  //#if SIDE == 32
  if (SIDE == 32u) { multiply_32_32(phase, row / 4u, column, steps); }
  //#end
  //#if SIDE == 16
  if (SIDE == 16u) { multiply_16_16(phase, row / 4u, column, steps); }
  //#end
  //#if SIDE == 8
  if (SIDE == 8u) { multiply_8_8(phase, row / 4u, column, steps); }
  //#end
}

// Rows of the tile that begins at row `first`, fewer at the end; vectors of the one that begins at
// `first`.
fn rows_from(first: u32) -> u32 { return min(SIDE, 8u * shape.partials - first); }
fn vectors_from(first: u32, stride: u32) -> u32 { return min(SIDE / 4u, stride - first); }

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  enter_replica(id.z);
  enter_layer(id.z, share.layer);
  let columns = (4u * layer.output_stride + SIDE - 1u) / SIDE;
  let row = SIDE * (id.x / columns);
  let column = SIDE / 4u * (id.x % columns);
  if (row >= shape.rows) { return; }
  multiply_tile(FORWARD, row, column, layer.input_stride);
  finish_forward(row, rows_from(row), column, vectors_from(column, layer.output_stride), true);
}

@compute @workgroup_size(LANES)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  enter_replica(id.z);
  enter_layer(id.z, share.layer);
  let columns = (4u * layer.input_stride + SIDE - 1u) / SIDE;
  let row = SIDE * (id.x / columns);
  let column = SIDE / 4u * (id.x % columns);
  if (row >= shape.rows) { return; }
  multiply_tile(BACKWARD, row, column, layer.output_stride);
  finish_backward(row, rows_from(row), column, vectors_from(column, layer.input_stride));
}
