// The rounded operations that double_single.wgsl is made of, by integers on the bits of
// single-precision numbers.
//
// No float is added, multiplied or compared here, so no compiler and no arithmetic unit can do it
// another way: rounding is to nearest, ties to even, whatever the adapter rounds to. The part that
// rounding cuts off is at hand as an integer, so the error of a sum or product comes almost for
// free. The bits are those of double_single_float.wgsl where that file works. Denormal operands and
// results are 0, as on most adapters.
//
// Cost: about 60 integer operations for a sum and 45 for a product, with its error or without;
// there are no loops, whose iterations lavapipe would count. It is for adapters that fail the
// start-up test of double_single_self_test.wgsl, and for checking: double_single_float.wgsl is
// several times faster wherever it works.

const SIGN: u32 = 0x80000000u;
const INFINITE: u32 = 0x7f800000u;
const NOT_A_NUMBER: u32 = 0x7fc00000u;

fn biased_exponent(bits: u32) -> i32 {
  return i32((bits >> 23u) & 255u);
}

// 24 bits, the leading one included.
fn significand(bits: u32) -> u32 {
  return (bits & 0x7fffffu) | 0x800000u;
}

fn is_nan_bits(bits: u32) -> bool {
  return (bits & 0x7fffffffu) > INFINITE;
}

// ±m · 2^(exponent − 150) with 2²³ ≤ m ≤ 2²⁴; zero below the normal range, infinite above.
fn encode(sign: u32, m: u32, exponent: i32) -> u32 {
  let bits = (u32(clamp(exponent, 1, 300) - 1) << 23u) + m;
  return sign | select(select(bits, INFINITE, bits >= INFINITE), 0u, exponent < 1);
}

// ±(q · 2^k + r) · 2^(exponent − 150) with 2²³ ≤ q < 2²⁴, r < 2^k, 0 < k ≤ 26: rounded, and what
// rounding cut off, which has 24 significant bits at most.
fn round_off(sign: u32, q: u32, r: u32, k: u32, exponent: i32) -> vec2f {
  let half = 1u << (k - 1u);
  let up = r > half || (r == half && (q & 1u) == 1u);
  let high = encode(sign, q + u32(up), exponent + i32(k));
  let rest = select(r, (1u << k) - r, up);
  let lead = i32(firstLeadingBit(rest | 1u));
  let m = select(rest << u32(max(23 - lead, 0)), rest >> u32(max(lead - 23, 0)), lead > 23);
  let low = encode(sign ^ select(0u, SIGN, up), m, exponent + lead - 23);
  return bitcast<vec2f>(vec2u(high, select(low, 0u, rest == 0u)));
}

fn two_sum(a: f32, b: f32) -> vec2f {
  let p = bitcast<u32>(a);
  let q = bitcast<u32>(b);
  let swap = (p & ~SIGN) < (q & ~SIGN);
  let large = select(p, q, swap);
  let small = select(q, p, swap);
  let exponent = biased_exponent(large);
  let distance = exponent - biased_exponent(small);
  if (exponent == 255) {
    let undefined = is_nan_bits(large) || (large ^ small) == SIGN;
    return bitcast<vec2f>(vec2u(select(large, NOT_A_NUMBER, undefined), 0u));
  }
  // Zeros; −0 only where both are.
  if (exponent == 0) { return bitcast<vec2f>(vec2u(p & q & SIGN, 0u)); }
  if (exponent == distance) { return bitcast<vec2f>(vec2u(large, 0u)); }
  // Less than a quarter of an ulp: even below a power of two the sum rounds to the larger one.
  if (distance > 25) { return bitcast<vec2f>(vec2u(large, small)); }

  // Both as integers of 64 bits in units of 2^(exponent − 175), that of the smaller one's last bit
  // or below.
  let m = significand(large);
  let n = significand(small);
  let shift = u32(25 - distance);
  let x = vec2u(m >> 7u, m << 25u);
  let y = vec2u((n >> 1u) >> (31u - shift), n << shift);
  let added = x.y + y.y;
  let plus = vec2u(x.x + y.x + u32(added < x.y), added);
  let minus = vec2u(x.x - y.x - u32(x.y < y.y), x.y - y.y);
  let total = select(plus, minus, ((large ^ small) & SIGN) != 0u);

  if (all(total == vec2u(0u))) { return vec2f(); }
  let sign = large & SIGN;
  let lead = select(firstLeadingBit(total.y), firstLeadingBit(total.x) + 32u, total.x != 0u);
  if (lead <= 23u) {
    let whole = encode(sign, total.y << (23u - lead), exponent - 25 - i32(23u - lead));
    return bitcast<vec2f>(vec2u(whole, 0u));
  }
  let k = lead - 23u;
  let quotient = (total.y >> k) | (total.x << (32u - k));
  return round_off(sign, quotient, total.y & ((1u << k) - 1u), k, exponent - 25);
}

