// Centres features: φ_kj − μ_j, μ_j = Σ_k w_k φ_kj / Σ_k w_k, for a batch, in double-single sums
// over slices of the samples.
//
// Φ: samples × columns for each matrix, entries of one word (single) or two (double-single, hi and
// lo side by side), rows `stride` entries apart, matrices `batch` entries apart. The result lies
// likewise, in its own number of words. w: one double-single weight per sample. Pivots: one entry
// p_j per column, near the features; their first row is good enough. Three entry points run one
// after the other:
//     sums      partials[slice][matrix][column] = Σ_k w_k (φ_kj − p_j); Σ_k w_k in column `columns`
//     reduce    adds the slices, in order, to factors[matrix] · totals[matrix][column], or to
//               nothing where the factor is 0. Factors serve features that come in tiles: their
//               scale, a power of two, may change from tile to tile. The sum of the weights has no
//               scale.
//     subtract  result = (φ_kj − p_j) − totals_j / totals_columns
//
// Rounding, in units of u² = 2⁻⁴⁸: 3 |φ_kj − p_j| and 3 |φ_kj − μ_j| for the differences; for μ_j −
// p_j, relative to Σ w|φ − p| / Σ w, 3 for the difference, 7 for the product, 27 for the quotient,
// and 3 for each addition to the sum and to the sum of the weights (see gram_double_single.wgsl).
// So the error grows with the deviations, not with the mean: a constant column leaves exactly 0. A
// result of one word is rounded once more.
//
// Cost: 78 flops per entry for the sums, 40 to subtract, and 10 to 30 bytes. It is bound by
// arithmetic on lavapipe and by memory on a GPU, where it reads features twice and writes them
// once. One invocation takes a column of a slice, or a column of `strip` rows.
//
// needs: double_single.wgsl

const BLOCK: u32 = 16u;

struct Shape {
  samples: u32, columns: u32, words: u32, stride: u32,
  batch: u32, offset: u32, result_words: u32, result_stride: u32,
  result_batch: u32, result_offset: u32, pivot_batch: u32, pivot_offset: u32,
  slice: u32, slices: u32, strip: u32, matrices: u32,
  zero: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<f32>;
@group(0) @binding(2) var<storage, read> pivots: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec2f>;
@group(0) @binding(4) var<storage, read> weights: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> totals: array<vec2f>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read> finished: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn run_time_zero() -> u32 {
  return shape.zero;
}

fn pivot(matrix: u32, column: u32) -> vec2f {
  let at = shape.pivot_offset + matrix * shape.pivot_batch + column;
  if (shape.words == 2u) { return vec2f(pivots[2u * at], pivots[2u * at + 1u]); }
  return vec2f(pivots[at], 0.0);
}

fn deviation(matrix: u32, sample: u32, column: u32, from_pivot: vec2f) -> vec2f {
  let at = shape.offset + matrix * shape.batch + sample * shape.stride + column;
  if (shape.words == 2u) { return ds_sub(vec2f(features[2u * at], features[2u * at + 1u]), from_pivot); }
  return two_sum(features[at], -from_pivot.x);
}

@compute @workgroup_size(64)
fn sums(@builtin(global_invocation_id) id: vec3u) {
  let width = shape.columns + 1u;
  let slice = id.x / width;
  let column = id.x % width;
  if (slice >= shape.slices) { return; }
  let end = min((slice + 1u) * shape.slice, shape.samples);
  let is_mass = column == shape.columns;
  let from_pivot = pivot(id.z, min(column, shape.columns - 1u));
  var sum = vec2f();
  for (var start = slice * shape.slice; start < end; start += BLOCK) {
    var part = vec2f();
    for (var k = start; k < min(start + BLOCK, end); k++) {
      if (is_mass) {
        part = ds_add(part, weights[k]);
      } else {
        part = ds_fma(part, weights[k], deviation(id.z, k, column, from_pivot));
      }
    }
    sum = ds_add(sum, part);
  }
  partials[(slice * shape.matrices + id.z) * width + column] = sum;
}

@compute @workgroup_size(64)
fn reduce(@builtin(global_invocation_id) id: vec3u) {
  let width = shape.columns + 1u;
  let column = id.x;
  if (column >= width) { return; }
  var sum = vec2f();
  for (var start = 0u; start < shape.slices; start += BLOCK) {
    var part = vec2f();
    for (var slice = start; slice < min(start + BLOCK, shape.slices); slice++) {
      part = ds_add(part, partials[(slice * shape.matrices + id.z) * width + column]);
    }
    sum = ds_add(sum, part);
  }
  let at = id.z * width + column;
  let factor = factors[id.z];
  if (factor != 0.0) { sum = ds_add(select(factor, 1.0, column == shape.columns) * totals[at], sum); }
  totals[at] = sum;
}

@compute @workgroup_size(64)
fn subtract(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x % shape.columns;
  let first = (id.x / shape.columns) * shape.strip;
  if (first >= shape.samples) { return; }
  let at = id.z * (shape.columns + 1u);
  let shift = ds_div(finished[at + column], finished[at + shape.columns]);
  let from_pivot = pivot(id.z, column);
  for (var k = first; k < min(first + shape.strip, shape.samples); k++) {
    let centered = ds_sub(deviation(id.z, k, column, from_pivot), shift);
    let place = shape.result_offset + id.z * shape.result_batch + k * shape.result_stride + column;
    if (shape.result_words == 2u) {
      result[2u * place] = centered.x;
      result[2u * place + 1u] = centered.y;
    } else {
      result[place] = centered.x;
    }
  }
}
