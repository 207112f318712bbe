// Four double-single numbers at a time, as in a row of a matrix, and sums of products that are
// normalised once, or later by normal_four.
//
// The operations of double_single.wgsl normalise every result. Here low words are added up in
// single precision and joined to the high ones at the end, in a fixed order. Bounds count roundings
// of low words, each at most u of their sum, which in turn is at most a few u of the high words.
//
// needs: double_single.wgsl

// Four double-single numbers.
struct Four { high: vec4f, low: vec4f }

fn component(a: Four, k: u32) -> vec2f {
  return vec2f(a.high[k], a.low[k]);
}

fn four_of(a: vec2f, b: vec2f, c: vec2f, d: vec2f) -> Four {
  return Four(vec4f(a.x, b.x, c.x, d.x), vec4f(a.y, b.y, c.y, d.y));
}

fn choose_pair(a: vec2f, b: vec2f, which: bool) -> vec2f {
  return select(a, b, vec2<bool>(which));
}

fn choose(a: Four, b: Four, which: vec4<bool>) -> Four {
  return Four(select(a.high, b.high, which), select(a.low, b.low, which));
}

// acc + x · y
fn fma_four(acc: Four, x: vec2f, y: Four) -> Four {
  return four_of(
    ds_fma(vec2f(acc.high.x, acc.low.x), x, vec2f(y.high.x, y.low.x)),
    ds_fma(vec2f(acc.high.y, acc.low.y), x, vec2f(y.high.y, y.low.y)),
    ds_fma(vec2f(acc.high.z, acc.low.z), x, vec2f(y.high.z, y.low.z)),
    ds_fma(vec2f(acc.high.w, acc.low.w), x, vec2f(y.high.w, y.low.w)),
  );
}

fn add_four(a: Four, b: Four) -> Four {
  return four_of(
    ds_add(vec2f(a.high.x, a.low.x), vec2f(b.high.x, b.low.x)),
    ds_add(vec2f(a.high.y, a.low.y), vec2f(b.high.y, b.low.y)),
    ds_add(vec2f(a.high.z, a.low.z), vec2f(b.high.z, b.low.z)),
    ds_add(vec2f(a.high.w, a.low.w), vec2f(b.high.w, b.low.w)),
  );
}

// acc + a · b
fn add_products(acc: vec2f, a: Four, b: Four) -> vec2f {
  var sum = ds_fma(acc, vec2f(a.high.x, a.low.x), vec2f(b.high.x, b.low.x));
  sum = ds_fma(sum, vec2f(a.high.y, a.low.y), vec2f(b.high.y, b.low.y));
  sum = ds_fma(sum, vec2f(a.high.z, a.low.z), vec2f(b.high.z, b.low.z));
  return ds_fma(sum, vec2f(a.high.w, a.low.w), vec2f(b.high.w, b.low.w));
}

// a − (p r + q s), to 21 (|p r| + |q s|) + 4 |a|, times 2⁻⁴⁸: one normalisation for four
// operations, 52 flops instead of 76. Exchanging factors, or the products, changes no bit.
fn minus_products(a: vec2f, p: vec2f, r: vec2f, q: vec2f, s: vec2f) -> vec2f {
  let x = two_prod(p.x, r.x);
  let y = two_prod(q.x, s.x);
  let both = two_sum(x.x, y.x);
  let high = two_sum(a.x, -both.x);
  let crossed = rounded_sum(
    rounded_sum(rounded_product(p.x, r.y), rounded_product(p.y, r.x)),
    rounded_sum(rounded_product(q.x, s.y), rounded_product(q.y, s.x)),
  );
  let low = rounded_sum(rounded_sum(rounded_sum(x.y, y.y), crossed), both.y);
  return two_sum(high.x, rounded_sum(rounded_sum(a.y, high.y), -low));
}

// Σ uₖ aₖ, to 23 · 2⁻⁴⁸ Σ |uₖ aₖ|, not normalised: |lo| ≤ 5 · 2⁻²⁴ Σ |uₖ aₖ|.
fn loose_sum_of_products(u: Four, high: vec4f, low: vec4f) -> vec2f {
  let x = two_prod(u.high.x, high.x);
  let y = two_prod(u.high.y, high.y);
  let z = two_prod(u.high.z, high.z);
  let w = two_prod(u.high.w, high.w);
  let a = two_sum(x.x, y.x);
  let b = two_sum(z.x, w.x);
  let sum = two_sum(a.x, b.x);
  let crossed = rounded_sum(
    rounded_sum(
      rounded_sum(rounded_product(u.high.x, low.x), rounded_product(u.low.x, high.x)),
      rounded_sum(rounded_product(u.high.y, low.y), rounded_product(u.low.y, high.y)),
    ),
    rounded_sum(
      rounded_sum(rounded_product(u.high.z, low.z), rounded_product(u.low.z, high.z)),
      rounded_sum(rounded_product(u.high.w, low.w), rounded_product(u.low.w, high.w)),
    ),
  );
  let errors = rounded_sum(rounded_sum(x.y, y.y), rounded_sum(z.y, w.y));
  let carried = rounded_sum(rounded_sum(a.y, b.y), sum.y);
  return vec2f(sum.x, rounded_sum(rounded_sum(errors, crossed), carried));
}

// Σ uₖ aₖ, to 23 · 2⁻⁴⁸ Σ |uₖ aₖ|: normalised once.
fn sum_of_products(u: Four, high: vec4f, low: vec4f) -> vec2f {
  let sum = loose_sum_of_products(u, high, low);
  return two_sum(sum.x, sum.y);
}

// a − Σ uₖ bₖ, not normalised, and a need not be: the low words of all are added, to u of each sum.
fn loose_less(a: vec2f, u: Four, b: Four) -> vec2f {
  let sum = loose_sum_of_products(u, b.high, b.low);
  let high = two_sum(a.x, -sum.x);
  return vec2f(high.x, rounded_sum(rounded_sum(a.y, high.y), -sum.y));
}

fn normal_four(a: Four) -> Four {
  return four_of(
    two_sum(a.high.x, a.low.x),
    two_sum(a.high.y, a.low.y),
    two_sum(a.high.z, a.low.z),
    two_sum(a.high.w, a.low.w),
  );
}
