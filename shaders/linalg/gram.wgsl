// Weighted Gram matrix and moments of features: [M | C] = Ψᵀ diag(w) [Ψ | Y | 1], in slices of the samples.
//
// Ψ: samples × order; Y: samples × targets (may be none); w: samples. Row-major in vectors of 4. The result goes to
// partials[slice][first + replica], `rows` rows of row_stride vectors: M in the first ⌈order/4⌉, C in the last
// tail_stride (targets, then one vector whose first entry belongs to the column of ones). Of M only tiles on and above
// the diagonal are computed: gram_reduce.wgsl adds the slices in order and mirrors.
//
// Cost: samples · order · (order + 2 · tail) flops; see tile.wgsl. Slices of a few hundred samples keep the sum's error
// at γ_(slice + slices) Σ w|ψ_i||ψ_j|, give tall features enough invocations, and keep the loop short of the 65,535
// iterations after which lavapipe ends a shader. Grid (tiles / 64, 1, replicas · slices).

struct Shape {
  samples: u32, order: u32, feature_stride: u32, feature_batch: u32,
  target_stride: u32, slice: u32, slices: u32, rows: u32,
  row_stride: u32, tail_stride: u32, first: u32, matrices: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> targets: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return features[(batch / shape.slices) * shape.feature_batch + i * shape.feature_stride + j];
}

// Columns of the right operand: features, targets, ones.
fn right(batch: u32, i: u32, j: u32) -> vec4f {
  var value = vec4f(1.0, 0.0, 0.0, 0.0);
  if (j < shape.feature_stride) {
    value = left(batch, i, j);
  } else if (j < shape.feature_stride + shape.target_stride) {
    value = targets[i * shape.target_stride + j - shape.feature_stride];
  }
  return weights[i] * value;
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i >= shape.order || j >= shape.feature_stride + shape.tail_stride) { return; }
  let column = select(j, j - shape.feature_stride + shape.row_stride - shape.tail_stride, j >= shape.feature_stride);
  let matrix = (batch % shape.slices) * shape.matrices + shape.first + batch / shape.slices;
  partials[(matrix * shape.rows + i) * shape.row_stride + column] = value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.feature_stride + shape.tail_stride + 1u) / 2u;
  let row = id.x / columns;
  let column = id.x % columns;
  if (8u * row >= shape.order || column < row) { return; }
  let first = (id.z % shape.slices) * shape.slice;
  multiply_tn(id.z, row, column, first, min(first + shape.slice, shape.samples));
}
