// Computes the loss of each sample, its gradient with respect to the network's output, and partial
// sums of loss and hits.
// needs: elementary.wgsl, sample_loss.wgsl
//
// u, y: rows × outputs, row-major in vectors of 4. The delta written is w · ∂ℓ/∂u with the sample's
// weight w. The loss of a batch is Σ w ℓ; see sample_loss.wgsl for ℓ and for hits.
//
// One invocation handles one sample, and a workgroup 256 samples; grid (⌈rows / 256⌉, 1, replicas).
// The sums of a workgroup, formed in a fixed tree, go to partials[replica][workgroup] = (Σ w ℓ, Σ
// hits); update_advance.wgsl adds these in order. Cost: about 20 flops an output; 3 words an output
// read and 1 written, so the kernel is bound by memory.

struct Shape {
  rows: u32, outputs: u32, stride: u32,
  output_batch: u32, target_batch: u32, weight_batch: u32, workgroups: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> output: array<vec4f>;
// `target` is a reserved word.
@group(0) @binding(2) var<storage, read> targets: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> delta: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> partials: array<vec2f>;

var<workgroup> sums: array<vec2f, 256>;

fn network_output(at: u32) -> vec4f { return output[at]; }
fn wanted(at: u32) -> vec4f { return targets[at]; }
fn emit_delta(at: u32, value: vec4f) { delta[at] = value; }

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
    sum = sample_loss(u_at, y_at, weight, shape.outputs);
  }
  sums[lane] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) { partials[replica * shape.workgroups + workgroup.x] = sums[0]; }
}
