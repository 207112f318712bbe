// One wide layer of the fused step, forward or backward. HEADER

override LANES: u32;
// Rows and columns of a tile, 8 or 16.
override SIDE: u32;

// X of a mini-batch or of all samples: an invocation a row and every so many of its vectors; grid (rows, so many, replicas).
@compute @workgroup_size(LANES)
fn inputs(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  if (id.x >= 8u * shape.partials) { return; }
  enter_replica(id.z);
  copy_inputs(id.z, id.x, id.y, grid.y);
}

fn multiply_tile(phase: u32, row: u32, column: u32, steps: u32) {
  if (SIDE == 16u) {
    multiply_16_16(phase, row / 4u, column, steps);
  } else {
    multiply_8_8(phase, row / 4u, column, steps);
  }
}

// Rows of the tile that begins at row `first`: 16, or 8 at the end; vectors of the one that begins at `first`.
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
