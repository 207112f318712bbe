// One rotation of two-sided Jacobi in double-single arithmetic.
//
// The tangent t of an angle need be right to single precision only. A rotation with c = 1/√(1 + t²)
// and s = t c to double-single is orthogonal to about 2⁻⁴⁴ whatever t is, and it makes a_pq smaller
// by a factor of 10⁷; the next sweep does the rest. So a matrix that is diagonal to 10⁻⁷, as it is
// in the eigenbasis that single precision found, is done in two sweeps.
//
// needs: jacobi_rotation.wgsl, double_single.wgsl

alias Entry = vec2f;
// Cosine and sine: hi, lo, hi, lo.
alias Rotation = vec4f;

const NO_ROTATION = vec4f(1.0, 0.0, 0.0, 0.0);

// The 2 × 2 matrix (pp pq; pq qq) after its rotation, and that rotation.
struct Diagonal { pp: Entry, pq: Entry, qq: Entry, rotation: Rotation }

// a x + b y
fn combine(a: vec2f, x: vec2f, b: vec2f, y: vec2f) -> vec2f {
  return ds_fma(ds_mul(a, x), b, y);
}

fn is_rotation(rotation: Rotation) -> bool { return rotation.z != 0.0; }

// c x − s y
fn rotated_first(rotation: Rotation, x: Entry, y: Entry) -> Entry {
  return combine(rotation.xy, x, ds_negate(rotation.zw), y);
}

// s x + c y
fn rotated_second(rotation: Rotation, x: Entry, y: Entry) -> Entry {
  return combine(rotation.zw, x, rotation.xy, y);
}

fn diagonalize(pp: Entry, pq: Entry, qq: Entry, largest: f32) -> Diagonal {
  if (!is_to_rotate(pp.x, qq.x, pq.x, largest)) { return Diagonal(pp, pq, qq, NO_ROTATION); }
  let t = tangent(ds_sub(qq, pp).x, pq.x);
  // 1/√(1 + t²) from the rounded one, to second order in its defect: Newton's step leaves 3/8
  // defect², about 10 u² and always of one sign, so that rotations one after the other would shrink
  // what they turn.
  let square = ds_add_f32(two_prod(t, t), 1.0);
  let guess = 1.0 / sqrt(square.x);
  let defect = ds_sub(vec2f(1.0, 0.0), ds_mul(square, two_prod(guess, guess)));
  let c = quick_two_sum(guess, guess * defect.x * (0.5 + 0.375 * defect.x));
  let rotation = vec4f(c, ds_mul_f32(c, t));
  // Rows p and q of A J, then of Jᵀ A J.
  let p_p = rotated_first(rotation, pp, pq);
  let q_p = rotated_first(rotation, pq, qq);
  let p_q = rotated_second(rotation, pp, pq);
  let q_q = rotated_second(rotation, pq, qq);
  return Diagonal(
    rotated_first(rotation, p_p, q_p),
    rotated_first(rotation, p_q, q_q),
    rotated_second(rotation, p_q, q_q),
    rotation,
  );
}
