// Sums of products for 8 rows and 16 or 32 columns, held in registers: what the tiles of gemm_wide.wgsl and gram_plain.wgsl
// are made of. A tile is one to four bands, one below the other.
//
// Structures of vectors and not arrays of them, and everything written out: an array whose loops a compiler does not unroll
// goes to memory. What a smaller tile does not have is behind conditions on `override` constants, and is never compiled.
//
// Rows of a tile, 8 to 32; its columns, 16 or 32; tiles, and so invocations, of a workgroup.
override rows: u32;
override columns: u32;
override invocations: u32;

// 16 or 32 columns of a row.
struct Wide { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f }

struct Band { r0: Wide, r1: Wide, r2: Wide, r3: Wide, r4: Wide, r5: Wide, r6: Wide, r7: Wide }

// Four terms of a vector of sums, one by one: each sum is fetched and put back once for all of them.
fn add_four(sum: vec4f, l: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f) -> vec4f {
  return fma(vec4f(l.w), b3, fma(vec4f(l.z), b2, fma(vec4f(l.y), b1, fma(vec4f(l.x), b0, sum))));
}

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

// The next row comes first.
fn next_row(band: Band) -> Band {
  return Band(band.r1, band.r2, band.r3, band.r4, band.r5, band.r6, band.r7, band.r0);
}
