// Elementary functions to single precision, for four arguments at once.
//
// WGSL promises little of its built-ins: lavapipe's tanh is off by 10⁻⁴ relative near 0, and Vulkan
// allows sin and cos an absolute error of 2⁻¹¹. Such errors destroy the digits that decide the rank
// of features. So these functions are our own, by argument reduction and polynomials, from +, −, ×,
// / and bit patterns alone. NaN stays NaN; it is recognised by its bits, because Mesa's compiler
// takes x != x for false.
//
// Errors in units of u = 2⁻²⁴, relative unless said otherwise, as measured on lavapipe and, in
// brackets, as the tests bound them everywhere, with room for divisions, which Vulkan lets be off
// by 5 u. Results below 1.2·10⁻³⁸ may be 0.
//    exp 2.0 (3)     expm1 1.4 (3)     log1p 3.4 (8)     tanh 2.7 (8)     1 / (1 + e^−x) 3.4 (8)
//    erfc 7.4 (1 + x²) (16 (1 + x²))
//    sine, cosine 1.3 (2) absolute, for |x| < 8192; beyond, they lose digits but stay in [−1, 1]

const LN2: f32 = 0.693147181;
// ln 2 = LN2_HIGH + LN2_LOW, the first with trailing zeros so that k · LN2_HIGH is exact.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

fn is_nan(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}

fn is_not_finite(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

// 2^k for integer k in [-126, 127].
fn power_of_two(k: vec4f) -> vec4f {
  return bitcast<vec4f>((vec4i(k) + vec4i(127)) << vec4u(23u));
}

// (e^r − 1 − r) for |r| ≤ ln 2 / 2, by Taylor's series; the first term left out is r⁹/9! < 3·10⁻¹⁰.
fn expm1_tail(r: vec4f) -> vec4f {
  var p = vec4f(1.0 / 40320.0);
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  return r * r * p;
}

// e^x; 0 below −87 and e^88 above 88. NaN stays NaN.
fn exponential(x: vec4f) -> vec4f {
  let y = clamp(x, vec4f(-87.0), vec4f(88.0));
  let k = round(y / LN2);
  let r = (y - k * LN2_HIGH) - k * LN2_LOW;
  let value = (1.0 + (r + expm1_tail(r))) * power_of_two(k);
  return select(select(value, vec4f(), x < vec4f(-87.0)), x, is_nan(x));
}

// e^x − 1 for x ≤ 0, relative to itself.
fn expm1_negative(x: vec4f) -> vec4f {
  let y = max(x, vec4f(-20.0));
  let k = round(y / LN2);
  let r = (y - k * LN2_HIGH) - k * LN2_LOW;
  let scale = power_of_two(k);
  return select((scale - 1.0) + scale * (r + expm1_tail(r)), x, is_nan(x));
}

// log(1 + x) for x ≥ 0: 2 artanh(s) with s = y / (2 + y), after a power of two is taken out of 1 +
// x.
fn log1p(x: vec4f) -> vec4f {
  let sum = 1.0 + x;
  let bits = bitcast<vec4i>(sum);
  // 1 + x = 2^k f with f in [√½, √2); k = 0 keeps the digits of a small x.
  let k = (bits - vec4i(0x3f3504f3)) >> vec4u(23u);
  let f = bitcast<vec4f>(bits - (k << vec4u(23u)));
  let y = select(f - 1.0, x, k == vec4i(0));
  let s = y / (2.0 + y);
  let q = s * s;
  var p = vec4f(2.0 / 11.0);
  p = p * q + 2.0 / 9.0;
  p = p * q + 2.0 / 7.0;
  p = p * q + 2.0 / 5.0;
  p = p * q + 2.0 / 3.0;
  let value = (s * 2.0 + s * q * p) + vec4f(k) * LN2;
  return select(value, x, is_not_finite(x));
}

// tanh x = −m / (2 + m) with m = e^(−2|x|) − 1, with the sign of x.
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let m = expm1_negative(-2.0 * abs(x));
  return select(-sign(x) * m / (2.0 + m), x, is_nan(x));
}

// 1 / (1 + e^(−x)), relative to itself on both sides.
fn logistic(x: vec4f) -> vec4f {
  let e = exponential(-abs(x));
  return select(e, vec4f(1.0), x >= vec4f()) / (1.0 + e);
}

// erfc(x) for x ≥ 0: t e^(−x²) P(t), t = 1 / (1 + x/2). P is the weighted least-squares fit of
// degree 8 to e^(x²) erfc(x) / t on t in [0.16, 1] at 4,000 Chebyshev points: relative error 5·10⁻⁸
// before rounding. x² is rounded before it is an exponent, so the relative error grows as x².
fn erfc_positive(x: vec4f) -> vec4f {
  let t = 1.0 / (1.0 + 0.5 * x);
  var p = vec4f(-0.0597535143);
  p = p * t + 0.287780209;
  p = p * t - 0.493531186;
  p = p * t + 0.284928872;
  p = p * t - 0.0310674907;
  p = p * t + 0.20443676;
  p = p * t + 0.242696084;
  p = p * t + 0.282426436;
  p = p * t + 0.282083783;
  return t * exponential(-x * x) * p;
}

// sin and cos: x = k π/2 + r with |r| about π/4 at most, then Taylor's series; π/2 in three parts,
// so that k times the first two is exact for |k| < 2¹² and nearly so to 2¹³. Where x is so large
// that r has no digit left, the clamp keeps the result within [−1, 1]; infinities and NaN come out
// as they are.
struct SineCosine { sine: vec4f, cosine: vec4f }

fn sine_cosine(x: vec4f) -> SineCosine {
  let k = round(x * 0.636619772);
  let remainder = ((x - k * 1.5703125) - k * 4.83751297e-4) - k * 7.54978942e-8;
  let r = clamp(remainder, vec4f(-1.0), vec4f(1.0));
  let q = r * r;
  var s = vec4f(1.0 / 362880.0);
  s = s * q - 1.0 / 5040.0;
  s = s * q + 1.0 / 120.0;
  s = s * q - 1.0 / 6.0;
  s = r + r * q * s;
  var c = vec4f(-1.0 / 3628800.0);
  c = c * q + 1.0 / 40320.0;
  c = c * q - 1.0 / 720.0;
  c = c * q + 1.0 / 24.0;
  c = 1.0 - (0.5 * q - q * q * c);
  let quadrant = vec4i(clamp(k, vec4f(-1.0e9), vec4f(1.0e9))) & vec4i(3);
  let odd = (quadrant & vec4i(1)) == vec4i(1);
  let sine = select(s, c, odd);
  let cosine = select(c, s, odd);
  let sine_sign = select(vec4f(1.0), vec4f(-1.0), quadrant >= vec4i(2));
  let cosine_sign = select(vec4f(1.0), vec4f(-1.0), (quadrant == vec4i(1)) | (quadrant == vec4i(2)));
  let lost = is_not_finite(x);
  return SineCosine(select(sine * sine_sign, x, lost), select(cosine * cosine_sign, x, lost));
}
