// Draws the initial parameters of one dense layer from Philox.
// needs: elementary.wgsl, philox.wgsl
//
//  DISTRIBUTION 0: uniform on (−scale, scale)
//               1: normal with standard deviation scale, by Box and Muller
//
// Weight (i, j) is number i · outputs + j of its layer whatever the padding is, so the values of a
// layer depend on its replica's stream (seed, number) and shape alone. Biases are uniform on
// (−bias_scale, bias_scale), and 0 where bias_scale is 0. Parameters that pad are 0.
//
// One invocation handles one parameter, padding included; grid (⌈(rows + 1) · stride / 64⌉, 1,
// replicas), once a run.

override DISTRIBUTION: u32;

struct Shape {
  inputs: u32, outputs: u32, stride: u32, weights: u32,
  parameter_batch: u32, layer: u32, scale: f32, bias_scale: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> parameters: array<f32>;
// Seed and number of the stream of each replica.
@group(0) @binding(2) var<storage, read> streams: array<vec2u>;

fn weight(number: u32, key: vec2u) -> f32 {
  let bits = philox(vec4u(number, shape.layer, FOR_WEIGHTS, 0u), key);
  let u = uniform_open(bits.x);
  if (DISTRIBUTION == 0u) { return shape.scale * (2.0 * u - 1.0); }
  // −log u = log1p(1/u − 1), with 1/u − 1 ≥ 0; the angle from a word of its own.
  let radius = sqrt(2.0 * log1p(vec4f((1.0 - u) / u)).x);
  return shape.scale * radius * sine_cosine(vec4f(6.28318531 * uniform_open(bits.y))).cosine.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let rows = 4u * ((shape.inputs + 3u) / 4u);
  let i = id.x / shape.stride;
  let j = id.x % shape.stride;
  if (i > rows) { return; }
  let key = streams[id.z];
  var value = 0.0;
  if (j < shape.outputs) {
    if (i < shape.inputs) {
      value = weight(i * shape.outputs + j, key);
    } else if (i == rows) {
      let bits = philox(vec4u(j, shape.layer, FOR_BIASES, 0u), key);
      value = shape.bias_scale * (2.0 * uniform_open(bits.x) - 1.0);
    }
  }
  parameters[id.z * shape.parameter_batch + shape.weights + id.x] = value;
}
