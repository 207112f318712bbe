// Weighted Gram matrix and moments of features: [M | C] = Ψᵀ diag(w) [Ψ | Y | 1], in slices of the
// samples.
//
// Ψ: samples × order; Y: samples × targets, of which there may be none; w: samples. Row-major in
// vectors of 4. The result goes to partials[slice][first + replica], `rows` rows of row_stride
// vectors: M in the first ⌈order/4⌉, C in the last tail_stride (targets, then one vector whose
// first entry belongs to the column of ones). Only tiles of M on and above the diagonal are
// computed; gram_reduce.wgsl adds the slices in order and mirrors.
//
// One invocation sums a tile of 8 × 8: it adds up `block` samples by multiply-add in registers,
// then adds the block to a running pair high + low, whose low words keep what the additions round
// off. Blocks of 8 make the compensated form. Blocks of 4 make the plain one, which leaves the low
// words out: high alone is a plain sum. gram_plain.wgsl makes plain sums without moments, faster;
// those with moments are for adapters that do not keep the promise of compensated ones.
//
// Rounding of an entry, relative to Σ w|ψ_i||ψ_j|, u = 2⁻²⁴, for K blocks of B in a slice: 1 u for
// w ψ, B for the products and sums of a block, 1 for rounding the pair: (B + 2) u. The sum of the
// low words adds 2 (K u)², since each is at most u times what was summed. A plain sum errs by
// 1 + B + K − 1 roundings, (L / 4 + 4) u for L samples, where one by one would be (L + 1) u.
//
// Cost: samples · order · (order + 2 · tail) flops, and 13 operations per entry for adding each
// block. On lavapipe blocks of 8 take 1.1 to 1.2 times as long as blocks without end, blocks of 4
// take 1.4 times, blocks of 16 take 1.05 to 1.1 times. 16 words are read for 128 flops. Tiles of 8
// × 4 take 1.1 to 1.3 times as long there, since reading is what costs; those of 8 × 16 take as
// long. On a GPU, not yet measured, 64 pairs, 64 sums and 17 operands are about 220 registers: it
// has room for them, and little else. There are no barriers, which are slow on lavapipe (see
// tile.wgsl). Slices of a few hundred samples give tall features enough invocations, and keep the
// loops short of the 65,535 iterations after which lavapipe ends a shader. Grid: (tiles / 64, 1,
// replicas · slices).
//
// needs: compensated.wgsl

struct Shape {
  samples: u32, order: u32, feature_stride: u32, feature_batch: u32,
  target_stride: u32, slice: u32, slices: u32, rows: u32,
  row_stride: u32, tail_stride: u32, first: u32, matrices: u32,
  block: u32, zero: u32, first_slice: u32, compensated: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> targets: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

fn run_time_zero() -> u32 {
  return shape.zero;
}

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return features[(batch / shape.slices) * shape.feature_batch + i * shape.feature_stride + j];
}

// Columns of the right operand: features, targets, ones.
fn right(batch: u32, i: u32, j: u32) -> vec4f {
  var value = vec4f(1.0, 0.0, 0.0, 0.0);
  if (j < shape.feature_stride) {
    value = left(batch, i, j);
  } else if (j < shape.feature_stride + shape.target_stride) {
    value = targets[i * shape.target_stride + j - shape.feature_stride];
  }
  return weights[i] * value;
}

