// Records the loss of a probe that only counts ranks, and moves the counter of such probes on.
//
// records[slot][replica], slot = made mod capacity: Σ w ℓ and hits, then the same of held-out
// samples. Partial sums are added in order, as a step adds them, so that the loss has the bits of a
// step's. One workgroup, one invocation for each replica: it adds a handful of partial sums. With
// one vector of lanes, barriers cost lavapipe nothing. Cost: 8 bytes a partial sum.

struct Shape { replicas: u32, partials: u32, held_out: u32, capacity: u32 }

const LANES: u32 = 8u;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partials: array<vec2f>;
@group(0) @binding(2) var<storage, read> held_out_partials: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> made: array<u32>;
@group(0) @binding(4) var<storage, read_write> records: array<vec4f>;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let count = made[0];
  for (var replica = lane; replica < shape.replicas; replica += LANES) {
    var sum = vec2f();
    for (var i = 0u; i < shape.partials; i++) { sum += partials[replica * shape.partials + i]; }
    var held_out = vec2f();
    for (var i = 0u; i < shape.held_out; i++) { held_out += held_out_partials[replica * shape.held_out + i]; }
    records[(count % shape.capacity) * shape.replicas + replica] = vec4f(sum, held_out);
  }
  storageBarrier();
  if (lane == 0u) { made[0] = count + 1u; }
}
