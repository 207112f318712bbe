// The frame of two-sided Jacobi, whatever the arithmetic: the tournament of pairs, the look at the off-diagonal, the
// rounds.
//
// A kernel that includes this file supplies
//     leading(at) -> f32                               entry `at` of the matrices, rounded to single
//     rotate_pair(k, p, q, matrix, largest)            rotates the 2 × 2 block of pair k and keeps the rotation
//     rotate_block(k, l, turn, players, matrix)        rotates rows of pair k × columns of pair l
//     rotate_entries(k, p, q)                          rotates entries p, q of the bases by the rotation of pair k
// and its buffers from binding 3 on. Entries of matrix `index` start at `matrix` = index · rows²; of
// them only those in the upper triangle are read and written.
//
// A round rotates the pairs of a round-robin tournament; a sweep is the 2h − 1 rounds in which each pair of the 2h = 4⌈n/4⌉
// players meets once (players n … 2h−1 are zero rows, which never rotate).
//
// Convergence is judged at the start of a sweep by the norm of the off-diagonal, scaled by the diagonal,
//     off² = Σ_{i<j} a_ij² / (d_i d_j),   d_i = max(|a_ii|, 2⁻⁶⁰ max_k |a_kk|),
// and a pair is left alone where the root of its term is at most `least`: what remains perturbs each eigenvalue
// relative to itself (Demmel and Veselić 1992), so small eigenvalues keep the digits that A has of them. A pair with
// |a_ii| or |a_jj| below tail · max_k |a_kk| is noise: it does not count and is not rotated. A NaN ends the solve.
//
// A dispatch runs at most `rounds` rounds and leaves its place in `progress`, since lavapipe ends a shader after 65,535
// loop iterations; dispatches after convergence return at once. `progress` tells the rounds made, `off` at the last look,
// and for each of four shares `off` at the start, restricted to the head of the spectrum from that share of the largest
// diagonal entry on.

override LANES: u32 = 64u;
override PAIRS: u32 = 128u;

// 2⁻⁶⁰: a diagonal entry of rounding noise, or 0, is taken for this share of the largest.
const FLOOR: f32 = 8.6736174e-19;

struct Shape {
  rows: u32, row_stride: u32, rounds: u32, restart: u32,
  most_rounds: u32, tolerance: f32, tail: f32, least: f32,
  heads: vec4f,
  // 0, which the compiler must not know: double-single arithmetic needs it.
  zero: u32,
}

struct Progress { round: u32, done: u32, off: f32, unused: f32, heads: vec4f }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read_write> progress: array<Progress>;

var<workgroup> place: Progress;
var<workgroup> sums: array<f32, LANES>;
var<workgroup> head_sums: array<vec4f, LANES>;

// Players of pair k: the last one stays, the others go round. Sums stay below 2 (players − 1), so a comparison does for
// the remainder: an integer division costs lavapipe and GPUs as much as the rest of a round's arithmetic.
fn first_of(k: u32, round: u32, players: u32) -> u32 {
  let place = round + k;
  return select(select(place, place - (players - 1u), place >= players - 1u), players - 1u, k == 0u);
}

fn second_of(k: u32, round: u32, players: u32) -> u32 {
  return select(select(round - k, round + players - 1u - k, round < k), round, k == 0u);
}

// e / divisor for e < 2²², by the reciprocal: the half keeps the quotient away from whole numbers.
fn quotient(e: u32, reciprocal: f32) -> u32 {
  return u32((f32(e) + 0.5) * reciprocal);
}

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

// Whether a pair with diagonal entries x, y and off-diagonal z is to be rotated.
fn is_to_rotate(x: f32, y: f32, z: f32, largest: f32) -> bool {
  let scale = sqrt(max(abs(x), FLOOR * largest)) * sqrt(max(abs(y), FLOOR * largest));
  return abs(z) > shape.least * scale && min(abs(x), abs(y)) >= shape.tail * largest;
}

// Tangent of the smaller angle that makes the off-diagonal z zero, from the difference of the diagonal entries.
fn tangent(difference: f32, z: f32) -> f32 {
  let tau = difference / (2.0 * z);
  // Beyond 10⁹ the square of τ adds nothing to 1 that single precision could hold.
  if (abs(tau) >= 1.0e9) { return 0.5 / tau; }
  return select(-1.0, 1.0, tau >= 0.0) / (abs(tau) + sqrt(1.0 + tau * tau));
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
        if (round == 0u) { place.heads = sqrt(head_sums[0]); }
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
    // Blocks above the diagonal, k < l, as a full rectangle: row r of the triangle beside row pairs − 1 − r.
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
