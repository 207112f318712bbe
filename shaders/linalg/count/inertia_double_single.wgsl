// Counts the eigenvalues of symmetric matrices above thresholds in double-single arithmetic: one
// invocation for each matrix, threshold and side.
//
//   M − sI = L D Lᵀ,   #{ i : λ_i > s } = number of positive d_i   (Sylvester)
//
// with s = ε ± (margin and what Φ is off).
//
// M: the lower triangle in blocks of 4 × 4 pairs of words, as gram_digits.wgsl leaves it, scaled by
// 2^−2e. There is no pivoting. A pivot is small where what the neurons before leave of one is near
// s; what is left of the other neurons may then grow. The error that is measured here shows it: it
// happens for one in 300 counts of a trained network's features at 10⁻⁶.
//
//   row of blocks J:   C_IJ = M_IJ − Σ_(K<J) L_IK U_JKᵀ,  U = L D
//                      D, L of C_JJ;   U_IJ = C_IJ L_JJ⁻ᵀ,  L_IJ = U_IJ D_J⁻¹
//
// Where it happens nothing is proven. A second run, reversed, starts from the last neuron and takes
// up those counts alone. It has the same pipeline, whose making takes longer than a choice of rows.
//
// Error: E = L D Lᵀ − (M − sI) has ‖E‖ ≤ η Σ_k |d_k| ‖L_k‖², η = (136 + 14 (J + 1)) 2⁻⁴⁸ for J
// blocks per row, which `inertia_double_single.ts` derives. Where that exceeds the margin, or is
// not finite, nothing is claimed: the count is 0 for s above ε and the order for s below.
//
// REDUCED: M may be the small matrix K that low_rank_double_single.wgsl left, of an order of its
// own, with a bound on what its eigenvalues are off; and a threshold may leave out the last rows of
// K, as long as they hold no more than 2⁻¹⁴ of it.
//
// One invocation does it all, without a barrier. A run has about a dozen factorisations per probe
// (layers · thresholds · 2) and tens of probes per submission, which are counted together. Cost:
// n³/3 terms of about 24 flops and as many exclusive-ors; 16 vectors read for 64 terms. On lavapipe
// 8 factorisations of n = 50 take 0.8 ms on one core, a quarter of it for reading; workgroups of 8
// are one vector of the CPU. The twelve of a probe of two layers take 0.5 to 0.7 ms on two cores,
// and 0.1 to 0.35 ms with matrices made small, for ranks from 2 to 21. On a GPU neighbours read
// `work` and M together (`work` is interleaved). A block step is 16 loads, about 500 cycles, and
// 3,500 instructions, so n = 50 with its 450 steps should take about 1 ms whatever the number of
// invocations, up to about 10⁴ of them: one such latency for all probes of a submission, beside the
// training of the next. Not measured: no GPU was available.
//
// needs: double_single_four.wgsl

// Whether matrices are as low_rank_double_single.wgsl leaves them.
override REDUCED: bool;

const OPEN: u32 = 0xffffffffu;
const U2: f32 = 3.5527137e-15;
const NOTHING: f32 = 8.6736174e-19;
const INFINITE: u32 = 0x7f800000u;
// Share of a threshold that eigenvalues may be moved by where columns of G are left out.
const LEFT: f32 = 6.1035156e-5;
// Exponents beyond this are of no finite features, see digit_shape.wgsl.
const MOST: i32 = 40;

// `absolute`: bound on the Frobenius norm of what the scaled features are off; `relative`: the same
// as a share of their own norm; `sums`: what M is off for its rounding, as a share of its trace.
struct Layer { order: u32, absolute: f32, relative: f32, sums: f32 }

struct Shape {
  matrices: u32, replicas: u32, thresholds: u32, blocks: u32,
  capacity: u32, lanes: u32, zero: u32,
  // Whether neurons are taken from the last to the first, where that is still needed.
  reversed: u32,
  @align(16) table: array<Layer, 32>,
}

@group(0) @binding(0) var<uniform> shape: Shape;
// Number of the first probe, and how many there are.
@group(0) @binding(1) var<uniform> range: vec2u;
@group(0) @binding(2) var<storage, read> epsilons: array<vec2f>;
@group(0) @binding(3) var<storage, read> exponents: array<i32>;
@group(0) @binding(4) var<storage, read> matrices: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> work: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> counts: array<u32>;
// Of each matrix: its order, what its eigenvalues are off, the trace that it had, whether it is K.
@group(0) @binding(7) var<storage, read> reduced: array<vec4f>;

fn run_time_zero() -> u32 { return shape.zero; }

// A block, row by row.
struct Block { a: Four, b: Four, c: Four, d: Four }

// First words of a lane's work, and of its matrix.
var<private> lane: u32;
var<private> matrix_at: u32;

fn triangle(i: u32, j: u32) -> u32 { return i * (i + 1u) / 2u + j; }

