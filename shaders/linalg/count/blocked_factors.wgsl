// Factors many shifted symmetric matrices in double-single arithmetic, by blocks of 32 × 32 and
// without pivoting, so that pivots count eigenvalues:
//
//   M − sI = L D Lᵀ,   #{ i : λ_i > s } = number of positive d_i   (Sylvester)
//
// Four entry points, for a batch of `lanes`, each a matrix with a shift:
//   load       C = M − sI, whose rows beyond the order get the pivot −1
//   diagonal   D and L of the block (K, K), and the inverses of D
//   rows       below it, U_IK = C_IK L_KK⁻ᵀ and L_IK = U_IK D_K⁻¹
//   trailing   C_IJ ← C_IJ − L_IK U_JKᵀ for I ≥ J > K
// `load` runs once; for K = 0, 1, … the others run in this order. A lane may take the rows of M
// from the last to the first: a pivot that is small in one order seldom is in the other.
//
// Layouts. M and C: the lower triangle of blocks, row of blocks by row of blocks. A block has 8
// groups of four columns, a group 32 rows, a row of it two vectors: high words, low words. U takes
// the place of C. `panel` has the blocks L_IK of one K, those of a lane together; on the diagonal
// of L_KK lies 1 / D. `pivots`: the high words of D. `sums`: for each row Σ_k |u_ik l_ik| so far,
// |d_i| included.
//
// Error: E = L D Lᵀ − (M − sI) has |E_ij| ≤ η Σ_k |l_ik d_k l_jk|, η = (92 + 3 P) 2⁻⁴⁸ for P rows
// of blocks, so ‖E‖₂ ≤ η Σ_k |d_k| ‖L_k‖², which the host gets from `sums`. It is derived in
// `blocked_factors.ts`.
//
// Cost: n³ / 6 terms of 32 flops and as many exclusive-ors, nearly all in `trailing`, where an
// invocation keeps 4 × 4 sums and reads 16 vectors for 64 terms; 3 P dispatches, whatever the
// number of lanes. On paper, for a GPU like an H100 (132 multiprocessors of 128 lanes at 1.7 GHz,
// of which a third is taken to be used), with 6 shifts:
//
//   n       terms      arithmetic   dispatches, chains of diagonal and rows     sum
//   1,024   1.1·10⁹    7 ms         96, 5 ms                                    12 ms
//   4,096   6.9·10¹⁰   0.5 s        384, 20 ms                                  0.5 s
//
// A column of blocks waits for 32 divisions, one after the other, in `diagonal` (20 µs), for 32
// columns in `rows` (100 µs), and three barriers between dispatches (10 µs each). Jacobi's
// rotations in double-single words make 27 n dispatches, as counted: 28,000 for n = 1,024, whose
// barriers alone take 0.3 s, and 7,000 n³ operations. The host's method takes 1 s for n = 1,024 and
// 40 to 60 s for 4,096. Not measured: no GPU was available. On lavapipe with two cores 6 shifts of
// n = 700 take 1.6 s, 10¹⁰ operations a second.
//
// needs: double_single_four.wgsl, factor_four.wgsl

// Vectors of a block, and entries of its side.
const BLOCK: u32 = 512u;
const SIDE: u32 = 32u;

// `blocks`: rows of blocks; `column`: K; `first`: first block of a piece of `trailing`.
struct Shape { order: u32, blocks: u32, column: u32, first: u32, zero: u32 }

