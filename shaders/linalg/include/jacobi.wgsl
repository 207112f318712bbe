// Two-sided Jacobi: eigenvalues and eigenvectors of symmetric matrices, one workgroup for each
// matrix, all of a batch at once.
//
//   A ← Jᵀ A J,  B ← Jᵀ B,   J rotates ⌊n/2⌋ disjoint pairs (p, q), making each a_pq zero
//
// A: rows × rows; only the upper triangle is read and written; it ends with the eigenvalues on its
// diagonal. B: rows of row_stride vectors. If it starts as the identity, its rows end as
// eigenvectors; if it starts as another orthonormal basis Q with A = Qᵀ M Q, they end as
// eigenvectors of M. Further columns are rotated alike.
//
// Convergence is that of jacobi_rounds.wgsl; pairs and rounds are those of jacobi_fours.wgsl. This
// kernel is for matrices that a workgroup solves in little time; block_jacobi.wgsl is for larger
// ones.
//
// Cost of a round: 24·h(h−1)/2 flops on A, 4 words for every 24, and 24·h·row_stride flops on B;
// one barrier. A and B stay in storage memory, on a GPU in L1 or L2 of one multiprocessor: 32 KiB
// for n = 64. The batch fills the card.
//
// needs: jacobi_fours.wgsl, rotation_single.wgsl

@group(0) @binding(3) var<storage, read_write> matrices: array<f32>;
@group(0) @binding(4) var<storage, read_write> basis: array<vec4f>;

fn leading(at: u32) -> f32 { return matrices[at]; }

// The vectors of a pair after their rotation.
fn rotated_pair(rotation: Rotation, x: vec4f, y: vec4f) -> array<vec4f, 2> {
  return array<vec4f, 2>(rotation.x * x - rotation.y * y, rotation.y * x + rotation.x * y);
}

fn rotate_entries(k: u32, at: vec4u) {
  let r = rotations[k];
  if (!is_any(r)) { return; }
  let ab = rotated_pair(r.first, basis[at.x], basis[at.y]);
  let cd = rotated_pair(r.second, basis[at.z], basis[at.w]);
  let ad = rotated_pair(r.third, ab[0], cd[1]);
  let bc = rotated_pair(r.fourth, ab[1], cd[0]);
  basis[at.x] = ad[0];
  basis[at.y] = bc[0];
  basis[at.z] = bc[1];
  basis[at.w] = ad[1];
}