fn stored(i: u32, j: u32) -> Block {
  let at = matrix_at + 8u * triangle(i, j);
  return Block(
    Four(matrices[at], matrices[at + 4u]),
    Four(matrices[at + 1u], matrices[at + 5u]),
    Four(matrices[at + 2u], matrices[at + 6u]),
    Four(matrices[at + 3u], matrices[at + 7u]),
  );
}

// Column k of a block, from the last row to the first.
fn turned(b: Block, k: u32) -> Four {
  return four_of(component(b.d, k), component(b.c, k), component(b.b, k), component(b.a, k));
}

// Block (I, J) of M, or of M with its rows and columns from the last to the first.
fn given(i: u32, j: u32, side: u32) -> Block {
  let reversed = vec4<bool>(shape.reversed == 1u);
  let b = stored(select(i, side - 1u - j, reversed.x), select(j, side - 1u - i, reversed.x));
  return Block(
    choose(b.a, turned(b, 3u), reversed),
    choose(b.b, turned(b, 2u), reversed),
    choose(b.c, turned(b, 1u), reversed),
    choose(b.d, turned(b, 0u), reversed),
  );
}

// Rows 0 … 3 of L, then 0 … 3 of U.
fn place(i: u32, j: u32, row: u32) -> u32 { return (16u * triangle(i, j) + 2u * row) * shape.lanes + lane; }

fn kept_row(i: u32, j: u32, row: u32) -> Four {
  let at = place(i, j, row);
  return Four(work[at], work[at + shape.lanes]);
}

fn keep_row(i: u32, j: u32, row: u32, value: Four) {
  let at = place(i, j, row);
  work[at] = value.high;
  work[at + shape.lanes] = value.low;
}

fn kept(i: u32, j: u32, first: u32) -> Block {
  return Block(
    kept_row(i, j, first),
    kept_row(i, j, first + 1u),
    kept_row(i, j, first + 2u),
    kept_row(i, j, first + 3u),
  );
}

fn row_less(c: Four, l: Four, u: Block) -> Four {
  return four_of(
    loose_less(component(c, 0u), l, u.a),
    loose_less(component(c, 1u), l, u.b),
    loose_less(component(c, 2u), l, u.c),
    loose_less(component(c, 3u), l, u.d),
  );
}

// C_IJ: what the columns before leave of M. Low words are added up, and every fourth time joined to
// the high ones.
fn remainder(i: u32, j: u32, side: u32) -> Block {
  var c = given(i, j, side);
  for (var k = 0u; k < j; k++) {
    let u = kept(j, k, 4u);
    let l = kept(i, k, 0u);
    c = Block(row_less(c.a, l.a, u), row_less(c.b, l.b, u), row_less(c.c, l.c, u), row_less(c.d, l.d, u));
    if (k % 4u == 3u || k + 1u == j) { c = Block(normal_four(c.a), normal_four(c.b), normal_four(c.c), normal_four(c.d)); }
  }
  return c;
}

fn row_of(b: Block, row: u32) -> Four {
  let odd = vec4<bool>(row % 2u == 1u);
  return choose(choose(b.a, b.b, odd), choose(b.c, b.d, odd), vec4<bool>(row >= 2u));
}

// The part of a block on the diagonal that those below it need: the six entries of its L, and 1 /
// d.
struct Pivots { l10: vec2f, l20: vec2f, l21: vec2f, l30: vec2f, l31: vec2f, l32: vec2f, inverse: Four, positive: u32, sum: f32 }

fn one() -> vec2f { return vec2f(1.0, 0.0); }

fn minus(a: vec2f, x: vec2f, y: vec2f) -> vec2f { return ds_sub(a, ds_mul(x, y)); }

fn pivots_of(c: Block, shift: vec2f) -> Pivots {
  var p = Pivots();
  let d0 = ds_sub(component(c.a, 0u), shift);
  let i0 = ds_div(one(), d0);
  let y10 = component(c.b, 0u);
  let y20 = component(c.c, 0u);
  let y30 = component(c.d, 0u);
  p.l10 = ds_mul(y10, i0);
  p.l20 = ds_mul(y20, i0);
  p.l30 = ds_mul(y30, i0);
  let d1 = minus(ds_sub(component(c.b, 1u), shift), p.l10, y10);
  let i1 = ds_div(one(), d1);
  let y21 = minus(component(c.c, 1u), p.l20, y10);
  let y31 = minus(component(c.d, 1u), p.l30, y10);
  p.l21 = ds_mul(y21, i1);
  p.l31 = ds_mul(y31, i1);
  let d2 = minus(minus(ds_sub(component(c.c, 2u), shift), p.l20, y20), p.l21, y21);
  let i2 = ds_div(one(), d2);
  let y32 = minus(minus(component(c.d, 2u), p.l30, y20), p.l31, y21);
  p.l32 = ds_mul(y32, i2);
  let d3 = minus(minus(minus(ds_sub(component(c.d, 3u), shift), p.l30, y30), p.l31, y31), p.l32, y32);
  p.inverse = four_of(i0, i1, i2, ds_div(one(), d3));
  let d = vec4f(d0.x, d1.x, d2.x, d3.x);
  let signs = select(vec4u(), vec4u(1u), d > vec4f());
  p.positive = signs.x + signs.y + signs.z + signs.w;
  p.sum = dot(abs(d), vec4f(1.0)) + abs(y10.x * p.l10.x) + abs(y20.x * p.l20.x) + abs(y30.x * p.l30.x) +
    abs(y21.x * p.l21.x) + abs(y31.x * p.l31.x) + abs(y32.x * p.l32.x);
  return p;
}

