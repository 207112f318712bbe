// C = scale · A · op(B) + shift · I, batched, as exact as single precision can hold: sums whose
// error is of second order, rounded once. One entry point for each choice of the right operand.
//
//   nn: A is M × K, B is K × N      nt: A is M × K, B is N × K
//
// Layouts are those of gemm.wgsl. Every factor is split into halves of 12 bits, x = x_h + x_l, so
// that a_h b_h is exact:
//
//     a b = a_h b_h + (a_h b_l + a_l b);
//
// the first products go to compensated sums (compensated.wgsl), the second, at most 2⁻¹⁰ |a b|, to
// plain ones, four at a time.
//
// Error of an entry, u = 2⁻²⁴: u of itself, for the last rounding, and at most ((K/4 + 10) 2⁻³⁴ + 2
// (K u)²) Σ|a||b|. The first term is the rounding of the plain sums, the second that of the low
// words of the compensated ones. It holds while K ≤ 2¹⁸. Products that underflow add their own.
//
// Cost: about 12 flops per term, and 8 operations on bits; 32 words are read for 64 terms. On
// lavapipe it takes 1.1, 1.5, 2 times as long as gemm.wgsl for 512 rows and K = N = 48, 128, 256,
// and 2.7 times as long for 2,048 rows and K = N = 256. It uses registers only, like tile.wgsl, and
// for the same reasons. The tile is 4 × 4, since each entry takes three registers: 48, and 32 for
// operands, so that a GPU's multiprocessor keeps about 800 invocations, each with 16 independent
// sums.
//
// needs: compensated.wgsl

struct Shape {
  m: u32, n: u32, k: u32,
  a_stride: u32, b_stride: u32, c_stride: u32,
  a_batch: u32, b_batch: u32, c_batch: u32,
  a_offset: u32, b_offset: u32, c_offset: u32,
  scale: f32, shift: f32, zero: u32, first_row: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;

fn run_time_zero() -> u32 { return shape.zero; }

// Rows beyond the bounds take the last one's entries, which do not count.
fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return a[shape.a_offset + batch * shape.a_batch + min(i, shape.m - 1u) * shape.a_stride + j];
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return b[shape.b_offset + batch * shape.b_batch + i * shape.b_stride + j];
}

// The leading 12 bits.
fn leading(x: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(x) & vec4u(0xfffff000u));
}

fn emit(batch: u32, i: u32, j: u32, sum: Sum, cross: vec4f) {
  if (i >= shape.m || 4u * j >= shape.n) { return; }
  let columns = 4u * j + vec4u(0u, 1u, 2u, 3u);
  let unit = select(vec4f(), vec4f(shape.shift), columns == vec4u(shape.first_row + i));
  let shifted = add(Sum(shape.scale * sum.high, shape.scale * (sum.low + cross)), unit);
  let inside = columns < vec4u(shape.n);
  c[shape.c_offset + batch * shape.c_batch + i * shape.c_stride + j] =
    select(vec4f(), shifted.high + shifted.low, inside);
}

fn multiply(batch: u32, row: u32, column: u32, transposed: bool) {
  var s0 = Sum();
  var c0 = vec4f();
  var s1 = Sum();
  var c1 = vec4f();
  var s2 = Sum();
  var c2 = vec4f();
  var s3 = Sum();
  var c3 = vec4f();
  let last = select(shape.k, shape.n, transposed) - 1u;
  for (var k = 0u; k < shape.k; k += 4u) {
    let l0 = left(batch, 4u * row + 0u, k / 4u);
    let l1 = left(batch, 4u * row + 1u, k / 4u);
    let l2 = left(batch, 4u * row + 2u, k / 4u);
    let l3 = left(batch, 4u * row + 3u, k / 4u);
    let h0 = leading(l0);
    let h1 = leading(l1);
    let h2 = leading(l2);
    let h3 = leading(l3);
    let m0 = rounded(l0 - h0);
    let m1 = rounded(l1 - h1);
    let m2 = rounded(l2 - h2);
    let m3 = rounded(l3 - h3);
    // Where K is no multiple of 4, zeros that pad the left rows must not meet what lies behind the
    // right matrix: it may be NaN.
    let first = select(k, 4u * column, transposed);
    let j = select(column, k / 4u, transposed);
    var b0 = right(batch, min(first + 0u, last), j);
    var b1 = right(batch, min(first + 1u, last), j);
    var b2 = right(batch, min(first + 2u, last), j);
    var b3 = right(batch, min(first + 3u, last), j);
    if (transposed) {
      let x = b0;
      let y = b1;
      let z = b2;
      let w = b3;
      b0 = vec4f(x.x, y.x, z.x, w.x);
      b1 = vec4f(x.y, y.y, z.y, w.y);
      b2 = vec4f(x.z, y.z, z.z, w.z);
      b3 = vec4f(x.w, y.w, z.w, w.w);
    }
    let u0 = leading(b0);
    let u1 = leading(b1);
    let u2 = leading(b2);
    let u3 = leading(b3);
    let v0 = rounded(b0 - u0);
    let v1 = rounded(b1 - u1);
    let v2 = rounded(b2 - u2);
    let v3 = rounded(b3 - u3);
    s0 = add(s0, rounded(h0.x * u0));
    s0 = add(s0, rounded(h0.y * u1));
    s0 = add(s0, rounded(h0.z * u2));
    s0 = add(s0, rounded(h0.w * u3));
    c0 += ((h0.x * v0 + m0.x * b0) + (h0.y * v1 + m0.y * b1)) +
      ((h0.z * v2 + m0.z * b2) + (h0.w * v3 + m0.w * b3));
    s1 = add(s1, rounded(h1.x * u0));
    s1 = add(s1, rounded(h1.y * u1));
    s1 = add(s1, rounded(h1.z * u2));
    s1 = add(s1, rounded(h1.w * u3));
    c1 += ((h1.x * v0 + m1.x * b0) + (h1.y * v1 + m1.y * b1)) +
      ((h1.z * v2 + m1.z * b2) + (h1.w * v3 + m1.w * b3));
    s2 = add(s2, rounded(h2.x * u0));
    s2 = add(s2, rounded(h2.y * u1));
    s2 = add(s2, rounded(h2.z * u2));
    s2 = add(s2, rounded(h2.w * u3));
    c2 += ((h2.x * v0 + m2.x * b0) + (h2.y * v1 + m2.y * b1)) +
      ((h2.z * v2 + m2.z * b2) + (h2.w * v3 + m2.w * b3));
    s3 = add(s3, rounded(h3.x * u0));
    s3 = add(s3, rounded(h3.y * u1));
    s3 = add(s3, rounded(h3.z * u2));
    s3 = add(s3, rounded(h3.w * u3));
    c3 += ((h3.x * v0 + m3.x * b0) + (h3.y * v1 + m3.y * b1)) +
      ((h3.z * v2 + m3.z * b2) + (h3.w * v3 + m3.w * b3));
  }
  emit(batch, 4u * row + 0u, column, s0, c0);
  emit(batch, 4u * row + 1u, column, s1, c1);
  emit(batch, 4u * row + 2u, column, s2, c2);
  emit(batch, 4u * row + 3u, column, s3, c3);
}

@compute @workgroup_size(64)
fn nn(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 3u) / 4u;
  if (4u * (id.x / columns) < shape.m) { multiply(id.z, id.x / columns, id.x % columns, false); }
}

@compute @workgroup_size(64)
fn nt(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.n + 3u) / 4u;
  if (4u * (id.x / columns) < shape.m) { multiply(id.z, id.x / columns, id.x % columns, true); }
}
