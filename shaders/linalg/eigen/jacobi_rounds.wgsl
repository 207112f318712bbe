// The frame of two-sided Jacobi for any arithmetic: the tournament of pairs, the look at the
// off-diagonal, the rounds.
//
// A kernel that includes this file supplies
//     matrices: array<Entry>       at binding 3, and the bases at binding 4
//     leading(at) -> f32           entry `at` of the matrices, rounded to single precision
//     rotate_entries(k, p, q)      rotates entries p, q of the bases by the rotation of pair k
// and one of rotation_single.wgsl and rotation_double_single.wgsl. Entries of matrix `index` start
// at `matrix` = index · rows²; only those in the upper triangle are read and written.
//
// A round rotates the pairs of a round-robin tournament. A sweep is the 2h − 1 rounds in which each
// pair of the 2h = 4⌈n/4⌉ players meets once; players n … 2h−1 are zero rows, which never rotate.
//
// Convergence and angles are those of jacobi_rotation.wgsl. A NaN ends the solve.
//
// A dispatch runs at most `rounds` rounds and leaves its place in `progress`, because lavapipe ends
// a shader after 65,535 loop iterations. Dispatches after convergence return at once. `progress`
// holds the rounds made, `off` at the last look, and, for each of four shares, two numbers of the
// start: `off` restricted to the head of the spectrum, from that share of the largest diagonal
// entry on, and the sum of the diagonal entries of the tail, which is the rest.
//
// Tried, not taken yet: two rounds at a time. Players in couples, the couples in a tournament; the
// two rounds in which each of a couple meets each of the other stay within four players, so that
// entries are read and written once for both. On lavapipe that takes 0.55 to 0.65 of the processor
// time in single precision (n = 32, 48, 64), 0.7 to 0.8 in double-single, lanes being equal. It is
// left because the test of the integer form then takes 90 s, and because in single precision a
// spoilt matrix ended with an `off` that is not NaN, for a reason not found. Beware: with a kernel
// of that size lavapipe compiled anew in every dispatch, 25 ms each, at some orders, while
// `restart` was tested by a branch; with select() it did not.
//
// needs: jacobi_rotation.wgsl

override LANES: u32 = 64u;
override PAIRS: u32 = 128u;

struct Shape {
  rows: u32, row_stride: u32, rounds: u32, restart: u32,
  most_rounds: u32, tolerance: f32, tail: f32, least: f32,
  heads: vec4f,
  // 0, which the compiler must not know: double-single arithmetic needs it.
  zero: u32,
}

struct Progress { round: u32, done: u32, off: f32, unused: f32, heads: vec4f, tails: vec4f }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read_write> progress: array<Progress>;

var<workgroup> place: Progress;
var<workgroup> rotations: array<Rotation, PAIRS>;
var<workgroup> sums: array<f32, LANES>;
var<workgroup> head_sums: array<vec4f, LANES>;

// Place of entry (i, j), in the upper triangle.
fn upper(matrix: u32, i: u32, j: u32) -> u32 {
  return matrix + min(i, j) * shape.rows + max(i, j);
}

// Largest |a_ii|, in every lane.
fn largest_diagonal(lane: u32, matrix: u32, order: u32) -> f32 {
  var largest = 0.0;
  for (var i = lane; i < order; i += LANES) {
    largest = max(largest, abs(leading(matrix + i * shape.rows + i)));
  }
  sums[lane] = largest;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] = max(sums[lane], sums[lane + half]); }
  }
  return workgroupUniformLoad(&sums[0]);
}

// off², and into head_sums[0] the same of each head.
fn off_diagonal(lane: u32, matrix: u32, order: u32, largest: f32) -> f32 {
  var sum = 0.0;
  var heads = vec4f();
  for (var e = lane; e < order * order; e += LANES) {
    let i = quotient(e, 1.0 / f32(order));
    let j = e - i * order;
    if (i < j) {
      let x = leading(matrix + i * shape.rows + j);
      let di = abs(leading(matrix + i * shape.rows + i));
      let dj = abs(leading(matrix + j * shape.rows + j));
      if (x == 0.0 || min(di, dj) < shape.tail * largest) { continue; }
      let scaled = x / sqrt(max(di, FLOOR * largest)) / sqrt(max(dj, FLOOR * largest));
      sum += scaled * scaled;
      heads += select(vec4f(), vec4f(scaled * scaled), vec4f(min(di, dj)) >= shape.heads * largest);
    }
  }
  sums[lane] = sum;
  head_sums[lane] = heads;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
      head_sums[lane] += head_sums[lane + half];
    }
  }
  return workgroupUniformLoad(&sums[0]);
}