// As two_sum; a zero b comes out as it went in, sign included, as from the float form.
fn quick_two_sum(a: f32, b: f32) -> vec2f {
  let sum = two_sum(a, b);
  return vec2f(sum.x, select(sum.y, b, (bitcast<u32>(b) & ~SIGN) == 0u));
}

fn rounded_sum(a: f32, b: f32) -> f32 {
  return two_sum(a, b).x;
}

fn two_prod(a: f32, b: f32) -> vec2f {
  let p = bitcast<u32>(a);
  let q = bitcast<u32>(b);
  let sign = (p ^ q) & SIGN;
  let x = biased_exponent(p);
  let y = biased_exponent(q);
  if (max(x, y) == 255) {
    let undefined = is_nan_bits(p) || is_nan_bits(q) || min(x, y) == 0;
    return bitcast<vec2f>(vec2u(select(sign | INFINITE, NOT_A_NUMBER, undefined), 0u));
  }
  if (min(x, y) == 0) { return bitcast<vec2f>(vec2u(sign, 0u)); }
  // 24 × 24 bits in halves of 12: the product is high · 2²⁴ + low.
  let m = significand(p);
  let n = significand(q);
  let lowest = (m & 0xfffu) * (n & 0xfffu);
  let middle = (m >> 12u) * (n & 0xfffu) + (m & 0xfffu) * (n >> 12u) + (lowest >> 12u);
  let high = (m >> 12u) * (n >> 12u) + (middle >> 12u);
  let low = ((middle & 0xfffu) << 12u) | (lowest & 0xfffu);
  // Of 48 bits, or of 47.
  let k = select(23u, 24u, high >= 0x800000u);
  let quotient = select((high << 1u) | (low >> 23u), high, k == 24u);
  return round_off(sign, quotient, low & ((1u << k) - 1u), k, x + y - 150);
}

fn rounded_product(a: f32, b: f32) -> f32 {
  return two_prod(a, b).x;
}

// a / b rounded to nearest: 24 bits by long division, 8 at a time.
fn raw_quotient(a: f32, b: f32) -> f32 {
  let p = bitcast<u32>(a);
  let q = bitcast<u32>(b);
  let sign = (p ^ q) & SIGN;
  let x = biased_exponent(p);
  let y = biased_exponent(q);
  if (max(x, y) == 255 || min(x, y) == 0) {
    let undefined = is_nan_bits(p) || is_nan_bits(q) || (x == y);
    let bits = sign | select(0u, INFINITE, x == 255 || y == 0);
    return bitcast<f32>(select(bits, NOT_A_NUMBER, undefined));
  }
  let n = significand(q);
  let less = significand(p) < n;
  let m = significand(p) << select(0u, 1u, less);
  let high = (m << 7u) / n;
  let middle = ((m << 7u) - high * n) << 8u;
  let low = (middle - (middle / n) * n) << 8u;
  let quotient = (high << 16u) + ((middle / n) << 8u) + low / n;
  let remainder = low - (low / n) * n;
  // No quotient of two 24-bit integers lies half-way.
  return bitcast<f32>(encode(sign, quotient + u32(2u * remainder > n), x - y + 127 - select(0, 1, less)));
}

// √a rounded to nearest, for a > 0; 0 for 0, NaN for negative numbers.
fn raw_root(a: f32) -> f32 {
  let p = bitcast<u32>(a);
  if (biased_exponent(p) == 0) { return bitcast<f32>(p & SIGN); }
  if (p >= INFINITE) { return bitcast<f32>(select(NOT_A_NUMBER, INFINITE, p == INFINITE)); }
  // a = M · 2^(even), M = top · 2¹⁶ of 47 or 48 bits. First the root of top, floored: Newton's
  // steps from a chord of the parabola, from above ever after.
  let odd = (p >> 23u) & 1u;
  let top = significand(p) << (8u - odd);
  var s = ((top >> 16u) * 2u + 65536u) / 3u;
  s = (s + top / s) >> 1u;
  s = (s + top / s) >> 1u;
  s = min((s + top / s) >> 1u, 65535u);
  s -= u32(s * s > top);
  // Then 8 bits more from the remainder, d = (M − (2⁸ s)²) / 2⁹ s, at most one too large.
  let rest = (top - s * s) << 7u;
  let d = rest / s;
  var root = (s << 8u) + d;
  var remainder = i32((rest - d * s) << 9u) - i32(d * d);
  if (remainder < 0) {
    root -= 1u;
    remainder += i32(2u * root + 1u);
  }
  // (root + ½)² is no integer: there is no half-way.
  return bitcast<f32>(encode(0u, root + u32(remainder > i32(root)), (biased_exponent(p) + 127) >> 1u));
}
