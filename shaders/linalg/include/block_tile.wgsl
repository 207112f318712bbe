// A tile of sums of products of 4 × 4 blocks, held in registers by one invocation.
//
// A kernel that includes this file supplies two functions; `phase` says which product is meant:
//     left_block(phase, i, k) -> mat4x4f    block (i, k) of the left operand
//     right_block(phase, j, k) -> mat4x4f   block (k, j) of the right operand
// both with a column for each row of the operand. A row z of the product is Σ_k right · row of
// left, matrix by vector, so that a block is one product of matrices. A factor that is stored the
// other way round is transposed when loaded. That costs nothing: it renames registers.
//
// multiply_R_C computes R × C entries from block (row, column) on; block_row and tile_row return
// them, row by row.
//
// Measured on lavapipe, in GFLOP/s of one core whose peak in fma is 42: with both operands from
// storage buffers, with the right one from a uniform buffer, and the time that such a loop takes to
// compile, cold:
//      8 × 8      8.8   11.0   0.15 s
//      8 × 16     9.8   15.2   0.25 s
//     16 × 8     10.2   11.7   0.25 s
//     16 × 16    12.2   15.3   0.5 s
//     16 × 32      —    17.4   1.2 s
//     32 × 32     17      —    1.4 s
// A load from storage is a loop over lanes there and costs as much as 70 to 85 fma of a vector; a
// load from a uniform buffer costs a third. Later work is kept out of the product, in loops
// over rows: stores unrolled for each of 64 vectors made the kernel compile for 5 seconds. The
// product's loop tests at its end. With the test at its start lavapipe runs the body once more,
// masked. A GPU gives an invocation at most 255 registers: 8 × 8 takes about 100 of them, 8 × 16
// about 200, larger ones would spill.
//
// Rounding: products are added up by fours, then one such sum after the other, so the error is at
// most γ_(K/4+4) Σ|left||right|. The bits of an entry do not depend on the tile that it is in.

// Rows and columns of the largest tile that a kernel multiplies: 8, 16 or 32. Parts beyond it are
// cut out of the text (src/gpu/kernel_text.ts): a driver drops them as well, but takes twice as
// long over it.
override TILE_ROWS: u32;
override TILE_COLUMNS: u32;

// Blocks below each other.
struct Column {
  c0: mat4x4f, c1: mat4x4f,
  //#if TILE_ROWS > 8
  c2: mat4x4f, c3: mat4x4f,
  //#end
  //#if TILE_ROWS > 16
  c4: mat4x4f, c5: mat4x4f, c6: mat4x4f, c7: mat4x4f,
  //#end
}

// The tile, column by column of blocks; of a smaller tile the first ones.
var<private> q0: Column;
var<private> q1: Column;
//#if TILE_COLUMNS > 8
var<private> q2: Column;
var<private> q3: Column;
//#end
//#if TILE_COLUMNS > 16
var<private> q4: Column;
var<private> q5: Column;
var<private> q6: Column;
var<private> q7: Column;
//#end

// The first two blocks of the left operand's column.
fn left_two(phase: u32, row: u32, k: u32) -> Column {
  var a: Column;
  a.c0 = left_block(phase, row + 0u, k);
  a.c1 = left_block(phase, row + 1u, k);
  return a;
}

fn add_two(sum: Column, b: mat4x4f, a: Column) -> Column {
  var result = sum;
  result.c0 += b * a.c0;
  result.c1 += b * a.c1;
  return result;
}

//#if TILE_ROWS > 8
// The first four blocks of the left operand's column.
fn left_four(phase: u32, row: u32, k: u32) -> Column {
  var a: Column;
  a.c0 = left_block(phase, row + 0u, k);
  a.c1 = left_block(phase, row + 1u, k);
  a.c2 = left_block(phase, row + 2u, k);
  a.c3 = left_block(phase, row + 3u, k);
  return a;
}

fn add_four(sum: Column, b: mat4x4f, a: Column) -> Column {
  var result = sum;
  result.c0 += b * a.c0;
  result.c1 += b * a.c1;
  result.c2 += b * a.c2;
  result.c3 += b * a.c3;
  return result;
}
//#end