// Sums of the diagonal entries that are not in a head.
fn tail_traces(matrix: u32, order: u32, largest: f32) -> vec4f {
  var tails = vec4f();
  for (var i = 0u; i < order; i++) {
    let d = abs(leading(matrix + i * shape.rows + i));
    tails += select(vec4f(d), vec4f(), vec4f(d) >= shape.heads * largest);
  }
  return tails;
}

// Rotates the 2 × 2 block of pair k on the diagonal, and keeps the rotation for the others.
fn rotate_pair(k: u32, p: u32, q: u32, matrix: u32, largest: f32) {
  let pp = matrix + p * shape.rows + p;
  let pq = upper(matrix, p, q);
  let qq = matrix + q * shape.rows + q;
  let rotated = diagonalize(matrices[pp], matrices[pq], matrices[qq], largest);
  rotations[k] = rotated.rotation;
  if (!is_rotation(rotated.rotation)) { return; }
  matrices[pp] = rotated.pp;
  matrices[pq] = rotated.pq;
  matrices[qq] = rotated.qq;
}

// Rotates rows of pair k × columns of pair l.
fn rotate_block(k: u32, l: u32, turn: u32, players: u32, matrix: u32) {
  let a = rotations[k];
  let b = rotations[l];
  if (!is_rotation(a) && !is_rotation(b)) { return; }
  let p = first_of(k, turn, players);
  let q = second_of(k, turn, players);
  let u = first_of(l, turn, players);
  let v = second_of(l, turn, players);
  let pu_at = upper(matrix, p, u);
  let pv_at = upper(matrix, p, v);
  let qu_at = upper(matrix, q, u);
  let qv_at = upper(matrix, q, v);
  let pu = matrices[pu_at];
  let pv = matrices[pv_at];
  let qu = matrices[qu_at];
  let qv = matrices[qv_at];
  let top_u = rotated_first(a, pu, qu);
  let top_v = rotated_first(a, pv, qv);
  let bottom_u = rotated_second(a, pu, qu);
  let bottom_v = rotated_second(a, pv, qv);
  matrices[pu_at] = rotated_first(b, top_u, top_v);
  matrices[pv_at] = rotated_second(b, top_u, top_v);
  matrices[qu_at] = rotated_first(b, bottom_u, bottom_v);
  matrices[qv_at] = rotated_second(b, bottom_u, bottom_v);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  let order = orders[index];
  let players = 4u * ((order + 3u) / 4u);
  let pairs = players / 2u;
  let matrix = index * shape.rows * shape.rows;
  if (lane == 0u) {
    place = progress[index];
    if (shape.restart == 1u) { place = Progress(); }
  }
  let start = workgroupUniformLoad(&place);
  if (start.done == 1u) { return; }

  let end = start.round + shape.rounds;
  var round = start.round;
  var done = false;
  var largest = largest_diagonal(lane, matrix, order);
  while (round < end) {
    let turn = round % (players - 1u);
    if (turn == 0u) {
      largest = largest_diagonal(lane, matrix, order);
      let off = sqrt(off_diagonal(lane, matrix, order, largest));
      if (lane == 0u) {
        place.off = off;
        if (round == 0u) {
          place.heads = sqrt(head_sums[0]);
          place.tails = tail_traces(matrix, order, largest);
        }
      }
      // Written so that NaN ends the solve.
      if (!(off > shape.tolerance * f32(order)) || round >= shape.most_rounds) {
        done = true;
        break;
      }
    }
    for (var k = lane; k < pairs; k += LANES) {
      rotate_pair(k, first_of(k, turn, players), second_of(k, turn, players), matrix, largest);
    }
    workgroupBarrier();
    // Blocks above the diagonal, k < l, as a full rectangle: row r of the triangle beside row pairs
    // − 1 − r.
    for (var e = lane; e < pairs * (pairs - 1u) / 2u; e += LANES) {
      let r = quotient(e, 1.0 / f32(pairs - 1u));
      let c = e - r * (pairs - 1u);
      let below = c >= pairs - 1u - r;
      rotate_block(select(r, pairs - 1u - r, below), select(r + 1u + c, c + 1u, below), turn, players, matrix);
    }
    for (var e = lane; e < pairs * shape.row_stride; e += LANES) {
      let k = quotient(e, 1.0 / f32(shape.row_stride));
      let entry = index * shape.rows * shape.row_stride + e - k * shape.row_stride;
      let p = entry + first_of(k, turn, players) * shape.row_stride;
      rotate_entries(k, p, entry + second_of(k, turn, players) * shape.row_stride);
    }
    storageBarrier();
    workgroupBarrier();
    round++;
  }
  if (lane == 0u) {
    place.round = round;
    place.done = select(0u, 1u, done);
    progress[index] = place;
  }
}
