// A tile of 8 × 8 sums of products, held in registers by one invocation.
//
// A kernel that includes this file supplies three functions:
//     left(batch, i, j) -> vec4f     entries (i, 4j … 4j+3) of a row-major matrix: it decides where
//                                    they lie
//     right(batch, i, j) -> vec4f    the same of the other operand
//     emit(batch, i, j, value)       takes entries (i, 4j … 4j+3) of the product, in bounds or not
// Three loops multiply:
//     multiply_nn:  left · right     left is M × K, right is K × N
//     multiply_nt:  left · rightᵀ    left is M × K, right is N × K
//     multiply_tn:  leftᵀ · right    left is K × M, right is K × N
// each for rows 8·row … 8·row+7 and columns 8·column … 8·column+7 of the product. Rows are padded
// to multiples of 4 with zeros, so nn and nt run over K in steps of 4.
//
// Cost: 128 flops per term of the sum for 16 words read (tn) or 16 vectors for every 4 terms (nn,
// nt). Why registers only: barriers are slow on lavapipe, which runs a workgroup on one CPU thread.
// This shape reaches 15 % of the peak of a bare fma loop there (nn, 1024³); a tile of 64 × 64 in
// workgroup memory reaches 8 %, one of 32 × 32 in registers 33 % (gemm_wide.wgsl says why). On a
// GPU this tile wins while the operands sit in L1 and L2, as those of narrow networks do: 64
// accumulators and 16 operands are about 96 registers, so a multiprocessor with 65,536 keeps about
// 600 invocations resident, each with 64 independent sums to hide latency. Smaller tiles (8 × 4, 4
// × 4) compile in half the time.
//
// Rounding: nn and tn add one term at a time, error at most γ_K Σ|left||right|; nt adds dot
// products of 4, at most γ_(K/4+4) Σ|left||right|, with γ_k = k u / (1 − k u), u = 2⁻²⁴.

