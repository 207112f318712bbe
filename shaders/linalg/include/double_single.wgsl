// Double-single arithmetic: numbers x = hi + lo of two single-precision words, hi = x rounded to
// single, |lo| ≤ ulp(hi)/2. It gives about 48 bits on adapters without float64. A number is held in
// a vec2f, hi in .x and lo in .y.
//
// It is built on one of two files that supply the rounded operations of single precision, and on
// the kernel's own zero:
//     double_single_float.wgsl     by the adapter's arithmetic
//     double_single_integer.wgsl   by integers on the bits, for adapters whose compiler or
//                                  arithmetic defeats the first file
//     fn run_time_zero() -> u32    0, from a uniform or storage buffer, unknown to the compiler
// Each file supplies two_sum, quick_two_sum, two_prod, rounded_sum, rounded_product, raw_quotient,
// raw_root. Everything here is made of those alone and of bit patterns. So both forms give the same
// bits, and no compiler has an expression to rearrange: Mesa's turns (a + b) − a into b.
// double_single_self_test.wgsl finds out which of the two an adapter needs.
//
// Error, relative to the result, in units of u² = 2⁻⁴⁸, after Joldes, Muller and Popescu, "Tight
// and rigorous error bounds for basic building blocks of double-word arithmetic", ACM TOMS 44
// (2017), whose numbering is given. Cost in rounded operations of single precision (flops); a
// two_sum is 6, a quick_two_sum 3, a two_prod 11. The second bound is for adapters that use
// Vulkan's freedom to be 2.5 ulp off in a division.
//     two_sum, quick_two_sum, two_prod, split, ds_from_f32, ds_negate, ds_scale   exact
//     ds_add, ds_sub    3           20 flops    algorithm 6
//     ds_add_f32        2           10          algorithm 4
//     ds_mul            7           18          algorithm 10 (5: Muller, Rideau, TOMS 48, 2022)
//     ds_mul_f32        2           19          algorithm 7
//     ds_div           15 or 27     42          algorithm 17
//     ds_sqrt         4.2 or 11     36          below
//     ds_fma_f32        3           31          acc + a b for single a, b: the product is exact
//     ds_fma            3           38          acc + a b, and 7 relative to a b
// The bounds hold for operands, products and results of magnitude 2⁻⁷⁰ to 2¹²⁶, or 0: adapters may
// flush numbers below 2⁻¹²⁶ to 0, and low words are the first to go. two_prod is exact for |a b| ≥
// 2⁻⁷⁸, two_sum for |a|, |b| ≥ 2⁻¹⁰³. Where a result overflows or an operand is not finite, hi is
// infinite or NaN and lo is anything.
//
// The float form wins wherever it passes its test. On lavapipe a ds_fma_f32 takes an invocation 0.4
// ns, by integers 8 ns; with operands from memory, whose reading takes 1.2 ns, 1.6 and 9 ns; ds_div
// 2.6 and 29 ns; and the whole of gram_double_single.wgsl takes 8 times as long by integers. On a
// GPU, not yet measured, a ds_fma_f32 is about 60 instructions with the exclusive-ors, and over 300
// by integers, with branches.
//
// needs: double_single_float.wgsl | double_single_integer.wgsl

// x = hi + lo, at most 12 significant bits each, of one sign. By masking: Veltkamp's split by a
// multiplication overflows for large x, and leans on the compiler.
fn split(x: f32) -> vec2f {
  let high = bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
  return vec2f(high, rounded_sum(x, -high));
}

fn ds_from_f32(x: f32) -> vec2f {
  return vec2f(x, 0.0);
}

fn ds_negate(x: vec2f) -> vec2f {
  return bitcast<vec2f>(bitcast<vec2u>(x) ^ vec2u(0x80000000u));
}

// x · 2^k for any k, in the exponents; 0 below 2⁻¹²⁶, infinite above 2¹²⁸.
fn ds_scale(x: vec2f, k: i32) -> vec2f {
  let bits = bitcast<vec2u>(x);
  let sign = bits & vec2u(0x80000000u);
  let exponent = vec2i((bits >> vec2u(23u)) & vec2u(255u));
  let shifted = exponent + vec2i(clamp(k, -300, 300));
  var scaled = sign | (vec2u(clamp(shifted, vec2i(0), vec2i(255))) << vec2u(23u)) | (bits & vec2u(0x7fffffu));
  scaled = select(scaled, sign | vec2u(0x7f800000u), shifted >= vec2i(255));
  scaled = select(scaled, sign, (shifted <= vec2i(0)) | (exponent == vec2i(0)));
  return bitcast<vec2f>(select(scaled, bits, exponent == vec2i(255)));
}

// Orders singles as signed integers; both zeros, and whatever a denormal is flushed to, are 0.
fn order_key(x: f32) -> i32 {
  let bits = bitcast<u32>(x);
  let magnitude = i32(bits & 0x7fffffffu);
  let signed_magnitude = select(magnitude, -magnitude, bits >= 0x80000000u);
  return select(signed_magnitude, 0, magnitude < 0x00800000);
}

