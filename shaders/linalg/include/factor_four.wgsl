// Factors of a symmetric matrix by groups of four rows and columns, in double-single arithmetic.
//
// Rounding, in units of u² = 2⁻⁴⁸: a product 7, a difference 3 of itself, a quotient 27;
// `plus_products` 23 for its four products, and 3 of the sum. No entry passes through more than
// three products and differences here.
//
// needs: double_single_four.wgsl

fn minus(a: vec2f, x: vec2f, y: vec2f) -> vec2f { return ds_sub(a, ds_mul(x, y)); }

fn minus_four(a: Four, b: Four) -> Four {
  return four_of(
    ds_sub(component(a, 0u), component(b, 0u)),
    ds_sub(component(a, 1u), component(b, 1u)),
    ds_sub(component(a, 2u), component(b, 2u)),
    ds_sub(component(a, 3u), component(b, 3u)),
  );
}

// Four rows of a group on the diagonal, factored: rows of U and of L, and 1 / d.
struct Pivots { u: array<Four, 4>, l: array<Four, 4>, inverse: Four }

fn pivots_of(a: Four, b: Four, c: Four, d: Four) -> Pivots {
  let none = vec2f();
  let d0 = component(a, 0u);
  let i0 = ds_div(vec2f(1.0, 0.0), d0);
  let y10 = component(b, 0u);
  let y20 = component(c, 0u);
  let y30 = component(d, 0u);
  let l10 = ds_mul(y10, i0);
  let l20 = ds_mul(y20, i0);
  let l30 = ds_mul(y30, i0);
  let d1 = minus(component(b, 1u), l10, y10);
  let i1 = ds_div(vec2f(1.0, 0.0), d1);
  let y21 = minus(component(c, 1u), l20, y10);
  let y31 = minus(component(d, 1u), l30, y10);
  let l21 = ds_mul(y21, i1);
  let l31 = ds_mul(y31, i1);
  let d2 = minus(minus(component(c, 2u), l20, y20), l21, y21);
  let i2 = ds_div(vec2f(1.0, 0.0), d2);
  let y32 = minus(minus(component(d, 2u), l30, y20), l31, y21);
  let l32 = ds_mul(y32, i2);
  let d3 = minus(minus(minus(component(d, 3u), l30, y30), l31, y31), l32, y32);
  let i3 = ds_div(vec2f(1.0, 0.0), d3);
  return Pivots(
    array<Four, 4>(
      four_of(d0, none, none, none),
      four_of(y10, d1, none, none),
      four_of(y20, y21, d2, none),
      four_of(y30, y31, y32, d3),
    ),
    array<Four, 4>(
      four_of(i0, none, none, none),
      four_of(l10, i1, none, none),
      four_of(l20, l21, i2, none),
      four_of(l30, l31, l32, i3),
    ),
    four_of(i0, i1, i2, i3),
  );
}

// A row of U below the pivots of a group: rows of L there, whose entries left of the diagonal
// count.
fn solved(c: Four, l1: Four, l2: Four, l3: Four) -> Four {
  let y0 = component(c, 0u);
  let y1 = minus(component(c, 1u), y0, component(l1, 0u));
  let y2 = minus(minus(component(c, 2u), y0, component(l2, 0u)), y1, component(l2, 1u));
  let y3 = minus(
    minus(minus(component(c, 3u), y0, component(l3, 0u)), y1, component(l3, 1u)),
    y2,
    component(l3, 2u),
  );
  return four_of(y0, y1, y2, y3);
}

fn times_four(a: Four, b: Four) -> Four {
  return four_of(
    ds_mul(component(a, 0u), component(b, 0u)),
    ds_mul(component(a, 1u), component(b, 1u)),
    ds_mul(component(a, 2u), component(b, 2u)),
    ds_mul(component(a, 3u), component(b, 3u)),
  );
}

// sum + l · each row of u: the products of four columns at a time.
fn plus_products(sum: Four, l: Four, a: Four, b: Four, c: Four, d: Four) -> Four {
  return four_of(
    ds_add(component(sum, 0u), sum_of_products(l, a.high, a.low)),
    ds_add(component(sum, 1u), sum_of_products(l, b.high, b.low)),
    ds_add(component(sum, 2u), sum_of_products(l, c.high, c.low)),
    ds_add(component(sum, 3u), sum_of_products(l, d.high, d.low)),
  );
}

fn shares(u: Four, l: Four) -> f32 { return dot(abs(u.high), abs(l.high)); }
