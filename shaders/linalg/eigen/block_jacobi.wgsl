// The frame of two-sided block Jacobi for any arithmetic: eigenvalues and eigenvectors of symmetric
// matrices, many workgroups for each matrix, all of a batch at once.
//
//   A ← Tᵀ A T,  B ← Tᵀ B,   T block diagonal:
// for each pair of blocks that meet, one sweep of rotations of their 16 rows
//
// A: rows × rows; the caller gives and reads the upper triangle, and A ends with the eigenvalues on
// its diagonal. B: as in jacobi.wgsl. The players of the tournament are blocks of 8 rows. A sweep
// is the 2p − 1 rounds in which each of 2p = 2⌈n/16⌉ blocks meets each other. jacobi_rotation.wgsl
// says which pairs are rotated and when a matrix is done. Each dispatch runs one of four entry
// points, with workgroups (x, matrix):
//     measure   off-diagonal sums of 8 rows per workgroup; at the start it also copies what is
//               above the diagonal to below it
//     judge     adds them up and decides whether the matrix is done, 1 workgroup (both entry
//               points are in block_jacobi_convergence.wgsl)
//     solve     one pair of blocks per workgroup: one sweep of two-sided Jacobi on its 16 × 16
//               matrix in workgroup memory, whose rotations are gathered in T, a *turn*
//     turn      the matrix products: each lane takes one strip, 16 rows of some columns, of A or
//               of B
// The lower triangle mirrors the upper one, so that a column of a block is read as a row. Blocks
// are multiplied once, for k < l, and stored in both places. A pair of blocks with nothing to
// rotate is not turned.
//
// A kernel that includes this file supplies alias Four, four entries in a row, and Strip, STRIP
// columns of one row; and
//     matrices, turns, basis                   at bindings 3, 4 and 6
//     entry_of(x) -> Entry, leading(x) -> f32  from single precision, and rounded to it
//     leading_four(x) -> vec4f                 the same of a Four
//     matrix_entry(at) -> Entry                entry `at` of the matrices
//     matrix_four(at, inside) -> Four          four of them, or zeros where not inside
//     put_matrix_four(at, x)                   stores four of them
//     put_turn_four(at, x)                     stores Four `at` of the turns
//     rotated_first_four(r, x, y) -> Four      a rotation of two Fours; also rotated_second_four
//     turn_block(task, matrix, limit, lane)    turns a strip of a matrix, with a storage barrier
//                                              between reading and writing, since other lanes of
//                                              the workgroup read the same block
//     turn_basis(task, rows, limit, lane)      turns a strip of a basis
// It also includes jacobi_rotation.wgsl and one of rotation_single.wgsl and
// rotation_double_single.wgsl.
//
// Cost of a sweep: 4 n³ flops on A and 4 n² row lengths on B, in sums of 16 products; 15 rounds of
// 28 blocks of 2 × 2 for each of n²/128 meetings, with two barriers each; 2 dispatches per round
// and 2 more. Single rotations make 3 n³ and 3 n³ flops, but move as much memory as they compute;
// here a word in registers serves 5 flops. Blocks of 8: blocks twice as large would halve the
// rounds and the memory traffic, but solving pairs, 24·8 n² flops of the slow kind, would take
// twice as long, and strips would not fit into registers.
//
// On lavapipe a sweep of 256 × 256 with vectors takes 30 ms of processor time, half of it in
// `solve`; `turn` reaches 12 to 15 GFLOP/s on two cores. LANES is 8 there, where a workgroup is one
// thread and 8 lanes are one vector, and a workgroup takes more than one strip per lane, since each
// workgroup costs 1 µs even when idle. LANES is 32 on a GPU, where a round of n = 1,024 has 4,032
// strips of A and 8,192 of B. It is a multiple of the strips of a block.
//
// needs: jacobi_rotation.wgsl

override LANES: u32 = 32u;

struct Shape {
  rows: u32, row_stride: u32, round: u32, restart: u32,
  most_rounds: u32, tolerance: f32, tail: f32, least: f32,
  heads: vec4f,
  // 0, which the compiler must not know: double-single arithmetic needs it.
  zero: u32,
  // Most pairs of blocks that a matrix of the batch has, and rounds of rotations that a round of
  // blocks counts for.
  most_pairs: u32, worth: u32,
}

struct Progress { round: u32, done: u32, off: f32, largest: f32, heads: vec4f, tails: vec4f }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read> progress: array<Progress>;
// Of each pair of blocks of the round, whether it has anything to rotate.
@group(0) @binding(5) var<storage, read_write> turned: array<u32>;

var<workgroup> sums: array<vec4f, LANES>;
var<workgroup> diagonal: array<f32, 16>;
var<workgroup> gram: array<Entry, 256>;
var<workgroup> turn_rows: array<Four, 64>;
var<workgroup> rotations: array<Rotation, 8>;

