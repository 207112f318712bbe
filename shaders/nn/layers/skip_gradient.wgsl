// Computes the gradient of α of an adaptive skip connection, Σ G ⊙ S, in slices of the samples.
// needs: workgroup_sum.wgsl
//
// G: rows × outputs, the gradient of the loss with respect to the layer's features, as the backward
// pass of the layer above keeps it; S: rows × outputs, ∂H/∂α = σ(Z) − X, as the forward pass keeps
// it, both with all components of jets. Both are row-major in vectors of 4, and entries that pad a
// row are 0. The result is a vector of 4 for each slice, the sum first; it lies where the gradients
// of the parameters have room for α. Slices are those of dense_gradient.wgsl, and update.wgsl adds
// them in order.
//
// One workgroup a slice, grid (slices, 1, replicas). Its 256 lanes take vectors in turns and then
// add up along a fixed tree, so the sum is the same in every run. Of the largest array that
// lavapipe binds, 2²³ vectors, a lane takes 32,768 at most, and so stays below the 65,535
// iterations after which lavapipe ends a shader.
//
// Cost: 2 · rows · outputs flops, and as many words read. The kernel is bound by memory, and reads
// what the products beside it have just written.

struct Shape {
  rows: u32, stride: u32, batch: u32,
  alpha: u32, parameter_batch: u32,
  slice: u32, slices: u32,
}

const LANES = 256u;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> by_features: array<vec4f>;
@group(0) @binding(2) var<storage, read> difference: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.z * shape.batch + group.x * shape.slice * shape.stride;
  let rows = min(shape.slice, shape.rows - group.x * shape.slice);
  var sum = vec4f();
  for (var at = lane; at < rows * shape.stride; at += LANES) {
    sum += by_features[first + at] * difference[first + at];
  }
  let all = total(lane, sum);
  if (lane == 0u) {
    let place = (group.z * shape.slices + group.x) * shape.parameter_batch + shape.alpha;
    gradient[place] = vec4f((all.x + all.y) + (all.z + all.w), 0.0, 0.0, 0.0);
  }
}
