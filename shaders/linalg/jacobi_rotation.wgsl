// Which entries of a symmetric matrix two-sided Jacobi rotates, in what order and by which angle; for jacobi_rounds.wgsl
// and block_jacobi.wgsl, whose `shape` has the members `least` and `tail`.
//
// Convergence is judged at the start of a sweep by the norm of the off-diagonal, scaled by the diagonal,
//     off² = Σ_{i<j} a_ij² / (d_i d_j),   d_i = max(|a_ii|, 2⁻⁶⁰ max_k |a_kk|),
// and a pair is left alone where the root of its term is at most `least`: what remains perturbs each eigenvalue
// relative to itself (Demmel and Veselić 1992), so small eigenvalues keep the digits that A has of them. A pair with
// |a_ii| or |a_jj| below tail · max_k |a_kk| is noise: it does not count and is not rotated.

// 2⁻⁶⁰: a diagonal entry of rounding noise, or 0, is taken for this share of the largest.
const FLOOR: f32 = 8.6736174e-19;

// Players of pair k in a round of a round-robin tournament: the last one stays, the others go round. Sums stay below
// 2 (players − 1), so a comparison does for the remainder: an integer division costs lavapipe and GPUs as much as the
// rest of a round's arithmetic.
fn first_of(k: u32, round: u32, players: u32) -> u32 {
  let place = round + k;
  return select(select(place, place - (players - 1u), place >= players - 1u), players - 1u, k == 0u);
}

fn second_of(k: u32, round: u32, players: u32) -> u32 {
  return select(select(round - k, round + players - 1u - k, round < k), round, k == 0u);
}

// e / divisor for e < 2²², by the reciprocal: the half keeps the quotient away from whole numbers.
fn quotient(e: u32, reciprocal: f32) -> u32 {
  return u32((f32(e) + 0.5) * reciprocal);
}

// Whether a pair with diagonal entries x, y and off-diagonal z is to be rotated.
fn is_to_rotate(x: f32, y: f32, z: f32, largest: f32) -> bool {
  let scale = sqrt(max(abs(x), FLOOR * largest)) * sqrt(max(abs(y), FLOOR * largest));
  return abs(z) > shape.least * scale && min(abs(x), abs(y)) >= shape.tail * largest;
}

// Tangent of the smaller angle that makes the off-diagonal z zero, from the difference of the diagonal entries.
fn tangent(difference: f32, z: f32) -> f32 {
  let tau = difference / (2.0 * z);
  // Beyond 10⁹ the square of τ adds nothing to 1 that single precision could hold.
  if (abs(tau) >= 1.0e9) { return 0.5 / tau; }
  return select(-1.0, 1.0, tau >= 0.0) / (abs(tau) + sqrt(1.0 + tau * tau));
}
