// Gram matrices in pairs of words, exact but for the last rounding: XᵀX, where X are the features
// in fixed point.
//
//     x_kj = 2^−e r_k φ_kj ∈ [−1, 1],   x = 2⁻⁷ (d₁ + 2⁻⁹ d₂ + 2⁻¹⁸ d₃) + δ
//     d integers, |d₁| ≤ 2⁷, |d₂|, |d₃| ≤ 2⁸, |δ| ≤ 2⁻²⁶
//
// Products of digits, and sums of those of equal weight, are integers. Over 128 samples they stay
// within 2²⁴, so single precision adds them without rounding, in whatever order a compiler likes:
// there is no compensation that it could undo. Nine products per term give XᵀX. Only X is inexact,
// by 2⁻²⁶ per entry, and that moves singular values, not eigenvalues: see
// `inertia_double_single.ts`. (The splitting is that of Ozaki, Ogita, Oishi and Rump, "Error-free
// transformations of matrix multiplication", Numer. Algorithms 59, 2012, in fixed point.)
//
// Φ, the exponents e, the slots: see digit_shape.wgsl and gram_digits_largest.wgsl. Result: the
// lower triangle in blocks of 4 × 4, block (I, J) at I (I + 1) / 2 + J, each as four vectors of
// high words, one per row, then four of low words. Padding is 0.
//
// Rounding, relative to Σ|x_i||x_j|, u² = 2⁻⁴⁸: five sums of 128 samples make a pair, 50 u²; adding
// a pair makes 10 u².
//
// Cost: 9 · 2 flops per term of the lower triangle, samples · order² · 9 in all, and 7 operations
// for each digit triple; 8 words are read for 64 terms. One invocation takes a tile of 8 × 8. On
// lavapipe, where reading is what costs (see block_tile.wgsl), 256 samples of 50 features take 0.24
// ms on two cores, 31 % of the fma peak. Tiles of 8 × 4 and of 4 × 4 take 1.2 times as long.
// gram.wgsl with compensated sums takes as long or longer and is a million times less exact. On a
// GPU 320 sums and 128 words of pairs do not fit into 255 registers. The entry point `small` has
// tiles of 4 × 4, 80 sums and 32 words, and four times the invocations: 91 for 50 features, each
// 256 steps of 2 loads and 144 fma, about 25 µs of latency, which replicas share. Not measured: no
// GPU was available.
//
// needs: compensated.wgsl, digit_shape.wgsl

// Whether samples differ in their weights. Where they do not, the roots are left out, and X is
// exact but for δ.
override WEIGHTED: bool;

const BLOCK: u32 = 128u;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> roots: array<f32>;
@group(0) @binding(3) var<storage, read> made: array<u32>;
@group(0) @binding(4) var<storage, read> exponents: array<i32>;
@group(0) @binding(5) var<storage, read_write> matrices: array<vec4f>;

fn run_time_zero() -> u32 { return shape.zero; }

// Four numbers by their digits.
struct Digits { first: vec4f, second: vec4f, third: vec4f }
// A block of 4 × 4, row by row.
struct Rows { a: vec4f, b: vec4f, c: vec4f, d: vec4f }
// Sums of products of digits, by what they weigh: 2⁻¹⁴, 2⁻²³, 2⁻³², 2⁻⁴¹, 2⁻⁵⁰.
struct Levels { l0: Rows, l1: Rows, l2: Rows, l3: Rows, l4: Rows }
struct Pairs { a: Sum, b: Sum, c: Sum, d: Sum }

fn digits_of(x: vec4f) -> Digits {
  let y = 128.0 * x;
  let first = round(y);
  let z = 512.0 * (y - first);
  let second = round(z);
  return Digits(first, second, round(512.0 * (z - second)));
}

fn add_product(sum: Rows, x: vec4f, y: vec4f) -> Rows {
  return Rows(
    fma(vec4f(x.x), y, sum.a),
    fma(vec4f(x.y), y, sum.b),
    fma(vec4f(x.z), y, sum.c),
    fma(vec4f(x.w), y, sum.d),
  );
}

fn add_products(sum: Levels, x: Digits, y: Digits) -> Levels {
  return Levels(
    add_product(sum.l0, x.first, y.first),
    add_product(add_product(sum.l1, x.first, y.second), x.second, y.first),
    add_product(
      add_product(add_product(sum.l2, x.first, y.third), x.second, y.second),
      x.third,
      y.first,
    ),
    add_product(add_product(sum.l3, x.second, y.third), x.third, y.second),
    add_product(sum.l4, x.third, y.third),
  );
}

// x + y for pairs, normalised: algorithm 6 of double_single.wgsl, four at a time.
fn join(x: Sum, y: Sum) -> Sum {
  let high = add(Sum(x.high, vec4f()), y.high);
  let low = add(Sum(x.low, vec4f()), y.low);
  let carried = rounded(high.low + low.high);
  let sum = rounded(high.high + carried);
  let left = rounded(rounded(carried - rounded(sum - high.high)) + low.low);
  let result = rounded(sum + left);
  return Sum(result, rounded(left - rounded(result - sum)));
}

fn fold(total: Sum, l0: vec4f, l1: vec4f, l2: vec4f, l3: vec4f, l4: vec4f) -> Sum {
  var sum = Sum(6.1035156e-5 * l0, vec4f());
  sum = add(sum, 1.1920929e-7 * l1);
  sum = add(sum, 2.3283064e-10 * l2);
  sum = add(sum, 4.5474735e-13 * l3);
  sum = add(sum, 8.8817842e-16 * l4);
  return join(total, sum);
}

