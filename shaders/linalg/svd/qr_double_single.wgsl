// R factor of tall matrices in double-single arithmetic by Householder reflections, for a batch, in
// slabs of rows.
//
//     [R; X] ← H [R; X],   H orthogonal, X becomes 0
//
// R: upper triangular, order × order for each matrix, row-major, rows `stride` and matrices
// `factor_batch` entries apart; 0 before the first slab. X: rows × order, *column*-major, a column
// behind the other. Entries are pairs hi, lo. Reflection k, I − 2 v vᵀ / ‖v‖², moves row k of R and
// all rows of X. Its v = (r_kk − β, x_k) is column k of X where it lies, with the first entry and
// ‖v‖² in `pivots`. Two entry points run one after the other:
//     begin      ‖x_0‖², and from it the first pivot; one workgroup per matrix
//     eliminate  reflection k, from 0 to order − 2, of columns k + 1, k + 2, …: one workgroup per
//                column and matrix. The first of them then finds pivot k + 1, so there is one
//                dispatch per column, and no sum is made twice.
// Then the caller puts other rows into X and starts again.
//
// Cost: 76 flops for each of rows · order² / 2 entries met, twice 4 words read and 2 written;
// `order` dispatches. On a GPU all lanes of a column read end to end, and a workgroup takes a
// column, so even one matrix keeps order / 2 of them busy. On lavapipe a workgroup is a thread, and
// 8 lanes are one vector: 512 × 64 take 10 ms, 512 × 128 take 40 ms. [R; X] wastes some work on X,
// whose upper triangle a factorisation in place would not touch again: a share of order / rows,
// little for tall matrices.
//
// Entries should be at most 2⁴⁰, so that squares neither overflow nor lose low words; a column of X
// shorter than 2⁻²⁵ counts as 0. (Of three equal columns the third is rounding noise of rounding
// noise, and no direction to reflect along.)
//
// Rounding, in units of u² = 2⁻⁴⁸: sums over the rows take at most `a` additions one after the
// other. src/linalg/svd/qr_double_single.ts counts them and derives the bound.
//
// needs: double_single.wgsl

override LANES: u32 = 64u;

struct Shape {
  rows: u32, order: u32, stride: u32, factor_batch: u32,
  // Reflection; rows that a lane adds before it adds their sums.
  k: u32, block: u32, zero: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> factors: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> slab: array<vec2f>;
// Of each column: entry of v in the row of R, and ‖v‖²; 0 where nothing is to be reflected.
@group(0) @binding(3) var<storage, read_write> pivots: array<vec4f>;

var<workgroup> partials: array<vec2f, LANES>;

fn run_time_zero() -> u32 { return shape.zero; }

// Dot product of the columns that start at entries a and b.
fn product(a: u32, b: u32, lane: u32) -> vec2f {
  var sum = vec2f();
  for (var start = lane; start < shape.rows; start += LANES * shape.block) {
    var part = vec2f();
    let end = min(start + LANES * shape.block, shape.rows);
    for (var i = start; i < end; i += LANES) { part = ds_fma(part, slab[a + i], slab[b + i]); }
    sum = ds_add(sum, part);
  }
  partials[lane] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { partials[lane] = ds_add(partials[lane], partials[lane + half]); }
  }
  return workgroupUniformLoad(&partials[0]);
}

// 2⁻⁵⁰, the square of what counts as 0.
const LEAST_SQUARE: f32 = 8.8817842e-16;

// The reflection that takes (r_kk, x_k) to (β, 0), from ‖x_k‖².
fn prepare(index: u32, k: u32, square: vec2f) {
  let at = index * shape.factor_batch + k * (shape.stride + 1u);
  let alpha = factors[at];
  var pivot = vec4f();
  if (!(square.x < LEAST_SQUARE)) {
    let norm = ds_sqrt(ds_fma(square, alpha, alpha));
    let minus_beta = select(ds_negate(norm), norm, alpha.x >= 0.0);
    let v = ds_add(alpha, minus_beta);
    pivot = vec4f(v, ds_fma(square, v, v));
    factors[at] = ds_negate(minus_beta);
  }
  pivots[index * shape.order + k] = pivot;
}

@compute @workgroup_size(LANES)
fn begin(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.y * shape.order * shape.rows;
  let square = product(first, first, lane);
  if (lane == 0u) { prepare(workgroup.y, 0u, square); }
}

@compute @workgroup_size(LANES)
fn eliminate(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.y;
  let j = shape.k + 1u + workgroup.x;
  let v = (index * shape.order + shape.k) * shape.rows;
  let x = (index * shape.order + j) * shape.rows;
  let pivot = pivots[index * shape.order + shape.k];
  let at = index * shape.factor_batch + shape.k * shape.stride + j;
  let r = factors[at];
  let s = ds_fma(product(v, x, lane), pivot.xy, r);
  let minus_w = select(ds_div(-2.0 * s, pivot.zw), vec2f(), pivot.z == 0.0);
  if (lane == 0u) { factors[at] = ds_fma(r, minus_w, pivot.xy); }
  for (var i = lane; i < shape.rows; i += LANES) { slab[x + i] = ds_fma(slab[x + i], minus_w, slab[v + i]); }
  if (workgroup.x == 0u) {
    let square = product(x, x, lane);
    if (lane == 0u) { prepare(index, j, square); }
  }
}
