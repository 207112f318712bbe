// The frame of two-sided Jacobi for any arithmetic: the look at the off-diagonal, the rounds.
//
// A kernel that includes this file supplies
//     matrices: array<Entry>       at binding 3, and the bases at binding 4
//     leading(at) -> f32           entry `at` of the matrices, rounded to single precision
//     rotate_entries               rotates entries of the bases, as the turns' file asks
// and includes one of rotation_single.wgsl and rotation_double_single.wgsl, and one of
// jacobi_twos.wgsl and jacobi_fours.wgsl, which make the turns. Entries of matrix `index` start at
// `matrix` = index · rows²; only those in the upper triangle are read and written.
//
// A round rotates disjoint pairs. A turn is a round, or two that are made together. A sweep is the
// 2h − 1 rounds in which each pair of the 2h = 4⌈n/4⌉ players meets once; players n … 2h−1 are zero
// rows, which never rotate.
//
// Convergence and angles are those of jacobi_rotation.wgsl. A NaN ends the solve, and so does an
// entry on the diagonal that is not finite: `off` is NaN then.
//
// A dispatch makes `rounds` rounds, or one more to end a turn, and leaves its place in `progress`,
// because lavapipe ends a shader after 65,535 loop iterations. Dispatches after convergence return
// at once. `progress` holds the rounds made, `off` at the last look, and, for each of four shares,
// two numbers of the start: `off` restricted to the head of the spectrum, from that share of the
// largest diagonal entry on, and the sum of the diagonal entries of the tail, which is the rest.
//
// needs: jacobi_rotation.wgsl

override LANES: u32 = 64u;
// Groups that the players of the largest matrix form: of two, or of four.
override GROUPS: u32 = 64u;

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
    largest = larger(largest, abs(leading(matrix + i * shape.rows + i)));
  }
  sums[lane] = largest;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] = larger(sums[lane], sums[lane + half]); }
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

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  let order = orders[index];
  let players = 4u * ((order + 3u) / 4u);
  let matrix = index * shape.rows * shape.rows;
  if (lane == 0u) {
    place = progress[index];
    // No branch: for one on a uniform lavapipe compiled a kernel of this size anew in every
    // dispatch, 25 ms each, at some orders.
    place.round = select(place.round, 0u, shape.restart == 1u);
    place.done = select(place.done, 0u, shape.restart == 1u);
  }
  let start = workgroupUniformLoad(&place);
  if (start.done == 1u) { return; }

  let end = start.round + shape.rounds;
  var round = start.round;
  var done = false;
  var largest = largest_diagonal(lane, matrix, order);
  while (round < end) {
    let turn = turn_of(round % (players - 1u));
    if (turn == 0u) {
      largest = largest_diagonal(lane, matrix, order);
      // Infinities on the diagonal would make all else look small; NaN, from a value that the
      // compiler does not know.
      let spoilt = bitcast<u32>(largest) >= 0x7f800000u;
      let sum = off_diagonal(lane, matrix, order, largest);
      let off = select(sqrt(sum), bitcast<f32>(0x7fc00000u ^ shape.zero), spoilt);
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
    rotate_turn(lane, index, players, turn, largest);
    storageBarrier();
    workgroupBarrier();
    round += rounds_of(turn);
  }
  if (lane == 0u) {
    place.round = round;
    place.done = select(0u, 1u, done);
    progress[index] = place;
  }
}
