// Puts small matrices in the place of large ones of low rank, with the eigenvalues that count: one
// invocation for each matrix.
//
//   M = G Gᵀ + R,   G: n × p, by Cholesky's factorisation with the largest pivot first, until what
//                   is left of the diagonal is 2⁻¹⁴ of the least threshold
//   K = Gᵀ G        p × p, whose eigenvalues are those of G Gᵀ that are not 0
//
// M: the lower triangle in blocks of 4 × 4 pairs of words, as gram_digits.wgsl leaves it. K takes
// its place, in the same form. results[matrix] = (4 ⌈p / 4⌉, bound, trace of M, 1). Where more than
// 5/8 of the pivots are needed, or would be if the rest went on to shrink as it has by then, M
// stays and results are (n, 0, trace of M, 0). Features of trained networks have a low rank: for 50
// neurons, ε = 10⁻⁶ and features of magnitude 1 p is 8 to 13 in a first layer, 8 to 30 in a second.
//
// Error: |λ_i(K) − λ_i(M)| ≤ bound, in units of u² = 2⁻⁴⁸. Let P be the blocks of four pivots, S
// those of n rows. An entry of G in a pivot's column comes from m_ij and at most P sums of four
// products, 23 u² each and 3 u² for every one that is taken off; a pivot from m_ii and at most 4 P
// squares, 7 u² and 3 u² each. A root, a division and a product make G's column, which differs from
// y / √d by 45 u². So R is (100 + 12 (P + 1)) u² Σ_k |g_ik g_jk| where i or j is a pivot. Among the
// others it is computed, to the same bound. K's sums of S times four products are (26 + 3 S) u² Σ_i
// |g_ij g_ik|. The norms of all these sums are at most ‖G‖_F² = trace K.
//
// Cost, in terms of double-single arithmetic, of about 27 flops: n p² / 2 − p³ / 3 for G, (n − p)²
// p / 2 for R, n p² / 2 for K, and p³ / 3 for each threshold then, where n³ / 3 would be. For the
// columns of G 10 vectors are read for 16 terms, since pivots come one by one; 16 for 64 elsewhere.
// Measured on lavapipe in inertia_double_single.wgsl. R and K are made in one loop, which compiles
// in 0.85 s cold, where two took 1.3 s. On a GPU one invocation has all of it to do, longer than
// any factorisation takes, so there it is left out. Pivots in the order of neurons would be cheaper
// each, but a trained network has neurons that are nearly alike, and twice as many are needed, or
// all of them. R can not be had from the trace of what is left of the diagonal: rounding in G
// counts by the square of ‖M_pp⁻¹ M_pu‖ there.
//
// needs: double_single_four.wgsl

