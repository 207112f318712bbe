// Describes a network to the kernels of the fused step.
// needs: schedule.wgsl, permutation.wgsl
//
// The matrices of a replica lie one behind the other: inputs X, features H of each hidden layer,
// output U; then, in the same order but without X, the slopes D = σ′, in whose places Δ is written
// later. Rows are padded to whole tiles.

struct Layer {
  // Vectors of 4 a row; the place of W, with the row of the biases below it, in the replica's
  // parameters.
  outputs: u32, input_stride: u32, output_stride: u32, weights: u32,
  // Places of H of the layer below, of H, of Δ, and of Δ of the layer below, in the replica's
  // matrices.
  input_at: u32, output_at: u32, delta_at: u32, delta_below_at: u32,
  // Number of its first tile among those of all gradients.
  first_tile: u32, kind: u32, parameter: f32, exponent: u32,
}

struct Shape {
  @size(32) schedule: Schedule,
  rows: u32, layers: u32, matrix_batch: u32, parameter_batch: u32,
  input_batch: u32, target_batch: u32, weight_batch: u32, partials: u32,
  capacity: u32, replicas: u32, tiles: u32,
  // Rows of a tile, of rows and of a gradient: here and no constants, lest a compiler unrolls loops
  // by them.
  side: u32,
  // How a mini-batch is drawn, and what its weights are multiplied by.
  epochs: Permutation,
  weight_scale: f32, gradient_side: u32,
  // Blocks of 4 rows to which biases are added: all, or those of values, which come first.
  biased_blocks: u32,
  // Rows of each derivative that samples carry.
  derivative_rows: u32,
  @align(16) table: array<Layer, 32>,
}