fn multiply_nn(batch: u32, row: u32, column: u32, inner: u32) {
  var p0 = vec4f();
  var q0 = vec4f();
  var p1 = vec4f();
  var q1 = vec4f();
  var p2 = vec4f();
  var q2 = vec4f();
  var p3 = vec4f();
  var q3 = vec4f();
  var p4 = vec4f();
  var q4 = vec4f();
  var p5 = vec4f();
  var q5 = vec4f();
  var p6 = vec4f();
  var q6 = vec4f();
  var p7 = vec4f();
  var q7 = vec4f();
  // Where K is no multiple of 4, the zeros that pad the left rows must not meet what lies behind
  // the right matrix: it may be another replica's, and NaN.
  let last = inner - 1u;
  for (var k = 0u; k < inner; k += 4u) {
    let l0 = left(batch, 8u * row + 0u, k / 4u);
    let l1 = left(batch, 8u * row + 1u, k / 4u);
    let l2 = left(batch, 8u * row + 2u, k / 4u);
    let l3 = left(batch, 8u * row + 3u, k / 4u);
    let l4 = left(batch, 8u * row + 4u, k / 4u);
    let l5 = left(batch, 8u * row + 5u, k / 4u);
    let l6 = left(batch, 8u * row + 6u, k / 4u);
    let l7 = left(batch, 8u * row + 7u, k / 4u);
    let u0 = right(batch, k + 0u, 2u * column);
    let v0 = right(batch, k + 0u, 2u * column + 1u);
    p0 = fma(vec4f(l0.x), u0, p0);
    q0 = fma(vec4f(l0.x), v0, q0);
    p1 = fma(vec4f(l1.x), u0, p1);
    q1 = fma(vec4f(l1.x), v0, q1);
    p2 = fma(vec4f(l2.x), u0, p2);
    q2 = fma(vec4f(l2.x), v0, q2);
    p3 = fma(vec4f(l3.x), u0, p3);
    q3 = fma(vec4f(l3.x), v0, q3);
    p4 = fma(vec4f(l4.x), u0, p4);
    q4 = fma(vec4f(l4.x), v0, q4);
    p5 = fma(vec4f(l5.x), u0, p5);
    q5 = fma(vec4f(l5.x), v0, q5);
    p6 = fma(vec4f(l6.x), u0, p6);
    q6 = fma(vec4f(l6.x), v0, q6);
    p7 = fma(vec4f(l7.x), u0, p7);
    q7 = fma(vec4f(l7.x), v0, q7);
    let u1 = right(batch, min(k + 1u, last), 2u * column);
    let v1 = right(batch, min(k + 1u, last), 2u * column + 1u);
    p0 = fma(vec4f(l0.y), u1, p0);
    q0 = fma(vec4f(l0.y), v1, q0);
    p1 = fma(vec4f(l1.y), u1, p1);
    q1 = fma(vec4f(l1.y), v1, q1);
    p2 = fma(vec4f(l2.y), u1, p2);
    q2 = fma(vec4f(l2.y), v1, q2);
    p3 = fma(vec4f(l3.y), u1, p3);
    q3 = fma(vec4f(l3.y), v1, q3);
    p4 = fma(vec4f(l4.y), u1, p4);
    q4 = fma(vec4f(l4.y), v1, q4);
    p5 = fma(vec4f(l5.y), u1, p5);
    q5 = fma(vec4f(l5.y), v1, q5);
    p6 = fma(vec4f(l6.y), u1, p6);
    q6 = fma(vec4f(l6.y), v1, q6);
    p7 = fma(vec4f(l7.y), u1, p7);
    q7 = fma(vec4f(l7.y), v1, q7);
    let u2 = right(batch, min(k + 2u, last), 2u * column);
    let v2 = right(batch, min(k + 2u, last), 2u * column + 1u);
    p0 = fma(vec4f(l0.z), u2, p0);
    q0 = fma(vec4f(l0.z), v2, q0);
    p1 = fma(vec4f(l1.z), u2, p1);
    q1 = fma(vec4f(l1.z), v2, q1);
    p2 = fma(vec4f(l2.z), u2, p2);
    q2 = fma(vec4f(l2.z), v2, q2);
    p3 = fma(vec4f(l3.z), u2, p3);
    q3 = fma(vec4f(l3.z), v2, q3);
    p4 = fma(vec4f(l4.z), u2, p4);
    q4 = fma(vec4f(l4.z), v2, q4);
    p5 = fma(vec4f(l5.z), u2, p5);
    q5 = fma(vec4f(l5.z), v2, q5);
    p6 = fma(vec4f(l6.z), u2, p6);
    q6 = fma(vec4f(l6.z), v2, q6);
    p7 = fma(vec4f(l7.z), u2, p7);
    q7 = fma(vec4f(l7.z), v2, q7);
    let u3 = right(batch, min(k + 3u, last), 2u * column);
    let v3 = right(batch, min(k + 3u, last), 2u * column + 1u);
    p0 = fma(vec4f(l0.w), u3, p0);
    q0 = fma(vec4f(l0.w), v3, q0);
    p1 = fma(vec4f(l1.w), u3, p1);
    q1 = fma(vec4f(l1.w), v3, q1);
    p2 = fma(vec4f(l2.w), u3, p2);
    q2 = fma(vec4f(l2.w), v3, q2);
    p3 = fma(vec4f(l3.w), u3, p3);
    q3 = fma(vec4f(l3.w), v3, q3);
    p4 = fma(vec4f(l4.w), u3, p4);
    q4 = fma(vec4f(l4.w), v3, q4);
    p5 = fma(vec4f(l5.w), u3, p5);
    q5 = fma(vec4f(l5.w), v3, q5);
    p6 = fma(vec4f(l6.w), u3, p6);
    q6 = fma(vec4f(l6.w), v3, q6);
    p7 = fma(vec4f(l7.w), u3, p7);
    q7 = fma(vec4f(l7.w), v3, q7);
  }
  emit(batch, 8u * row + 0u, 2u * column, p0);
  emit(batch, 8u * row + 0u, 2u * column + 1u, q0);
  emit(batch, 8u * row + 1u, 2u * column, p1);
  emit(batch, 8u * row + 1u, 2u * column + 1u, q1);
  emit(batch, 8u * row + 2u, 2u * column, p2);
  emit(batch, 8u * row + 2u, 2u * column + 1u, q2);
  emit(batch, 8u * row + 3u, 2u * column, p3);
  emit(batch, 8u * row + 3u, 2u * column + 1u, q3);
  emit(batch, 8u * row + 4u, 2u * column, p4);
  emit(batch, 8u * row + 4u, 2u * column + 1u, q4);
  emit(batch, 8u * row + 5u, 2u * column, p5);
  emit(batch, 8u * row + 5u, 2u * column + 1u, q5);
  emit(batch, 8u * row + 6u, 2u * column, p6);
  emit(batch, 8u * row + 6u, 2u * column + 1u, q6);
  emit(batch, 8u * row + 7u, 2u * column, p7);
  emit(batch, 8u * row + 7u, 2u * column + 1u, q7);
}

