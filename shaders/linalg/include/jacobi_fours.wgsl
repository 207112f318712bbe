// Turns of jacobi_rounds.wgsl, each of two rounds that stay within groups of four players.
//
// A kernel supplies
//     rotate_entries(k, at)        rotates entries `at` of the bases by the rotations of group k
//
// Players come in couples 2c, 2c + 1. The first turn of a sweep is one round, which rotates the
// couples. Then couples meet in a round-robin tournament: the two rounds (a, c), (b, d) and (a, d),
// (b, c) of couples a, b and c, d are one turn. Entries are read and written once for both.
//
// On lavapipe that takes 0.5 to 0.6 of the time of jacobi_twos.wgsl in single precision for n = 48
// to 128, 0.7 for n = 24, as long for n = 4 and 8. On a GPU it should save half the traffic and
// half the barriers, for half as many lanes at work; not measured: no GPU was available. In
// double-single arithmetic it takes 0.7 to 0.8, but 90 s to compile in the integer form; so
// jacobi_double_single.wgsl goes by twos.
//
// needs: jacobi_rounds.wgsl

// Rotations of a group, see rotate_group.
struct Rotations { first: Rotation, second: Rotation, third: Rotation, fourth: Rotation }

var<workgroup> rotations: array<Rotations, GROUPS>;

// The four players of group k, two couples that meet. Its first round rotates the first two of them
// and the last two: partners in a sweep's first turn, else one of each couple.
fn players_of(k: u32, turn: u32, couples: u32) -> vec4u {
  let a = 2u * first_of(k, max(turn, 1u) - 1u, couples);
  let b = 2u * second_of(k, max(turn, 1u) - 1u, couples);
  return select(vec4u(a, b, a + 1u, b + 1u), vec4u(a, a + 1u, b, b + 1u), turn == 0u);
}

// Rows p, q of two columns u, v.
struct Cross { pu: Entry, pv: Entry, qu: Entry, qv: Entry }

// Rotates rows by a and columns by b.
fn rotate_cross(x: Cross, a: Rotation, b: Rotation) -> Cross {
  let top_u = rotated_first(a, x.pu, x.qu);
  let top_v = rotated_first(a, x.pv, x.qv);
  let bottom_u = rotated_second(a, x.pu, x.qu);
  let bottom_v = rotated_second(a, x.pv, x.qv);
  return Cross(
    rotated_first(b, top_u, top_v),
    rotated_second(b, top_u, top_v),
    rotated_first(b, bottom_u, bottom_v),
    rotated_second(b, bottom_u, bottom_v),
  );
}

// Rotates the 4 × 4 block of group k on the diagonal, and keeps its rotations for the others: those
// of players 0 and 1, and 2 and 3; then those of 0 and 3, and 1 and 2.
fn rotate_group(k: u32, turn: u32, couples: u32, matrix: u32, largest: f32) {
  let i = players_of(k, turn, couples);
  let at01 = upper(matrix, i.x, i.y);
  let at02 = upper(matrix, i.x, i.z);
  let at03 = upper(matrix, i.x, i.w);
  let at12 = upper(matrix, i.y, i.z);
  let at13 = upper(matrix, i.y, i.w);
  let at23 = upper(matrix, i.z, i.w);
  let on = vec4u(matrix) + i * (shape.rows + 1u);
  let x = diagonalize(matrices[on.x], matrices[at01], matrices[on.y], largest);
  let y = diagonalize(matrices[on.z], matrices[at23], matrices[on.w], largest);
  let c = rotate_cross(
    Cross(matrices[at02], matrices[at03], matrices[at12], matrices[at13]), x.rotation, y.rotation);
  var z = Diagonal(x.pp, c.pv, y.qq, NO_ROTATION);
  var w = Diagonal(x.qq, c.qu, y.pp, NO_ROTATION);
  if (turn > 0u) {
    z = diagonalize(x.pp, c.pv, y.qq, largest);
    w = diagonalize(x.qq, c.qu, y.pp, largest);
  }
  let d = rotate_cross(Cross(x.pq, c.pu, c.qv, y.pq), z.rotation, w.rotation);
  matrices[on.x] = z.pp;
  matrices[on.y] = w.pp;
  matrices[on.z] = w.qq;
  matrices[on.w] = z.qq;
  matrices[at01] = d.pu;
  matrices[at02] = d.pv;
  matrices[at03] = z.pq;
  matrices[at12] = w.pq;
  matrices[at13] = d.qu;
  matrices[at23] = d.qv;
  rotations[k] = Rotations(x.rotation, y.rotation, z.rotation, w.rotation);
}

