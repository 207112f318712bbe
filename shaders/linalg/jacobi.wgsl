// Two-sided Jacobi: eigenvalues and eigenvectors of symmetric matrices, one workgroup a matrix, all of a batch at once.
//
//   A ← Jᵀ A J,  B ← Jᵀ B,   J the rotation of ⌊n/2⌋ disjoint pairs (p, q) that makes each a_pq zero
//
// A: rows × rows, symmetric; ends with the eigenvalues on its diagonal. B: rows of row_stride vectors; if it starts as
// the identity, its rows end as eigenvectors; if as another orthonormal basis Q with A = Qᵀ M Q, as eigenvectors of M;
// further columns are rotated alike. A round rotates the pairs of a round-robin tournament; a sweep is the 2h − 1 rounds
// in which each pair of the 2h = 4⌈n/4⌉ players meets once (players n … 2h−1 are zero rows, which never rotate).
//
// Convergence is judged at the start of a sweep by the norm of the off-diagonal, scaled by the diagonal,
//     off² = Σ_{i<j} a_ij² / (d_i d_j),   d_i = max(|a_ii|, 2⁻⁶⁰ max_k |a_kk|),
// and a pair is left alone where its term is below u²: what remains perturbs each eigenvalue relative to itself (Demmel
// and Veselić 1992), so small eigenvalues keep the digits that A has of them. A pair with |a_ii| or |a_jj| below
// tail · max_k |a_kk| is noise: it does not count and is not rotated. A NaN ends the solve.
//
// A dispatch runs at most `rounds` rounds and leaves its place in `progress`, since lavapipe ends a shader after 65,535
// loop iterations; dispatches after convergence return at once. `progress` tells the rounds made, `off` at the last look,
// and for each of four shares `off` at the start, restricted to the head of the spectrum from that share of the largest
// diagonal entry on.
//
// Cost of a round: 8·h(h−1)/2 flops and 8 words on A, 6·4·h·row_stride flops on B; two barriers. A and B stay in storage
// memory, on a GPU in L1 or L2 of one multiprocessor: 32 KiB for n = 64. The batch fills the card.

override LANES: u32 = 64u;
override PAIRS: u32 = 128u;

// 2⁻⁶⁰: a diagonal entry of rounding noise, or 0, is taken for this share of the largest.
const FLOOR: f32 = 8.6736174e-19;

struct Shape {
  rows: u32, row_stride: u32, rounds: u32, restart: u32,
  most_rounds: u32, tolerance: f32, tail: f32, unused: f32,
  heads: vec4f,
}

struct Progress { round: u32, done: u32, off: f32, unused: f32, heads: vec4f }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read_write> matrices: array<f32>;
@group(0) @binding(3) var<storage, read_write> basis: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> progress: array<Progress>;

var<workgroup> place: Progress;
// Cosine and sine of each pair of the round.
var<workgroup> rotations: array<vec2f, PAIRS>;
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

// Largest |a_ii|, in every lane.
fn largest_diagonal(lane: u32, matrix: u32, order: u32) -> f32 {
  var largest = 0.0;
  for (var i = lane; i < order; i += LANES) {
    largest = max(largest, abs(matrices[matrix + i * shape.rows + i]));
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
      let x = matrices[matrix + i * shape.rows + j];
      let di = abs(matrices[matrix + i * shape.rows + i]);
      let dj = abs(matrices[matrix + j * shape.rows + j]);
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

// Rotates the 2 × 2 block on the diagonal, and keeps the rotation for the others.
fn rotate_pair(k: u32, p: u32, q: u32, matrix: u32, largest: f32) {
  let pp = matrix + p * shape.rows + p;
  let pq = matrix + p * shape.rows + q;
  let qp = matrix + q * shape.rows + p;
  let qq = matrix + q * shape.rows + q;
  let x = matrices[pq];
  let app = matrices[pp];
  let aqq = matrices[qq];
  let scale = sqrt(max(abs(app), FLOOR * largest)) * sqrt(max(abs(aqq), FLOOR * largest));
  let noise = min(abs(app), abs(aqq)) < shape.tail * largest;
  var rotation = vec2f(1.0, 0.0);
  if (abs(x) > 5.9604645e-8 * scale && !noise) {
    let tau = (aqq - app) / (2.0 * x);
    // Beyond 10⁹ the square of τ adds nothing to 1 that single precision could hold.
    var t = 0.5 / tau;
    if (abs(tau) < 1.0e9) { t = select(-1.0, 1.0, tau >= 0.0) / (abs(tau) + sqrt(1.0 + tau * tau)); }
    let c = 1.0 / sqrt(1.0 + t * t);
    rotation = vec2f(c, t * c);
    matrices[pp] = app - t * x;
    matrices[qq] = aqq + t * x;
    matrices[pq] = 0.0;
    matrices[qp] = 0.0;
  }
  rotations[k] = rotation;
}

// Rotates block (rows of pair k) × (columns of pair l) and its mirror.
fn rotate_block(k: u32, l: u32, round: u32, players: u32, matrix: u32) {
  let a = rotations[k];
  let b = rotations[l];
  if (a.y == 0.0 && b.y == 0.0) { return; }
  let p = first_of(k, round, players);
  let q = second_of(k, round, players);
  let u = first_of(l, round, players);
  let v = second_of(l, round, players);
  let pu = matrices[matrix + p * shape.rows + u];
  let pv = matrices[matrix + p * shape.rows + v];
  let qu = matrices[matrix + q * shape.rows + u];
  let qv = matrices[matrix + q * shape.rows + v];
  let top = vec2f(a.x * pu - a.y * qu, a.x * pv - a.y * qv);
  let bottom = vec2f(a.y * pu + a.x * qu, a.y * pv + a.x * qv);
  let rotated_top = vec2f(b.x * top.x - b.y * top.y, b.y * top.x + b.x * top.y);
  let rotated_bottom = vec2f(b.x * bottom.x - b.y * bottom.y, b.y * bottom.x + b.x * bottom.y);
  matrices[matrix + p * shape.rows + u] = rotated_top.x;
  matrices[matrix + p * shape.rows + v] = rotated_top.y;
  matrices[matrix + q * shape.rows + u] = rotated_bottom.x;
  matrices[matrix + q * shape.rows + v] = rotated_bottom.y;
  matrices[matrix + u * shape.rows + p] = rotated_top.x;
  matrices[matrix + v * shape.rows + p] = rotated_top.y;
  matrices[matrix + u * shape.rows + q] = rotated_bottom.x;
  matrices[matrix + v * shape.rows + q] = rotated_bottom.y;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  let order = orders[index];
  let players = 4u * ((order + 3u) / 4u);
  let pairs = players / 2u;
  let matrix = index * shape.rows * shape.rows;
  let row0 = index * shape.rows * shape.row_stride;
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
      let j = e - k * shape.row_stride;
      let rotation = rotations[k];
      if (rotation.y != 0.0) {
        let p = row0 + first_of(k, turn, players) * shape.row_stride + j;
        let q = row0 + second_of(k, turn, players) * shape.row_stride + j;
        let x = basis[p];
        let y = basis[q];
        basis[p] = rotation.x * x - rotation.y * y;
        basis[q] = rotation.y * x + rotation.x * y;
      }
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
