// Compensated sums of vectors of singles: a running sum, and beside it what its additions rounded
// off.
//
// A kernel that includes this file supplies its own zero:
//     fn run_time_zero() -> u32    0, from a uniform or storage buffer, unknown to the compiler
// Each rounded intermediate passes through an exclusive-or with it; double_single_float.wgsl says
// why. The start-up test of that arithmetic also tests these sums.
//
// After K additions high + low is the sum but for the roundings of low: K u times Σ of what was
// rounded off, itself at most K u Σ|terms|. So 2 (K u)² Σ|terms| bounds it, while K u ≤ 1/4 (Ogita,
// Rump, Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26, 2005, algorithm Sum2).
// Cost: 7 flops per addition and 6 exclusive-ors.

struct Sum { high: vec4f, low: vec4f }

fn rounded(x: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(x) ^ vec4u(run_time_zero()));
}

fn add(sum: Sum, term: vec4f) -> Sum {
  let high = rounded(sum.high + term);
  let added = rounded(high - sum.high);
  let lost = rounded(sum.high - rounded(high - added)) + rounded(term - added);
  return Sum(high, sum.low + rounded(lost));
}
