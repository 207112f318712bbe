// Adds the slices of gram.wgsl in order, compensated; mirrors M, and hands the moments C to the rows of the basis.
//
// partials: [slice][matrix], rows of row_stride vectors. Two entry points, one invocation an entry:
//     main        matrices: [matrix], rows × rows, symmetric to the bit; basis: [matrix], rows of row_stride vectors, of
//                 which the last tail_stride are overwritten by C. What pads is 0.
//                 Grid (⌈rows · row_stride · 4 / 64⌉, 1, matrices).
//     accumulate  pairs: [matrix], order × order pairs high, low that are meant as their sum, symmetric to the bit. The
//                 slices are added to factors[matrix] times what the pair held, or to nothing where the factor is 0: for
//                 features that come in tiles, whose scale, a power of two, may change between them.
//                 Grid (⌈order / 64⌉, order, matrices).
// Memory bound: slices words read for each entry on and above the diagonal, which is written on either side of it. Listed
// after compensated.wgsl.

struct Shape { rows: u32, row_stride: u32, tail_stride: u32, slices: u32, matrices: u32, order: u32, zero: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read> orders: array<u32>;
@group(0) @binding(3) var<storage, read_write> matrices: array<f32>;
@group(0) @binding(4) var<storage, read_write> basis: array<f32>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> pairs: array<vec2f>;

fn run_time_zero() -> u32 {
  return shape.zero;
}

fn entry(matrix: u32, i: u32, j: u32, held: vec2f) -> vec2f {
  let columns = 4u * shape.row_stride;
  var sum = Sum(vec4f(held.x), vec4f(held.y));
  for (var slice = 0u; slice < shape.slices; slice++) {
    sum = add(sum, vec4f(partials[((slice * shape.matrices + matrix) * shape.rows + i) * columns + j]));
  }
  return vec2f(sum.high.x, sum.low.x);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = 4u * shape.row_stride;
  let square = columns - 4u * shape.tail_stride;
  let i = id.x / columns;
  let j = id.x % columns;
  if (i >= shape.rows) { return; }
  let order = orders[id.z];
  if (j < i) { return; }
  let is_tail = j >= square;
  var value = 0.0;
  if (i < order && (is_tail || j < order)) {
    let sum = entry(id.z, i, j, vec2f());
    value = sum.x + sum.y;
  }
  if (is_tail) {
    basis[(id.z * shape.rows + i) * columns + j] = value;
  } else {
    matrices[(id.z * shape.rows + i) * square + j] = value;
    matrices[(id.z * shape.rows + j) * square + i] = value;
  }
}

@compute @workgroup_size(64)
fn accumulate(@builtin(global_invocation_id) id: vec3u) {
  let i = id.y;
  let j = id.x;
  if (j < i || j >= shape.order) { return; }
  let at = (id.z * shape.order + i) * shape.order + j;
  let factor = factors[id.z];
  var held = vec2f();
  if (factor != 0.0) { held = factor * pairs[at]; }
  let sum = entry(id.z, i, j, held);
  // With a low word below an ulp of the high one the next tile's start is as good as this one's.
  let pair = add(Sum(vec4f(sum.x), vec4f()), vec4f(sum.y));
  pairs[at] = vec2f(pair.high.x, pair.low.x);
  pairs[(id.z * shape.order + j) * shape.order + i] = pairs[at];
}
