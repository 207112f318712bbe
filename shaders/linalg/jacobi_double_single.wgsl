// Two-sided Jacobi in double-single arithmetic: eigenvalues and eigenvectors of symmetric matrices, one workgroup a matrix.
//
//   A ← Jᵀ A J,  B ← Jᵀ B,   J the rotation of ⌊n/2⌋ disjoint pairs (p, q) that makes each a_pq zero
//
// A: rows × rows pairs hi, lo; ends with the eigenvalues on its diagonal. B: rows of row_stride pairs. Both are as in
// jacobi.wgsl; pairs, rounds and convergence are those of jacobi_rounds.wgsl.
//
// The tangent t of an angle need be right to single precision only: a rotation with c = 1/√(1 + t²) and s = t c to double-
// single is orthogonal to some 2⁻⁴⁴ whatever t is, and leaves a_pq smaller by 10⁷; the next sweep does the rest. So a
// matrix that is diagonal to 10⁻⁷, as one in the eigenbasis that single precision found, is done in two sweeps.
//
// Cost of a round: some 560·h(h−1)/2 flops on A, 280·h·row_stride on B; two barriers. Bound by arithmetic.
// Needs jacobi_rounds.wgsl, double_single.wgsl and one of its two forms.

@group(0) @binding(3) var<storage, read_write> matrices: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> basis: array<vec2f>;

// Cosine and sine of each pair of the round: hi, lo, hi, lo.
var<workgroup> rotations: array<vec4f, PAIRS>;

fn run_time_zero() -> u32 { return shape.zero; }

fn leading(at: u32) -> f32 { return matrices[at].x; }

// a x + b y
fn combine(a: vec2f, x: vec2f, b: vec2f, y: vec2f) -> vec2f {
  return ds_fma(ds_mul(a, x), b, y);
}

fn rotate_pair(k: u32, p: u32, q: u32, matrix: u32, largest: f32) {
  let pp = matrix + p * shape.rows + p;
  let pq = upper(matrix, p, q);
  let qq = matrix + q * shape.rows + q;
  let x = matrices[pq];
  let app = matrices[pp];
  let aqq = matrices[qq];
  rotations[k] = vec4f(1.0, 0.0, 0.0, 0.0);
  if (!is_to_rotate(app.x, aqq.x, x.x, largest)) { return; }
  let t = tangent(ds_sub(aqq, app).x, x.x);
  // 1/√(1 + t²) from the rounded one, to second order in its defect: Newton's step leaves 3/8 defect², some 10 u² and
  // always of one sign, so that rotations one after the other would shrink what they turn.
  let square = ds_add_f32(two_prod(t, t), 1.0);
  let guess = 1.0 / sqrt(square.x);
  let defect = ds_sub(vec2f(1.0, 0.0), ds_mul(square, two_prod(guess, guess)));
  let c = quick_two_sum(guess, guess * defect.x * (0.5 + 0.375 * defect.x));
  let s = ds_mul_f32(c, t);
  let minus_s = ds_negate(s);
  rotations[k] = vec4f(c, s);
  // Rows p and q of A J, then of Jᵀ A J.
  let p_p = combine(c, app, minus_s, x);
  let q_p = combine(c, x, minus_s, aqq);
  let p_q = combine(s, app, c, x);
  let q_q = combine(s, x, c, aqq);
  matrices[pp] = combine(c, p_p, minus_s, q_p);
  matrices[qq] = combine(s, p_q, c, q_q);
  matrices[pq] = combine(c, p_q, minus_s, q_q);
}

// Rows of pair k × columns of pair l.
fn rotate_block(k: u32, l: u32, turn: u32, players: u32, matrix: u32) {
  let a = rotations[k];
  let b = rotations[l];
  if (a.z == 0.0 && b.z == 0.0) { return; }
  let p = first_of(k, turn, players);
  let q = second_of(k, turn, players);
  let u = first_of(l, turn, players);
  let v = second_of(l, turn, players);
  let pu_at = upper(matrix, p, u);
  let pv_at = upper(matrix, p, v);
  let qu_at = upper(matrix, q, u);
  let qv_at = upper(matrix, q, v);
  let pu = matrices[pu_at];
  let pv = matrices[pv_at];
  let qu = matrices[qu_at];
  let qv = matrices[qv_at];
  let minus_a = ds_negate(a.zw);
  let minus_b = ds_negate(b.zw);
  let top_u = combine(a.xy, pu, minus_a, qu);
  let top_v = combine(a.xy, pv, minus_a, qv);
  let bottom_u = combine(a.zw, pu, a.xy, qu);
  let bottom_v = combine(a.zw, pv, a.xy, qv);
  matrices[pu_at] = combine(b.xy, top_u, minus_b, top_v);
  matrices[pv_at] = combine(b.zw, top_u, b.xy, top_v);
  matrices[qu_at] = combine(b.xy, bottom_u, minus_b, bottom_v);
  matrices[qv_at] = combine(b.zw, bottom_u, b.xy, bottom_v);
}

fn rotate_entries(k: u32, p: u32, q: u32) {
  let rotation = rotations[k];
  if (rotation.z == 0.0) { return; }
  let x = basis[p];
  let y = basis[q];
  basis[p] = combine(rotation.xy, x, ds_negate(rotation.zw), y);
  basis[q] = combine(rotation.zw, x, rotation.xy, y);
}
