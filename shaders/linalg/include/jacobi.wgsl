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
// Pairs, rounds and convergence are those of jacobi_rounds.wgsl. This kernel is for matrices that a
// workgroup solves in little time; block_jacobi.wgsl is for larger ones.
//
// Cost of a round: 24·h(h−1)/2 flops on A, 8 words for every 24, and 24·h·row_stride flops on B;
// two barriers. A and B stay in storage memory, on a GPU in L1 or L2 of one multiprocessor: 32 KiB
// for n = 64. The batch fills the card.
//
// needs: jacobi_rounds.wgsl, rotation_single.wgsl

@group(0) @binding(3) var<storage, read_write> matrices: array<f32>;
@group(0) @binding(4) var<storage, read_write> basis: array<vec4f>;

fn leading(at: u32) -> f32 { return matrices[at]; }

fn rotate_entries(k: u32, p: u32, q: u32) {
  let rotation = rotations[k];
  if (!is_rotation(rotation)) { return; }
  let x = basis[p];
  let y = basis[q];
  basis[p] = rotation.x * x - rotation.y * y;
  basis[q] = rotation.y * x + rotation.x * y;
}
