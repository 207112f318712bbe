// Gram matrices in pairs of words, exact but for the last rounding: XᵀX, where X are the features
// in fixed point.
//
//     x_kj = 2^−e r_k φ_kj ∈ [−1, 1],   x = 2⁻¹² d + 2⁻²⁵ f + δ
//     d, f integers, |d|, |f| ≤ 2¹², |δ| ≤ 2⁻²⁶
//
// Products of digits, and their sums, are integers of 32 bits, which no compiler can round: Σ d d′,
// Σ f f′ and Σ (d + f)(d′ + f′), from which the crossed products follow (Karatsuba). The last of
// them stays within 2³¹ over 31 samples. Then all are split at 13, 13 and 15 bits, and the rest
// carried on, so that 16,384 samples stay within 2²³ of 2⁻⁹. Only X is inexact, by 2⁻²⁶ per entry,
// and that moves singular values, not eigenvalues: see `inertia_double_single.ts`. (Splitting is
// that of Ozaki, Ogita, Oishi and Rump, "Error-free transformations of matrix multiplication",
// Numer. Algorithms 59, 2012, in fixed point.) An |x| above 1.001, or NaN, makes its row NaN.
//
// Φ, the exponents e, the slots: see digit_shape.wgsl and gram_digits_largest.wgsl. Result: the
// lower triangle in blocks of 4 × 4, block (I, J) at I (I + 1) / 2 + J, each as four vectors of
// high words, one per row, then four of low words. Padding is 0.
//
// Rounding, relative to Σ|x_i||x_j|, u² = 2⁻⁴⁸: the sum N is exact. Of its four parts each is at
// most half a unit of the one before, so that all sums of the first ones are at most 3.1 |N|. Their
// rounding errors, two and then three of them, are added with 2 · 3.1 u² and 3 · 3.1 u²: 16 u².
//
// Cost: 3 multiplications and 3 additions per term of the lower triangle, samples · order² · 3 in
// all, and 8 operations for each pair of digits; 8 words are read for 64 terms. One invocation
// takes a tile of 8 × 8. On lavapipe, where reading is what costs (see block_tile.wgsl), features
// that fit a uniform buffer are read from one, whose loads are branch-free. 256 samples of 50
// features take 0.12 ms on two cores then, 0.15 ms from a storage buffer; four multiplications
// instead of three take 1.05 times as long. Three digits of 8 bits in floats, nine products a term,
// took 0.22 ms, and as long with Karatsuba's six or with two samples at a time: their 320 sums live
// in memory, these 192 do as well. On a GPU the entry point `small` has tiles of 4 × 4, 64 sums,
// and four times the invocations: 91 for 50 features, each 256 steps of 2 loads and 48 integer
// multiply-adds, which run at half the rate of the 144 fma that they replace. Not measured: no GPU
// was available.
//
// needs: compensated.wgsl, digit_shape.wgsl, digit_features.wgsl | digit_features_window.wgsl

// Whether samples differ in their weights. Where they do not, the roots are left out, and X is
// exact but for δ.
override WEIGHTED: bool;

// Samples whose sums stay within 2³¹.
const BLOCK: u32 = 31u;
// Most that a feature may be: 1, and rounding.
const LARGEST: f32 = 1.001;
// 1.5 · 2²³: what is added to it is rounded to a whole number.
const MAGIC: f32 = 12582912.0;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> roots: array<f32>;
@group(0) @binding(3) var<storage, read> made: array<u32>;
@group(0) @binding(4) var<storage, read> exponents: array<i32>;
@group(0) @binding(5) var<storage, read_write> matrices: array<vec4f>;

fn run_time_zero() -> u32 { return shape.zero; }

// Four numbers by their digits, and the sums of these.
struct Digits { first: vec4i, second: vec4i, both: vec4i }
// A block of 4 × 4, row by row.
struct Rows { a: vec4i, b: vec4i, c: vec4i, d: vec4i }
// Sums of products of first digits, of second digits, of sums; and what was carried off the first.
struct Sums { top: Rows, first: Rows, second: Rows, both: Rows }
struct Row { top: vec4i, first: vec4i, second: vec4i, both: vec4i }

