// Two-sided Jacobi in double-single arithmetic: eigenvalues and eigenvectors of symmetric matrices,
// one workgroup a matrix.
//
//   A ← Jᵀ A J,  B ← Jᵀ B,   J the rotation of ⌊n/2⌋ disjoint pairs (p, q) that makes each a_pq zero
//
// A: rows × rows pairs hi, lo; ends with the eigenvalues on its diagonal. B: rows of row_stride
// pairs. Both are as in jacobi.wgsl; pairs, rounds and convergence are those of jacobi_rounds.wgsl.
//
// Cost of a round: some 560·h(h−1)/2 flops on A, 280·h·row_stride on B; two barriers. Bound by
// arithmetic. Needs jacobi_rotation.wgsl, rotation_double_single.wgsl, jacobi_rounds.wgsl,
// double_single.wgsl and one of its two forms.

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
