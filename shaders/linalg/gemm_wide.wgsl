// C = scale · op(A) · op(B) + shift · I, batched, in tiles of 8, 16 or 24 × 16: what gemm.wgsl computes, to the bit.
//
// HEADER
override rows: u32 = 24u;

fn right_row(batch: u32, i: u32, j: u32) -> Wide {
  return Wide(right(batch, i, j), right(batch, i, j + 1u), right(batch, i, j + 2u), right(batch, i, j + 3u));
}

fn emit_row(batch: u32, i: u32, j: u32, row: Wide) {
  emit(batch, i, j, row.a);
  emit(batch, i, j + 1u, row.b);
  emit(batch, i, j + 2u, row.c);
  emit(batch, i, j + 3u, row.d);
}

fn emit_band(batch: u32, i: u32, j: u32, band: Band) {
  emit_row(batch, i + 0u, j, band.r0);
  emit_row(batch, i + 1u, j, band.r1);
  emit_row(batch, i + 2u, j, band.r2);
  emit_row(batch, i + 3u, j, band.r3);
  emit_row(batch, i + 4u, j, band.r4);
  emit_row(batch, i + 5u, j, band.r5);
  emit_row(batch, i + 6u, j, band.r6);
  emit_row(batch, i + 7u, j, band.r7);
}

// Four terms of a sum, one by one.
fn add_terms(sum: vec4f, l: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f) -> vec4f {
  return fma(vec4f(l.w), b3, fma(vec4f(l.z), b2, fma(vec4f(l.y), b1, fma(vec4f(l.x), b0, sum))));
}

fn add_four(sum: Wide, l: vec4f, b0: Wide, b1: Wide, b2: Wide, b3: Wide) -> Wide {
  return Wide(
    add_terms(sum.a, l, b0.a, b1.a, b2.a, b3.a),
    add_terms(sum.b, l, b0.b, b1.b, b2.b, b3.b),
    add_terms(sum.c, l, b0.c, b1.c, b2.c, b3.c),
    add_terms(sum.d, l, b0.d, b1.d, b2.d, b3.d),
  );
}

fn band_nn(sum: Band, batch: u32, i: u32, k: u32, b0: Wide, b1: Wide, b2: Wide, b3: Wide) -> Band {
  return Band(
    add_four(sum.r0, left(batch, i + 0u, k), b0, b1, b2, b3),
    add_four(sum.r1, left(batch, i + 1u, k), b0, b1, b2, b3),
    add_four(sum.r2, left(batch, i + 2u, k), b0, b1, b2, b3),
    add_four(sum.r3, left(batch, i + 3u, k), b0, b1, b2, b3),
    add_four(sum.r4, left(batch, i + 4u, k), b0, b1, b2, b3),
    add_four(sum.r5, left(batch, i + 5u, k), b0, b1, b2, b3),
    add_four(sum.r6, left(batch, i + 6u, k), b0, b1, b2, b3),
    add_four(sum.r7, left(batch, i + 7u, k), b0, b1, b2, b3),
  );
}

@compute @workgroup_size(64)
fn nn(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 15u) / 16u;
  let row = rows * (id.x / columns);
  let column = 4u * (id.x % columns);
  if (row >= shape.m) { return; }
  var top = Band();
  var middle = Band();
  var bottom = Band();
  // As in tile.wgsl: the zeros that pad the left rows must not meet what lies behind the right matrix.
  let last = shape.k - 1u;
  for (var k = 0u; k < shape.k; k += 4u) {
    let b0 = right_row(id.z, k, column);
    let b1 = right_row(id.z, min(k + 1u, last), column);
    let b2 = right_row(id.z, min(k + 2u, last), column);
    let b3 = right_row(id.z, min(k + 3u, last), column);
    top = band_nn(top, id.z, row, k / 4u, b0, b1, b2, b3);
    if (rows > 8u) { middle = band_nn(middle, id.z, row + 8u, k / 4u, b0, b1, b2, b3); }
    if (rows > 16u) { bottom = band_nn(bottom, id.z, row + 16u, k / 4u, b0, b1, b2, b3); }
  }
  emit_band(id.z, row, column, top);
  if (rows > 8u) { emit_band(id.z, row + 8u, column, middle); }
  if (rows > 16u) { emit_band(id.z, row + 16u, column, bottom); }
}

