// Two-sided Jacobi in double-single arithmetic: eigenvalues and eigenvectors of symmetric matrices,
// one workgroup for each matrix.
//
//   A ← Jᵀ A J,  B ← Jᵀ B,   J rotates ⌊n/2⌋ disjoint pairs (p, q), making each a_pq zero
//
// A: rows × rows pairs hi, lo; it ends with the eigenvalues on its diagonal. B: rows of row_stride
// pairs. Both are as in jacobi.wgsl; convergence is that of jacobi_rounds.wgsl, pairs and rounds
// are those of jacobi_twos.wgsl.
//
// Cost of a round: about 560·h(h−1)/2 flops on A and 280·h·row_stride on B; two barriers. It is
// bound by arithmetic.
//
// needs: jacobi_twos.wgsl, rotation_double_single.wgsl

@group(0) @binding(3) var<storage, read_write> matrices: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> basis: array<vec2f>;

fn run_time_zero() -> u32 { return shape.zero; }

fn leading(at: u32) -> f32 { return matrices[at].x; }

fn rotate_entries(k: u32, p: u32, q: u32) {
  let rotation = rotations[k];
  if (!is_rotation(rotation)) { return; }
  let x = basis[p];
  let y = basis[q];
  basis[p] = rotated_first(rotation, x, y);
  basis[q] = rotated_second(rotation, x, y);
}
