// Two-sided block Jacobi in single precision: fills in the frame of block_jacobi.wgsl, which says
// what is computed.
//
// A lane turns strips of 8 columns: 128 sums in registers, each of 16 terms, with 24 words read for
// 128 products. It uses no workgroup memory. On lavapipe reading a word takes as long as about ten
// products, from there or elsewhere, so what counts is the number of products per word. A GPU has
// 65,536 registers for about 350 lanes, each with 32 sums under way.
//
// needs: block_jacobi_convergence.wgsl, rotation_single.wgsl

alias Four = vec4f;
alias Strip = mat2x4f;

// Columns of a strip, and those of the units that rows of the basis are counted in.
const STRIP: u32 = 8u;
const STRIP_UNITS: u32 = 2u;

@group(0) @binding(3) var<storage, read_write> matrices: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> turns: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> basis: array<vec4f>;

fn entry_of(x: f32) -> Entry { return x; }
fn leading(x: Entry) -> f32 { return x; }
fn leading_four(x: Four) -> vec4f { return x; }
fn matrix_entry(at: u32) -> Entry { return matrices[at >> 2u][at & 3u]; }

fn matrix_four(at: u32, inside: bool) -> Four { return select(vec4f(), matrices[at >> 2u], inside); }
fn put_matrix_four(at: u32, x: Four) { matrices[at >> 2u] = x; }
fn turn_four(at: u32) -> Four { return turns[at]; }
fn put_turn_four(at: u32, x: Four) { turns[at] = x; }

fn rotated_first_four(rotation: Rotation, x: Four, y: Four) -> Four { return rotation.x * x - rotation.y * y; }
fn rotated_second_four(rotation: Rotation, x: Four, y: Four) -> Four { return rotation.y * x + rotation.x * y; }

fn strip_fma(sum: Strip, factor: Entry, x: Strip) -> Strip {
  return Strip(sum[0] + factor * x[0], sum[1] + factor * x[1]);
}

fn strip_of_turn(at: u32, strip: u32) -> Strip { return Strip(turns[at + 2u * strip], turns[at + 2u * strip + 1u]); }

fn strip_of_basis(at: u32, column: u32, inside: bool) -> Strip {
  return Strip(
    select(vec4f(), basis[at + column], inside),
    select(vec4f(), basis[at + column + 1u], inside & (column + 1u < shape.row_stride)),
  );
}

fn put_strip_of_basis(at: u32, column: u32, x: Strip) {
  basis[at + column] = x[0];
  if (column + 1u < shape.row_stride) { basis[at + column + 1u] = x[1]; }
}

// Σ_k factors_k y_k over 16 strips.
fn combination(
  at: u32,
  y0: Strip, y1: Strip, y2: Strip, y3: Strip, y4: Strip, y5: Strip, y6: Strip, y7: Strip,
  y8: Strip, y9: Strip, y10: Strip, y11: Strip, y12: Strip, y13: Strip, y14: Strip, y15: Strip,
) -> Strip {
  let a = turn_four(at);
  let b = turn_four(at + 1u);
  let c = turn_four(at + 2u);
  let d = turn_four(at + 3u);
  var sum = strip_fma(Strip(), a[0], y0);
  sum = strip_fma(sum, a[1], y1);
  sum = strip_fma(sum, a[2], y2);
  sum = strip_fma(sum, a[3], y3);
  sum = strip_fma(sum, b[0], y4);
  sum = strip_fma(sum, b[1], y5);
  sum = strip_fma(sum, b[2], y6);
  sum = strip_fma(sum, b[3], y7);
  sum = strip_fma(sum, c[0], y8);
  sum = strip_fma(sum, c[1], y9);
  sum = strip_fma(sum, c[2], y10);
  sum = strip_fma(sum, c[3], y11);
  sum = strip_fma(sum, d[0], y12);
  sum = strip_fma(sum, d[1], y13);
  sum = strip_fma(sum, d[2], y14);
  return strip_fma(sum, d[3], y15);
}

// Puts four rows of a turned block, from `row` on, into columns from `column` on; and their mirror
// image. The Four of the turn that the first is made by is at `at`.
fn put_rows(
  at: u32, matrix: u32, row: u32, column: u32, limit: u32,
  y0: Strip, y1: Strip, y2: Strip, y3: Strip, y4: Strip, y5: Strip, y6: Strip, y7: Strip,
  y8: Strip, y9: Strip, y10: Strip, y11: Strip, y12: Strip, y13: Strip, y14: Strip, y15: Strip,
) {
  let x = combination(at, y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15);
  let y = combination(at + 4u, y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15);
  let z = combination(at + 8u, y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15);
  let w = combination(at + 12u, y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15);
  let step = shape.rows >> 2u;
  let across = (matrix + row * shape.rows + column) >> 2u;
  matrices[across] = x[0];
  matrices[across + step] = y[0];
  matrices[across + 2u * step] = z[0];
  matrices[across + 3u * step] = w[0];
  let down = (matrix + column * shape.rows + row) >> 2u;
  matrices[down] = vec4f(x[0].x, y[0].x, z[0].x, w[0].x);
  matrices[down + step] = vec4f(x[0].y, y[0].y, z[0].y, w[0].y);
  matrices[down + 2u * step] = vec4f(x[0].z, y[0].z, z[0].z, w[0].z);
  matrices[down + 3u * step] = vec4f(x[0].w, y[0].w, z[0].w, w[0].w);
  if (column + 4u < limit) {
    matrices[across + 1u] = x[1];
    matrices[across + step + 1u] = y[1];
    matrices[across + 2u * step + 1u] = z[1];
    matrices[across + 3u * step + 1u] = w[1];
    matrices[down + 4u * step] = vec4f(x[1].x, y[1].x, z[1].x, w[1].x);
    matrices[down + 5u * step] = vec4f(x[1].y, y[1].y, z[1].y, w[1].y);
    matrices[down + 6u * step] = vec4f(x[1].z, y[1].z, z[1].z, w[1].z);
    matrices[down + 7u * step] = vec4f(x[1].w, y[1].w, z[1].w, w[1].w);
  }
}

