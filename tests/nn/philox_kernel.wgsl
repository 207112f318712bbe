// Evaluates philox.wgsl on an array of counters and keys, for philox_test.ts.

@group(0) @binding(0) var<storage, read> counters: array<vec4u>;
@group(0) @binding(1) var<storage, read> keys: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> words: array<vec4u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&counters)) { words[id.x] = philox(counters[id.x], keys[id.x]); }
}
