// The features as the kernels of gram_digits.wgsl see them: layers of equal replicas that lie in
// one array, and the ring of their Gram matrices.

struct Layer {
  // Vectors of 4: where the first replica's features begin, from one replica's to the next's, and a
  // row.
  offset: u32, batch: u32, stride: u32, order: u32,
}

struct Shape {
  samples: u32, replicas: u32, first_layer: u32, matrices: u32,
  // Blocks of 4 × 4 that each matrix has room for, slots of the ring.
  blocks: u32, capacity: u32, zero: u32,
  @align(16) table: array<Layer, 32>,
}

// Scales at which features can be told apart from nothing and thresholds from infinity; features
// beyond have none.
const LEAST: i32 = -40;
const MOST: i32 = 40;
const NOT_FINITE: i32 = 1000;
