// One wide layer of the fused step, forward or backward. HEADER

override LANES: u32;

// X of a mini-batch or of all samples: an invocation a row and every so many of its vectors; grid (rows, so many, replicas).
@compute @workgroup_size(LANES)
fn inputs(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  if (id.x >= 8u * shape.partials) { return; }
  enter_replica(id.z);
  copy_inputs(id.z, id.x, id.y, grid.y);
}

// Rows of the tile that begins at row `first`: 16, or 8 at the end.
fn rows_from(first: u32) -> u32 { return min(16u, 8u * shape.partials - first); }

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  enter_replica(id.z);
  enter_layer(id.z, share.layer);
  let columns = (layer.output_stride + 3u) / 4u;
  let row = 16u * (id.x / columns);
  let column = 4u * (id.x % columns);
  if (row >= shape.rows) { return; }
  multiply_16_16(FORWARD, row / 4u, column, layer.input_stride);
  finish_forward(row, rows_from(row), column, min(4u, layer.output_stride - column), true);
}

@compute @workgroup_size(LANES)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  enter_replica(id.z);
  enter_layer(id.z, share.layer);
  let columns = (layer.input_stride + 3u) / 4u;
  let row = 16u * (id.x / columns);
  let column = 4u * (id.x % columns);
  if (row >= shape.rows) { return; }
  multiply_16_16(BACKWARD, row / 4u, column, layer.output_stride);
  finish_backward(row, rows_from(row), column, min(4u, layer.input_stride - column));
}
