// A tile of sums of products of 4 × 4 blocks, held in registers by one invocation.
//
// A kernel that includes this file supplies three functions, `phase` telling it which product is meant:
//     left_block(phase, i, k) -> mat4x4f    block (i, k) of the left operand, a column for each of its rows;
//     right_block(phase, j, k) -> mat4x4f   block (k, j) of the right operand, a column for each of its rows;
//     emit_block(phase, i, j, value)        takes block (i, j) of the product, a column for each of its rows.
// A row z of the product is Σ_k right · row of left: matrix by vector, so that a block is one product of matrices. A
// factor that is stored the other way round is transposed when loaded, which costs nothing: it renames registers.
//
// multiply_8_C computes 8 × C entries from block (row, column) on: 8 + C words are loaded for each 8 · C products.
//
// Measured on lavapipe (GFLOP/s of one core; operands in storage buffers, in L1; bare loop; the peak of fma is 42):
//     8 × 8: 10.5      16 × 8: 12      16 × 16: 16
// A load there is a loop over lanes, at the price of some 8 products, so large tiles would win; but with 16 × 16 a kernel
// of two products compiles for 5 to 10 seconds, with 8 × 8 for one. A GPU gives an invocation 255 registers at most: 8 × 8
// takes about 100 of them, 16 × 16 would spill. The same in vectors (tile.wgsl) runs at the same speed.
//
// Rounding: products are added up by fours, then one such sum after the other: error at most γ_(K/4+4) Σ|left||right|.

fn multiply_8_8(phase: u32, row: u32, column: u32, steps: u32) {
  var p00 = mat4x4f();
  var p01 = mat4x4f();
  var p10 = mat4x4f();
  var p11 = mat4x4f();
  for (var k = 0u; k < steps; k++) {
    let a0 = left_block(phase, row + 0u, k);
    let a1 = left_block(phase, row + 1u, k);
    let b0 = right_block(phase, column + 0u, k);
    p00 += b0 * a0;
    p10 += b0 * a1;
    let b1 = right_block(phase, column + 1u, k);
    p01 += b1 * a0;
    p11 += b1 * a1;
  }
  emit_block(phase, row + 0u, column + 0u, p00);
  emit_block(phase, row + 0u, column + 1u, p01);
  emit_block(phase, row + 1u, column + 0u, p10);
  emit_block(phase, row + 1u, column + 1u, p11);
}

fn multiply_8_4(phase: u32, row: u32, column: u32, steps: u32) {
  var p00 = mat4x4f();
  var p10 = mat4x4f();
  for (var k = 0u; k < steps; k++) {
    let a0 = left_block(phase, row + 0u, k);
    let a1 = left_block(phase, row + 1u, k);
    let b0 = right_block(phase, column + 0u, k);
    p00 += b0 * a0;
    p10 += b0 * a1;
  }
  emit_block(phase, row + 0u, column + 0u, p00);
  emit_block(phase, row + 1u, column + 0u, p10);
}
