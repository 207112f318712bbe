// Two-sided block Jacobi in double-single arithmetic: fills in the frame of block_jacobi.wgsl,
// which says what is computed.
//
// Entries are pairs hi, lo. A lane turns strips of two columns, four rows at a time: 8 products of
// about 50 instructions for 6 pairs read, bound by arithmetic. The 16 rows between the turn of the
// columns and that of the rows are in workgroup memory. In registers they would make the middle
// sweeps of lavapipe a fifth faster, but unrolled loops of the integer form of the arithmetic take
// half a minute to compile. On lavapipe a sweep of n = 256 with vectors takes 0.2 s of processor
// time, and up to twice as long in the last two sweeps, whose products fall below the normal range.
//
// needs: block_jacobi_convergence.wgsl, rotation_double_single.wgsl

// Matrices of four columns of two rows: Four()[i] is a pair.
alias Four = mat4x2f;
alias Strip = mat2x2f;

// Columns of a strip, and those of the units that rows of the basis are counted in.
const STRIP: u32 = 2u;
const STRIP_UNITS: u32 = 2u;

@group(0) @binding(3) var<storage, read_write> matrices: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> turns: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> basis: array<vec2f>;

fn run_time_zero() -> u32 { return shape.zero; }

fn entry_of(x: f32) -> Entry { return vec2f(x, 0.0); }
fn leading(x: Entry) -> f32 { return x.x; }
fn leading_four(x: Four) -> vec4f { return vec4f(x[0].x, x[1].x, x[2].x, x[3].x); }
fn matrix_entry(at: u32) -> Entry { return matrices[at]; }

fn matrix_four(at: u32, inside: bool) -> Four {
  if (!inside) { return Four(); }
  return Four(matrices[at], matrices[at + 1u], matrices[at + 2u], matrices[at + 3u]);
}

fn put_matrix_four(at: u32, x: Four) {
  matrices[at] = x[0];
  matrices[at + 1u] = x[1];
  matrices[at + 2u] = x[2];
  matrices[at + 3u] = x[3];
}

fn turn_four(at: u32) -> Four {
  return Four(turns[4u * at], turns[4u * at + 1u], turns[4u * at + 2u], turns[4u * at + 3u]);
}

fn put_turn_four(at: u32, x: Four) {
  turns[4u * at] = x[0];
  turns[4u * at + 1u] = x[1];
  turns[4u * at + 2u] = x[2];
  turns[4u * at + 3u] = x[3];
}

fn rotated_first_four(rotation: Rotation, x: Four, y: Four) -> Four {
  return Four(
    rotated_first(rotation, x[0], y[0]),
    rotated_first(rotation, x[1], y[1]),
    rotated_first(rotation, x[2], y[2]),
    rotated_first(rotation, x[3], y[3]),
  );
}

fn rotated_second_four(rotation: Rotation, x: Four, y: Four) -> Four {
  return Four(
    rotated_second(rotation, x[0], y[0]),
    rotated_second(rotation, x[1], y[1]),
    rotated_second(rotation, x[2], y[2]),
    rotated_second(rotation, x[3], y[3]),
  );
}

// sum + a b without making hi + lo normal again: 23 flops where ds_fma takes 38. A sum of 16 is off
// by at most 240 u² Σ|a||b|, u² = 2⁻⁴⁸, since the low word holds 19 u of that, and by about 3 u²
// where roundings are independent. The part that rounding cuts off a product below 2⁻¹⁰⁰ would be
// below 2⁻¹²⁴, where adapters flush it and processors take a hundred cycles: it is not asked for.
fn add_product(sum: vec2f, a: vec2f, b: vec2f) -> vec2f {
  let rough = rounded_product(a.x, b.x);
  let tiny = (bitcast<u32>(rough) & 0x7fffffffu) < (27u << 23u);
  let factor = select(a, vec2f(), tiny);
  let product = two_prod(factor.x, b.x);
  let high = two_sum(sum.x, product.x);
  let cross = rounded_sum(rounded_product(factor.x, b.y), rounded_product(factor.y, b.x));
  let low = rounded_sum(high.y, rounded_sum(select(product.y, rough, tiny), cross));
  return vec2f(high.x, rounded_sum(sum.y, low));
}

fn strip_fma(sum: Strip, factor: Entry, x: Strip) -> Strip {
  return Strip(add_product(sum[0], factor, x[0]), add_product(sum[1], factor, x[1]));
}

fn strip_sum(sum: Strip) -> Strip {
  return Strip(quick_two_sum(sum[0].x, sum[0].y), quick_two_sum(sum[1].x, sum[1].y));
}