fn fold_rows(total: Pairs, l: Levels) -> Pairs {
  return Pairs(
    fold(total.a, l.l0.a, l.l1.a, l.l2.a, l.l3.a, l.l4.a),
    fold(total.b, l.l0.b, l.l1.b, l.l2.b, l.l3.b, l.l4.b),
    fold(total.c, l.l0.c, l.l1.c, l.l2.c, l.l3.c, l.l4.c),
    fold(total.d, l.l0.d, l.l1.d, l.l2.d, l.l3.d, l.l4.d),
  );
}

// Row and column of entry e of a lower triangle that is counted row by row. The root is corrected.
fn place(e: u32) -> vec2u {
  let guess = u32(max(0.0, sqrt(2.0 * f32(e) + 0.25) - 0.5));
  let low = select(guess, guess - 1u, guess * (guess + 1u) / 2u > e);
  let row = select(low, low + 1u, (low + 1u) * (low + 2u) / 2u <= e);
  return vec2u(row, e - row * (row + 1u) / 2u);
}

fn emit(matrix: u32, side: u32, i: u32, j: u32, value: Pairs) {
  if (i >= side || j > i) { return; }
  let at = 8u * (matrix * shape.blocks + i * (i + 1u) / 2u + j);
  matrices[at] = value.a.high;
  matrices[at + 1u] = value.b.high;
  matrices[at + 2u] = value.c.high;
  matrices[at + 3u] = value.d.high;
  matrices[at + 4u] = value.a.low;
  matrices[at + 5u] = value.b.low;
  matrices[at + 6u] = value.c.low;
  matrices[at + 7u] = value.d.low;
}

// The factor 2^−e, and the matrix's number in the ring.
struct Target { factor: f32, matrix: u32 }

fn target_of(layer: u32, replica: u32) -> Target {
  let matrix = (made[0] % shape.capacity) * shape.matrices + (shape.first_layer + layer) * shape.replicas + replica;
  return Target(ldexp(1.0, -exponents[matrix]), matrix);
}

fn scaled(factor: f32, k: u32) -> f32 {
  if (WEIGHTED) { return factor * roots[k]; }
  return factor;
}

// Tiles of 8 × 8. Grid: (tiles / 8, layers, replicas).
@compute @workgroup_size(8)
fn large(@builtin(global_invocation_id) id: vec3u) {
  let layer = shape.table[id.y];
  let side = layer.stride;
  let tile = place(id.x);
  if (2u * tile.x >= side) { return; }
  let goal = target_of(id.y, id.z);
  let first = layer.offset + id.z * layer.batch;
  // Where a tile reaches over the edge, its last block counts twice and is emitted once.
  let rows = vec2u(2u * tile.x, min(2u * tile.x + 1u, side - 1u));
  let columns = vec2u(2u * tile.y, min(2u * tile.y + 1u, side - 1u));
  var t00 = Pairs();
  var t01 = Pairs();
  var t10 = Pairs();
  var t11 = Pairs();
  for (var start = 0u; start < shape.samples; start += BLOCK) {
    var s00 = Levels();
    var s01 = Levels();
    var s10 = Levels();
    var s11 = Levels();
    for (var k = start; k < min(start + BLOCK, shape.samples); k++) {
      let at = first + k * side;
      let factor = scaled(goal.factor, k);
      let x0 = digits_of(factor * features[at + rows.x]);
      let x1 = digits_of(factor * features[at + rows.y]);
      let y0 = digits_of(factor * features[at + columns.x]);
      let y1 = digits_of(factor * features[at + columns.y]);
      s00 = add_products(s00, x0, y0);
      s01 = add_products(s01, x0, y1);
      s10 = add_products(s10, x1, y0);
      s11 = add_products(s11, x1, y1);
    }
    t00 = fold_rows(t00, s00);
    t01 = fold_rows(t01, s01);
    t10 = fold_rows(t10, s10);
    t11 = fold_rows(t11, s11);
  }
  emit(goal.matrix, side, 2u * tile.x, 2u * tile.y, t00);
  emit(goal.matrix, side, 2u * tile.x, 2u * tile.y + 1u, t01);
  emit(goal.matrix, side, 2u * tile.x + 1u, 2u * tile.y, t10);
  emit(goal.matrix, side, 2u * tile.x + 1u, 2u * tile.y + 1u, t11);
}

// Tiles of 4 × 4. Grid: (tiles / 32, layers, replicas).
@compute @workgroup_size(32)
fn small(@builtin(global_invocation_id) id: vec3u) {
  let layer = shape.table[id.y];
  let side = layer.stride;
  let tile = place(id.x);
  if (tile.x >= side) { return; }
  let goal = target_of(id.y, id.z);
  let first = layer.offset + id.z * layer.batch;
  var total = Pairs();
  for (var start = 0u; start < shape.samples; start += BLOCK) {
    var sum = Levels();
    for (var k = start; k < min(start + BLOCK, shape.samples); k++) {
      let at = first + k * side;
      let factor = scaled(goal.factor, k);
      sum = add_products(sum, digits_of(factor * features[at + tile.x]), digits_of(factor * features[at + tile.y]));
    }
    total = fold_rows(total, sum);
  }
  emit(goal.matrix, side, tile.x, tile.y, total);
}