//#if TILE_ROWS > 16
// The first eight blocks of the left operand's column.
fn left_eight(phase: u32, row: u32, k: u32) -> Column {
  var a: Column;
  a.c0 = left_block(phase, row + 0u, k);
  a.c1 = left_block(phase, row + 1u, k);
  a.c2 = left_block(phase, row + 2u, k);
  a.c3 = left_block(phase, row + 3u, k);
  a.c4 = left_block(phase, row + 4u, k);
  a.c5 = left_block(phase, row + 5u, k);
  a.c6 = left_block(phase, row + 6u, k);
  a.c7 = left_block(phase, row + 7u, k);
  return a;
}

fn add_eight(sum: Column, b: mat4x4f, a: Column) -> Column {
  var result = sum;
  result.c0 += b * a.c0;
  result.c1 += b * a.c1;
  result.c2 += b * a.c2;
  result.c3 += b * a.c3;
  result.c4 += b * a.c4;
  result.c5 += b * a.c5;
  result.c6 += b * a.c6;
  result.c7 += b * a.c7;
  return result;
}
//#end

//#if TILE_ROWS > 16 && TILE_COLUMNS > 16
fn multiply_32_32(phase: u32, row: u32, column: u32, steps: u32) {
  q0 = Column();
  q1 = Column();
  q2 = Column();
  q3 = Column();
  q4 = Column();
  q5 = Column();
  q6 = Column();
  q7 = Column();
  var k = 0u;
  loop {
    let a = left_eight(phase, row, k);
    q0 = add_eight(q0, right_block(phase, column + 0u, k), a);
    q1 = add_eight(q1, right_block(phase, column + 1u, k), a);
    q2 = add_eight(q2, right_block(phase, column + 2u, k), a);
    q3 = add_eight(q3, right_block(phase, column + 3u, k), a);
    q4 = add_eight(q4, right_block(phase, column + 4u, k), a);
    q5 = add_eight(q5, right_block(phase, column + 5u, k), a);
    q6 = add_eight(q6, right_block(phase, column + 6u, k), a);
    q7 = add_eight(q7, right_block(phase, column + 7u, k), a);
    k++;
    if (k >= steps) { break; }
  }
}
//#end

//#if TILE_ROWS > 8 && TILE_COLUMNS > 8
fn multiply_16_16(phase: u32, row: u32, column: u32, steps: u32) {
  q0 = Column();
  q1 = Column();
  q2 = Column();
  q3 = Column();
  var k = 0u;
  loop {
    let a = left_four(phase, row, k);
    q0 = add_four(q0, right_block(phase, column + 0u, k), a);
    q1 = add_four(q1, right_block(phase, column + 1u, k), a);
    q2 = add_four(q2, right_block(phase, column + 2u, k), a);
    q3 = add_four(q3, right_block(phase, column + 3u, k), a);
    k++;
    if (k >= steps) { break; }
  }
}
//#end

//#if TILE_COLUMNS > 8
fn multiply_8_16(phase: u32, row: u32, column: u32, steps: u32) {
  q0 = Column();
  q1 = Column();
  q2 = Column();
  q3 = Column();
  var k = 0u;
  loop {
    let a = left_two(phase, row, k);
    q0 = add_two(q0, right_block(phase, column + 0u, k), a);
    q1 = add_two(q1, right_block(phase, column + 1u, k), a);
    q2 = add_two(q2, right_block(phase, column + 2u, k), a);
    q3 = add_two(q3, right_block(phase, column + 3u, k), a);
    k++;
    if (k >= steps) { break; }
  }
}
//#end

fn multiply_8_8(phase: u32, row: u32, column: u32, steps: u32) {
  q0 = Column();
  q1 = Column();
  var k = 0u;
  loop {
    let a = left_two(phase, row, k);
    q0 = add_two(q0, right_block(phase, column + 0u, k), a);
    q1 = add_two(q1, right_block(phase, column + 1u, k), a);
    k++;
    if (k >= steps) { break; }
  }
}

fn multiply_8_4(phase: u32, row: u32, column: u32, steps: u32) {
  q0 = Column();
  var k = 0u;
  loop {
    let a = left_two(phase, row, k);
    q0 = add_two(q0, right_block(phase, column + 0u, k), a);
    k++;
    if (k >= steps) { break; }
  }
}

