// Draws a mini-batch for each replica: rows of X, Y and w, without replacement, from shuffled
// epochs.
// needs: philox.wgsl, state.wgsl, permutation.wgsl
//
// Sample b of a batch stands at position offset + b of the endless sequence of epochs; see
// permutation.wgsl. Weights become w · samples / batch, so that the batch's loss is an unbiased
// estimate of the whole loss.
//
// One invocation copies a vector of 4; grid (⌈batch · vectors / 64⌉, 1, replicas) with vectors =
// input_stride + output_stride. The kernel is bound by memory: it reads and writes each vector
// once, and rows are contiguous.

struct Shape { epochs: Permutation, batch: u32, input_stride: u32, output_stride: u32, weight_scale: f32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> states: array<State>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> y: array<vec4f>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> batch_x: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> batch_y: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> batch_weights: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let vectors = shape.input_stride + shape.output_stride;
  let b = id.x / vectors;
  let j = id.x % vectors;
  if (b >= shape.batch) { return; }
  let replica = id.z;
  let sample = drawn_sample(shape.epochs, states[replica], b);
  let row = replica * shape.batch + b;
  if (j < shape.input_stride) {
    batch_x[row * shape.input_stride + j] = x[sample * shape.input_stride + j];
  } else {
    let k = j - shape.input_stride;
    batch_y[row * shape.output_stride + k] = y[sample * shape.output_stride + k];
  }
  if (j == 0u) { batch_weights[row] = weights[sample] * shape.weight_scale; }
}