// A row of U and of L below the pivots, kept; and its share of the error.
fn solve_row(i: u32, j: u32, row: u32, c: Four, p: Pivots) -> f32 {
  let y0 = component(c, 0u);
  let y1 = minus(component(c, 1u), y0, p.l10);
  let y2 = minus(minus(component(c, 2u), y0, p.l20), y1, p.l21);
  let y3 = minus(minus(minus(component(c, 3u), y0, p.l30), y1, p.l31), y2, p.l32);
  let l = four_of(
    ds_mul(y0, component(p.inverse, 0u)),
    ds_mul(y1, component(p.inverse, 1u)),
    ds_mul(y2, component(p.inverse, 2u)),
    ds_mul(y3, component(p.inverse, 3u)),
  );
  let y = four_of(y0, y1, y2, y3);
  keep_row(i, j, row, l);
  keep_row(i, j, row + 4u, y);
  return dot(abs(y.high), abs(l.high));
}

fn trace_of(block: u32) -> f32 {
  let at = matrix_at + 8u * triangle(block, block);
  return matrices[at].x + matrices[at + 1u].y + matrices[at + 2u].z + matrices[at + 3u].w;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let shifts = 2u * shape.thresholds;
  if (id.x >= range.y * shape.matrices * shifts) { return; }
  lane = id.x;
  var number = id.x / (shape.matrices * shifts);
  var task = id.x % (shape.matrices * shifts);
  if (REDUCED) {
    // Neighbours have the same layer and threshold, and about the same order.
    number = id.x % range.y;
    task = id.x / range.y;
  }
  let matrix = task / shifts;
  let threshold = (task % shifts) / 2u;
  let above = task % 2u == 0u;
  let slot = ((range.x + number) % shape.capacity) * shape.matrices + matrix;
  let result = slot * shifts + task % shifts;
  if (shape.reversed == 1u && counts[result] != OPEN) { return; }
  matrix_at = 8u * slot * shape.blocks;
  let layer = shape.table[matrix / shape.replicas];
  let exponent = exponents[slot];
  let epsilon = ds_scale(epsilons[threshold], -2 * exponent);

  var side = (layer.order + 3u) / 4u;
  var before = vec4f();
  // Of K = Gᵀ G the last rows may go: they add a positive semidefinite matrix of small trace.
  var tail = 0.0;
  if (REDUCED) {
    before = reduced[slot];
    side = (u32(before.x) + 3u) / 4u;
    while (before.w > 0.0 && side > 0u) {
      let share = trace_of(side - 1u);
      if (!(tail + share <= LEFT * epsilon.x)) { break; }
      tail += share;
      side--;
    }
  }
  var trace = 0.0;
  for (var j = 0u; j < side; j++) { trace += trace_of(j); }
  let whole = max(trace, before.z);
  let eta = (136.0 + 14.0 * f32(side + 1u)) * U2;
  // Error that the factorisation may have. It grows where a pivot is small, and 2⁻¹³ ε costs hardly
  // any certainty.
  let allowed = 4.0 * eta * (trace + 4.0 * f32(side) * epsilon.x) + 1.2207031e-4 * epsilon.x;
  // What Φ is off moves singular values.
  let off = layer.absolute + layer.relative * sqrt(whole);
  let moved = 2.0 * off * sqrt(epsilon.x) + off * off;
  let spread = 1.001 * (moved + allowed + layer.sums * whole + before.y + tail + NOTHING);
  let shift = ds_add_f32(epsilon, select(-spread, spread, above));

  var positive = 0u;
  var sum = 0.0;
  for (var j = 0u; j < side; j++) {
    var p = Pivots();
    // Diagonal and rows below from one call, and rows in a loop: what is written out twice takes
    // longer to compile than it saves.
    for (var i = j; i < side; i++) {
      let c = remainder(i, j, side);
      if (i == j) {
        p = pivots_of(c, shift);
        positive += p.positive;
        sum += p.sum;
      } else {
        for (var row = 0u; row < 4u; row++) { sum += solve_row(i, j, row, row_of(c, row), p); }
      }
    }
  }
  // By bits: NaN proves nothing.
  let bound = bitcast<u32>(1.01 * eta * sum) & 0x7fffffffu;
  let is_proof = exponent <= MOST && bitcast<u32>(spread) < INFINITE && bound <= bitcast<u32>(allowed) && shift.x > 0.0;
  let unproven = select(OPEN, select(layer.order, 0u, above), shape.reversed == 1u);
  counts[result] = select(unproven, positive, is_proof);
}