// Four rows of the tile, or one of them.
struct BlockRow {
  m0: mat4x4f, m1: mat4x4f,
  //#if TILE_COLUMNS > 8
  m2: mat4x4f, m3: mat4x4f,
  //#end
  //#if TILE_COLUMNS > 16
  m4: mat4x4f, m5: mat4x4f, m6: mat4x4f, m7: mat4x4f,
  //#end
}
struct TileRow {
  v0: vec4f, v1: vec4f,
  //#if TILE_COLUMNS > 8
  v2: vec4f, v3: vec4f,
  //#end
  //#if TILE_COLUMNS > 16
  v4: vec4f, v5: vec4f, v6: vec4f, v7: vec4f,
  //#end
}

fn vector_of_four(p: vec4f, q: vec4f, r: vec4f, s: vec4f, i: u32) -> vec4f {
  let odd = i % 2u == 1u;
  return select(select(p, q, odd), select(r, s, odd), i % 4u >= 2u);
}

fn block_of_two(p: mat4x4f, q: mat4x4f, second: bool) -> mat4x4f {
  return mat4x4f(
    select(p[0], q[0], second),
    select(p[1], q[1], second),
    select(p[2], q[2], second),
    select(p[3], q[3], second),
  );
}

fn block_of_column(q: Column, i: u32) -> mat4x4f {
  let odd = i % 2u == 1u;
  var block = block_of_two(q.c0, q.c1, odd);
  //#if TILE_ROWS > 8
  block = block_of_two(block, block_of_two(q.c2, q.c3, odd), i % 4u >= 2u);
  //#end
  //#if TILE_ROWS > 16
  let last = block_of_two(block_of_two(q.c4, q.c5, odd), block_of_two(q.c6, q.c7, odd), i % 4u >= 2u);
  block = block_of_two(block, last, i >= 4u);
  //#end
  return block;
}

// Rows 4i … 4i + 3 of the tile. By selection: an array with an index that is no constant lives in
// memory on lavapipe, where each of its entries is written lane by lane, and the kernel compiles
// for seconds.
fn block_row(i: u32) -> BlockRow {
  var rows: BlockRow;
  rows.m0 = block_of_column(q0, i);
  rows.m1 = block_of_column(q1, i);
  //#if TILE_COLUMNS > 8
  rows.m2 = block_of_column(q2, i);
  rows.m3 = block_of_column(q3, i);
  //#end
  //#if TILE_COLUMNS > 16
  rows.m4 = block_of_column(q4, i);
  rows.m5 = block_of_column(q5, i);
  rows.m6 = block_of_column(q6, i);
  rows.m7 = block_of_column(q7, i);
  //#end
  return rows;
}

fn row_of_block(p: mat4x4f, i: u32) -> vec4f { return vector_of_four(p[0], p[1], p[2], p[3], i); }

fn tile_row(rows: BlockRow, i: u32) -> TileRow {
  var row: TileRow;
  row.v0 = row_of_block(rows.m0, i);
  row.v1 = row_of_block(rows.m1, i);
  //#if TILE_COLUMNS > 8
  row.v2 = row_of_block(rows.m2, i);
  row.v3 = row_of_block(rows.m3, i);
  //#end
  //#if TILE_COLUMNS > 16
  row.v4 = row_of_block(rows.m4, i);
  row.v5 = row_of_block(rows.m5, i);
  row.v6 = row_of_block(rows.m6, i);
  row.v7 = row_of_block(rows.m7, i);
  //#end
  return row;
}

fn vector_of(row: TileRow, j: u32) -> vec4f {
  let odd = j % 2u == 1u;
  var vector = select(row.v0, row.v1, odd);
  //#if TILE_COLUMNS > 8
  vector = select(vector, select(row.v2, row.v3, odd), j % 4u >= 2u);
  //#end
  //#if TILE_COLUMNS > 16
  vector = select(vector, vector_of_four(row.v4, row.v5, row.v6, row.v7, j), j >= 4u);
  //#end
  return vector;
}
