// A tile of sums of products of 4 × 4 blocks, held in registers by one invocation.
//
// A kernel that includes this file supplies two functions, `phase` telling it which product is meant:
//     left_block(phase, i, k) -> mat4x4f    block (i, k) of the left operand, a column for each of its rows;
//     right_block(phase, j, k) -> mat4x4f   block (k, j) of the right operand, a column for each of its rows.
// A row z of the product is Σ_k right · row of left: matrix by vector, so that a block is one product of matrices. A
// factor that is stored the other way round is transposed when loaded, which costs nothing: it renames registers.
//
// multiply_R_C computes R × C entries from block (row, column) on; block_row and tile_row give them, row by row.
//
// Measured on lavapipe, GFLOP/s of one core whose peak in fma is 42, with both operands from storage buffers, with the right
// one from a uniform buffer, and what such a loop takes to compile, cold:
//      8 × 8      8.8   11.0   0.15 s
//      8 × 16     9.8   15.2   0.25 s
//     16 × 8     10.2   11.7   0.25 s
//     16 × 16    12.2   15.3   0.5 s
//     16 × 32      —    17.4   1.2 s
// A load from storage is a loop over lanes there, at the price of 70 to 85 fma of a vector; one from a uniform buffer costs
// a third. What follows the product is kept out of it, in loops over rows: stores unrolled for each of 64
// vectors made the kernel compile for 5 seconds. The product's loop tests at its end: where it does so at its start,
// lavapipe runs its body once more, masked. A GPU gives an invocation 255 registers at most: 8 × 8 takes about 100 of them,
// 8 × 16 about 200, 16 × 16 would spill.
//
// Rounding: products are added up by fours, then one such sum after the other: error at most γ_(K/4+4) Σ|left||right|. The
// bits of an entry do not depend on the tile that it is in.

// Block (i, j) of the tile.
var<private> p00: mat4x4f;
var<private> p01: mat4x4f;
var<private> p02: mat4x4f;
var<private> p03: mat4x4f;
var<private> p10: mat4x4f;
var<private> p11: mat4x4f;
var<private> p12: mat4x4f;
var<private> p13: mat4x4f;
var<private> p20: mat4x4f;
var<private> p21: mat4x4f;
var<private> p22: mat4x4f;
var<private> p23: mat4x4f;
var<private> p30: mat4x4f;
var<private> p31: mat4x4f;
var<private> p32: mat4x4f;
var<private> p33: mat4x4f;

// Four rows of the tile, or one of them.
struct BlockRow { m0: mat4x4f, m1: mat4x4f, m2: mat4x4f, m3: mat4x4f }
struct TileRow { v0: vec4f, v1: vec4f, v2: vec4f, v3: vec4f }

fn vector_of_four(p: vec4f, q: vec4f, r: vec4f, s: vec4f, i: u32) -> vec4f {
  let odd = i % 2u == 1u;
  return select(select(p, q, odd), select(r, s, odd), i >= 2u);
}

fn block_of_four(p: mat4x4f, q: mat4x4f, r: mat4x4f, s: mat4x4f, i: u32) -> mat4x4f {
  return mat4x4f(
    vector_of_four(p[0], q[0], r[0], s[0], i),
    vector_of_four(p[1], q[1], r[1], s[1], i),
    vector_of_four(p[2], q[2], r[2], s[2], i),
    vector_of_four(p[3], q[3], r[3], s[3], i),
  );
}

fn row_of_block(p: mat4x4f, i: u32) -> vec4f { return vector_of_four(p[0], p[1], p[2], p[3], i); }

// Rows 4i … 4i + 3 of the tile. By selection: an array with an index that is no constant lives in memory on lavapipe, where
// each of its entries is written lane by lane, and the kernel compiles for seconds.
fn block_row(i: u32) -> BlockRow {
  return BlockRow(
    block_of_four(p00, p10, p20, p30, i),
    block_of_four(p01, p11, p21, p31, i),
    block_of_four(p02, p12, p22, p32, i),
    block_of_four(p03, p13, p23, p33, i),
  );
}

