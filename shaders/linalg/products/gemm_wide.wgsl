// C = scale · op(A) · op(B) + shift · I, batched, in tiles of 8 × 16 to 32 × 32, one per
// invocation. It gives the bits of gemm.wgsl. Entry points nn, nt, tn; gemm_operands.wgsl says how
// operands lie.
//
// Cost: 2MNK flops; for 4 terms R + C vectors are read for 8RC flops in tiles of R × C:
//
//                  8 × 8   8 × 16   16 × 16   32 × 32
//   flops a byte       2      2.7         4         8
//   sums              64      128       256     1,024
//
// Measured on lavapipe, 1024³, two cores, as a share of the peak of fma, and the time to compile
// without Mesa's cache:
//
//        8 × 8           8 × 16          16 × 16         32 × 32
//   nn   15 %, 0.24 s    18 %, 0.25 s    22 %, 0.40 s    33 %, 1.6 s
//   nt   15 %, 0.22 s    17 %, 0.24 s    23 %, 0.37 s    34 %, 1.5 s
//   tn   14 %, 0.16 s    17 %, 0.33 s    24 %, 0.57 s    37 %, 1.6 s
//
// With operands from a texture (gemm_texture.wgsl) nn in 32 × 32 reaches 55 %, nt 47 %, tn 50 %, to
// the same bits and with the copies, and takes 2.6 to 3.4 s to compile.
//
// Reading a vector in 8 lanes is a loop over the lanes there, with a test for each component: about
// 320 instructions, as many as 160 multiplications with their additions. So the tile that reads
// least wins, although its sums live in memory: 32 KiB of them fill an L1 cache, so each is fetched
// for four terms at a time. 24 × 32 reaches 31 to 34 %. 40 × 32 reaches the same as 32 × 32 and
// takes 2.2 s to compile. The order of the tiles makes no difference.
//
// On a GPU, reasoned and not measured: 8 × 16 takes 128 registers for sums and, as terms are
// fetched, 20 to 70 for operands (nn: 4 + 16 per term), about 150 to 200 in all. Of 65,536
// registers a multiprocessor keeps 10 to 13 subgroups of 32, each lane with 128 independent sums to
// hide latency behind. It reads a quarter less through L1 than 8 × 8, and wins where that is the
// limit and where tiles are many. 16 × 16 and larger tiles spill: an invocation has 255 registers.
// No workgroup memory is used.
//
// needs: wide_band.wgsl, gemm_operands.wgsl

// The terms are added one by one.
fn add_four(sum: vec4f, l: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f) -> vec4f {
  return fma(vec4f(l.w), b3, fma(vec4f(l.z), b2, fma(vec4f(l.y), b1, fma(vec4f(l.x), b0, sum))));
}

fn right_row(batch: u32, i: u32, j: u32) -> Wide {
  var row = Wide();
  row.a = right(batch, i, j);
  row.b = right(batch, i, j + 1u);
  row.c = right(batch, i, j + 2u);
  row.d = right(batch, i, j + 3u);
  if (columns > 16u) {
    row.e = right(batch, i, j + 4u);
    row.f = right(batch, i, j + 5u);
    row.g = right(batch, i, j + 6u);
    row.h = right(batch, i, j + 7u);
  }
  return row;
}

fn band_nn(sum: Band, batch: u32, i: u32, k: u32, b0: Wide, b1: Wide, b2: Wide, b3: Wide) -> Band {
  return Band(
    add_four_terms(sum.r0, left(batch, i + 0u, k), b0, b1, b2, b3),
    add_four_terms(sum.r1, left(batch, i + 1u, k), b0, b1, b2, b3),
    add_four_terms(sum.r2, left(batch, i + 2u, k), b0, b1, b2, b3),
    add_four_terms(sum.r3, left(batch, i + 3u, k), b0, b1, b2, b3),
    add_four_terms(sum.r4, left(batch, i + 4u, k), b0, b1, b2, b3),
    add_four_terms(sum.r5, left(batch, i + 5u, k), b0, b1, b2, b3),
    add_four_terms(sum.r6, left(batch, i + 6u, k), b0, b1, b2, b3),
    add_four_terms(sum.r7, left(batch, i + 7u, k), b0, b1, b2, b3),
  );
}

@compute @workgroup_size(invocations)
fn nn(@builtin(global_invocation_id) id: vec3u) {
  let tiles = (shape.n + columns - 1u) / columns;
  let row = rows * (id.x / tiles);
  let column = columns / 4u * (id.x % tiles);
  if (row >= shape.m) { return; }
  var s0 = Band();
  var s1 = Band();
  var s2 = Band();
  var s3 = Band();
  // As in tile.wgsl: the zeros that pad the left rows must not meet what lies behind the right
  // matrix.
  let last = shape.k - 1u;
  for (var k = 0u; k < shape.k; k += 4u) {
    let b0 = right_row(id.z, k, column);
    let b1 = right_row(id.z, min(k + 1u, last), column);
    let b2 = right_row(id.z, min(k + 2u, last), column);
    let b3 = right_row(id.z, min(k + 3u, last), column);
    s0 = band_nn(s0, id.z, row, k / 4u, b0, b1, b2, b3);
    if (rows > 8u) { s1 = band_nn(s1, id.z, row + 8u, k / 4u, b0, b1, b2, b3); }
    if (rows > 16u) { s2 = band_nn(s2, id.z, row + 16u, k / 4u, b0, b1, b2, b3); }
    if (rows > 24u) { s3 = band_nn(s3, id.z, row + 24u, k / 4u, b0, b1, b2, b3); }
  }
  emit_tile(id.z, row, shape.m, column, s0, s1, s2, s3);
}

