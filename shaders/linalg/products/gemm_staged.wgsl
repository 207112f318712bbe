// C = scale · op(A) · op(B) + shift · I, batched, in tiles of 64 × 64 that pass through workgroup
// memory. It gives the bits of gemm.wgsl. Entry points nn, nt, tn; gemm_operands.wgsl says how
// operands lie.
//
// A workgroup of 64 invocations fetches 16 terms of 64 rows and 64 columns, neighbours reading
// neighbouring vectors; then each invocation adds them to 8 × 8 sums. Grid: (⌈M / 64⌉ · ⌈N / 64⌉,
// 1, matrices).
//
// Cost: 2MNK flops. For 131,072 flops 8 KiB are read from memory, 16 flops a byte where gemm.wgsl
// has 2, and 64 KiB from workgroup memory, 2 flops a byte. On a GPU, reasoned and not measured, it
// wins for large products, whose operands L1 does not hold. Panels are 10 KiB: of the 16 KiB that
// WebGPU promises one workgroup fits at a time, of 48 KiB four, or 8 subgroups of 32 per
// multiprocessor. With 100 KiB the registers limit, about 100 per invocation, 10 workgroups of
// 65,536. A subgroup of 32 reads 4 rows and 8 columns at a time, of which each goes to several of
// its lanes at once, from different banks. Larger panels would only cost residents; sides of 128
// leave 1024 × 1024 with 64 workgroups, too few. Measured on lavapipe: 8 to 9 % of the peak of fma,
// half of gemm.wgsl, since barriers are slow there, so it is not offered there.
//
// It uses no subgroup operations and no shader-f16: lavapipe has no subgroups, they are optional
// elsewhere, and half precision would not keep what the certificates promise.
//
// needs: gemm_operands.wgsl

// Vectors from one row of terms to the next: 4, and one that moves neighbouring rows to different
// banks, 20 words apart.
const PITCH = 5u;

// nn, nt: 64 rows of A, 16 terms of each; tn: 16 terms, 64 rows of each.
var<workgroup> panel_a: array<vec4f, 320>;
// nt: 64 columns of B, 16 terms of each, column c in place 16 (c mod 4) + c / 4; nn, tn: 16 terms,
// 64 columns of each.
var<workgroup> panel_b: array<vec4f, 320>;

// 8 columns of a row: four of the left half of the tile, four of the right half.
struct Pair { a: vec4f, b: vec4f }

struct Tile { r0: Pair, r1: Pair, r2: Pair, r3: Pair, r4: Pair, r5: Pair, r6: Pair, r7: Pair }

fn add_term(sum: Pair, x: f32, row: Pair) -> Pair {
  return Pair(fma(vec4f(x), row.a, sum.a), fma(vec4f(x), row.b, sum.b));
}

