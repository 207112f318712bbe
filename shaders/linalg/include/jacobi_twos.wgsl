// Turns of jacobi_rounds.wgsl, each a round of a round-robin tournament.
//
// A kernel supplies
//     rotate_entries(k, p, q)      rotates entries p, q of the bases by the rotation of pair k
//
// needs: jacobi_rounds.wgsl

var<workgroup> rotations: array<Rotation, GROUPS>;

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

// Turn that round `round` of a sweep starts.
fn turn_of(round: u32) -> u32 { return round; }

fn rounds_of(turn: u32) -> u32 { return 1u; }

fn rotate_turn(lane: u32, index: u32, players: u32, turn: u32, largest: f32) {
  let matrix = index * shape.rows * shape.rows;
  let pairs = players / 2u;
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
}
