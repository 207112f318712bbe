// Computes the gradient of a dense layer's parameters, [X 1]ᵀ Δ, in slices of the samples.
// needs: tile.wgsl
//
// X: rows × inputs; Δ: rows × outputs, which holds the samples' weights and factors such as 1 / m
// already. The result has the layout of the parameters: inputs rows, padded to a multiple of 4,
// then the row of the biases. Where rows from `biased` on are derivatives (jet_forward.wgsl), the
// column of ones ends there.
//
// A slice sums `slice` samples and has its own copy of all parameters. update.wgsl adds the slices
// in order, so the sum is the same in every run and for every number of replicas. Slices give a
// tall product enough invocations, and keep the loop short of the 65,535 iterations after which
// lavapipe ends a shader.
//
// Cost: 2 · rows · (inputs + 1) · outputs flops; see tile.wgsl.

struct Shape {
  rows: u32, inputs: u32, outputs: u32,
  input_stride: u32, input_batch: u32,
  weights: u32, parameter_batch: u32,
  output_stride: u32, output_batch: u32,
  slice: u32, slices: u32,
  biased: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> delta: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4f>;

fn replica(batch: u32) -> u32 { return batch / shape.slices; }

// The column of ones stands behind the padded inputs, and makes the row of the biases.
fn left(batch: u32, i: u32, j: u32) -> vec4f {
  if (j == shape.input_stride) { return vec4f(select(0.0, 1.0, i < shape.biased), 0.0, 0.0, 0.0); }
  return input[replica(batch) * shape.input_batch + i * shape.input_stride + j];
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return delta[replica(batch) * shape.output_batch + i * shape.output_stride + j];
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i > 4u * shape.input_stride || j >= shape.output_stride) { return; }
  gradient[batch * shape.parameter_batch + shape.weights + i * shape.output_stride + j] = value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.outputs + 7u) / 8u;
  let row = id.x / columns;
  if (8u * row > 4u * shape.input_stride) { return; }
  let first = (id.z % shape.slices) * shape.slice;
  multiply_tn(id.z, row, id.x % columns, first, min(first + shape.slice, shape.rows));
}
