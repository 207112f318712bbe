// Sums of products for 8 rows and 16 columns, held in registers: what the wide tiles of gemm_wide.wgsl and gram_plain.wgsl
// are built from. A tile is one band, or two or three below each other.
//
// Structures of vectors and not arrays of them: an array that a compiler does not unroll goes to memory.

// 16 columns of a row.
struct Wide { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

struct Band { r0: Wide, r1: Wide, r2: Wide, r3: Wide, r4: Wide, r5: Wide, r6: Wide, r7: Wide }

// sum + x · row
fn add_term(sum: Wide, x: f32, row: Wide) -> Wide {
  return Wide(
    fma(vec4f(x), row.a, sum.a),
    fma(vec4f(x), row.b, sum.b),
    fma(vec4f(x), row.c, sum.c),
    fma(vec4f(x), row.d, sum.d),
  );
}

// sum + (p, q) · row: entries p for rows 0 … 3 and q for rows 4 … 7, one term of each sum.
fn add_outer(sum: Band, p: vec4f, q: vec4f, row: Wide) -> Band {
  return Band(
    add_term(sum.r0, p.x, row),
    add_term(sum.r1, p.y, row),
    add_term(sum.r2, p.z, row),
    add_term(sum.r3, p.w, row),
    add_term(sum.r4, q.x, row),
    add_term(sum.r5, q.y, row),
    add_term(sum.r6, q.z, row),
    add_term(sum.r7, q.w, row),
  );
}
