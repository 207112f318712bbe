// The shape that one_sided_jacobi.wgsl and one_sided_jacobi_measure.wgsl are given, and their
// progress with a matrix.

struct Shape {
  // Blocks of 8 rows (an even number), vectors per row, vectors per matrix, vectors before the
  // first.
  blocks: u32, stride: u32, batch: u32, offset: u32,
  // Vectors of a row that count; those behind are rotated with them, but part of no product or
  // norm.
  counted: u32,
  // Blocks of a player of the tournament: 1 or 2.
  width: u32, first_round: u32, rounds: u32,
  // A pair of rows is left alone where eᵢⱼ ≤ threshold.
  threshold: f32,
  // Whether nothing has been seen yet.
  restart: u32,
  // Share of d below which no norm is counted where rows are measured by the norms of both; 0 where
  // by d.
  floor: f32,
}

// Largest norm of a row; √(Σ 2 eᵢⱼ²) of the last sweep; sweeps made; whether that one rotated
// nothing; pairs of blocks rotated since the start.
struct Progress { largest: f32, off: f32, sweeps: u32, done: u32, rotated: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
