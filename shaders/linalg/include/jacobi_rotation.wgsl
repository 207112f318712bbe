// The entries of a symmetric matrix that two-sided Jacobi rotates, for jacobi_rounds.wgsl and
// block_jacobi.wgsl, whose `shape` has the members `least` and `tail`. Pairs and angles are those
// of jacobi_pairs.wgsl.
//
// Convergence is judged at the start of a sweep by the norm of the off-diagonal, scaled by the
// diagonal,
//     off² = Σ_{i<j} a_ij² / (d_i d_j),   d_i = max(|a_ii|, 2⁻⁶⁰ max_k |a_kk|).
// A pair is left alone where the root of its term is at most `least`: what remains perturbs each
// eigenvalue relative to itself (Demmel and Veselić 1992), so small eigenvalues keep the digits
// that A has of them. A pair with |a_ii| or |a_jj| below tail · max_k |a_kk| is noise: it does not
// count and is not rotated.
//
// needs: jacobi_pairs.wgsl

// 2⁻⁶⁰: a diagonal entry of rounding noise, or 0, is taken for this share of the largest.
const FLOOR: f32 = 8.6736174e-19;

// e / divisor for e < 2²², by the reciprocal: the half keeps the quotient away from whole numbers.
fn quotient(e: u32, reciprocal: f32) -> u32 {
  return u32((f32(e) + 0.5) * reciprocal);
}

// The larger of two numbers that are not negative; NaN is above infinity.
fn larger(x: f32, y: f32) -> f32 { return bitcast<f32>(max(bitcast<u32>(x), bitcast<u32>(y))); }

// Whether a pair with diagonal entries x, y and off-diagonal z is to be rotated.
fn is_to_rotate(x: f32, y: f32, z: f32, largest: f32) -> bool {
  let scale = sqrt(max(abs(x), FLOOR * largest)) * sqrt(max(abs(y), FLOOR * largest));
  return abs(z) > shape.least * scale && min(abs(x), abs(y)) >= shape.tail * largest;
}