fn emit(batch: u32, i: u32, j: u32, sum: Sum) {
  if (i >= shape.order || j >= shape.feature_stride + shape.tail_stride) { return; }
  let column = select(j, j - shape.feature_stride + shape.row_stride - shape.tail_stride, j >= shape.feature_stride);
  let matrix = (shape.first_slice + batch % shape.slices) * shape.matrices + shape.first + batch / shape.slices;
  partials[(matrix * shape.rows + i) * shape.row_stride + column] = sum.high + select(vec4f(), sum.low, shape.compensated != 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.feature_stride + shape.tail_stride + 1u) / 2u;
  let row = id.x / columns;
  let column = id.x % columns;
  if (8u * row >= shape.order || column < row) { return; }
  let first = (shape.first_slice + id.z % shape.slices) * shape.slice;
  let end = min(first + shape.slice, shape.samples);
  var s0 = Sum();
  var t0 = Sum();
  var s1 = Sum();
  var t1 = Sum();
  var s2 = Sum();
  var t2 = Sum();
  var s3 = Sum();
  var t3 = Sum();
  var s4 = Sum();
  var t4 = Sum();
  var s5 = Sum();
  var t5 = Sum();
  var s6 = Sum();
  var t6 = Sum();
  var s7 = Sum();
  var t7 = Sum();
  for (var start = first; start < end; start += shape.block) {
    var p0 = vec4f();
    var q0 = vec4f();
    var p1 = vec4f();
    var q1 = vec4f();
    var p2 = vec4f();
    var q2 = vec4f();
    var p3 = vec4f();
    var q3 = vec4f();
    var p4 = vec4f();
    var q4 = vec4f();
    var p5 = vec4f();
    var q5 = vec4f();
    var p6 = vec4f();
    var q6 = vec4f();
    var p7 = vec4f();
    var q7 = vec4f();
    for (var k = start; k < min(start + shape.block, end); k++) {
      let l = left(id.z, k, 2u * row);
      let m = left(id.z, k, 2u * row + 1u);
      let u = right(id.z, k, 2u * column);
      let v = right(id.z, k, 2u * column + 1u);
      p0 = fma(vec4f(l.x), u, p0);
      q0 = fma(vec4f(l.x), v, q0);
      p1 = fma(vec4f(l.y), u, p1);
      q1 = fma(vec4f(l.y), v, q1);
      p2 = fma(vec4f(l.z), u, p2);
      q2 = fma(vec4f(l.z), v, q2);
      p3 = fma(vec4f(l.w), u, p3);
      q3 = fma(vec4f(l.w), v, q3);
      p4 = fma(vec4f(m.x), u, p4);
      q4 = fma(vec4f(m.x), v, q4);
      p5 = fma(vec4f(m.y), u, p5);
      q5 = fma(vec4f(m.y), v, q5);
      p6 = fma(vec4f(m.z), u, p6);
      q6 = fma(vec4f(m.z), v, q6);
      p7 = fma(vec4f(m.w), u, p7);
      q7 = fma(vec4f(m.w), v, q7);
    }
    s0 = add(s0, p0);
    t0 = add(t0, q0);
    s1 = add(s1, p1);
    t1 = add(t1, q1);
    s2 = add(s2, p2);
    t2 = add(t2, q2);
    s3 = add(s3, p3);
    t3 = add(t3, q3);
    s4 = add(s4, p4);
    t4 = add(t4, q4);
    s5 = add(s5, p5);
    t5 = add(t5, q5);
    s6 = add(s6, p6);
    t6 = add(t6, q6);
    s7 = add(s7, p7);
    t7 = add(t7, q7);
  }
  emit(id.z, 8u * row + 0u, 2u * column, s0);
  emit(id.z, 8u * row + 0u, 2u * column + 1u, t0);
  emit(id.z, 8u * row + 1u, 2u * column, s1);
  emit(id.z, 8u * row + 1u, 2u * column + 1u, t1);
  emit(id.z, 8u * row + 2u, 2u * column, s2);
  emit(id.z, 8u * row + 2u, 2u * column + 1u, t2);
  emit(id.z, 8u * row + 3u, 2u * column, s3);
  emit(id.z, 8u * row + 3u, 2u * column + 1u, t3);
  emit(id.z, 8u * row + 4u, 2u * column, s4);
  emit(id.z, 8u * row + 4u, 2u * column + 1u, t4);
  emit(id.z, 8u * row + 5u, 2u * column, s5);
  emit(id.z, 8u * row + 5u, 2u * column + 1u, t5);
  emit(id.z, 8u * row + 6u, 2u * column, s6);
  emit(id.z, 8u * row + 6u, 2u * column + 1u, t6);
  emit(id.z, 8u * row + 7u, 2u * column, s7);
  emit(id.z, 8u * row + 7u, 2u * column + 1u, t7);
}