struct Lane { shift: vec2f, matrix: u32, is_reversed: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> matrices: array<vec4f>;
@group(0) @binding(2) var<storage, read> lanes: array<Lane>;
@group(0) @binding(3) var<storage, read_write> work: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> panel: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> pivots: array<f32>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;

fn run_time_zero() -> u32 { return shape.zero; }

fn triangle(i: u32, j: u32) -> u32 { return i * (i + 1u) / 2u + j; }

// First vector of block (I, J) of a matrix or of its factors, and of block I of the panel.
fn block_at(lane: u32, i: u32, j: u32) -> u32 {
  return BLOCK * (lane * triangle(shape.blocks, 0u) + triangle(i, j));
}

fn panel_at(lane: u32, i: u32) -> u32 { return BLOCK * (lane * shape.blocks + i); }

// Vector of a row and group within a block.
fn place(row: u32, group: u32) -> u32 { return 2u * (SIDE * group + row); }

fn worked(at: u32) -> Four { return Four(work[at], work[at + 1u]); }

fn panelled(at: u32) -> Four { return Four(panel[at], panel[at + 1u]); }

fn keep(at: u32, value: Four) {
  work[at] = value.high;
  work[at + 1u] = value.low;
}

fn keep_panel(at: u32, value: Four) {
  panel[at] = value.high;
  panel[at + 1u] = value.low;
}

// Entry (i, j) of M − sI for i ≥ j, in the order of the lane.
fn loaded(index: u32, i: u32, j: u32) -> vec2f {
  if (j > i) { return vec2f(); }
  if (i >= shape.order) { return vec2f(select(0.0, -1.0, i == j), 0.0); }
  let lane = lanes[index];
  var row = i;
  var column = j;
  if (lane.is_reversed != 0u) {
    row = shape.order - 1u - j;
    column = shape.order - 1u - i;
  }
  let at = block_at(lane.matrix, row / SIDE, column / SIDE) + place(row % SIDE, (column % SIDE) / 4u);
  let entry = vec2f(matrices[at][column % 4u], matrices[at + 1u][column % 4u]);
  if (i == j) { return ds_sub(entry, lane.shift); }
  return entry;
}

// Workgroups: blocks of the triangle, lanes.
@compute @workgroup_size(256)
fn load(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  var i = 0u;
  while (triangle(i + 1u, 0u) <= id.x) { i++; }
  let j = id.x - triangle(i, 0u);
  let row = local % SIDE;
  let group = local / SIDE;
  let entry = SIDE * j + 4u * group;
  let at = block_at(id.y, i, j) + place(row, group);
  keep(at, four_of(
    loaded(id.y, SIDE * i + row, entry),
    loaded(id.y, SIDE * i + row, entry + 1u),
    loaded(id.y, SIDE * i + row, entry + 2u),
    loaded(id.y, SIDE * i + row, entry + 3u),
  ));
  if (j == 0u && group == 0u) { sums[id.y * SIDE * shape.blocks + SIDE * i + row] = 0.0; }
}

var<workgroup> rows_u: array<Four, 256>;
var<workgroup> rows_l: array<Four, 256>;

// Workgroups: lanes. An invocation for each row of the block.
@compute @workgroup_size(32)
fn diagonal(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) row: u32) {
  let k = shape.column;
  let at = block_at(id.x, k, k);
  let to = panel_at(id.x, k);
  var sum = 0.0;
  for (var group = 0u; group < 8u; group++) {
    let first = 4u * group;
    var c = worked(at + place(row, group));
    if (row >= first) {
      var products = Four();
      for (var h = 0u; h < group; h++) {
        let begin = SIDE * h + first;
        products = plus_products(
          products, rows_u[SIDE * h + row],
          rows_l[begin], rows_l[begin + 1u], rows_l[begin + 2u], rows_l[begin + 3u],
        );
      }
      c = minus_four(c, products);
      rows_u[SIDE * group + row] = c;
    }
    workgroupBarrier();
    let begin = SIDE * group + first;
    var four = pivots_of(rows_u[begin], rows_u[begin + 1u], rows_u[begin + 2u], rows_u[begin + 3u]);
    workgroupBarrier();
    var u = Four();
    var l = Four();
    if (row >= first + 4u) {
      u = solved(c, four.l[1], four.l[2], four.l[3]);
      l = times_four(u, four.inverse);
      sum += shares(u, l);
    } else if (row >= first) {
      u = four.u[row - first];
      l = four.l[row - first];
      // The pivot counts once; its place in L holds its inverse.
      let pivot = u.high[row - first];
      pivots[id.x * SIDE * shape.blocks + SIDE * k + row] = pivot;
      l.high[row - first] = 0.0;
      sum += shares(u, l) + abs(pivot);
      l = four.l[row - first];
    }
    rows_u[SIDE * group + row] = u;
    rows_l[SIDE * group + row] = l;
    keep_panel(to + place(row, group), l);
    workgroupBarrier();
  }
  sums[id.x * SIDE * shape.blocks + SIDE * k + row] += sum;
}