struct Shape {
  matrices: u32, replicas: u32, blocks: u32, capacity: u32,
  lanes: u32, zero: u32, least: f32,
  @align(16) orders: array<vec4u, 8>,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// Number of the first probe, and how many there are.
@group(0) @binding(1) var<uniform> range: vec2u;
@group(0) @binding(2) var<storage, read> exponents: array<i32>;
@group(0) @binding(3) var<storage, read_write> matrices: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> work: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> results: array<vec4f>;

const U2: f32 = 3.5527137e-15;
const INFINITE: u32 = 0x7f800000u;
const MOST_EXPONENT: i32 = 40;
// Share of the least threshold that may be left.
const LEFT: f32 = 6.1035156e-5;
// What squares that are flushed to 0 may add up to.
const FLUSHED: f32 = 1.3877788e-17;
// Blocks of pivots at most, which the iterations of large orders ask for.
const MOST_BLOCKS: u32 = 14u;

fn run_time_zero() -> u32 { return shape.zero; }

// A lane's place, its matrix's, and the blocks of four columns that G has room for.
var<private> lane: u32;
var<private> matrix_at: u32;
var<private> width: u32;
var<private> list_at: u32;

fn triangle(i: u32, j: u32) -> u32 { return i * (i + 1u) / 2u + j; }

fn entry(i: u32, j: u32) -> vec2f {
  let row = max(i, j);
  let column = min(i, j);
  let at = matrix_at + 8u * triangle(row / 4u, column / 4u) + row % 4u;
  return vec2f(matrices[at][column % 4u], matrices[at + 4u][column % 4u]);
}

fn factor_at(row: u32, block: u32) -> u32 { return 2u * (row * width + block) * shape.lanes + lane; }

fn factor(row: u32, block: u32) -> Four {
  let at = factor_at(row, block);
  return Four(work[at], work[at + shape.lanes]);
}

fn put_zeros(row: u32, block: u32) {
  let at = factor_at(row, block);
  work[at] = vec4f();
  work[at + shape.lanes] = vec4f();
}

// The k-th column's entry; the first of a block also clears the others.
fn put(row: u32, k: u32, value: vec2f) {
  let at = factor_at(row, k / 4u);
  if (k % 4u == 0u) { put_zeros(row, k / 4u); }
  work[at][k % 4u] = value.x;
  work[at + shape.lanes][k % 4u] = value.y;
}

// The neurons that are no pivots: (what is left of the diagonal, its low word, the neuron).
fn listed(position: u32) -> vec4f { return work[(list_at + position) * shape.lanes + lane]; }
fn put_listed(position: u32, value: vec4f) { work[(list_at + position) * shape.lanes + lane] = value; }

// The largest diagonal entry so far, where it is, and the sum.
struct Rest { largest: f32, position: u32, sum: f32 }

fn with_entry(rest: Rest, position: u32, value: f32) -> Rest {
  let is_larger = value > rest.largest;
  return Rest(
    select(rest.largest, value, is_larger),
    select(rest.position, position, is_larger),
    rest.sum + max(value, 0.0),
  );
}

fn less(y: vec2f, a: Four, b: Four) -> vec2f { return ds_sub(y, sum_of_products(a, b.high, b.low)); }

fn consecutive(first: u32) -> vec4u { return vec4u(first) + vec4u(0u, 1u, 2u, 3u); }

// Neurons of the list; beyond its end the last one.
fn neurons(first: u32, count: u32) -> vec4u {
  let at = min(consecutive(first), vec4u(count - 1u));
  return vec4u(vec4f(listed(at.x).z, listed(at.y).z, listed(at.z).z, listed(at.w).z));
}

// Column k of G, for the `count` neurons that stay, and what is left of them.
fn eliminate(pivot: u32, k: u32, count: u32, inverse: vec2f) -> Rest {
  var rest = Rest(0.0, 0u, 0.0);
  for (var first = 0u; first < count; first += 4u) {
    let rows = neurons(first, count);
    var y0 = entry(rows.x, pivot);
    var y1 = entry(rows.y, pivot);
    var y2 = entry(rows.z, pivot);
    var y3 = entry(rows.w, pivot);
    for (var block = 0u; 4u * block < k; block++) {
      let g = factor(pivot, block);
      y0 = less(y0, factor(rows.x, block), g);
      y1 = less(y1, factor(rows.y, block), g);
      y2 = less(y2, factor(rows.z, block), g);
      y3 = less(y3, factor(rows.w, block), g);
    }
    let y = four_of(y0, y1, y2, y3);
    for (var r = 0u; r < min(4u, count - first); r++) {
      let g = ds_mul(component(y, r), inverse);
      put(rows[r], k, g);
      let left = ds_sub(listed(first + r).xy, ds_mul(g, g));
      put_listed(first + r, vec4f(left, f32(rows[r]), 0.0));
      rest = with_entry(rest, first + r, left.x);
    }
  }
  return rest;
}

// Four rows of four numbers.
struct Block { a: Four, b: Four, c: Four, d: Four }

fn row_less(y: Four, l: Four, r: Block) -> Four {
  return four_of(
    less(component(y, 0u), l, r.a),
    less(component(y, 1u), l, r.b),
    less(component(y, 2u), l, r.c),
    less(component(y, 3u), l, r.d),
  );
}

fn column(b: Block, k: u32) -> Four {
  return four_of(component(b.a, k), component(b.b, k), component(b.c, k), component(b.d, k));
}

fn row_of_entries(i: u32, j: vec4u) -> Four { return four_of(entry(i, j.x), entry(i, j.y), entry(i, j.z), entry(i, j.w)); }

// A block of G; transposed where K is made.
fn factors(rows: vec4u, block: u32, transposed: bool) -> Block {
  let g = Block(factor(rows.x, block), factor(rows.y, block), factor(rows.z, block), factor(rows.w, block));
  let t = vec4<bool>(transposed);
  return Block(
    choose(g.a, column(g, 0u), t),
    choose(g.b, column(g, 1u), t),
    choose(g.c, column(g, 2u), t),
    choose(g.d, column(g, 3u), t),
  );
}

fn put_negated(at: u32, y: Block) {
  matrices[at] = -y.a.high;
  matrices[at + 1u] = -y.b.high;
  matrices[at + 2u] = -y.c.high;
  matrices[at + 3u] = -y.d.high;
  matrices[at + 4u] = -y.a.low;
  matrices[at + 5u] = -y.b.low;
  matrices[at + 6u] = -y.c.low;
  matrices[at + 7u] = -y.d.low;
}

// ‖R‖_F² of the `count` neurons that are no pivots, then the trace of K, which takes the place of
// M. Both are made of the same products, and in one place: it takes half as long to compile.
fn finish(count: u32, blocks: u32, side: u32) -> vec2f {
  var sums = vec2f();
  for (var turn = 0u; turn < 2u; turn++) {
    let is_product = turn == 1u;
    let end = select((count + 3u) / 4u, blocks, is_product);
    let steps = select(blocks, side, is_product);
    for (var i = 0u; i < end; i++) {
      for (var j = 0u; j <= i; j++) {
        var y = Block();
        var rows = vec4u();
        var columns = vec4u();
        if (!is_product) {
          rows = neurons(4u * i, count);
          columns = neurons(4u * j, count);
          y = Block(
            row_of_entries(rows.x, columns),
            row_of_entries(rows.y, columns),
            row_of_entries(rows.z, columns),
            row_of_entries(rows.w, columns),
          );
        }
        for (var step = 0u; step < steps; step++) {
          let samples = consecutive(4u * step);
          let left = factors(select(rows, samples, is_product), select(step, i, is_product), is_product);
          let right = factors(select(columns, samples, is_product), select(step, j, is_product), is_product);
          y = Block(row_less(y.a, left.a, right), row_less(y.b, left.b, right), row_less(y.c, left.c, right), row_less(y.d, left.d, right));
        }
        if (is_product) {
          put_negated(matrix_at + 8u * triangle(i, j), y);
          if (i == j) { sums.y -= y.a.high.x + y.b.high.y + y.c.high.z + y.d.high.w; }
        } else {
          let squares = vec4f(dot(y.a.high, y.a.high), dot(y.b.high, y.b.high), dot(y.c.high, y.c.high), dot(y.d.high, y.d.high));
          let real = select(vec4f(), vec4f(1.0), consecutive(4u * i) < vec4u(count));
          sums.x += select(2.0, 1.0, i == j) * dot(squares, real);
        }
      }
    }
  }
  return sums;
}

// Whether the rest shrinks fast enough for the pivots that there may be.
fn is_hopeful(k: u32, trace: f32, rest: f32, least: f32) -> bool {
  if (k < 8u || k % 4u > 0u) { return true; }
  return log2(trace / rest) * f32(4u * width) > 0.5 * log2(trace / least) * f32(k);
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= range.y * shape.matrices) { return; }
  lane = id.x;
  // Neighbours have the same layer, and about the same rank.
  let matrix = id.x / range.y;
  let slot = ((range.x + id.x % range.y) % shape.capacity) * shape.matrices + matrix;
  matrix_at = 8u * slot * shape.blocks;
  let layer = matrix / shape.replicas;
  let order = shape.orders[layer / 4u][layer % 4u];
  let side = (order + 3u) / 4u;
  width = clamp(5u * side / 8u, 1u, MOST_BLOCKS);
  list_at = 8u * side * width;

