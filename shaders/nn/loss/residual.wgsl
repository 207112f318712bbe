// Computes the residual of a differential equation at each sample, its gradient with respect to the
// network's jets, and partial sums of the loss Σ w r²:
//
//  r = Σ_i (third_i u_iii + second_i u_ii + first_i u_i)
//      + value · u + cube · u³ + advection · u u_1 − y,
//
// with the coefficients of the condition that holds at the sample. Samples lie condition by
// condition.
//
// u: (1 + ORDER d) · rows, one number in a vector of 4, component by component as in
// jet_forward.wgsl. The deltas lie in the same places: 2 w r ∂r/∂u, 2 w r ∂r/∂u_i, 2 w r ∂r/∂u_ii
// …. y, w: rows, shared by the replicas. A condition takes 4 + ORDER d words: the number of the
// first sample after its own, value, cube, advection, first_1 … first_d, second_1 … second_d,
// third_1 ….
//
// One invocation handles one sample, and a workgroup 256 samples; grid (⌈rows / 256⌉, 1, replicas).
// The sum of a workgroup goes to partials[replica][workgroup] = (Σ w r², 0), as in loss.wgsl: in a
// fixed tree, then in order by update_advance.wgsl. Cost: about 10 d + 15 flops a sample; 1 + 2d
// vectors read and as many written, so the kernel is bound by memory.

// d, the number of directions.
override AXES: u32;
// Highest order of derivatives: 2 or 3.
override ORDER: u32 = 2u;

struct Shape { rows: u32, output_batch: u32, workgroups: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> conditions: array<u32>;
@group(0) @binding(2) var<storage, read> output: array<vec4f>;
@group(0) @binding(3) var<storage, read> targets: array<vec4f>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> delta: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec2f>;

var<workgroup> sums: array<f32, 256>;

fn coefficient(at: u32) -> f32 { return bitcast<f32>(conditions[at]); }

// w r² of a sample, whose deltas it writes.
fn squared_residual(replica: u32, row: u32) -> f32 {
  var c = 0u;
  while (row >= conditions[c]) { c += 4u + ORDER * AXES; }
  let value = coefficient(c + 1u);
  let cube = coefficient(c + 2u);
  let advection = coefficient(c + 3u);
  let at = replica * shape.output_batch + row;
  let u = output[at].x;
  let u1 = output[at + shape.rows].x;
  var residual = (value + cube * u * u + advection * u1) * u - targets[row].x;
  for (var i = 0u; i < AXES; i++) {
    residual += coefficient(c + 4u + i) * output[at + (1u + i) * shape.rows].x;
    residual += coefficient(c + 4u + AXES + i) * output[at + (1u + AXES + i) * shape.rows].x;
    if (ORDER > 2u) {
      residual += coefficient(c + 4u + 2u * AXES + i) * output[at + (1u + 2u * AXES + i) * shape.rows].x;
    }
  }
  let scale = 2.0 * weights[row] * residual;
  delta[at] = vec4f(scale * (value + 3.0 * cube * u * u + advection * u1), 0.0, 0.0, 0.0);
  for (var i = 0u; i < AXES; i++) {
    let first = coefficient(c + 4u + i) + select(0.0, advection * u, i == 0u);
    delta[at + (1u + i) * shape.rows] = vec4f(scale * first, 0.0, 0.0, 0.0);
    delta[at + (1u + AXES + i) * shape.rows] = vec4f(scale * coefficient(c + 4u + AXES + i), 0.0, 0.0, 0.0);
    if (ORDER > 2u) {
      delta[at + (1u + 2u * AXES + i) * shape.rows] =
        vec4f(scale * coefficient(c + 4u + 2u * AXES + i), 0.0, 0.0, 0.0);
    }
  }
  return weights[row] * residual * residual;
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = 256u * workgroup.x + lane;
  let replica = workgroup.z;
  var sum = 0.0;
  if (row < shape.rows) { sum = squared_residual(replica, row); }
  sums[lane] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) { partials[replica * shape.workgroups + workgroup.x] = vec2f(sums[0], 0.0); }
}