fn is_any(r: Rotations) -> bool {
  return is_rotation(r.first) || is_rotation(r.second) || is_rotation(r.third) || is_rotation(r.fourth);
}

// Rotates rows of group k × columns of group l.
fn rotate_block(k: u32, l: u32, turn: u32, couples: u32, matrix: u32) {
  let a = rotations[k];
  let b = rotations[l];
  if (!is_any(a) && !is_any(b)) { return; }
  let i = players_of(k, turn, couples);
  let j = players_of(l, turn, couples);
  let row0 = matrix + min(vec4u(i.x), j) * shape.rows + max(vec4u(i.x), j);
  let row1 = matrix + min(vec4u(i.y), j) * shape.rows + max(vec4u(i.y), j);
  let row2 = matrix + min(vec4u(i.z), j) * shape.rows + max(vec4u(i.z), j);
  let row3 = matrix + min(vec4u(i.w), j) * shape.rows + max(vec4u(i.w), j);
  let c00 = rotate_cross(
    Cross(matrices[row0.x], matrices[row0.y], matrices[row1.x], matrices[row1.y]), a.first, b.first);
  let c01 = rotate_cross(
    Cross(matrices[row0.z], matrices[row0.w], matrices[row1.z], matrices[row1.w]), a.first, b.second);
  let c10 = rotate_cross(
    Cross(matrices[row2.x], matrices[row2.y], matrices[row3.x], matrices[row3.y]), a.second, b.first);
  let c11 = rotate_cross(
    Cross(matrices[row2.z], matrices[row2.w], matrices[row3.z], matrices[row3.w]), a.second, b.second);
  // Rows 0, 3 and 1, 2 with columns 0, 3 and 1, 2.
  let d00 = rotate_cross(Cross(c00.pu, c01.pv, c10.qu, c11.qv), a.third, b.third);
  let d01 = rotate_cross(Cross(c00.pv, c01.pu, c10.qv, c11.qu), a.third, b.fourth);
  let d10 = rotate_cross(Cross(c00.qu, c01.qv, c10.pu, c11.pv), a.fourth, b.third);
  let d11 = rotate_cross(Cross(c00.qv, c01.qu, c10.pv, c11.pu), a.fourth, b.fourth);
  matrices[row0.x] = d00.pu;
  matrices[row0.y] = d01.pu;
  matrices[row0.z] = d01.pv;
  matrices[row0.w] = d00.pv;
  matrices[row1.x] = d10.pu;
  matrices[row1.y] = d11.pu;
  matrices[row1.z] = d11.pv;
  matrices[row1.w] = d10.pv;
  matrices[row2.x] = d10.qu;
  matrices[row2.y] = d11.qu;
  matrices[row2.z] = d11.qv;
  matrices[row2.w] = d10.qv;
  matrices[row3.x] = d00.qu;
  matrices[row3.y] = d01.qu;
  matrices[row3.z] = d01.qv;
  matrices[row3.w] = d00.qv;
}

// Row l of number e in a triangle without its diagonal, row by row: the largest l with
// l (l − 1) / 2 ≤ e. With a half where a quarter is due the sum is never within 1 / (9 l) of a
// whole number.
fn triangle_row(e: u32) -> u32 { return u32(sqrt(2.0 * f32(e) + 0.5) + 0.5); }

// Turn that round `round` of a sweep starts.
fn turn_of(round: u32) -> u32 { return (round + 1u) / 2u; }

fn rounds_of(turn: u32) -> u32 { return select(2u, 1u, turn == 0u); }

fn rotate_turn(lane: u32, index: u32, players: u32, turn: u32, largest: f32) {
  let matrix = index * shape.rows * shape.rows;
  let couples = players / 2u;
  let groups = players / 4u;
  for (var k = lane; k < groups; k += LANES) { rotate_group(k, turn, couples, matrix, largest); }
  workgroupBarrier();
  // Blocks above the diagonal, k < l.
  for (var e = lane; e < groups * (groups - 1u) / 2u; e += LANES) {
    let l = triangle_row(e);
    rotate_block(e - l * (l - 1u) / 2u, l, turn, couples, matrix);
  }
  for (var e = lane; e < groups * shape.row_stride; e += LANES) {
    let k = quotient(e, 1.0 / f32(shape.row_stride));
    let entry = index * shape.rows * shape.row_stride + e - k * shape.row_stride;
    rotate_entries(k, vec4u(entry) + players_of(k, turn, couples) * shape.row_stride);
  }
}