fn tile_row(rows: BlockRow, i: u32) -> TileRow {
  return TileRow(row_of_block(rows.m0, i), row_of_block(rows.m1, i), row_of_block(rows.m2, i), row_of_block(rows.m3, i));
}

fn vector_of(row: TileRow, j: u32) -> vec4f { return vector_of_four(row.v0, row.v1, row.v2, row.v3, j); }

fn multiply_16_16(phase: u32, row: u32, column: u32, steps: u32) {
  p00 = mat4x4f();
  p01 = mat4x4f();
  p02 = mat4x4f();
  p03 = mat4x4f();
  p10 = mat4x4f();
  p11 = mat4x4f();
  p12 = mat4x4f();
  p13 = mat4x4f();
  p20 = mat4x4f();
  p21 = mat4x4f();
  p22 = mat4x4f();
  p23 = mat4x4f();
  p30 = mat4x4f();
  p31 = mat4x4f();
  p32 = mat4x4f();
  p33 = mat4x4f();
  var k = 0u;
  loop {
    let a0 = left_block(phase, row + 0u, k);
    let a1 = left_block(phase, row + 1u, k);
    let a2 = left_block(phase, row + 2u, k);
    let a3 = left_block(phase, row + 3u, k);
    let b0 = right_block(phase, column + 0u, k);
    p00 += b0 * a0;
    p10 += b0 * a1;
    p20 += b0 * a2;
    p30 += b0 * a3;
    let b1 = right_block(phase, column + 1u, k);
    p01 += b1 * a0;
    p11 += b1 * a1;
    p21 += b1 * a2;
    p31 += b1 * a3;
    let b2 = right_block(phase, column + 2u, k);
    p02 += b2 * a0;
    p12 += b2 * a1;
    p22 += b2 * a2;
    p32 += b2 * a3;
    let b3 = right_block(phase, column + 3u, k);
    p03 += b3 * a0;
    p13 += b3 * a1;
    p23 += b3 * a2;
    p33 += b3 * a3;
    k++;
    if (k >= steps) { break; }
  }
}

fn multiply_8_16(phase: u32, row: u32, column: u32, steps: u32) {
  p00 = mat4x4f();
  p01 = mat4x4f();
  p02 = mat4x4f();
  p03 = mat4x4f();
  p10 = mat4x4f();
  p11 = mat4x4f();
  p12 = mat4x4f();
  p13 = mat4x4f();
  var k = 0u;
  loop {
    let a0 = left_block(phase, row + 0u, k);
    let a1 = left_block(phase, row + 1u, k);
    let b0 = right_block(phase, column + 0u, k);
    p00 += b0 * a0;
    p10 += b0 * a1;
    let b1 = right_block(phase, column + 1u, k);
    p01 += b1 * a0;
    p11 += b1 * a1;
    let b2 = right_block(phase, column + 2u, k);
    p02 += b2 * a0;
    p12 += b2 * a1;
    let b3 = right_block(phase, column + 3u, k);
    p03 += b3 * a0;
    p13 += b3 * a1;
    k++;
    if (k >= steps) { break; }
  }
}

fn multiply_8_8(phase: u32, row: u32, column: u32, steps: u32) {
  p00 = mat4x4f();
  p01 = mat4x4f();
  p10 = mat4x4f();
  p11 = mat4x4f();
  var k = 0u;
  loop {
    let a0 = left_block(phase, row + 0u, k);
    let a1 = left_block(phase, row + 1u, k);
    let b0 = right_block(phase, column + 0u, k);
    p00 += b0 * a0;
    p10 += b0 * a1;
    let b1 = right_block(phase, column + 1u, k);
    p01 += b1 * a0;
    p11 += b1 * a1;
    k++;
    if (k >= steps) { break; }
  }
}

fn multiply_8_4(phase: u32, row: u32, column: u32, steps: u32) {
  p00 = mat4x4f();
  p10 = mat4x4f();
  var k = 0u;
  loop {
    let a0 = left_block(phase, row + 0u, k);
    let a1 = left_block(phase, row + 1u, k);
    let b0 = right_block(phase, column + 0u, k);
    p00 += b0 * a0;
    p10 += b0 * a1;
    k++;
    if (k >= steps) { break; }
  }
}
