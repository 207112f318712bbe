// Adds the slices of gram.wgsl in order, compensated; mirrors M, and hands the moments C to the
// rows of the basis.
//
// partials: [slice][matrix], rows of row_stride vectors. Two entry points:
//     main        matrices: [matrix], rows × rows, symmetric to the bit; basis: [matrix], rows of
//                 row_stride vectors; C overwrites the last tail_stride of them. Padding is 0.
//                 One invocation for four vectors of a row. Grid: (⌈rows v / 128⌉, 1, matrices),
//                 v = 2 ⌈row_stride / 4⌉ − ⌊(rows − 1) / 16⌋ + 1.
//     accumulate  pairs: [matrix], order × order pairs high, low that stand for their sum,
//                 symmetric to the bit. The slices are added to factors[matrix] times what the pair
//                 held, or to nothing where the factor is 0. Factors serve features that come in
//                 tiles: their scale, a power of two, may change from tile to tile.
//                 One invocation per entry. Grid: (⌈order / 64⌉, order, matrices).
// Memory bound: `slices` words are read for each entry on and above the diagonal, which is written
// on both sides of it. Slices are far apart, so no cache holds what is read of each. An invocation
// takes the four vectors of a cache line, and few invocations idle. For 128 slices of order 256 on
// lavapipe that takes a third of the time of one invocation for every vector, left of the diagonal
// or not.
//
// needs: compensated.wgsl

struct Shape { rows: u32, row_stride: u32, tail_stride: u32, slices: u32, matrices: u32, order: u32, zero: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partial_vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> orders: array<u32>;
@group(0) @binding(3) var<storage, read_write> matrices: array<f32>;
@group(0) @binding(4) var<storage, read_write> basis: array<vec4f>;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> pairs: array<vec2f>;

fn run_time_zero() -> u32 {
  return shape.zero;
}

// Puts vector j of row i of M, and what mirrors it; or of C.
fn put(matrix: u32, i: u32, j: u32, sum: Sum) {
  let square = shape.row_stride - shape.tail_stride;
  let order = orders[matrix];
  if (j >= shape.row_stride) { return; }
  let value = sum.high + sum.low;
  if (j >= square) {
    basis[(matrix * shape.rows + i) * shape.row_stride + j] = select(vec4f(), value, i < order);
    return;
  }
  for (var c = 0u; c < 4u; c++) {
    let column = 4u * j + c;
    if (column < i) { continue; }
    let entry = select(0.0, value[c], column < order);
    matrices[(matrix * shape.rows + i) * 4u * square + column] = entry;
    matrices[(matrix * shape.rows + column) * 4u * square + i] = entry;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // A row from either end has as many vectors right of the diagonal, together, as any other two: so
  // few invocations idle.
  let columns = (shape.row_stride + 3u) / 4u;
  let both = 2u * columns - (shape.rows - 1u) / 16u + 1u;
  var i = id.x / both;
  var place = id.x % both;
  if (2u * i >= shape.rows) { return; }
  let right_of_diagonal = columns - i / 16u;
  if (place >= right_of_diagonal) {
    place -= right_of_diagonal;
    i = shape.rows - 1u - i;
  }
  let j = 4u * (i / 16u + place);
  if (j >= shape.row_stride) { return; }
  var a = Sum();
  var b = Sum();
  var c = Sum();
  var d = Sum();
  for (var slice = 0u; slice < shape.slices; slice++) {
    let at = ((slice * shape.matrices + id.z) * shape.rows + i) * shape.row_stride + j;
    a = add(a, partial_vectors[at]);
    b = add(b, partial_vectors[at + 1u]);
    c = add(c, partial_vectors[at + 2u]);
    d = add(d, partial_vectors[at + 3u]);
  }
  put(id.z, i, j, a);
  put(id.z, i, j + 1u, b);
  put(id.z, i, j + 2u, c);
  put(id.z, i, j + 3u, d);
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
  let columns = 4u * shape.row_stride;
  var sum = Sum(vec4f(held.x), vec4f(held.y));
  for (var slice = 0u; slice < shape.slices; slice++) {
    sum = add(sum, vec4f(partials[((slice * shape.matrices + id.z) * shape.rows + i) * columns + j]));
  }
  // With a low word below an ulp of the high one the next tile's start is as good as this one's.
  let pair = add(Sum(vec4f(sum.high.x), vec4f()), vec4f(sum.low.x));
  pairs[at] = vec2f(pair.high.x, pair.low.x);
  pairs[(id.z * shape.order + j) * shape.order + i] = pairs[at];
}
