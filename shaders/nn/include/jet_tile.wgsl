// A tile of sums of products of 4 × 4 blocks for rows that carry derivatives: COMPONENTS blocks
// below each other, COLUMNS beside each other, held in registers by one invocation.
//
// It differs from block_tile.wgsl in where its rows lie and in how it is read. A kernel that
// includes this file supplies
//     left_block(phase, i, k) -> mat4x4f    block k of the rows of component i
//     right_block(phase, j, k) -> mat4x4f   block (k, j) of the right operand
// both with a column for each row of the operand, and takes the sums by tile_column, column_block
// and block_vector. So the weights that a step of the sum loads serve all components.
//
// Rounding: as in block_tile.wgsl, whatever COMPONENTS and COLUMNS.

// Blocks below each other: 1 to 6.
override COMPONENTS: u32;
// Blocks beside each other: 1, or 4 to 7.
override COLUMNS: u32;

// Blocks below each other.
struct Column { c0: mat4x4f, c1: mat4x4f, c2: mat4x4f, c3: mat4x4f, c4: mat4x4f, c5: mat4x4f }

// The tile, column by column of blocks.
var<private> q0: Column;
var<private> q1: Column;
var<private> q2: Column;
var<private> q3: Column;
var<private> q4: Column;
var<private> q5: Column;
var<private> q6: Column;

fn left_blocks(phase: u32, k: u32) -> Column {
  var a: Column;
  a.c0 = left_block(phase, 0u, k);
  if (COMPONENTS > 1u) { a.c1 = left_block(phase, 1u, k); }
  if (COMPONENTS > 2u) { a.c2 = left_block(phase, 2u, k); }
  if (COMPONENTS > 3u) { a.c3 = left_block(phase, 3u, k); }
  if (COMPONENTS > 4u) { a.c4 = left_block(phase, 4u, k); }
  if (COMPONENTS > 5u) { a.c5 = left_block(phase, 5u, k); }
  return a;
}

fn add_blocks(sum: Column, b: mat4x4f, a: Column) -> Column {
  var result = sum;
  result.c0 += b * a.c0;
  if (COMPONENTS > 1u) { result.c1 += b * a.c1; }
  if (COMPONENTS > 2u) { result.c2 += b * a.c2; }
  if (COMPONENTS > 3u) { result.c3 += b * a.c3; }
  if (COMPONENTS > 4u) { result.c4 += b * a.c4; }
  if (COMPONENTS > 5u) { result.c5 += b * a.c5; }
  return result;
}

// The tile of COLUMNS blocks from `column` on, of which those beyond `last` are like it.
fn multiply_jets(phase: u32, column: u32, last: u32, steps: u32) {
  q0 = Column();
  if (COLUMNS > 1u) {
    q1 = Column();
    q2 = Column();
    q3 = Column();
  }
  if (COLUMNS > 4u) { q4 = Column(); }
  if (COLUMNS > 5u) { q5 = Column(); }
  if (COLUMNS > 6u) { q6 = Column(); }
  var k = 0u;
  loop {
    let a = left_blocks(phase, k);
    q0 = add_blocks(q0, right_block(phase, column, k), a);
    if (COLUMNS > 1u) {
      q1 = add_blocks(q1, right_block(phase, min(column + 1u, last), k), a);
      q2 = add_blocks(q2, right_block(phase, min(column + 2u, last), k), a);
      q3 = add_blocks(q3, right_block(phase, min(column + 3u, last), k), a);
    }
    if (COLUMNS > 4u) { q4 = add_blocks(q4, right_block(phase, min(column + 4u, last), k), a); }
    if (COLUMNS > 5u) { q5 = add_blocks(q5, right_block(phase, min(column + 5u, last), k), a); }
    if (COLUMNS > 6u) { q6 = add_blocks(q6, right_block(phase, min(column + 6u, last), k), a); }
    k++;
    if (k >= steps) { break; }
  }
}

fn select_block(p: mat4x4f, q: mat4x4f, second: bool) -> mat4x4f {
  return mat4x4f(select(p[0], q[0], second), select(p[1], q[1], second), select(p[2], q[2], second), select(p[3], q[3], second));
}

fn select_column(p: Column, q: Column, second: bool) -> Column {
  var result: Column;
  result.c0 = select_block(p.c0, q.c0, second);
  if (COMPONENTS > 1u) { result.c1 = select_block(p.c1, q.c1, second); }
  if (COMPONENTS > 2u) { result.c2 = select_block(p.c2, q.c2, second); }
  if (COMPONENTS > 3u) { result.c3 = select_block(p.c3, q.c3, second); }
  if (COMPONENTS > 4u) { result.c4 = select_block(p.c4, q.c4, second); }
  if (COMPONENTS > 5u) { result.c5 = select_block(p.c5, q.c5, second); }
  return result;
}

// Column j of the tile. By selection, see block_tile.wgsl.
fn tile_column(j: u32) -> Column {
  if (COLUMNS == 1u) { return q0; }
  let odd = j % 2u == 1u;
  let low = select_column(select_column(q0, q1, odd), select_column(q2, q3, odd), j >= 2u);
  if (COLUMNS == 4u) { return low; }
  var high = q4;
  if (COLUMNS > 5u) { high = select_column(q4, q5, odd); }
  if (COLUMNS > 6u) { high = select_column(high, q6, j == 6u); }
  return select_column(low, high, j >= 4u);
}

// Block i of a column of them.
fn column_block(column: Column, i: u32) -> mat4x4f {
  var block = column.c0;
  if (COMPONENTS > 1u) { block = select_block(block, column.c1, i == 1u); }
  if (COMPONENTS > 2u) { block = select_block(block, column.c2, i == 2u); }
  if (COMPONENTS > 3u) { block = select_block(block, column.c3, i == 3u); }
  if (COMPONENTS > 4u) { block = select_block(block, column.c4, i == 4u); }
  if (COMPONENTS > 5u) { block = select_block(block, column.c5, i == 5u); }
  return block;
}

// Row i of a block.
fn block_vector(block: mat4x4f, i: u32) -> vec4f {
  let odd = i % 2u == 1u;
  return select(select(block[0], block[1], odd), select(block[2], block[3], odd), i >= 2u);
}