// Turns a strip of the matrix, 16 rows in registers, and its mirror image.
fn turn_block(task: Task, matrix: u32, limit: u32, lane: u32) {
  let p = task.p;
  let q = task.q;
  let column = row_of(STRIP * task.strip, task.u, task.v);
  let busy = task.busy && column < limit;
  var y0 = Strip();
  var y1 = Strip();
  var y2 = Strip();
  var y3 = Strip();
  var y4 = Strip();
  var y5 = Strip();
  var y6 = Strip();
  var y7 = Strip();
  var y8 = Strip();
  var y9 = Strip();
  var y10 = Strip();
  var y11 = Strip();
  var y12 = Strip();
  var y13 = Strip();
  var y14 = Strip();
  var y15 = Strip();
  if (busy) {
    for (var m = 0u; m < 16u; m++) {
      let row = row_of(m, task.u, task.v);
      if (row >= limit) { continue; }
      let at = matrix + row * shape.rows;
      let t = strip_of_turn(task.column_turn + 64u + 4u * m, task.strip);
      // Column m of the block, from the row that mirrors it.
      let x0 = matrix_four(at + 8u * p, 8u * p < limit);
      let x1 = matrix_four(at + 8u * p + 4u, 8u * p + 4u < limit);
      let x2 = matrix_four(at + 8u * q, 8u * q < limit);
      let x3 = matrix_four(at + 8u * q + 4u, 8u * q + 4u < limit);
      y0 = strip_fma(y0, x0[0], t);
      y1 = strip_fma(y1, x0[1], t);
      y2 = strip_fma(y2, x0[2], t);
      y3 = strip_fma(y3, x0[3], t);
      y4 = strip_fma(y4, x1[0], t);
      y5 = strip_fma(y5, x1[1], t);
      y6 = strip_fma(y6, x1[2], t);
      y7 = strip_fma(y7, x1[3], t);
      y8 = strip_fma(y8, x2[0], t);
      y9 = strip_fma(y9, x2[1], t);
      y10 = strip_fma(y10, x2[2], t);
      y11 = strip_fma(y11, x2[3], t);
      y12 = strip_fma(y12, x3[0], t);
      y13 = strip_fma(y13, x3[1], t);
      y14 = strip_fma(y14, x3[2], t);
      y15 = strip_fma(y15, x3[3], t);
    }
  }
  // All lanes that share a block have read it: now it may be written.
  storageBarrier();
  if (!busy) { return; }
  for (var i = 0u; i < 16u; i += 4u) {
    let row = row_of(i, p, q);
    if (row >= limit) { continue; }
    put_rows(
      task.row_turn + 4u * i, matrix, row, column, limit,
      y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15,
    );
  }
}

// Turns rows of a basis, 16 in registers.
fn turn_basis(task: Task, rows: u32, limit: u32, lane: u32) {
  if (!task.busy) { return; }
  let p = task.p;
  let q = task.q;
  let column = STRIP_UNITS * task.strip;
  let d = shape.row_stride;
  let a = (rows + 8u * p) * d;
  let b = (rows + 8u * q) * d;
  // The last blocks may have four rows, or none.
  let a0 = 8u * p < limit;
  let a4 = 8u * p + 4u < limit;
  let b0 = 8u * q < limit;
  let b4 = 8u * q + 4u < limit;
  let y0 = strip_of_basis(a, column, a0);
  let y1 = strip_of_basis(a + d, column, a0);
  let y2 = strip_of_basis(a + 2u * d, column, a0);
  let y3 = strip_of_basis(a + 3u * d, column, a0);
  let y4 = strip_of_basis(a + 4u * d, column, a4);
  let y5 = strip_of_basis(a + 5u * d, column, a4);
  let y6 = strip_of_basis(a + 6u * d, column, a4);
  let y7 = strip_of_basis(a + 7u * d, column, a4);
  let y8 = strip_of_basis(b, column, b0);
  let y9 = strip_of_basis(b + d, column, b0);
  let y10 = strip_of_basis(b + 2u * d, column, b0);
  let y11 = strip_of_basis(b + 3u * d, column, b0);
  let y12 = strip_of_basis(b + 4u * d, column, b4);
  let y13 = strip_of_basis(b + 5u * d, column, b4);
  let y14 = strip_of_basis(b + 6u * d, column, b4);
  let y15 = strip_of_basis(b + 7u * d, column, b4);
  for (var i = 0u; i < 16u; i++) {
    let row = row_of(i, p, q);
    if (row >= limit) { continue; }
    let at = task.row_turn + 4u * i;
    let z = combination(at, y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15);
    put_strip_of_basis((rows + row) * d, column, z);
  }
}
