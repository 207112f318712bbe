// Weighted Gram matrix in double-single arithmetic: M = Φᵀ diag(w) Φ, for a batch, in slices of the
// samples.
//
// Φ: samples × order for each matrix, entries of one word (single) or two (double-single, hi and lo
// side by side), rows `stride` entries apart, matrices `batch` entries apart. w: one double-single
// weight per sample. Two entry points run one after the other: `main` writes
// partials[slice][matrix], order × order, on and above the diagonal. `reduce` adds the slices in
// order, to factors[matrix] times what M held or, where the factor is 0, to nothing, and mirrors: M
// is rows × rows, symmetric to the bit, and padding is 0.
//
// Cost: 38 flops per term and 9 for its weight: 24 samples · order². One invocation sums a tile of
// 2 ×
// 2. With 190 flops to 10 words read, reading hardly counts, and a larger tile only takes longer to
//   compile (on lavapipe about 0.1 s per sum of the integer form). Tiles below the diagonal end at
//   once. On lavapipe it reaches 15 to 17 GFLOP/s, like gram.wgsl: 6 times the time of that kernel
//   for 1,024 samples of 64 features. The integer form takes 8 times longer still.
//
// Rounding, in units of u² = 2⁻⁴⁸, relative to Σ w|φ_i||φ_j|: 7 each for the weight and the
// product; sums of BLOCK terms by themselves, then of the blocks, 3 per addition. A slice of L
// samples and S slices make
//     14 + 3 (min(BLOCK, L) + ⌈L / BLOCK⌉ + min(BLOCK, S) + ⌈S / BLOCK⌉)
// and 3 more for adding to M: 125 for 1,024 samples, where plain sums would make 794.
//
// needs: double_single.wgsl

const BLOCK: u32 = 16u;

struct Shape {
  samples: u32, order: u32, words: u32, stride: u32,
  batch: u32, slice: u32, slices: u32, matrices: u32,
  rows: u32, zero: u32, first_slice: u32, first_tile: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> partials: array<vec2f>;
@group(0) @binding(2) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> matrices: array<vec2f>;
@group(0) @binding(3) var<storage, read> factors: array<f32>;

fn run_time_zero() -> u32 {
  return shape.zero;
}

// Columns beyond the order repeat the last one; what comes of them is not kept.
fn feature(matrix: u32, sample: u32, column: u32) -> vec2f {
  let at = matrix * shape.batch + sample * shape.stride + min(column, shape.order - 1u);
  if (shape.words == 2u) { return vec2f(features[2u * at], features[2u * at + 1u]); }
  return vec2f(features[at], 0.0);
}

fn emit(z: u32, i: u32, j: u32, value: vec2f) {
  if (i >= shape.order || j >= shape.order) { return; }
  let matrix = (shape.first_slice + z % shape.slices) * shape.matrices + z / shape.slices;
  partials[(matrix * shape.order + i) * shape.order + j] = value;
}

// Number of an invocation of workgroups along x and y, which are too many for one axis.
fn number(id: vec3u, groups: vec3u) -> u32 { return id.x + 64u * groups.x * id.y; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tiles = (shape.order + 1u) / 2u;
  let tile = shape.first_tile + number(id, groups);
  let row = 2u * (tile / tiles);
  let column = 2u * (tile % tiles);
  if (row >= shape.order || column < row) { return; }
  let matrix = id.z / shape.slices;
  let first = (shape.first_slice + id.z % shape.slices) * shape.slice;
  let end = min(first + shape.slice, shape.samples);
  var s00 = vec2f();
  var s01 = vec2f();
  var s10 = vec2f();
  var s11 = vec2f();
  for (var start = first; start < end; start += BLOCK) {
    var p00 = vec2f();
    var p01 = vec2f();
    var p10 = vec2f();
    var p11 = vec2f();
    for (var k = start; k < min(start + BLOCK, end); k++) {
      let weight = weights[k];
      let l0 = ds_mul(weight, feature(matrix, k, row));
      let l1 = ds_mul(weight, feature(matrix, k, row + 1u));
      let r0 = feature(matrix, k, column);
      let r1 = feature(matrix, k, column + 1u);
      p00 = ds_fma(p00, l0, r0);
      p01 = ds_fma(p01, l0, r1);
      p10 = ds_fma(p10, l1, r0);
      p11 = ds_fma(p11, l1, r1);
    }
    s00 = ds_add(s00, p00);
    s01 = ds_add(s01, p01);
    s10 = ds_add(s10, p10);
    s11 = ds_add(s11, p11);
  }
  emit(id.z, row, column, s00);
  emit(id.z, row, column + 1u, s01);
  emit(id.z, row + 1u, column, s10);
  emit(id.z, row + 1u, column + 1u, s11);
}

@compute @workgroup_size(64)
fn reduce(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = number(id, groups) / shape.rows;
  let column = number(id, groups) % shape.rows;
  if (row >= shape.rows) { return; }
  let i = min(row, column);
  let j = max(row, column);
  let target_index = (id.z * shape.rows + row) * shape.rows + column;
  if (j >= shape.order) {
    matrices[target_index] = vec2f();
    return;
  }
  var sum = vec2f();
  for (var start = 0u; start < shape.slices; start += BLOCK) {
    var part = vec2f();
    for (var slice = start; slice < min(start + BLOCK, shape.slices); slice++) {
      part = ds_add(part, partials[((slice * shape.matrices + id.z) * shape.order + i) * shape.order + j]);
    }
    sum = ds_add(sum, part);
  }
  let factor = factors[id.z];
  if (factor != 0.0) { sum = ds_add(factor * matrices[target_index], sum); }
  matrices[target_index] = sum;
}
