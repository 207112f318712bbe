// Sums of products for 8 rows and 16 or 32 columns, held in registers: the tiles of gemm_wide.wgsl
// and gram_plain.wgsl are made of them. A tile is one to four bands, one below the other.
//
// It uses structures of vectors instead of arrays, with everything written out: an array whose
// loops a compiler does not unroll goes to memory. Parts that a smaller tile does not have are
// behind conditions on `override` constants, and are never compiled.
//
// A kernel that includes this file supplies two functions:
//     add_four(sum, l, b0, b1, b2, b3)   adds l.x b0 + l.y b1 + l.z b2 + l.w b3 to a vector of
//                                        sums, in its own order: each sum is fetched and put back
//                                        once for four terms
//     emit(place, i, j, value)           stores vector j of row i

// Rows of a tile, 8 to 32; its columns, 16 or 32; tiles of a workgroup, one per invocation.
override rows: u32;
override columns: u32;
override invocations: u32;

// 16 or 32 columns of a row.
struct Wide { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f }

struct Band { r0: Wide, r1: Wide, r2: Wide, r3: Wide, r4: Wide, r5: Wide, r6: Wide, r7: Wide }

fn add_four_terms(sum: Wide, l: vec4f, b0: Wide, b1: Wide, b2: Wide, b3: Wide) -> Wide {
  var s = sum;
  s.a = add_four(s.a, l, b0.a, b1.a, b2.a, b3.a);
  s.b = add_four(s.b, l, b0.b, b1.b, b2.b, b3.b);
  s.c = add_four(s.c, l, b0.c, b1.c, b2.c, b3.c);
  s.d = add_four(s.d, l, b0.d, b1.d, b2.d, b3.d);
  if (columns > 16u) {
    s.e = add_four(s.e, l, b0.e, b1.e, b2.e, b3.e);
    s.f = add_four(s.f, l, b0.f, b1.f, b2.f, b3.f);
    s.g = add_four(s.g, l, b0.g, b1.g, b2.g, b3.g);
    s.h = add_four(s.h, l, b0.h, b1.h, b2.h, b3.h);
  }
  return s;
}

// Four terms of each of the 8 rows: the columns of p are those of rows 0 … 3, the columns of q
// those of rows 4 … 7.
fn add_outer(sum: Band, p: mat4x4f, q: mat4x4f, b0: Wide, b1: Wide, b2: Wide, b3: Wide) -> Band {
  var s = sum;
  s.r0 = add_four_terms(s.r0, p[0], b0, b1, b2, b3);
  s.r1 = add_four_terms(s.r1, p[1], b0, b1, b2, b3);
  s.r2 = add_four_terms(s.r2, p[2], b0, b1, b2, b3);
  s.r3 = add_four_terms(s.r3, p[3], b0, b1, b2, b3);
  s.r4 = add_four_terms(s.r4, q[0], b0, b1, b2, b3);
  s.r5 = add_four_terms(s.r5, q[1], b0, b1, b2, b3);
  s.r6 = add_four_terms(s.r6, q[2], b0, b1, b2, b3);
  s.r7 = add_four_terms(s.r7, q[3], b0, b1, b2, b3);
  return s;
}

// A row, or zeros where it does not lie inside.
fn wide_or_zero(given: Wide, inside: bool) -> Wide {
  var row = given;
  row.a = select(vec4f(), row.a, inside);
  row.b = select(vec4f(), row.b, inside);
  row.c = select(vec4f(), row.c, inside);
  row.d = select(vec4f(), row.d, inside);
  if (columns > 16u) {
    row.e = select(vec4f(), row.e, inside);
    row.f = select(vec4f(), row.f, inside);
    row.g = select(vec4f(), row.g, inside);
    row.h = select(vec4f(), row.h, inside);
  }
  return row;
}

// The next row comes first.
fn next_row(band: Band) -> Band {
  return Band(band.r1, band.r2, band.r3, band.r4, band.r5, band.r6, band.r7, band.r0);
}

fn emit_row(place: u32, i: u32, j: u32, row: Wide) {
  emit(place, i, j, row.a);
  emit(place, i, j + 1u, row.b);
  emit(place, i, j + 2u, row.c);
  emit(place, i, j + 3u, row.d);
  if (columns > 16u) {
    emit(place, i, j + 4u, row.e);
    emit(place, i, j + 5u, row.f);
    emit(place, i, j + 6u, row.g);
    emit(place, i, j + 7u, row.h);
  }
}

// The rows of a tile from row `row` on that lie above `bottom`. One by one, those not yet put
// moving up: written out, the stores of all rows would take most of the time to compile.
fn emit_tile(place: u32, row: u32, bottom: u32, j: u32, first: Band, second: Band, third: Band, fourth: Band) {
  var b0 = first;
  var b1 = second;
  var b2 = third;
  let end = min(row + rows, bottom);
  for (var i = row; i < end; i += 8u) {
    var rest = b0;
    for (var r = i; r < min(i + 8u, end); r++) {
      emit_row(place, r, j, rest.r0);
      rest = next_row(rest);
    }
    b0 = b1;
    b1 = b2;
    b2 = fourth;
  }
}