fn nearest(x: vec4f) -> vec4i { return bitcast<vec4i>(x + MAGIC) - bitcast<vec4i>(vec4f(MAGIC)); }

// Digits of 2⁻¹² y.
fn digits_of(y: vec4f) -> Digits {
  let first = nearest(y);
  let second = nearest(8192.0 * (y - vec4f(first)));
  return Digits(first, second, first + second);
}

fn add_product(sum: Rows, x: vec4i, y: vec4i) -> Rows {
  return Rows(sum.a + x.x * y, sum.b + x.y * y, sum.c + x.z * y, sum.d + x.w * y);
}

fn add_products(sum: Sums, x: Digits, y: Digits) -> Sums {
  return Sums(
    sum.top,
    add_product(sum.first, x.first, y.first),
    add_product(sum.second, x.second, y.second),
    add_product(sum.both, x.both, y.both),
  );
}

// The same sums, of parts of which each is at most half a unit of the one before. Shifts of signed
// integers round down.
fn carried_row(top: vec4i, first: vec4i, second: vec4i, both: vec4i) -> Row {
  let crossed = both - first - second;
  let to_crossed = (second + 4096) >> vec4u(13u);
  let middle = crossed + to_crossed;
  let to_first = (middle + 4096) >> vec4u(13u);
  let leading = first + to_first;
  let to_top = (leading + 16384) >> vec4u(15u);
  let rest = second - (to_crossed << vec4u(13u));
  let middle_rest = middle - (to_first << vec4u(13u));
  let leading_rest = leading - (to_top << vec4u(15u));
  return Row(top + to_top, leading_rest, rest, leading_rest + middle_rest + rest);
}

fn carried(sums: Sums) -> Sums {
  let a = carried_row(sums.top.a, sums.first.a, sums.second.a, sums.both.a);
  let b = carried_row(sums.top.b, sums.first.b, sums.second.b, sums.both.b);
  let c = carried_row(sums.top.c, sums.first.c, sums.second.c, sums.both.c);
  let d = carried_row(sums.top.d, sums.first.d, sums.second.d, sums.both.d);
  return Sums(
    Rows(a.top, b.top, c.top, d.top),
    Rows(a.first, b.first, c.first, d.first),
    Rows(a.second, b.second, c.second, d.second),
    Rows(a.both, b.both, c.both, d.both),
  );
}

// Row and column of entry e of a lower triangle that is counted row by row. The root is corrected.
fn place(e: u32) -> vec2u {
  let guess = u32(max(0.0, sqrt(2.0 * f32(e) + 0.25) - 0.5));
  let low = select(guess, guess - 1u, guess * (guess + 1u) / 2u > e);
  let row = select(low, low + 1u, (low + 1u) * (low + 2u) / 2u <= e);
  return vec2u(row, e - row * (row + 1u) / 2u);
}

// A row of sums that have been carried, as pairs: 2⁻⁹, 2⁻²⁴, 2⁻³⁷ and 2⁻⁵⁰ of its parts. What must
// not be used is NaN.
fn pair_of(top: vec4i, first: vec4i, second: vec4i, both: vec4i, usable: bool) -> Sum {
  var sum = Sum(1.953125e-3 * vec4f(top), vec4f());
  sum = add(sum, 5.9604645e-8 * vec4f(first));
  sum = add(sum, 7.2759576e-12 * vec4f(both - first - second));
  sum = add(sum, 8.8817842e-16 * vec4f(second));
  let high = rounded(sum.high + sum.low);
  let nothing = bitcast<vec4f>(vec4u(0x7fc00000u ^ run_time_zero()));
  return Sum(select(nothing, high, usable), rounded(sum.low - rounded(high - sum.high)));
}