  var rest = Rest(0.0, 0u, 0.0);
  for (var i = 0u; i < order; i++) {
    let d = entry(i, i);
    put_listed(i, vec4f(d, f32(i), 0.0));
    rest = with_entry(rest, i, d.x);
  }
  let trace = rest.sum;
  let exponent = exponents[slot];
  let least = LEFT * ds_scale(vec2f(shape.least, 0.0), -2 * exponent).x;
  var count = order;
  var k = 0u;
  // By bits: NaN goes on until there is no pivot.
  while (exponent <= MOST_EXPONENT && k < min(order, 4u * width) && bitcast<u32>(rest.sum) > bitcast<u32>(least)) {
    let pivot = listed(rest.position);
    let row = u32(pivot.z);
    if (bitcast<u32>(pivot.x) - 1u >= INFINITE - 1u || !is_hopeful(k, trace, rest.sum, least)) { break; }
    count--;
    put_listed(rest.position, listed(count));
    let inverse = ds_div(vec2f(1.0, 0.0), ds_sqrt(pivot.xy));
    put(row, k, ds_mul(pivot.xy, inverse));
    for (var block = k / 4u + 1u; block < width; block++) { put_zeros(row, block); }
    rest = eliminate(row, k, count, inverse);
    k++;
  }
  if (exponent > MOST_EXPONENT || bitcast<u32>(rest.sum) > bitcast<u32>(least)) {
    results[slot] = vec4f(f32(order), 0.0, trace, 0.0);
    return;
  }
  let blocks = (k + 3u) / 4u;
  for (var row = order; row < 4u * side; row++) {
    for (var block = 0u; block < blocks; block++) { put_zeros(row, block); }
  }
  let sums = finish(count, blocks, side);
  let left = sqrt(sums.x) + FLUSHED;
  let eta = (126.0 + 12.0 * f32(blocks + 1u) + 3.0 * f32(side)) * U2;
  results[slot] = vec4f(f32(4u * blocks), 1.001 * (left + eta * sums.y), trace, 1.0);
}
