// Integrates the gradient flow of a homogeneous network in polar coordinates: weights w = c û with
// ‖û‖ = 1, a norm and a direction.
// needs: elementary.wgsl, workgroup_sum.wgsl
//
// Without biases and with activations that are homogeneous, H(x; c û) = c^L H(x; û). The dense
// kernels evaluate the network and differentiate it at û, where numbers are of the order of one
// however small c is. c^L enters only at the loss:
//
//  scale    u = c^L H(x; û), on which loss.wgsl finds ∂ℓ/∂u
//  descend  g = Σ_k w_k ∂ℓ/∂u_k ∇H_k(û), so that ∇L(w) = c^(L−1) g;
//           v = û − η g / ‖g‖,   c ← c ‖v‖,   û ← v / ‖v‖
//
// `descend` is a step of Euler's method, w ← w − dt ∇L(w) with dt = η / (c^(L−2) ‖g‖): weights
// change by the share η of their norm, whatever c, L and the scale of the loss. It keeps two
// clocks: s = ∫ c^(L−2) dt, and δ^(L−2) t with δ = c at the start.
//
// With ∂ℓ/∂u at the output 0, g is the gradient of the neural correlation function N(u) = −Σ_k w_k
// ∂ℓ/∂u(0, y_k) H_k(u): g = −∇N(û). Where c = 0 it always is, and a step is one of projected ascent
// of N on the sphere.
//
//  record   with G = ∇N(û): N = û·G / L (Euler); the KKT residual ‖G − (û·G) û‖ / ‖G‖; the drift
//           ‖û − û′‖ / Σ η; and the cosine û·û* to a given direction û*
//
// The drift is the distance that û moved since the last record, û′, over the longest distance that
// it could have moved: a mean residual. Where preactivations sit on kinks, G jumps from step to
// step, and only its mean vanishes along the sphere.
//
// Parameters lie as in src/nn/layout.ts; `mask` is 0 for the vectors of biases, which stay 0, and 1
// for the others. The gradient comes in slices, summed in order. `scale`: one invocation a vector
// of 4, grid (⌈vectors / 64⌉, 1, replicas). `descend` and `record`: one workgroup a replica, grid
// (replicas); its 64 lanes take vectors in turns, and sums go up a fixed tree. Cost: about 30 flops
// a vector of parameters and 3 to 4 reads. The kernels are bound by memory and small beside the
// products. A network that fills more than one workgroup would need a second dispatch for its sums.

struct Shape {
  // Vectors of outputs and of parameters a replica, slices of a gradient, order L, pairs of the
  // loss a replica.
  outputs: u32, size: u32, slices: u32, order: u32, partials: u32,
  // Records that the log holds; replicas; η up to the step `hold`, then η falling to 0 at the step
  // `end`.
  capacity: u32, replicas: u32, rate: f32, hold: f32, late_rate: f32, end: f32,
}

struct State {
  // c, log(c / δ), s, δ^(L−2) t; Σ η since the last record; steps made, records made.
  norm: f32, growth: f32, time: f32, early_time: f32, path: f32, step: u32, records: u32,
}

struct Record {
  step: f32, time: f32, early_time: f32, norm: f32,
  growth: f32, loss: f32, correlation: f32, gradient: f32,
  residual: f32, drift: f32, cosine: f32, padding: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> states: array<State>;
@group(0) @binding(2) var<storage, read> mask: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(4) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(5) var<storage, read> goal: array<vec4f>;
@group(0) @binding(6) var<storage, read> partials: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> records: array<Record>;
// The û of each record, [record mod capacity][replica].
@group(0) @binding(8) var<storage, read_write> directions: array<vec4f>;
@group(0) @binding(9) var<storage, read> output: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> scaled_output: array<vec4f>;

// Invocations of the workgroups of `descend` and `record`.
const LANES = 64u;

fn gradient_at(replica: u32, i: u32) -> vec4f {
  var sum = vec4f();
  for (var slice = 0u; slice < shape.slices; slice++) {
    sum += gradients[(replica * shape.slices + slice) * shape.size + i];
  }
  return mask[i] * sum;
}

@compute @workgroup_size(64)
fn scale(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.outputs) { return; }
  let at = id.z * shape.outputs + id.x;
  var factor = 1.0;
  for (var i = 0u; i < shape.order; i++) { factor *= states[id.z].norm; }
  scaled_output[at] = factor * output[at];
}

@compute @workgroup_size(64)
fn descend(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = workgroup.x;
  let first = replica * shape.size;
  var state = states[replica];
  var square = 0.0;
  for (var i = lane; i < shape.size; i += 64u) {
    let g = gradient_at(replica, i);
    square += dot(g, g);
  }
  let size = sqrt(total(lane, vec4f(square)).x);
  let made = f32(state.step);
  let late_rate = shape.late_rate * (shape.end - made) / (shape.end - shape.hold);
  let rate = select(max(late_rate, 0.0), shape.rate, made < shape.hold);
  // Without a gradient weights rest, for ever.
  let time = select(rate / size, 0.0, size == 0.0);
  square = 0.0;
  for (var i = lane; i < shape.size; i += 64u) {
    let v = parameters[first + i] - time * gradient_at(replica, i);
    parameters[first + i] = v;
    square += dot(v, v);
  }
  // To the bit: not even a length that is 1 but for rounding changes then.
  let length = select(sqrt(total(lane, vec4f(square)).x), 1.0, size == 0.0);
  for (var i = lane; i < shape.size; i += 64u) { parameters[first + i] /= length; }
  if (lane != 0u) { return; }
  state.time += time;
  state.early_time += time * exponential(vec4f(-f32(shape.order - 2u) * state.growth)).x;
  state.norm *= length;
  state.growth += log1p(vec4f(length - 1.0)).x;
  state.path += rate;
  state.step++;
  states[replica] = state;
}

@compute @workgroup_size(64)
fn record(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = workgroup.x;
  let first = replica * shape.size;
  var state = states[replica];
  let slot = (state.records % shape.capacity) * shape.replicas + replica;
  // The record before this one; of the first there is none, and its way is 0.
  let before = ((state.records + shape.capacity - 1u) % shape.capacity) * shape.replicas + replica;
  var sum = vec4f();
  for (var i = lane; i < shape.size; i += 64u) {
    let u = parameters[first + i];
    let g = -gradient_at(replica, i);
    let change = u - directions[before * shape.size + i];
    sum += vec4f(dot(u, g), dot(g, g), dot(u, goal[first + i]), dot(change, change));
  }
  sum = total(lane, sum);
  var rest = vec2f();
  for (var i = lane; i < shape.size; i += 64u) {
    let u = parameters[first + i];
    let tangent = -gradient_at(replica, i) - sum.x * u;
    rest.x += dot(tangent, tangent);
    directions[slot * shape.size + i] = u;
  }
  for (var i = lane; i < shape.partials; i += 64u) { rest.y += partials[replica * shape.partials + i].x; }
  rest = total(lane, vec4f(rest, 0.0, 0.0)).xy;
  if (lane != 0u) { return; }
  let size = sqrt(sum.y);
  records[slot] = Record(
    f32(state.step), state.time, state.early_time, state.norm,
    state.growth, rest.y, sum.x / f32(shape.order), size,
    select(0.0, sqrt(rest.x) / size, size > 0.0), select(0.0, sqrt(sum.w) / state.path, state.path > 0.0), sum.z, 0.0,
  );
  state.path = 0.0;
  state.records++;
  states[replica] = state;
}