// Rows of a matrix that are there, in fours.
fn limit_of(order: u32) -> u32 { return (order + 3u) & ~3u; }

// Pairs of blocks of 8 rows.
fn pairs_of(order: u32) -> u32 { return (order + 15u) >> 4u; }

// Row i of the 16 of a pair of blocks.
fn row_of(i: u32, p: u32, q: u32) -> u32 { return 8u * select(p, q, i >= 8u) + (i & 7u); }

fn rotate_block(k: u32, l: u32, round: u32, high: u32) {
  let a = rotations[k];
  let b = rotations[l];
  if (!is_rotation(a) && !is_rotation(b)) { return; }
  let p = low_of(k, high);
  let q = p ^ round;
  let u = low_of(l, high);
  let v = u ^ round;
  let pu_at = place_of(p, u);
  let pv_at = place_of(p, v);
  let qu_at = place_of(q, u);
  let qv_at = place_of(q, v);
  let pu = gram[pu_at];
  let pv = gram[pv_at];
  let qu = gram[qu_at];
  let qv = gram[qv_at];
  let top_u = rotated_first(a, pu, qu);
  let top_v = rotated_first(a, pv, qv);
  let bottom_u = rotated_second(a, pu, qu);
  let bottom_v = rotated_second(a, pv, qv);
  gram[pu_at] = rotated_first(b, top_u, top_v);
  gram[pv_at] = rotated_second(b, top_u, top_v);
  gram[qu_at] = rotated_first(b, bottom_u, bottom_v);
  gram[qv_at] = rotated_second(b, bottom_u, bottom_v);
}

// One sweep over the 16 × 16 matrix `gram`; `turn_rows` collects the rotations.
fn sweep(lane: u32, largest: f32) {
  for (var round = 1u; round < 16u; round++) {
    let high = firstLeadingBit(round);
    for (var k = lane; k < 8u; k += LANES) {
      let p = low_of(k, high);
      let q = p ^ round;
      let d = diagonalize(gram[17u * p], gram[16u * p + q], gram[17u * q], largest);
      rotations[k] = d.rotation;
      gram[17u * p] = d.pp;
      gram[16u * p + q] = d.pq;
      gram[17u * q] = d.qq;
    }
    workgroupBarrier();
    // Blocks (rows of pair k) × (columns of pair l), k < l: row r of the triangle beside row 7 − r,
    // seven in all.
    for (var e = lane; e < 28u; e += LANES) {
      let r = (37u * e) >> 8u;
      let c = e - 7u * r;
      rotate_block(select(r, 7u - r, c >= 7u - r), select(r + 1u + c, c + 1u, c >= 7u - r), round, high);
    }
    for (var e = lane; e < 32u; e += LANES) {
      let rotation = rotations[e >> 2u];
      if (is_rotation(rotation)) {
        let p = 4u * low_of(e >> 2u, high) + (e & 3u);
        let q = p ^ (4u * round);
        let x = turn_rows[p];
        let y = turn_rows[q];
        turn_rows[p] = rotated_first_four(rotation, x, y);
        turn_rows[q] = rotated_second_four(rotation, x, y);
      }
    }
    workgroupBarrier();
  }
}

// Fours of a turn in memory: its 16 rows, then those of its transpose.
const TURN: u32 = 128u;
const STRIPS: u32 = 16u / STRIP;

