// The rounded operations that double_single.wgsl is made of, by the adapter's own arithmetic.
//
// Each result passes through `rounded`, an exclusive-or with a 0 that only the running kernel
// knows. To a compiler that may reassociate, as WGSL allows and Mesa does, the outcome is another
// number. It can neither cancel a term, nor fuse a product into a sum, nor keep more than single
// precision. This costs one integer operation per flop; reading the 0 is hoisted.
//
// The results are exact where sums and products are rounded to nearest. Every known GPU rounds so,
// though Vulkan does not ask for it. The start-up test of double_single_self_test.wgsl checks it,
// and takes double_single_integer.wgsl where it does not hold. Cost: two_sum 6 flops, quick_two_sum
// 3, two_prod 11, the others 1, and as many exclusive-ors.

fn rounded(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ run_time_zero());
}

fn rounded_sum(a: f32, b: f32) -> f32 {
  return rounded(a + b);
}

fn rounded_product(a: f32, b: f32) -> f32 {
  return rounded(a * b);
}

// a / b as the adapter divides: up to 2.5 ulp off.
fn raw_quotient(a: f32, b: f32) -> f32 {
  return rounded(a / b);
}

// √a as the adapter takes it: up to 4.5 ulp off.
fn raw_root(a: f32) -> f32 {
  return rounded(sqrt(a));
}

// a + b = s + e exactly, s rounded; in any order of magnitude (Knuth).
fn two_sum(a: f32, b: f32) -> vec2f {
  let s = rounded(a + b);
  let t = rounded(s - a);
  return vec2f(s, rounded(rounded(a - rounded(s - t)) + rounded(b - t)));
}

// The same for |a| ≥ |b| or a = 0 (Dekker).
fn quick_two_sum(a: f32, b: f32) -> vec2f {
  let s = rounded(a + b);
  return vec2f(s, rounded(b - rounded(s - a)));
}

// a b = p + e exactly, p rounded. WGSL's fma need not be fused, so the error is put together from
// products of 12-bit halves, each exact, in an order in which each sum is also exact.
fn two_prod(a: f32, b: f32) -> vec2f {
  let p = rounded(a * b);
  let x = split(a);
  let y = split(b);
  var e = rounded(rounded(x.x * y.x) - p);
  e = rounded(e + rounded(x.x * y.y));
  e = rounded(e + rounded(x.y * y.x));
  return vec2f(p, rounded(e + rounded(x.y * y.y)));
}