// Four columns of the right operand, four terms of each.
struct Columns { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn right_columns(batch: u32, j: u32, k: u32) -> Columns {
  return Columns(right(batch, j, k), right(batch, j + 1u, k), right(batch, j + 2u, k), right(batch, j + 3u, k));
}

fn dots(l: vec4f, r: Columns) -> vec4f {
  return vec4f(dot(l, r.a), dot(l, r.b), dot(l, r.c), dot(l, r.d));
}

fn add_dots(sum: Wide, l: vec4f, r0: Columns, r1: Columns, r2: Columns, r3: Columns) -> Wide {
  return Wide(sum.a + dots(l, r0), sum.b + dots(l, r1), sum.c + dots(l, r2), sum.d + dots(l, r3));
}

fn band_nt(sum: Band, batch: u32, i: u32, k: u32, r0: Columns, r1: Columns, r2: Columns, r3: Columns) -> Band {
  return Band(
    add_dots(sum.r0, left(batch, i + 0u, k), r0, r1, r2, r3),
    add_dots(sum.r1, left(batch, i + 1u, k), r0, r1, r2, r3),
    add_dots(sum.r2, left(batch, i + 2u, k), r0, r1, r2, r3),
    add_dots(sum.r3, left(batch, i + 3u, k), r0, r1, r2, r3),
    add_dots(sum.r4, left(batch, i + 4u, k), r0, r1, r2, r3),
    add_dots(sum.r5, left(batch, i + 5u, k), r0, r1, r2, r3),
    add_dots(sum.r6, left(batch, i + 6u, k), r0, r1, r2, r3),
    add_dots(sum.r7, left(batch, i + 7u, k), r0, r1, r2, r3),
  );
}

@compute @workgroup_size(64)
fn nt(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 15u) / 16u;
  let row = rows * (id.x / columns);
  let column = 4u * (id.x % columns);
  if (row >= shape.m) { return; }
  var top = Band();
  var middle = Band();
  var bottom = Band();
  for (var k = 0u; 4u * k < shape.k; k++) {
    let r0 = right_columns(id.z, 4u * column, k);
    let r1 = right_columns(id.z, 4u * column + 4u, k);
    let r2 = right_columns(id.z, 4u * column + 8u, k);
    let r3 = right_columns(id.z, 4u * column + 12u, k);
    top = band_nt(top, id.z, row, k, r0, r1, r2, r3);
    if (rows > 8u) { middle = band_nt(middle, id.z, row + 8u, k, r0, r1, r2, r3); }
    if (rows > 16u) { bottom = band_nt(bottom, id.z, row + 16u, k, r0, r1, r2, r3); }
  }
  emit_band(id.z, row, column, top);
  if (rows > 8u) { emit_band(id.z, row + 8u, column, middle); }
  if (rows > 16u) { emit_band(id.z, row + 16u, column, bottom); }
}

@compute @workgroup_size(64)
fn tn(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 15u) / 16u;
  let row = rows * (id.x / columns);
  let column = 4u * (id.x % columns);
  if (row >= shape.m) { return; }
  let at = row / 4u;
  var top = Band();
  var middle = Band();
  var bottom = Band();
  for (var k = 0u; k < shape.k; k++) {
    let b = right_row(id.z, k, column);
    top = add_outer(top, left(id.z, k, at), left(id.z, k, at + 1u), b);
    if (rows > 8u) { middle = add_outer(middle, left(id.z, k, at + 2u), left(id.z, k, at + 3u), b); }
    if (rows > 16u) { bottom = add_outer(bottom, left(id.z, k, at + 4u), left(id.z, k, at + 5u), b); }
  }
  emit_band(id.z, row, column, top);
  if (rows > 8u) { emit_band(id.z, row + 8u, column, middle); }
  if (rows > 16u) { emit_band(id.z, row + 16u, column, bottom); }
}