// sum + (p, q) · row, one term of each sum.
fn add_outer(sum: Tile, p: vec4f, q: vec4f, row: Pair) -> Tile {
  return Tile(
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

fn add_dots(sum: Pair, l: vec4f, r: array<vec4f, 8>) -> Pair {
  return Pair(
    sum.a + vec4f(dot(l, r[0]), dot(l, r[1]), dot(l, r[2]), dot(l, r[3])),
    sum.b + vec4f(dot(l, r[4]), dot(l, r[5]), dot(l, r[6]), dot(l, r[7])),
  );
}

// The tile of an invocation, and its place in it: row and column of an 8 × 8 grid.
struct Place { batch: u32, row: u32, column: u32, down: u32, along: u32 }

fn place(workgroup: vec3u, t: u32) -> Place {
  let columns = (shape.n + 63u) / 64u;
  return Place(workgroup.z, 64u * (workgroup.x / columns), 64u * (workgroup.x % columns), t / 8u, t % 8u);
}

// Each invocation stages four vectors of terms of each row of A, or of each column of B: sixteen
// neighbours read 64 bytes each.
fn stage_rows_of_a(at: Place, k: u32, t: u32) {
  for (var e = t; e < 256u; e += 64u) {
    panel_a[PITCH * (e / 4u) + e % 4u] = left(at.batch, at.row + e / 4u, k / 4u + e % 4u);
  }
}

fn stage_columns_of_b(at: Place, k: u32, t: u32) {
  for (var e = t; e < 256u; e += 64u) {
    let c = e / 4u;
    panel_b[PITCH * (16u * (c % 4u) + c / 4u) + e % 4u] = right(at.batch, at.column + c, k / 4u + e % 4u);
  }
}

// As in tile.wgsl: beyond the last term the last one is read again, and meets zeros or is left out.
fn stage_terms_of_a(at: Place, k: u32, t: u32) {
  for (var e = t; e < 256u; e += 64u) {
    panel_a[e] = left(at.batch, min(k + e / 16u, shape.k - 1u), at.row / 4u + e % 16u);
  }
}

fn stage_terms_of_b(at: Place, k: u32, t: u32) {
  for (var e = t; e < 256u; e += 64u) {
    panel_b[e] = right(at.batch, min(k + e / 16u, shape.k - 1u), at.column / 4u + e % 16u);
  }
}

fn rows_of_a(i: u32, kv: u32) -> mat4x4f {
  return mat4x4f(
    panel_a[PITCH * i + kv],
    panel_a[PITCH * (i + 8u) + kv],
    panel_a[PITCH * (i + 16u) + kv],
    panel_a[PITCH * (i + 24u) + kv],
  );
}

fn row_of_b(term: u32, along: u32) -> Pair {
  return Pair(panel_b[16u * term + along], panel_b[16u * term + along + 8u]);
}

fn emit_row(at: Place, i: u32, row: Pair) {
  emit(at.batch, at.row + i, at.column / 4u + at.along, row.a);
  emit(at.batch, at.row + i, at.column / 4u + at.along + 8u, row.b);
}

// Rows of nn and nt: every eighth, so that neighbours read neighbouring ones.
fn emit_every_eighth(at: Place, tile: Tile) {
  emit_row(at, at.down + 0u, tile.r0);
  emit_row(at, at.down + 8u, tile.r1);
  emit_row(at, at.down + 16u, tile.r2);
  emit_row(at, at.down + 24u, tile.r3);
  emit_row(at, at.down + 32u, tile.r4);
  emit_row(at, at.down + 40u, tile.r5);
  emit_row(at, at.down + 48u, tile.r6);
  emit_row(at, at.down + 56u, tile.r7);
}

@compute @workgroup_size(64)
fn nn(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = place(workgroup, t);
  var sums = Tile();
  for (var k = 0u; k < shape.k; k += 16u) {
    stage_rows_of_a(at, k, t);
    stage_terms_of_b(at, k, t);
    workgroupBarrier();
    for (var kv = 0u; kv < min(4u, (shape.k - k + 3u) / 4u); kv++) {
      // Rows 0 … 3 and 4 … 7 of this invocation: a column for each term.
      let p = transpose(rows_of_a(at.down, kv));
      let q = transpose(rows_of_a(at.down + 32u, kv));
      sums = add_outer(sums, p[0], q[0], row_of_b(4u * kv + 0u, at.along));
      sums = add_outer(sums, p[1], q[1], row_of_b(4u * kv + 1u, at.along));
      sums = add_outer(sums, p[2], q[2], row_of_b(4u * kv + 2u, at.along));
      sums = add_outer(sums, p[3], q[3], row_of_b(4u * kv + 3u, at.along));
    }
    workgroupBarrier();
  }
  emit_every_eighth(at, sums);
}

@compute @workgroup_size(64)
fn nt(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = place(workgroup, t);
  var sums = Tile();
  for (var k = 0u; k < shape.k; k += 16u) {
    stage_rows_of_a(at, k, t);
    stage_columns_of_b(at, k, t);
    workgroupBarrier();
    for (var kv = 0u; kv < min(4u, (shape.k - k + 3u) / 4u); kv++) {
      let r = array<vec4f, 8>(
        panel_b[PITCH * (at.along + 0u) + kv],
        panel_b[PITCH * (at.along + 16u) + kv],
        panel_b[PITCH * (at.along + 32u) + kv],
        panel_b[PITCH * (at.along + 48u) + kv],
        panel_b[PITCH * (at.along + 8u) + kv],
        panel_b[PITCH * (at.along + 24u) + kv],
        panel_b[PITCH * (at.along + 40u) + kv],
        panel_b[PITCH * (at.along + 56u) + kv],
      );
      sums = Tile(
        add_dots(sums.r0, panel_a[PITCH * (at.down + 0u) + kv], r),
        add_dots(sums.r1, panel_a[PITCH * (at.down + 8u) + kv], r),
        add_dots(sums.r2, panel_a[PITCH * (at.down + 16u) + kv], r),
        add_dots(sums.r3, panel_a[PITCH * (at.down + 24u) + kv], r),
        add_dots(sums.r4, panel_a[PITCH * (at.down + 32u) + kv], r),
        add_dots(sums.r5, panel_a[PITCH * (at.down + 40u) + kv], r),
        add_dots(sums.r6, panel_a[PITCH * (at.down + 48u) + kv], r),
        add_dots(sums.r7, panel_a[PITCH * (at.down + 56u) + kv], r),
      );
    }
    workgroupBarrier();
  }
  emit_every_eighth(at, sums);
}

@compute @workgroup_size(64)
fn tn(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = place(workgroup, t);
  var sums = Tile();
  for (var k = 0u; k < shape.k; k += 16u) {
    stage_terms_of_a(at, k, t);
    stage_terms_of_b(at, k, t);
    workgroupBarrier();
    for (var term = 0u; term < min(16u, shape.k - k); term++) {
      let p = panel_a[16u * term + at.down];
      let q = panel_a[16u * term + at.down + 8u];
      sums = add_outer(sums, p, q, row_of_b(term, at.along));
    }
    workgroupBarrier();
  }
  emit_row(at, 4u * at.down + 0u, sums.r0);
  emit_row(at, 4u * at.down + 1u, sums.r1);
  emit_row(at, 4u * at.down + 2u, sums.r2);
  emit_row(at, 4u * at.down + 3u, sums.r3);
  emit_row(at, 4u * at.down + 32u, sums.r4);
  emit_row(at, 4u * at.down + 33u, sums.r5);
  emit_row(at, 4u * at.down + 34u, sums.r6);
  emit_row(at, 4u * at.down + 35u, sums.r7);
}