// Workgroups: blocks below the diagonal, lanes. An invocation for each row of a block.
@compute @workgroup_size(32)
fn rows(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) row: u32) {
  let k = shape.column;
  let i = k + 1u + id.x;
  let at = block_at(id.y, i, k);
  let to = panel_at(id.y, i);
  let factor = panel_at(id.y, k);
  var sum = 0.0;
  for (var group = 0u; group < 8u; group++) {
    let first = 4u * group;
    var products = Four();
    for (var h = 0u; h < group; h++) {
      let begin = factor + place(first, h);
      products = plus_products(
        products, rows_u[SIDE * h + row],
        panelled(begin), panelled(begin + 2u), panelled(begin + 4u), panelled(begin + 6u),
      );
    }
    let own = factor + place(first, group);
    let l0 = panelled(own);
    let l1 = panelled(own + 2u);
    let l2 = panelled(own + 4u);
    let l3 = panelled(own + 6u);
    let u = solved(minus_four(worked(at + place(row, group)), products), l1, l2, l3);
    let inverse = four_of(component(l0, 0u), component(l1, 1u), component(l2, 2u), component(l3, 3u));
    let l = times_four(u, inverse);
    // Each invocation reads what it wrote itself.
    rows_u[SIDE * group + row] = u;
    keep(at + place(row, group), u);
    keep_panel(to + place(row, group), l);
    sum += shares(u, l);
  }
  sums[id.y * SIDE * shape.blocks + SIDE * i + row] += sum;
}

// Workgroups: blocks of the triangle that is left, from `first` on, and lanes. An invocation for
// four columns of four rows.
@compute @workgroup_size(64)
fn trailing(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = id.x + shape.first;
  var below = u32((sqrt(8.0 * f32(t) + 1.0) - 1.0) / 2.0);
  if (triangle(below, 0u) > t) { below--; }
  if (triangle(below + 1u, 0u) <= t) { below++; }
  let i = shape.column + 1u + below;
  let j = shape.column + 1u + t - triangle(below, 0u);
  let row = local % 8u;
  let group = local / 8u;
  let left = panel_at(id.y, i);
  let right = block_at(id.y, j, shape.column);
  var a = Four();
  var b = Four();
  var c = Four();
  var d = Four();
  for (var h = 0u; h < 8u; h++) {
    let u = right + place(4u * group, h);
    let u0 = worked(u);
    let u1 = worked(u + 2u);
    let u2 = worked(u + 4u);
    let u3 = worked(u + 6u);
    let l = left + place(row, h);
    a = plus_products(a, panelled(l), u0, u1, u2, u3);
    b = plus_products(b, panelled(l + 16u), u0, u1, u2, u3);
    c = plus_products(c, panelled(l + 32u), u0, u1, u2, u3);
    d = plus_products(d, panelled(l + 48u), u0, u1, u2, u3);
  }
  let to = block_at(id.y, i, j) + place(row, group);
  keep(to, minus_four(worked(to), a));
  keep(to + 16u, minus_four(worked(to + 16u), b));
  keep(to + 32u, minus_four(worked(to + 32u), c));
  keep(to + 48u, minus_four(worked(to + 48u), d));
}
