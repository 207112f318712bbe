// C = scale · A · op(B) + shift · I in double-single arithmetic, batched; one entry point for each
// choice of the right operand.
//
//   nn: A is M × K, B is K × N      nt: A is M × K, B is N × K
//
// A, B and C hold pairs hi, lo where A_DOUBLE, B_DOUBLE, C_DOUBLE are set, and singles otherwise (C
// its sums rounded once); `*_stride` entries per row, `*_batch` entries per matrix, 0 where all of
// a batch share one, the first matrix from entry `*_offset` on.
//
// Error of a sum of K products: at most (3 K + 7) 2⁻⁴⁸ Σ|a||b|, the bounds of ds_fma added up.
// Scale and shift add 2·2⁻⁴⁸ each, one of the scaled sum, the other of the result. Cost: 45 flops
// per term (37 for singles), 16 terms for 8 pairs read. It is bound by arithmetic on every adapter,
// so a tile of 2 × 2 in registers is enough. On lavapipe 256 × 50 × 50 of singles take 1.5 ms, ten
// times as long as gemm.wgsl.
//
// needs: double_single.wgsl

override A_DOUBLE: bool;
override B_DOUBLE: bool;
override C_DOUBLE: bool;

struct Shape {
  m: u32, n: u32, k: u32,
  a_stride: u32, b_stride: u32, c_stride: u32,
  a_batch: u32, b_batch: u32, c_batch: u32,
  a_offset: u32, b_offset: u32, c_offset: u32,
  scale: f32, shift: f32, zero: u32, first_row: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

fn run_time_zero() -> u32 { return shape.zero; }

// Rows beyond the bounds take the last one's entries: they do not count, and NaN behind the matrix
// stays there.
fn left(batch: u32, i: u32, k: u32) -> vec2f {
  let at = shape.a_offset + batch * shape.a_batch + min(i, shape.m - 1u) * shape.a_stride + k;
  if (A_DOUBLE) { return vec2f(a[2u * at], a[2u * at + 1u]); }
  return vec2f(a[at], 0.0);
}

fn right(batch: u32, row: u32, column: u32) -> vec2f {
  let at = shape.b_offset + batch * shape.b_batch + row * shape.b_stride + column;
  if (B_DOUBLE) { return vec2f(b[2u * at], b[2u * at + 1u]); }
  return vec2f(b[at], 0.0);
}

// Products of singles are exact pairs: no need for their low words.
fn add_product(sum: vec2f, l: vec2f, r: vec2f) -> vec2f {
  if (A_DOUBLE || B_DOUBLE) { return ds_fma(sum, l, r); }
  return ds_fma_f32(sum, l.x, r.x);
}

fn emit(batch: u32, i: u32, j: u32, sum: vec2f) {
  if (i >= shape.m || j >= shape.n) { return; }
  let scaled = ds_mul_f32(sum, shape.scale);
  let value = ds_add_f32(scaled, select(0.0, shape.shift, shape.first_row + i == j));
  let at = shape.c_offset + batch * shape.c_batch + i * shape.c_stride + j;
  if (C_DOUBLE) {
    c[2u * at] = value.x;
    c[2u * at + 1u] = value.y;
  } else {
    c[at] = value.x;
  }
}

fn multiply(id: vec3u, transposed: bool) {
  let columns = (shape.n + 1u) / 2u;
  let i = 2u * (id.x / columns);
  let j = 2u * (id.x % columns);
  if (i >= shape.m) { return; }
  var s00 = vec2f();
  var s01 = vec2f();
  var s10 = vec2f();
  var s11 = vec2f();
  let next = min(j + 1u, shape.n - 1u);
  for (var k = 0u; k < shape.k; k++) {
    let l0 = left(id.z, i, k);
    let l1 = left(id.z, i + 1u, k);
    let r0 = right(id.z, select(k, j, transposed), select(j, k, transposed));
    let r1 = right(id.z, select(k, next, transposed), select(next, k, transposed));
    s00 = add_product(s00, l0, r0);
    s01 = add_product(s01, l0, r1);
    s10 = add_product(s10, l1, r0);
    s11 = add_product(s11, l1, r1);
  }
  emit(id.z, i, j, s00);
  emit(id.z, i, j + 1u, s01);
  emit(id.z, i + 1u, j, s10);
  emit(id.z, i + 1u, j + 1u, s11);
}

@compute @workgroup_size(64)
fn nn(@builtin(global_invocation_id) id: vec3u) { multiply(id, false); }

@compute @workgroup_size(64)
fn nt(@builtin(global_invocation_id) id: vec3u) { multiply(id, true); }
