// Weighted Gram matrix M = Ψᵀ diag(w) Ψ in plain sums, in slices of the samples. It gives the bits
// of gram.wgsl in its plain form without moments, and has no pairs to compensate.
//
// Ψ: samples × order, row-major in vectors of 4; w: samples. The result goes to
// partials[slice][first + replica], `rows` rows of row_stride vectors. Only tiles that reach the
// diagonal or what lies right of it are computed, `tiles` for each matrix. gram_reduce.wgsl adds
// the slices in order and mirrors. Grid: (⌈tiles · slices / invocations⌉, 1, replicas).
//
// The terms of four samples are summed, then added to the sum of the slice. Lavapipe, which
// multiplies and adds apart, needs as many operations as one by one; with fma there are five for
// every four. Rounding of an entry of a slice of L samples, relative to Σ w|ψ_i||ψ_j|: 1 u for w ψ,
// 4 for the products and sums of four, ⌈L / 4⌉ − 1 for adding these.
//
// Cost: samples · order · (order + C) flops in tiles of C columns, of which samples · order² count.
// R + C words are read for 2RC flops. Measured on lavapipe for 32,768 × 256 on two cores, as a
// share of the peak of fma, not counting what lies left of the diagonal, and the time to compile
// without Mesa's cache:
//
//   8 × 16          16 × 16         32 × 32         32 × 32, features from a texture
//   18 %, 0.3 s     22 %, 0.4 s     30 %, 1.6 s     46 %, 2.1 s          with gram_reduce.wgsl 43 %
//
// In the last (gram_features_texture.wgsl), with the copy, two thirds of the time are
// multiplications and additions, a fifth loads, a twentieth stores. To store slices and to add them
// up takes a tenth of the whole where they have 512 samples, and a fifth where they have 256. From
// uniform windows of 64 samples 32 × 32 compiles for 18 s. Sums of 256 samples held beside the sum
// of a longer slice would be as tight, but take 2 to 3 s longer to compile.
//
// 32 × 32 wins there for the reason that gemm_wide.wgsl gives, although an eighth of what it
// computes at that order lies left of the diagonal. Below order 33 most would, and small problems
// take longer to compile than to compute. On a GPU, reasoned and not measured: 8 × 16 takes 128
// registers for sums and 24 to 80 for operands, depending on how many terms are fetched ahead. Of
// 65,536 registers a multiprocessor keeps 10 to 13 subgroups of 32, and 9 with the 220 of
// gram.wgsl. Larger tiles spill. No workgroup memory is used.
//
// needs: wide_band.wgsl, gram_features.wgsl | gram_features_texture.wgsl

struct Shape {
  samples: u32, order: u32, feature_stride: u32, feature_batch: u32,
  slice: u32, slices: u32, rows: u32, row_stride: u32,
  first: u32, matrices: u32, tiles: u32, first_slice: u32,
  base: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;

fn emit(at: u32, i: u32, j: u32, value: vec4f) {
  if (j < shape.feature_stride) { partials[at + i * shape.row_stride + j] = value; }
}

// The terms of four samples are summed before they are added.
fn add_four(sum: vec4f, l: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f) -> vec4f {
  return sum + fma(vec4f(l.w), b3, fma(vec4f(l.z), b2, fma(vec4f(l.y), b1, vec4f(l.x) * b0)));
}

// Vectors from j on of sample k, weighted.
fn weighted_row(at: u32, w: f32, j: u32) -> Wide {
  var row = Wide();
  row.a = w * feature(at + j);
  row.b = w * feature(at + j + 1u);
  row.c = w * feature(at + j + 2u);
  row.d = w * feature(at + j + 3u);
  if (columns > 16u) {
    row.e = w * feature(at + j + 4u);
    row.f = w * feature(at + j + 5u);
    row.g = w * feature(at + j + 6u);
    row.h = w * feature(at + j + 7u);
  }
  return row;
}

// The same of one of the samples of a slice, or zeros beyond the last: what lies there is not this
// slice's.
fn weighted_row_or_zero(at: u32, k: u32, end: u32, j: u32) -> Wide {
  return wide_or_zero(weighted_row(at + k * shape.feature_stride, weights[k], j), k < end);
}

fn feature_or_zero(at: u32, k: u32, end: u32, j: u32) -> vec4f {
  return select(vec4f(), feature(at + k * shape.feature_stride + j), k < end);
}

// Samples k … k+3 of features 4j … 4j+3: a column for each of these.
fn terms(at: u32, k: u32, end: u32, j: u32) -> mat4x4f {
  return transpose(mat4x4f(
    feature(at + k * shape.feature_stride + j),
    feature_or_zero(at, k + 1u, end, j),
    feature_or_zero(at, k + 2u, end, j),
    feature_or_zero(at, k + 3u, end, j),
  ));
}

fn band(sum: Band, at: u32, k: u32, end: u32, j: u32, b0: Wide, b1: Wide, b2: Wide, b3: Wide) -> Band {
  return add_outer(sum, terms(at, k, end, j), terms(at, k, end, j + 1u), b0, b1, b2, b3);
}

@compute @workgroup_size(invocations)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // Tiles are numbered along their rows, those left of the diagonal left out, slice by slice: an
  // invocation that had nothing to do would idle beside others of its subgroup.
  if (id.x / shape.tiles >= shape.slices) { return; }
  let slice = shape.first_slice + id.x / shape.tiles;
  let across = (shape.order + columns - 1u) / columns;
  var row = 0u;
  var tile = id.x % shape.tiles;
  while (tile >= across) {
    row += rows;
    tile = tile - across + row / columns;
  }
  let column = columns / 4u * tile;
  let at = id.z * shape.feature_batch - shape.base;
  let first = slice * shape.slice;
  let end = min(first + shape.slice, shape.samples);
  let l = row / 4u;
  var s0 = Band();
  var s1 = Band();
  var s2 = Band();
  var s3 = Band();
  for (var k = first; k < end; k += 4u) {
    let b0 = weighted_row(at + k * shape.feature_stride, weights[k], column);
    let b1 = weighted_row_or_zero(at, k + 1u, end, column);
    let b2 = weighted_row_or_zero(at, k + 2u, end, column);
    let b3 = weighted_row_or_zero(at, k + 3u, end, column);
    s0 = band(s0, at, k, end, l, b0, b1, b2, b3);
    if (rows > 8u) { s1 = band(s1, at, k, end, l + 2u, b0, b1, b2, b3); }
    if (rows > 16u) { s2 = band(s2, at, k, end, l + 4u, b0, b1, b2, b3); }
    if (rows > 24u) { s3 = band(s3, at, k, end, l + 6u, b0, b1, b2, b3); }
  }
  let to = (slice * shape.matrices + shape.first + id.z) * shape.rows * shape.row_stride;
  emit_tile(to, row, shape.order, column, s0, s1, s2, s3);
}
