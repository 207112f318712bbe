// Factors symmetric matrices in place, A = C D⁻¹ Cᵀ with D the diagonal of C, by elimination without
// pivots. A workgroup takes one matrix; each invocation updates every 64th row of what is left.
// Cost: n³ / 3 operations a matrix.
struct Shape { order: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> matrices: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = shape.order;
  let start = group.x * n * n;
  for (var k = 0u; k < n; k++) {
    let pivot = matrices[start + k * n + k];
    for (var row = k + 1u + lane; row < n; row += 64u) {
      let factor = matrices[start + row * n + k] / pivot;
      for (var column = k + 1u; column <= row; column++) {
        matrices[start + row * n + column] -= factor * matrices[start + column * n + k];
      }
    }
    storageBarrier();
  }
}
