// A mini-batch of each replica: rows of X, Y and w, drawn without replacement from shuffled epochs.
//
// Sample b of a batch stands at position offset + b of the endless sequence of epochs, each a permutation of all
// samples. The permutation is a function, not a table: a Feistel network of six rounds on the smallest power of two
// that holds the samples, walked until it lands inside them (at most 2 steps on average), keyed by Philox with (seed,
// replica, epoch). Weights become w · samples / batch, so that the batch's loss estimates the whole loss without bias.
//
// One invocation a vector of 4; grid (⌈batch · vectors / 64⌉, 1, replicas) with vectors = input_stride + output_stride.
// Memory bound: each vector read and written once, rows contiguous. Needs philox.wgsl and
// state.wgsl.

struct Shape {
  samples: u32, batch: u32, input_stride: u32, output_stride: u32,
  seed: u32, low_bits: u32, high_bits: u32, weight_scale: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> states: array<State>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> y: array<vec4f>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> batch_x: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> batch_y: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> batch_weights: array<f32>;

// A round function: any will do, a good mixer needs few rounds. Multiply and xor-shift, twice.
fn mix(value: u32, key: u32) -> u32 {
  var v = (value ^ key) * 0x9e3779b1u;
  v = (v ^ (v >> 15u)) * 0x85ebca77u;
  return v ^ (v >> 13u);
}

fn permute(position: u32, key: vec2u, epoch: u32) -> u32 {
  let k = philox(vec4u(0u, epoch, FOR_BATCHES, 0u), key);
  let l = philox(vec4u(1u, epoch, FOR_BATCHES, 0u), key);
  let low_mask = (1u << shape.low_bits) - 1u;
  let high_mask = (1u << shape.high_bits) - 1u;
  var value = position;
  loop {
    var low = value & low_mask;
    var high = value >> shape.low_bits;
    high ^= mix(low, k.x) & high_mask;
    low ^= mix(high, k.y) & low_mask;
    high ^= mix(low, k.z) & high_mask;
    low ^= mix(high, k.w) & low_mask;
    high ^= mix(low, l.x) & high_mask;
    low ^= mix(high, l.y) & low_mask;
    value = (high << shape.low_bits) | low;
    if (value < shape.samples) { break; }
  }
  return value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let vectors = shape.input_stride + shape.output_stride;
  let b = id.x / vectors;
  let j = id.x % vectors;
  if (b >= shape.batch) { return; }
  let replica = id.z;
  let state = states[replica];
  let position = state.offset + b;
  let sample = permute(position % shape.samples, vec2u(shape.seed, replica), state.epoch + position / shape.samples);
  let row = replica * shape.batch + b;
  if (j < shape.input_stride) {
    batch_x[row * shape.input_stride + j] = x[sample * shape.input_stride + j];
  } else {
    let k = j - shape.input_stride;
    batch_y[row * shape.output_stride + k] = y[sample * shape.output_stride + k];
  }
  if (j == 0u) { batch_weights[row] = weights[sample] * shape.weight_scale; }
}