@compute @workgroup_size(LANES)
fn solve(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.y;
  let order = orders[index];
  let limit = limit_of(order);
  let pairs = pairs_of(order);
  let players = 2u * pairs;
  if (progress[index].done == 1u || workgroup.x >= pairs || shape.round >= players - 1u) { return; }
  let largest = progress[index].largest;
  let matrix = index * shape.rows * shape.rows;
  let slot = index * shape.most_pairs + workgroup.x;
  let p = first_of(workgroup.x, shape.round, players);
  let q = second_of(workgroup.x, shape.round, players);

  for (var e = lane; e < 64u; e += LANES) {
    let row = row_of(e >> 2u, p, q);
    let column = row_of(4u * (e & 3u), p, q);
    let x = matrix_four(matrix + row * shape.rows + column, (row < limit) & (column < limit));
    gram[4u * e] = x[0];
    gram[4u * e + 1u] = x[1];
    gram[4u * e + 2u] = x[2];
    gram[4u * e + 3u] = x[3];
    let unit = vec4u(e >> 2u) == 4u * (e & 3u) + vec4u(0u, 1u, 2u, 3u);
    turn_rows[e] = Four(
      entry_of(select(0.0, 1.0, unit.x)),
      entry_of(select(0.0, 1.0, unit.y)),
      entry_of(select(0.0, 1.0, unit.z)),
      entry_of(select(0.0, 1.0, unit.w)),
    );
  }
  workgroupBarrier();
  for (var i = lane; i < 16u; i += LANES) { diagonal[i] = abs(leading(gram[17u * i])); }
  workgroupBarrier();
  var any_rotates = 0.0;
  for (var e = lane; e < 256u; e += LANES) {
    let i = e >> 4u;
    let j = e & 15u;
    if (i < j && is_to_rotate(diagonal[i], diagonal[j], leading(gram[e]), largest)) { any_rotates = 1.0; }
  }
  sums[lane] = vec4f(any_rotates);
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  let rotates = workgroupUniformLoad(&sums[0]).x > 0.0;
  if (lane == 0u) { turned[slot] = select(0u, 1u, rotates); }
  if (rotates) { sweep(lane, largest); }
  for (var e = lane; e < 64u; e += LANES) {
    let i = e >> 2u;
    let j = 4u * (e & 3u);
    put_turn_four(slot * TURN + e, turn_rows[e]);
    let component = i & 3u;
    let column = i >> 2u;
    put_turn_four(
      slot * TURN + 64u + e,
      Four(
        turn_rows[4u * j + column][component],
        turn_rows[4u * j + 4u + column][component],
        turn_rows[4u * j + 8u + column][component],
        turn_rows[4u * j + 12u + column][component],
      ),
    );
    let row = row_of(i, p, q);
    let to = row_of(j, p, q);
    if (rotates && row < limit && to < limit) {
      put_matrix_four(
        matrix + row * shape.rows + to,
        Four(
          gram[place_of(i, j)],
          gram[place_of(i, j + 1u)],
          gram[place_of(i, j + 2u)],
          gram[place_of(i, j + 3u)],
        ),
      );
    }
  }
}

// The task of a lane of `turn`: one strip of the rows of pairs of blocks.
struct Task {
  busy: bool,
  // Fours of the turns of the pair of blocks whose rows are turned, and of the one whose columns
  // are.
  row_turn: u32, column_turn: u32,
  // The blocks of rows; those of columns; the strip of these.
  p: u32, q: u32, u: u32, v: u32, strip: u32,
}

// Strip `e` of the matrix: of the block (rows of pair k) × (columns of pair l), k < l.
fn block_task(index: u32, pairs: u32, e: u32) -> Task {
  let task = e / STRIPS;
  // Blocks above the diagonal as a full rectangle: row r of the triangle beside row pairs − 1 − r.
  let r = quotient(task, 1.0 / max(1.0, f32(pairs - 1u)));
  let c = task - r * (pairs - 1u);
  let below = c >= pairs - 1u - r;
  let k = select(r, pairs - 1u - r, below);
  let l = select(r + 1u + c, c + 1u, below);
  let slots = index * shape.most_pairs;
  let inside = task < pairs * (pairs - 1u) / 2u;
  return Task(
    inside && (turned[select(0u, slots + k, inside)] | turned[select(0u, slots + l, inside)]) == 1u,
    (slots + k) * TURN,
    (slots + l) * TURN,
    first_of(k, shape.round, 2u * pairs),
    second_of(k, shape.round, 2u * pairs),
    first_of(l, shape.round, 2u * pairs),
    second_of(l, shape.round, 2u * pairs),
    e % STRIPS,
  );
}

// Strip `e` of the basis: of the rows of pair k.
fn basis_task(index: u32, pairs: u32, across: u32, e: u32) -> Task {
  let k = quotient(e, 1.0 / f32(across));
  let slot = index * shape.most_pairs + k;
  let p = first_of(k, shape.round, 2u * pairs);
  let q = second_of(k, shape.round, 2u * pairs);
  return Task(turned[slot] == 1u, slot * TURN, 0u, p, q, 0u, 0u, e - k * across);
}

@compute @workgroup_size(LANES)
fn turn(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = workgroup.y;
  let order = orders[index];
  let limit = limit_of(order);
  let pairs = pairs_of(order);
  if (progress[index].done == 1u || shape.round >= 2u * pairs - 1u) { return; }
  let matrix = index * shape.rows * shape.rows;
  let blocks = (pairs * (pairs - 1u) / 2u * STRIPS + LANES - 1u) / LANES;
  for (var group = workgroup.x; group < blocks; group += workgroups.x) {
    turn_block(block_task(index, pairs, group * LANES + lane), matrix, limit, lane);
  }
  let across = (shape.row_stride + STRIP_UNITS - 1u) / STRIP_UNITS;
  let tasks = pairs * across;
  for (var task = workgroup.x * LANES + lane; task < tasks; task += workgroups.x * LANES) {
    turn_basis(basis_task(index, pairs, across, task), index * shape.rows, limit, lane);
  }
}