// Four rows of a strip; a lane's own of its 16 in workgroup memory.
struct Rows { x: Strip, y: Strip, z: Strip, w: Strip }
var<workgroup> strips: array<Strip, 16u * LANES>;

fn add_rows(sum: Rows, factors: Four, x: Strip) -> Rows {
  return Rows(
    strip_fma(sum.x, factors[0], x),
    strip_fma(sum.y, factors[1], x),
    strip_fma(sum.z, factors[2], x),
    strip_fma(sum.w, factors[3], x),
  );
}

fn strip_of_turn(at: u32, strip: u32) -> Strip {
  return Strip(turns[4u * at + 2u * strip], turns[4u * at + 2u * strip + 1u]);
}

// Rows `first` … `first` + 3 of a turn times the lane's strips.
fn turn_strips(turn: u32, first: u32, lane: u32) -> Rows {
  var sum = Rows();
  for (var m = 0u; m < 16u; m++) {
    sum = add_rows(sum, turn_four(turn + 64u + 4u * m + first / 4u), strips[m * LANES + lane]);
  }
  return Rows(strip_sum(sum.x), strip_sum(sum.y), strip_sum(sum.z), strip_sum(sum.w));
}

// Turns a strip of the matrix, first by the columns' turn into `strips`, then by the rows'; and its
// mirror image.
fn turn_block(task: Task, matrix: u32, limit: u32, lane: u32) {
  let column = row_of(STRIP * task.strip, task.u, task.v);
  let busy = task.busy && column < limit;
  if (busy) {
    for (var i = 0u; i < 16u; i += 4u) {
      let above = row_of(i, task.p, task.q);
      var sum = Rows();
      for (var m = 0u; m < 16u; m++) {
        let row = row_of(m, task.u, task.v);
        // Column m of the block, from the row that mirrors it.
        let x = matrix_four(matrix + row * shape.rows + above, (row < limit) & (above < limit));
        sum = add_rows(sum, x, strip_of_turn(task.column_turn + 64u + 4u * m, task.strip));
      }
      strips[i * LANES + lane] = strip_sum(sum.x);
      strips[(i + 1u) * LANES + lane] = strip_sum(sum.y);
      strips[(i + 2u) * LANES + lane] = strip_sum(sum.z);
      strips[(i + 3u) * LANES + lane] = strip_sum(sum.w);
    }
  }
  // All lanes that share a block have read it: now it may be written.
  storageBarrier();
  if (!busy) { return; }
  for (var i = 0u; i < 16u; i += 4u) {
    let row = row_of(i, task.p, task.q);
    if (row >= limit) { continue; }
    let z = turn_strips(task.row_turn, i, lane);
    let at = matrix + row * shape.rows + column;
    put_strip(at, z.x);
    put_strip(at + shape.rows, z.y);
    put_strip(at + 2u * shape.rows, z.z);
    put_strip(at + 3u * shape.rows, z.w);
    let mirrored = matrix + column * shape.rows + row;
    put_matrix_four(mirrored, Four(z.x[0], z.y[0], z.z[0], z.w[0]));
    put_matrix_four(mirrored + shape.rows, Four(z.x[1], z.y[1], z.z[1], z.w[1]));
  }
}

fn put_strip(at: u32, x: Strip) {
  matrices[at] = x[0];
  matrices[at + 1u] = x[1];
}

// Turns a strip of the rows of a basis.
fn turn_basis(task: Task, rows: u32, limit: u32, lane: u32) {
  if (!task.busy) { return; }
  let column = STRIP * task.strip;
  let both = column + 1u < shape.row_stride;
  for (var i = 0u; i < 16u; i++) {
    let row = row_of(i, task.p, task.q);
    var x = Strip();
    if (row < limit) {
      let at = (rows + row) * shape.row_stride + column;
      x = Strip(basis[at], basis[at + select(0u, 1u, both)]);
    }
    strips[i * LANES + lane] = x;
  }
  for (var i = 0u; i < 16u; i += 4u) {
    let row = row_of(i, task.p, task.q);
    if (row >= limit) { continue; }
    let z = turn_strips(task.row_turn, i, lane);
    let at = (rows + row) * shape.row_stride + column;
    put_strip_of_basis(at, z.x, both);
    put_strip_of_basis(at + shape.row_stride, z.y, both);
    put_strip_of_basis(at + 2u * shape.row_stride, z.z, both);
    put_strip_of_basis(at + 3u * shape.row_stride, z.w, both);
  }
}

fn put_strip_of_basis(at: u32, x: Strip, both: bool) {
  basis[at] = x[0];
  if (both) { basis[at + 1u] = x[1]; }
}
