// Marks the layers of each replica that hold a number that is not finite.
// needs: elementary.wgsl
//
// One dispatch looks at `count` vectors of 4 of each replica, from `first` on, and sets
// found[replica][layer] where one of their words is NaN or infinite. One invocation looks at
// VECTORS of them; grid (⌈count / (64 · VECTORS)⌉, 1, replicas). Marks are atomic, so that any
// number of dispatches may look at a layer's parts.
//
// Cost: 16 bytes a vector. It runs only once a loss was not finite.

const VECTORS: u32 = 16u;

struct Shape { first: u32, count: u32, batch: u32, layer: u32, layers: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> words: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> found: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let replica = workgroup.z;
  // Lanes stand side by side: a vector of them loads from one place.
  var i = 64u * VECTORS * workgroup.x + lane;
  var lost = false;
  for (var turn = 0u; turn < VECTORS && i < shape.count; turn++) {
    lost |= any(is_not_finite(words[replica * shape.batch + shape.first + i]));
    i += 64u;
  }
  if (lost) { atomicStore(&found[replica * shape.layers + shape.layer], 1u); }
}