// Four terms of each of 16 or 32 columns of the right operand.
struct Columns { a: mat4x4f, b: mat4x4f, c: mat4x4f, d: mat4x4f, e: mat4x4f, f: mat4x4f, g: mat4x4f, h: mat4x4f }

fn four_columns(batch: u32, j: u32, k: u32) -> mat4x4f {
  return mat4x4f(right(batch, j, k), right(batch, j + 1u, k), right(batch, j + 2u, k), right(batch, j + 3u, k));
}

fn right_columns(batch: u32, j: u32, k: u32) -> Columns {
  var r = Columns();
  r.a = four_columns(batch, j, k);
  r.b = four_columns(batch, j + 4u, k);
  r.c = four_columns(batch, j + 8u, k);
  r.d = four_columns(batch, j + 12u, k);
  if (columns > 16u) {
    r.e = four_columns(batch, j + 16u, k);
    r.f = four_columns(batch, j + 20u, k);
    r.g = four_columns(batch, j + 24u, k);
    r.h = four_columns(batch, j + 28u, k);
  }
  return r;
}

fn dots(l: vec4f, r: mat4x4f) -> vec4f {
  return vec4f(dot(l, r[0]), dot(l, r[1]), dot(l, r[2]), dot(l, r[3]));
}

fn add_dots(sum: Wide, l: vec4f, r: Columns) -> Wide {
  var s = sum;
  s.a += dots(l, r.a);
  s.b += dots(l, r.b);
  s.c += dots(l, r.c);
  s.d += dots(l, r.d);
  if (columns > 16u) {
    s.e += dots(l, r.e);
    s.f += dots(l, r.f);
    s.g += dots(l, r.g);
    s.h += dots(l, r.h);
  }
  return s;
}

fn band_nt(sum: Band, batch: u32, i: u32, k: u32, r: Columns) -> Band {
  return Band(
    add_dots(sum.r0, left(batch, i + 0u, k), r),
    add_dots(sum.r1, left(batch, i + 1u, k), r),
    add_dots(sum.r2, left(batch, i + 2u, k), r),
    add_dots(sum.r3, left(batch, i + 3u, k), r),
    add_dots(sum.r4, left(batch, i + 4u, k), r),
    add_dots(sum.r5, left(batch, i + 5u, k), r),
    add_dots(sum.r6, left(batch, i + 6u, k), r),
    add_dots(sum.r7, left(batch, i + 7u, k), r),
  );
}

@compute @workgroup_size(invocations)
fn nt(@builtin(global_invocation_id) id: vec3u) {
  let tiles = (shape.n + columns - 1u) / columns;
  let row = rows * (id.x / tiles);
  let column = columns * (id.x % tiles);
  if (row >= shape.m) { return; }
  var s0 = Band();
  var s1 = Band();
  var s2 = Band();
  var s3 = Band();
  for (var k = 0u; 4u * k < shape.k; k++) {
    let r = right_columns(id.z, column, k);
    s0 = band_nt(s0, id.z, row, k, r);
    if (rows > 8u) { s1 = band_nt(s1, id.z, row + 8u, k, r); }
    if (rows > 16u) { s2 = band_nt(s2, id.z, row + 16u, k, r); }
    if (rows > 24u) { s3 = band_nt(s3, id.z, row + 24u, k, r); }
  }
  emit_tile(id.z, row, shape.m, column / 4u, s0, s1, s2, s3);
}

// Row i of A or B, or zeros beyond the last: what lies there may be another replica's, and NaN.
fn left_or_zero(batch: u32, i: u32, j: u32) -> vec4f {
  return select(vec4f(), left(batch, i, j), i < shape.k);
}

fn right_row_or_zero(batch: u32, i: u32, j: u32) -> Wide {
  return wide_or_zero(right_row(batch, i, j), i < shape.k);
}

// Terms k … k+3 of columns 4j … 4j+3 of A: a column for each of them.
fn left_terms(batch: u32, k: u32, j: u32) -> mat4x4f {
  return transpose(mat4x4f(
    left(batch, k, j),
    left_or_zero(batch, k + 1u, j),
    left_or_zero(batch, k + 2u, j),
    left_or_zero(batch, k + 3u, j),
  ));
}

fn band_tn(sum: Band, batch: u32, k: u32, at: u32, b0: Wide, b1: Wide, b2: Wide, b3: Wide) -> Band {
  return add_outer(sum, left_terms(batch, k, at), left_terms(batch, k, at + 1u), b0, b1, b2, b3);
}

@compute @workgroup_size(invocations)
fn tn(@builtin(global_invocation_id) id: vec3u) {
  let tiles = (shape.n + columns - 1u) / columns;
  let row = rows * (id.x / tiles);
  let column = columns / 4u * (id.x % tiles);
  if (row >= shape.m) { return; }
  let at = row / 4u;
  var s0 = Band();
  var s1 = Band();
  var s2 = Band();
  var s3 = Band();
  for (var k = 0u; k < shape.k; k += 4u) {
    let b0 = right_row(id.z, k, column);
    let b1 = right_row_or_zero(id.z, k + 1u, column);
    let b2 = right_row_or_zero(id.z, k + 2u, column);
    let b3 = right_row_or_zero(id.z, k + 3u, column);
    s0 = band_tn(s0, id.z, k, at, b0, b1, b2, b3);
    if (rows > 8u) {
      s1 = band_tn(s1, id.z, k, at + 2u, b0, b1, b2, b3);
    }
    if (rows > 16u) {
      s2 = band_tn(s2, id.z, k, at + 4u, b0, b1, b2, b3);
    }
    if (rows > 24u) {
      s3 = band_tn(s3, id.z, k, at + 6u, b0, b1, b2, b3);
    }
  }
  emit_tile(id.z, row, shape.m, column, s0, s1, s2, s3);
}
