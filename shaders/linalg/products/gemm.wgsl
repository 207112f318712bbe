// C = scale · op(A) · op(B) + shift · I, batched; one entry point for each choice of transposes.
//
// Tiles of 8 × 8 (tile.wgsl), one per invocation, 64 per workgroup; gemm_operands.wgsl says how the
// operands lie. gemm_wide.wgsl and gemm_staged.wgsl compute the same, to the bit: they add the
// terms of a sum in the same order, nn and tn one by one by fma, nt in dot products of 4.
//
// Cost: 2MNK flops; MNK/4 words read through the caches. It wins for small products: it makes the
// most invocations, and compiles in 0.2 s on lavapipe. src/linalg/products/gemm_tiles.ts says when
// others are tried.
//
// needs: tile.wgsl, gemm_operands.wgsl

@compute @workgroup_size(64)
fn nn(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 7u) / 8u;
  if (8u * (id.x / columns) < shape.m) { multiply_nn(id.z, id.x / columns, id.x % columns, shape.k); }
}

@compute @workgroup_size(64)
fn nt(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 7u) / 8u;
  if (8u * (id.x / columns) < shape.m) { multiply_nt(id.z, id.x / columns, id.x % columns, shape.k); }
}

@compute @workgroup_size(64)
fn tn(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 7u) / 8u;
  if (8u * (id.x / columns) < shape.m) { multiply_tn(id.z, id.x / columns, id.x % columns, 0u, shape.k); }
}