fn multiply_nt(batch: u32, row: u32, column: u32, inner: u32) {
  var p0 = vec4f();
  var q0 = vec4f();
  var p1 = vec4f();
  var q1 = vec4f();
  var p2 = vec4f();
  var q2 = vec4f();
  var p3 = vec4f();
  var q3 = vec4f();
  var p4 = vec4f();
  var q4 = vec4f();
  var p5 = vec4f();
  var q5 = vec4f();
  var p6 = vec4f();
  var q6 = vec4f();
  var p7 = vec4f();
  var q7 = vec4f();
  for (var k = 0u; k < inner; k += 4u) {
    let r0 = right(batch, 8u * column + 0u, k / 4u);
    let r1 = right(batch, 8u * column + 1u, k / 4u);
    let r2 = right(batch, 8u * column + 2u, k / 4u);
    let r3 = right(batch, 8u * column + 3u, k / 4u);
    let r4 = right(batch, 8u * column + 4u, k / 4u);
    let r5 = right(batch, 8u * column + 5u, k / 4u);
    let r6 = right(batch, 8u * column + 6u, k / 4u);
    let r7 = right(batch, 8u * column + 7u, k / 4u);
    let l0 = left(batch, 8u * row + 0u, k / 4u);
    p0 += vec4f(dot(l0, r0), dot(l0, r1), dot(l0, r2), dot(l0, r3));
    q0 += vec4f(dot(l0, r4), dot(l0, r5), dot(l0, r6), dot(l0, r7));
    let l1 = left(batch, 8u * row + 1u, k / 4u);
    p1 += vec4f(dot(l1, r0), dot(l1, r1), dot(l1, r2), dot(l1, r3));
    q1 += vec4f(dot(l1, r4), dot(l1, r5), dot(l1, r6), dot(l1, r7));
    let l2 = left(batch, 8u * row + 2u, k / 4u);
    p2 += vec4f(dot(l2, r0), dot(l2, r1), dot(l2, r2), dot(l2, r3));
    q2 += vec4f(dot(l2, r4), dot(l2, r5), dot(l2, r6), dot(l2, r7));
    let l3 = left(batch, 8u * row + 3u, k / 4u);
    p3 += vec4f(dot(l3, r0), dot(l3, r1), dot(l3, r2), dot(l3, r3));
    q3 += vec4f(dot(l3, r4), dot(l3, r5), dot(l3, r6), dot(l3, r7));
    let l4 = left(batch, 8u * row + 4u, k / 4u);
    p4 += vec4f(dot(l4, r0), dot(l4, r1), dot(l4, r2), dot(l4, r3));
    q4 += vec4f(dot(l4, r4), dot(l4, r5), dot(l4, r6), dot(l4, r7));
    let l5 = left(batch, 8u * row + 5u, k / 4u);
    p5 += vec4f(dot(l5, r0), dot(l5, r1), dot(l5, r2), dot(l5, r3));
    q5 += vec4f(dot(l5, r4), dot(l5, r5), dot(l5, r6), dot(l5, r7));
    let l6 = left(batch, 8u * row + 6u, k / 4u);
    p6 += vec4f(dot(l6, r0), dot(l6, r1), dot(l6, r2), dot(l6, r3));
    q6 += vec4f(dot(l6, r4), dot(l6, r5), dot(l6, r6), dot(l6, r7));
    let l7 = left(batch, 8u * row + 7u, k / 4u);
    p7 += vec4f(dot(l7, r0), dot(l7, r1), dot(l7, r2), dot(l7, r3));
    q7 += vec4f(dot(l7, r4), dot(l7, r5), dot(l7, r6), dot(l7, r7));
  }
  emit(batch, 8u * row + 0u, 2u * column, p0);
  emit(batch, 8u * row + 0u, 2u * column + 1u, q0);
  emit(batch, 8u * row + 1u, 2u * column, p1);
  emit(batch, 8u * row + 1u, 2u * column + 1u, q1);
  emit(batch, 8u * row + 2u, 2u * column, p2);
  emit(batch, 8u * row + 2u, 2u * column + 1u, q2);
  emit(batch, 8u * row + 3u, 2u * column, p3);
  emit(batch, 8u * row + 3u, 2u * column + 1u, q3);
  emit(batch, 8u * row + 4u, 2u * column, p4);
  emit(batch, 8u * row + 4u, 2u * column + 1u, q4);
  emit(batch, 8u * row + 5u, 2u * column, p5);
  emit(batch, 8u * row + 5u, 2u * column + 1u, q5);
  emit(batch, 8u * row + 6u, 2u * column, p6);
  emit(batch, 8u * row + 6u, 2u * column + 1u, q6);
  emit(batch, 8u * row + 7u, 2u * column, p7);
  emit(batch, 8u * row + 7u, 2u * column + 1u, q7);
}