// −1, 0, 1 for x below, equal to, above y; 2 where either is NaN, which shows in its bits, because
// Mesa's compiler takes x != x for false.
fn ds_compare(x: vec2f, y: vec2f) -> i32 {
  let magnitudes = bitcast<vec2u>(vec2f(x.x, y.x)) & vec2u(0x7fffffffu);
  if (any(magnitudes > vec2u(0x7f800000u))) { return 2; }
  let x_key = vec2i(order_key(x.x), order_key(x.y));
  let y_key = vec2i(order_key(y.x), order_key(y.y));
  let by_high = i32(x_key.x > y_key.x) - i32(x_key.x < y_key.x);
  let by_low = i32(x_key.y > y_key.y) - i32(x_key.y < y_key.y);
  return select(by_high, by_low, by_high == 0);
}

fn ds_add(x: vec2f, y: vec2f) -> vec2f {
  let high = two_sum(x.x, y.x);
  let low = two_sum(x.y, y.y);
  let sum = quick_two_sum(high.x, rounded_sum(high.y, low.x));
  return quick_two_sum(sum.x, rounded_sum(low.y, sum.y));
}

fn ds_sub(x: vec2f, y: vec2f) -> vec2f {
  return ds_add(x, ds_negate(y));
}

fn ds_add_f32(x: vec2f, y: f32) -> vec2f {
  let high = two_sum(x.x, y);
  return quick_two_sum(high.x, rounded_sum(x.y, high.y));
}

fn ds_mul(x: vec2f, y: vec2f) -> vec2f {
  let high = two_prod(x.x, y.x);
  let low = rounded_sum(rounded_product(x.x, y.y), rounded_product(x.y, y.x));
  return quick_two_sum(high.x, rounded_sum(high.y, low));
}

fn ds_mul_f32(x: vec2f, y: f32) -> vec2f {
  let high = two_prod(x.x, y);
  let sum = quick_two_sum(high.x, rounded_product(x.y, y));
  return quick_two_sum(sum.x, rounded_sum(sum.y, high.y));
}

// a / b to 0.5 ulp, and 2⁻²⁰ of one: Vulkan lets a division be 2.5 ulp off, of which one Newton
// step from the exact remainder leaves nothing. It changes no quotient that was rounded correctly.
fn rounded_quotient(a: f32, b: f32) -> f32 {
  let quotient = raw_quotient(a, b);
  let product = two_prod(quotient, b);
  let remainder = rounded_sum(rounded_sum(a, -product.x), -product.y);
  return rounded_sum(quotient, raw_quotient(remainder, b));
}

// √a to 0.5 ulp, and 2⁻¹⁸ of one, for a > 0. Vulkan's square root may be 4.5 ulp off.
fn rounded_root(a: f32) -> f32 {
  let root = raw_root(a);
  let square = two_prod(root, root);
  let remainder = rounded_sum(rounded_sum(a, -square.x), -square.y);
  return rounded_sum(root, rounded_product(0.5, raw_quotient(remainder, root)));
}

// The quotient of the high words, then the remainder's. The remainder is at most 3 u |x|, so that a
// last division that is 5 u off instead of u adds 12 u².
fn ds_div(x: vec2f, y: vec2f) -> vec2f {
  let quotient = rounded_quotient(x.x, y.x);
  let product = ds_mul_f32(y, quotient);
  let high = rounded_sum(x.x, -product.x);
  let low = rounded_sum(x.y, -product.y);
  return quick_two_sum(quotient, raw_quotient(rounded_sum(high, low), y.x));
}

// s = √hi rounded, then a Newton step: √x ≈ s + ρ / 2s, ρ = x − s² ≤ 3 u x. Relative to √x the
// square that Newton leaves out is (1.5 u)² / 2, rounding ρ and the division 1.5 u² each (the
// division 7.5 u² where it is 5 u off). √0 is 0, that of a negative number NaN.
fn ds_sqrt(x: vec2f) -> vec2f {
  let order = order_key(x.x);
  if (order <= 0) { return bitcast<vec2f>(vec2u(select(0x7fc00000u, 0u, order == 0) ^ run_time_zero(), 0u)); }
  let root = rounded_root(x.x);
  let square = two_prod(root, root);
  let high = rounded_sum(rounded_sum(x.x, -square.x), -square.y);
  let correction = rounded_product(0.5, raw_quotient(rounded_sum(x.y, high), root));
  return quick_two_sum(root, correction);
}

fn ds_fma_f32(acc: vec2f, a: f32, b: f32) -> vec2f {
  return ds_add(acc, two_prod(a, b));
}

fn ds_fma(acc: vec2f, a: vec2f, b: vec2f) -> vec2f {
  return ds_add(acc, ds_mul(a, b));
}