fn emit(matrix: u32, side: u32, i: u32, j: u32, sums: Sums, usable: bool) {
  if (i >= side || j > i) { return; }
  let a = pair_of(sums.top.a, sums.first.a, sums.second.a, sums.both.a, usable);
  let b = pair_of(sums.top.b, sums.first.b, sums.second.b, sums.both.b, usable);
  let c = pair_of(sums.top.c, sums.first.c, sums.second.c, sums.both.c, usable);
  let d = pair_of(sums.top.d, sums.first.d, sums.second.d, sums.both.d, usable);
  let at = 8u * (matrix * shape.blocks + i * (i + 1u) / 2u + j);
  matrices[at] = a.high;
  matrices[at + 1u] = b.high;
  matrices[at + 2u] = c.high;
  matrices[at + 3u] = d.high;
  matrices[at + 4u] = a.low;
  matrices[at + 5u] = b.low;
  matrices[at + 6u] = c.low;
  matrices[at + 7u] = d.low;
}

// The bits of what is largest, which order numbers without a sign, and NaN above all of them.
fn larger(bits: vec4u, x: vec4f) -> vec4u { return max(bits, bitcast<vec4u>(x) & vec4u(0x7fffffffu)); }

fn is_usable(bits: vec4u) -> bool { return all(bits <= vec4u(bitcast<u32>(4096.0 * LARGEST))); }

// The factor 2^(12 − e), and the matrix's number in the ring.
struct Target { factor: f32, matrix: u32 }

fn target_of(layer: u32, replica: u32) -> Target {
  let matrix = (made[0] % shape.capacity) * shape.matrices + (shape.first_layer + layer) * shape.replicas + replica;
  return Target(ldexp(1.0, 12 - exponents[matrix]), matrix);
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
  var s00 = Sums();
  var s01 = Sums();
  var s10 = Sums();
  var s11 = Sums();
  var bits0 = vec4u();
  var bits1 = vec4u();
  for (var start = 0u; start < shape.samples; start += BLOCK) {
    for (var k = start; k < min(start + BLOCK, shape.samples); k++) {
      let at = first + k * side;
      let factor = scaled(goal.factor, k);
      let row0 = factor * feature(at + rows.x);
      let row1 = factor * feature(at + rows.y);
      bits0 = larger(bits0, row0);
      bits1 = larger(bits1, row1);
      let x0 = digits_of(row0);
      let x1 = digits_of(row1);
      let y0 = digits_of(factor * feature(at + columns.x));
      let y1 = digits_of(factor * feature(at + columns.y));
      s00 = add_products(s00, x0, y0);
      s01 = add_products(s01, x0, y1);
      s10 = add_products(s10, x1, y0);
      s11 = add_products(s11, x1, y1);
    }
    s00 = carried(s00);
    s01 = carried(s01);
    s10 = carried(s10);
    s11 = carried(s11);
  }
  let usable0 = is_usable(bits0);
  let usable1 = is_usable(bits1);
  emit(goal.matrix, side, 2u * tile.x, 2u * tile.y, s00, usable0);
  emit(goal.matrix, side, 2u * tile.x, 2u * tile.y + 1u, s01, usable0);
  emit(goal.matrix, side, 2u * tile.x + 1u, 2u * tile.y, s10, usable1);
  emit(goal.matrix, side, 2u * tile.x + 1u, 2u * tile.y + 1u, s11, usable1);
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
  var sums = Sums();
  var bits = vec4u();
  for (var start = 0u; start < shape.samples; start += BLOCK) {
    for (var k = start; k < min(start + BLOCK, shape.samples); k++) {
      let at = first + k * side;
      let factor = scaled(goal.factor, k);
      let row = factor * feature(at + tile.x);
      bits = larger(bits, row);
      sums = add_products(sums, digits_of(row), digits_of(factor * feature(at + tile.y)));
    }
    sums = carried(sums);
  }
  emit(goal.matrix, side, tile.x, tile.y, sums, is_usable(bits));
}
