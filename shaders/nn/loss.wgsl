// Loss of each sample, its gradient with respect to the network's output, and partial sums of both loss and hits.
//
//   LOSS  ℓ(u, y) of one sample                          ∂ℓ/∂u
//   0     ‖u − y‖²                                       2 (u − y)
//   1     Σ_c y_c (log Σ_j e^{u_j} − u_c)                softmax(u) Σ_c y_c − y
//   2     Σ_c log(1 + e^{u_c}) − y_c u_c                 1 / (1 + e^{−u_c}) − y_c
//
// u, y: rows × outputs, row-major in vectors of 4; the error written is w · ∂ℓ/∂u with the sample's weight w. The loss of
// a batch is Σ w ℓ. A sample is a hit where the largest output (LOSS 1) stands on the largest target, or where each
// output has the side of its target (LOSS 2); where the loss is NaN or infinite there is no hit.
//
// One invocation a sample, 256 samples a workgroup; grid (⌈rows / 256⌉, 1, replicas). The partial sums of a workgroup go
// to partials[replica][workgroup] = (Σ w ℓ, Σ hits), added up in a fixed tree, then in order by advance.wgsl.
// Cost: about 20 flops an output, 3 words an output read and 1 written: bound by memory. Needs elementary.wgsl.

override LOSS: u32;

struct Shape {
  rows: u32, outputs: u32, stride: u32,
  output_batch: u32, target_batch: u32, weight_batch: u32, workgroups: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> output: array<vec4f>;
// `target` is a reserved word.
@group(0) @binding(2) var<storage, read> targets: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> error: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> partials: array<vec2f>;

var<workgroup> sums: array<vec2f, 256>;

fn inside(j: u32) -> vec4<bool> {
  return 4u * j + vec4u(0u, 1u, 2u, 3u) < vec4u(shape.outputs);
}

fn total(x: vec4f) -> f32 { return (x.x + x.y) + (x.z + x.w); }
fn largest(x: vec4f) -> f32 { return max(max(x.x, x.y), max(x.z, x.w)); }

fn squares(u_at: u32, y_at: u32, weight: f32) -> vec2f {
  var loss = 0.0;
  for (var j = 0u; j < shape.stride; j++) {
    let difference = select(vec4f(), output[u_at + j] - targets[y_at + j], inside(j));
    loss += total(difference * difference);
    error[u_at + j] = 2.0 * weight * difference;
  }
  return vec2f(loss, 0.0);
}

fn cross_entropy(u_at: u32, y_at: u32, weight: f32) -> vec2f {
  var top = -3.0e38;
  var top_target = -3.0e38;
  var mass = 0.0;
  for (var j = 0u; j < shape.stride; j++) {
    top = max(top, largest(select(vec4f(-3.0e38), output[u_at + j], inside(j))));
    top_target = max(top_target, largest(select(vec4f(-3.0e38), targets[y_at + j], inside(j))));
    mass += total(select(vec4f(), targets[y_at + j], inside(j)));
  }
  // Σ e^{u_j − top} is 1 for the largest output itself; without that 1 the sum keeps the digits of a small loss.
  var others = -1.0;
  var seen_top = false;
  var hit = false;
  var excess = 0.0;
  for (var j = 0u; j < shape.stride; j++) {
    let u = output[u_at + j];
    let y = targets[y_at + j];
    for (var lane = 0u; lane < 4u; lane++) {
      if (4u * j + lane >= shape.outputs) { continue; }
      excess += y[lane] * (top - u[lane]);
      if (u[lane] == top && !seen_top) {
        seen_top = true;
        hit = y[lane] == top_target;
        others += 1.0;
      } else {
        others += exponential(vec4f(u[lane] - top)).x;
      }
    }
  }
  let spread = log1p(vec4f(others)).x;
  for (var j = 0u; j < shape.stride; j++) {
    let probability = exponential(output[u_at + j] - top) / (1.0 + others);
    error[u_at + j] = select(vec4f(), weight * (mass * probability - targets[y_at + j]), inside(j));
  }
  let loss = excess + mass * spread;
  return vec2f(loss, select(0.0, 1.0, hit && !is_not_finite(vec4f(loss)).x));
}

fn binary(u_at: u32, y_at: u32, weight: f32) -> vec2f {
  var loss = 0.0;
  var wrong = 0.0;
  for (var j = 0u; j < shape.stride; j++) {
    let u = output[u_at + j];
    let y = targets[y_at + j];
    let each = max(u, vec4f()) - y * u + log1p(exponential(-abs(u)));
    loss += total(select(vec4f(), each, inside(j)));
    let same_side = (u > vec4f()) == (y > vec4f(0.5));
    wrong += total(select(vec4f(), vec4f(1.0), inside(j) & !same_side));
    error[u_at + j] = select(vec4f(), weight * (logistic(u) - y), inside(j));
  }
  return vec2f(loss, select(0.0, 1.0, wrong == 0.0 && !is_not_finite(vec4f(loss)).x));
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = 256u * workgroup.x + lane;
  let replica = workgroup.z;
  var sum = vec2f();
  if (row < shape.rows) {
    let u_at = replica * shape.output_batch + row * shape.stride;
    let y_at = replica * shape.target_batch + row * shape.stride;
    let weight = weights[replica * shape.weight_batch + row];
    switch LOSS {
      case 1u: { sum = cross_entropy(u_at, y_at, weight); }
      case 2u: { sum = binary(u_at, y_at, weight); }
      default: { sum = squares(u_at, y_at, weight); }
    }
    sum.x *= weight;
  }
  sums[lane] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) { partials[replica * shape.workgroups + workgroup.x] = sums[0]; }
}
