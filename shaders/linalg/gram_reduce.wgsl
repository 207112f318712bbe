// Adds the slices of gram.wgsl in order; mirrors M, and hands the moments C to the rows of the basis.
//
// partials: [slice][matrix], rows of row_stride vectors; matrices: [matrix], rows × rows, symmetric to the bit; basis:
// [matrix], rows of row_stride vectors, of which the last tail_stride are overwritten by C. What pads is 0.
// One invocation an entry; grid (⌈rows · row_stride · 4 / 64⌉, 1, matrices). Memory bound: slices words read an entry,
// those below the diagonal across the rows.

struct Shape { rows: u32, row_stride: u32, tail_stride: u32, slices: u32, matrices: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read> partials: array<f32>;
@group(0) @binding(3) var<storage, read_write> matrices: array<f32>;
@group(0) @binding(4) var<storage, read_write> basis: array<f32>;

fn entry(matrix: u32, i: u32, j: u32) -> f32 {
  let columns = 4u * shape.row_stride;
  var sum = 0.0;
  for (var slice = 0u; slice < shape.slices; slice++) {
    sum += partials[((slice * shape.matrices + matrix) * shape.rows + i) * columns + j];
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = 4u * shape.row_stride;
  let square = columns - 4u * shape.tail_stride;
  let i = id.x / columns;
  let j = id.x % columns;
  if (i >= shape.rows) { return; }
  let order = orders[id.z];
  if (j >= square) {
    basis[(id.z * shape.rows + i) * columns + j] = select(0.0, entry(id.z, i, j), i < order);
  } else {
    let inside = max(i, j) < order;
    matrices[(id.z * shape.rows + i) * square + j] = select(0.0, entry(id.z, min(i, j), max(i, j)), inside);
  }
}