fn multiply_tn(batch: u32, row: u32, column: u32, first: u32, end: u32) {
  var p0 = vec4f();
  var q0 = vec4f();
  var p1 = vec4f();
  var q1 = vec4f();
  var p2 = vec4f();
  var q2 = vec4f();
  var p3 = vec4f();
  var q3 = vec4f();
  var p4 = vec4f();
  var q4 = vec4f();
  var p5 = vec4f();
  var q5 = vec4f();
  var p6 = vec4f();
  var q6 = vec4f();
  var p7 = vec4f();
  var q7 = vec4f();
  for (var k = first; k < end; k++) {
    let l = left(batch, k, 2u * row);
    let m = left(batch, k, 2u * row + 1u);
    let u = right(batch, k, 2u * column);
    let v = right(batch, k, 2u * column + 1u);
    p0 = fma(vec4f(l.x), u, p0);
    q0 = fma(vec4f(l.x), v, q0);
    p1 = fma(vec4f(l.y), u, p1);
    q1 = fma(vec4f(l.y), v, q1);
    p2 = fma(vec4f(l.z), u, p2);
    q2 = fma(vec4f(l.z), v, q2);
    p3 = fma(vec4f(l.w), u, p3);
    q3 = fma(vec4f(l.w), v, q3);
    p4 = fma(vec4f(m.x), u, p4);
    q4 = fma(vec4f(m.x), v, q4);
    p5 = fma(vec4f(m.y), u, p5);
    q5 = fma(vec4f(m.y), v, q5);
    p6 = fma(vec4f(m.z), u, p6);
    q6 = fma(vec4f(m.z), v, q6);
    p7 = fma(vec4f(m.w), u, p7);
    q7 = fma(vec4f(m.w), v, q7);
  }
  emit(batch, 8u * row + 0u, 2u * column, p0);
  emit(batch, 8u * row + 0u, 2u * column + 1u, q0);
  emit(batch, 8u * row + 1u, 2u * column, p1);
  emit(batch, 8u * row + 1u, 2u * column + 1u, q1);
  emit(batch, 8u * row + 2u, 2u * column, p2);
  emit(batch, 8u * row + 2u, 2u * column + 1u, q2);
  emit(batch, 8u * row + 3u, 2u * column, p3);
  emit(batch, 8u * row + 3u, 2u * column + 1u, q3);
  emit(batch, 8u * row + 4u, 2u * column, p4);
  emit(batch, 8u * row + 4u, 2u * column + 1u, q4);
  emit(batch, 8u * row + 5u, 2u * column, p5);
  emit(batch, 8u * row + 5u, 2u * column + 1u, q5);
  emit(batch, 8u * row + 6u, 2u * column, p6);
  emit(batch, 8u * row + 6u, 2u * column + 1u, q6);
  emit(batch, 8u * row + 7u, 2u * column, p7);
  emit(batch, 8u * row + 7u, 2u * column + 1u, q7);
}
