// Finds the parameters and matrices of a network for the kernels of the fused step: their bindings,
// the layer at hand, and where its weights are read.
// needs: activation.wgsl, philox.wgsl, state.wgsl, permutation.wgsl, schedule.wgsl,
// fused_shape.wgsl

// Whether layers have different activations, which are then told apart at run time.
override MIXED: bool;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> matrices: array<vec4f>;
@group(0) @binding(3) var<uniform> share: Share;
@group(0) @binding(4) var<uniform> first_window: array<vec4f, 4096>;
@group(0) @binding(5) var<uniform> second_window: array<vec4f, 4096>;
@group(0) @binding(6) var<storage, read> x: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> states: array<State>;
// `target` is a reserved word.
@group(0) @binding(8) var<storage, read> targets: array<vec4f>;
@group(0) @binding(9) var<storage, read> sample_weights: array<f32>;
@group(0) @binding(10) var<storage, read_write> partials: array<vec2f>;
@group(0) @binding(11) var<storage, read> hypers: array<Hyper>;

// What a dispatch takes: replicas from the first on, and layers from `layer` on or that one alone.
struct Share {
  first_replica: u32, layer: u32,
  // Layer from which on weights lie in the second window, not the first; place of the parameters of
  // the first replica in each.
  second_from: u32, first_base: u32, second_base: u32,
}

// The product at hand, and where its weights come from.
const FORWARD = 0u;
const BACKWARD = 1u;
const STORAGE = 0u;
const FIRST_WINDOW = 2u;
const SECOND_WINDOW = 4u;

// The layer at hand, and where what belongs to the replica begins.
var<private> layer: Layer;
var<private> weights_at: u32;
var<private> bias_at: u32;
var<private> matrices_at: u32;
var<private> targets_at: u32;

fn enter_replica(replica: u32) {
  matrices_at = replica * shape.matrix_batch;
  targets_at = replica * shape.target_batch;
}

fn enter_layer(replica: u32, l: u32) {
  layer = shape.table[l];
  weights_at = replica * shape.parameter_batch + layer.weights;
  bias_at = weights_at + 4u * layer.input_stride * layer.output_stride;
}

// Takes the weights of the layer entered from a window.
fn enter_window(source: u32) {
  if (source == STORAGE) { return; }
  let base = select(share.first_base, share.second_base, source == SECOND_WINDOW);
  weights_at += base - share.first_replica * shape.parameter_batch;
}

fn rows_of_matrix(first: u32, stride: u32, block: u32, at: u32) -> mat4x4f {
  let i = matrices_at + first + 4u * block * stride + at;
  return mat4x4f(matrices[i], matrices[i + stride], matrices[i + 2u * stride], matrices[i + 3u * stride]);
}

fn rows_of_weights(source: u32, block: u32, at: u32) -> mat4x4f {
  let n = layer.output_stride;
  let i = weights_at + 4u * block * n + at;
  switch source {
    case FIRST_WINDOW: {
      return mat4x4f(first_window[i], first_window[i + n], first_window[i + 2u * n], first_window[i + 3u * n]);
    }
    case SECOND_WINDOW: {
      return mat4x4f(second_window[i], second_window[i + n], second_window[i + 2u * n], second_window[i + 3u * n]);
    }
    default: {
      return mat4x4f(parameters[i], parameters[i + n], parameters[i + 2u * n], parameters[i + 3u * n]);
    }
  }
}

fn bias_of(j: u32) -> vec4f { return parameters[bias_at + j]; }

// Keeps the partial sums (Σ w ℓ, hits) of a tile. A loss that is not finite marks its replica.
fn keep_loss(replica: u32, tile: u32, sum: vec2f) {
  partials[replica * shape.partials + tile] = sum;
  // All that find it at this step write the same. The update is of another dispatch, so that all of
  // it sees the mark. Partial sums that are finite may add up to infinity: then the replica rests
  // from the next step on.
  if (is_not_finite(vec4f(sum.x)).x && states[replica].diverged == 0u) {
    states[replica].diverged = states[replica].step + 1u;
  }
}

// The step's rates. Word by word: invocations beside this one may read the others.
fn set_rates(replica: u32) {
  let state = with_rates(states[replica], hypers[replica], shape.schedule);
  states[replica].learning_rate = state.learning_rate;
  states[replica].correction1 = state.correction1;
  states[replica].correction2 = state.correction2;
}
