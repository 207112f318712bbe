// Two-sided Jacobi: eigenvalues and eigenvectors of symmetric matrices, one workgroup a matrix, all of a batch at once.
//
//   A ← Jᵀ A J,  B ← Jᵀ B,   J the rotation of ⌊n/2⌋ disjoint pairs (p, q) that makes each a_pq zero
//
// A: rows × rows, of which only the upper triangle is read and written; ends with the eigenvalues on its diagonal. B: rows
// of row_stride vectors; if it starts as the identity, its rows end as eigenvectors; if as another orthonormal basis Q with
// A = Qᵀ M Q, as eigenvectors of M; further columns are rotated alike.
//
// Pairs, rounds and convergence are those of jacobi_rounds.wgsl, which this file needs.
//
// Cost of a round: 24·h(h−1)/2 flops on A, 8 words for every 24, and 24·h·row_stride flops on B; two barriers. A and B
// stay in storage memory, on a GPU in L1 or L2 of one multiprocessor: 32 KiB for n = 64. The batch fills the card.

@group(0) @binding(3) var<storage, read_write> matrices: array<f32>;
@group(0) @binding(4) var<storage, read_write> basis: array<vec4f>;

// Cosine and sine of each pair of the round.
var<workgroup> rotations: array<vec2f, PAIRS>;

fn leading(at: u32) -> f32 { return matrices[at]; }

// Rotates the 2 × 2 block on the diagonal, and keeps the rotation for the others.
fn rotate_pair(k: u32, p: u32, q: u32, matrix: u32, largest: f32) {
  let pp = matrix + p * shape.rows + p;
  let pq = upper(matrix, p, q);
  let qq = matrix + q * shape.rows + q;
  let x = matrices[pq];
  let app = matrices[pp];
  let aqq = matrices[qq];
  var rotation = vec2f(1.0, 0.0);
  if (is_to_rotate(app, aqq, x, largest)) {
    let t = tangent(aqq - app, x);
    // 1/√(1 + t²), but by way of its distance from 1: rounded directly, c² + s² would be too large by 0.4 u on average,
    // and a basis would drift from orthonormal by that much a round.
    let r = sqrt(1.0 + t * t);
    let c = 1.0 - t * t / (r * (r + 1.0));
    rotation = vec2f(c, t * c);
    matrices[pp] = app - t * x;
    matrices[qq] = aqq + t * x;
    matrices[pq] = 0.0;
  }
  rotations[k] = rotation;
}

// Rotates block (rows of pair k) × (columns of pair l).
fn rotate_block(k: u32, l: u32, round: u32, players: u32, matrix: u32) {
  let a = rotations[k];
  let b = rotations[l];
  if (a.y == 0.0 && b.y == 0.0) { return; }
  let p = first_of(k, round, players);
  let q = second_of(k, round, players);
  let u = first_of(l, round, players);
  let v = second_of(l, round, players);
  let pu_at = upper(matrix, p, u);
  let pv_at = upper(matrix, p, v);
  let qu_at = upper(matrix, q, u);
  let qv_at = upper(matrix, q, v);
  let pu = matrices[pu_at];
  let pv = matrices[pv_at];
  let qu = matrices[qu_at];
  let qv = matrices[qv_at];
  let top = vec2f(a.x * pu - a.y * qu, a.x * pv - a.y * qv);
  let bottom = vec2f(a.y * pu + a.x * qu, a.y * pv + a.x * qv);
  matrices[pu_at] = b.x * top.x - b.y * top.y;
  matrices[pv_at] = b.y * top.x + b.x * top.y;
  matrices[qu_at] = b.x * bottom.x - b.y * bottom.y;
  matrices[qv_at] = b.y * bottom.x + b.x * bottom.y;
}

fn rotate_entries(k: u32, p: u32, q: u32) {
  let rotation = rotations[k];
  if (rotation.y == 0.0) { return; }
  let x = basis[p];
  let y = basis[q];
  basis[p] = rotation.x * x - rotation.y * y;
  basis[q] = rotation.y * x + rotation.x * y;
}
