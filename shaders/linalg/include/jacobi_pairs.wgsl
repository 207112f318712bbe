// The pairs that meet in a round of Jacobi's rotations, one-sided or two-sided, and the angle by
// which a pair is rotated.

// Players of pair k in a round of a round-robin tournament: the last one stays, the others go
// round. Sums stay below 2 (players − 1), so a comparison does for the remainder: an integer
// division costs lavapipe and GPUs as much as the rest of a round's arithmetic.
fn first_of(k: u32, round: u32, players: u32) -> u32 {
  let place = round + k;
  return select(select(place, place - (players - 1u), place >= players - 1u), players - 1u, k == 0u);
}

fn second_of(k: u32, round: u32, players: u32) -> u32 {
  return select(select(round - k, round + players - 1u - k, round < k), round, k == 0u);
}

// Lower number of pair k of a round among 16: pairs differ by an exclusive or with the round, 1 …
// 15, whose highest bit is number `high`.
fn low_of(k: u32, high: u32) -> u32 {
  return ((k >> high) << (high + 1u)) | (k & ((1u << high) - 1u));
}

// Place of entry (i, j) of a symmetric 16 × 16 matrix, of which the upper triangle is kept.
fn place_of(i: u32, j: u32) -> u32 { return 16u * min(i, j) + max(i, j); }

// Tangent of the smaller angle that makes the off-diagonal z zero, from the difference of the
// diagonal entries.
fn tangent(difference: f32, z: f32) -> f32 {
  let tau = difference / (2.0 * z);
  // Beyond 10⁹ the square of τ adds nothing to 1 that single precision could hold.
  if (abs(tau) >= 1.0e9) { return 0.5 / tau; }
  return select(-1.0, 1.0, tau >= 0.0) / (abs(tau) + sqrt(1.0 + tau * tau));
}
