// One-sided Jacobi (Hestenes): singular values of matrices by rotations of their rows, many
// matrices at once.
//
//     A ← Jᵀ A,   J orthogonal, until the rows of A are orthogonal: singular values dᵢ = ‖rowᵢ‖
//
// A: 8 · blocks rows (an even number of blocks, the last ones may be zero), in vectors of 4.
// Vectors behind those of A are carried along: right-hand sides C become Jᵀ C. A is best given as R
// of a QR factorisation. A round of a round-robin tournament of the *blocks* of 8 rows rotates all
// pairs of blocks, each by one workgroup, which makes the 16 × 16 Gram matrix G of the rows; one
// sweep of two-sided Jacobi on G (jacobi_sweep.wgsl), whose rotations are gathered in a 16 × 16
// matrix; and that matrix times the rows. Blocks of 8 instead of single rows make the work a matrix
// product (8 flops a word where single rotations have 1.3), and rotations within a block, at every
// meeting, save two sweeps of ten. G is made anew from the rows each time, so its rounding only
// delays convergence.
//
// Convergence: with gᵢⱼ = rowᵢ · rowⱼ and E = (eᵢⱼ) d, eᵢⱼ = |gᵢⱼ| / ((dᵢ + dⱼ) d), d the largest
// norm, one has (D + E)(D + E)ᵀ = A Aᵀ + E Eᵀ: to first order singular values differ from norms by
// at most ‖E‖₂. So a pair of blocks is left alone when all its eᵢⱼ are at most `threshold`, and the
// solve is done when a sweep rotated nothing. This measure is relative to the largest singular
// value, so rows of rounding noise are not made orthogonal at all: the features of a network, whose
// singular values fall fast, take half a sweep in all. NaN is also left alone. For singular vectors
// rows must be orthogonal relative to both of their norms; then eᵢⱼ = |gᵢⱼ| / (dᵢ dⱼ), with no norm
// counted below `floor` of d.
//
// Cost of a pair of blocks with rows of n: 384 n flops for G, about 15 · 36 · 16 for its sweep, 512
// n for the product. Workgroups (x, matrix) share the players that meet in a round, one dispatch
// per round. Or one workgroup has a matrix for itself and does a sweep in one dispatch, which suits
// many small matrices. Players of two blocks each halve the dispatches and the workgroups: for
// lavapipe, not for a GPU. one_sided_jacobi_measure.wgsl runs after each sweep.
//
// LANES: 8 on lavapipe, where a workgroup is one thread and 8 lanes are one vector, so that
// barriers and idle lanes cost least (a pair of blocks with rows of 256 takes 58 µs, with 16 lanes
// 68, with 32 lanes 85); 32 on a GPU, whose warps have as many. SLICES, LANES / 3 of them, share
// each of the three tiles of G.
//
// needs: one_sided_state.wgsl, jacobi_sweep.wgsl

const PAIR: u32 = 16u;
override SLICES: u32 = 5u;

@group(0) @binding(1) var<storage, read_write> matrices: array<vec4f>;
@group(0) @binding(2) var<storage, read> progress: array<Progress>;
// The off-diagonal of pair (a, b) of blocks, in one order or the other, when it was last seen: Σ 2
// eᵢⱼ², largest eᵢⱼ.
@group(0) @binding(3) var<storage, read_write> seen: array<vec2f>;

var<workgroup> partials: array<vec4f, 3u * SLICES * 16u>;
var<workgroup> norms: array<f32, PAIR>;
var<workgroup> offs: array<vec2f, PAIR>;
var<workgroup> verdict: vec2f;

// The blocks of two players that meet: all of one with all of the other, and in the first round
// with each other.
fn blocks_of(a: u32, b: u32, meeting: u32) -> vec2u {
  if (shape.width == 1u) { return vec2u(a, b); }
  if (meeting >= 4u) { return 2u * select(a, b, meeting == 5u) + vec2u(0u, 1u); }
  return 2u * vec2u(a, b) + vec2u(meeting >> 1u, (meeting ^ (meeting >> 1u)) & 1u);
}

fn products(l: vec4f, r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f) -> vec4f {
  return vec4f(dot(l, r0), dot(l, r1), dot(l, r2), dot(l, r3));
}

// One of three tiles of G (first block with itself, with the second, second with itself), over
// every SLICES-th vector of the rows.
fn gram_tile(task: u32, left: u32, right: u32, slice: u32) {
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var a4 = vec4f();
  var a5 = vec4f();
  var a6 = vec4f();
  var a7 = vec4f();
  var b0 = vec4f();
  var b1 = vec4f();
  var b2 = vec4f();
  var b3 = vec4f();
  var b4 = vec4f();
  var b5 = vec4f();
  var b6 = vec4f();
  var b7 = vec4f();
  let d = shape.stride;
  for (var j = slice; j < shape.counted; j += SLICES) {
    let r = right + j;
    let r0 = matrices[r];
    let r1 = matrices[r + d];
    let r2 = matrices[r + 2u * d];
    let r3 = matrices[r + 3u * d];
    let r4 = matrices[r + 4u * d];
    let r5 = matrices[r + 5u * d];
    let r6 = matrices[r + 6u * d];
    let r7 = matrices[r + 7u * d];
    let l = left + j;
    let l0 = matrices[l];
    a0 += products(l0, r0, r1, r2, r3);
    b0 += products(l0, r4, r5, r6, r7);
    let l1 = matrices[l + d];
    a1 += products(l1, r0, r1, r2, r3);
    b1 += products(l1, r4, r5, r6, r7);
    let l2 = matrices[l + 2u * d];
    a2 += products(l2, r0, r1, r2, r3);
    b2 += products(l2, r4, r5, r6, r7);
    let l3 = matrices[l + 3u * d];
    a3 += products(l3, r0, r1, r2, r3);
    b3 += products(l3, r4, r5, r6, r7);
    let l4 = matrices[l + 4u * d];
    a4 += products(l4, r0, r1, r2, r3);
    b4 += products(l4, r4, r5, r6, r7);
    let l5 = matrices[l + 5u * d];
    a5 += products(l5, r0, r1, r2, r3);
    b5 += products(l5, r4, r5, r6, r7);
    let l6 = matrices[l + 6u * d];
    a6 += products(l6, r0, r1, r2, r3);
    b6 += products(l6, r4, r5, r6, r7);
    let l7 = matrices[l + 7u * d];
    a7 += products(l7, r0, r1, r2, r3);
    b7 += products(l7, r4, r5, r6, r7);
  }
  let at = task * 16u;
  partials[at] = a0;
  partials[at + 1u] = b0;
  partials[at + 2u] = a1;
  partials[at + 3u] = b1;
  partials[at + 4u] = a2;
  partials[at + 5u] = b2;
  partials[at + 6u] = a3;
  partials[at + 7u] = b3;
  partials[at + 8u] = a4;
  partials[at + 9u] = b4;
  partials[at + 10u] = a5;
  partials[at + 11u] = b5;
  partials[at + 12u] = a6;
  partials[at + 13u] = b6;
  partials[at + 14u] = a7;
  partials[at + 15u] = b7;
}

// The Gram matrix of the 16 rows, from its partial sums.
fn add_slices(lane: u32) {
  for (var e = lane; e < 48u; e += LANES) {
    let tile = e >> 4u;
    let part = e & 15u;
    var sum = vec4f();
    for (var s = 0u; s < SLICES; s++) { sum += partials[(tile * SLICES + s) * 16u + part]; }
    let i = (part >> 1u) + select(0u, 8u, tile == 2u);
    let at = 16u * i + 4u * (part & 1u) + select(0u, 8u, tile >= 1u);
    gram[at] = sum.x;
    gram[at + 1u] = sum.y;
    gram[at + 2u] = sum.z;
    gram[at + 3u] = sum.w;
  }
}

// Σ 2 eᵢⱼ² and the largest eᵢⱼ: lane i looks at row i.
fn judge(lane: u32, d: f32, within: bool) {
  for (var i = lane; i < PAIR; i += LANES) {
    let norm = norms[i];
    var sum = 0.0;
    var largest = 0.0;
    for (var j = 1u; j < PAIR; j++) {
      let both = max(norm, shape.floor * d) * max(norms[j], shape.floor * d);
      let scale = select((norm + norms[j]) * d, both, shape.floor > 0.0);
      let x = select(0.0, abs(gram[16u * i + j]) / scale, (i < j) & (scale > 0.0));
      largest = max(largest, x);
      sum += select(0.0, 2.0 * x * x, within | ((i < 8u) & (j >= 8u)));
    }
    offs[i] = vec2f(sum, largest);
  }
  workgroupBarrier();
  if (lane < 4u) {
    let a = offs[lane];
    let b = offs[lane + 4u];
    let c = offs[lane + 8u];
    let d = offs[lane + 12u];
    offs[lane] = vec2f((a.x + b.x) + (c.x + d.x), max(max(a.y, b.y), max(c.y, d.y)));
  }
  workgroupBarrier();
  if (lane == 0u) {
    let a = offs[0];
    let b = offs[1];
    let c = offs[2];
    let d = offs[3];
    verdict = vec2f((a.x + b.x) + (c.x + d.x), max(max(a.y, b.y), max(c.y, d.y)));
  }
}

fn apply(lane: u32, p: u32, q: u32) {
  let d = shape.stride;
  for (var j = 2u * lane; j < d; j += 2u * LANES) {
    let a = p + j;
    let b = q + j;
    let x0 = matrices[a];
    let y0 = matrices[a + 1u];
    let x1 = matrices[a + d];
    let y1 = matrices[a + d + 1u];
    let x2 = matrices[a + 2u * d];
    let y2 = matrices[a + 2u * d + 1u];
    let x3 = matrices[a + 3u * d];
    let y3 = matrices[a + 3u * d + 1u];
    let x4 = matrices[a + 4u * d];
    let y4 = matrices[a + 4u * d + 1u];
    let x5 = matrices[a + 5u * d];
    let y5 = matrices[a + 5u * d + 1u];
    let x6 = matrices[a + 6u * d];
    let y6 = matrices[a + 6u * d + 1u];
    let x7 = matrices[a + 7u * d];
    let y7 = matrices[a + 7u * d + 1u];
    let x8 = matrices[b];
    let y8 = matrices[b + 1u];
    let x9 = matrices[b + d];
    let y9 = matrices[b + d + 1u];
    let x10 = matrices[b + 2u * d];
    let y10 = matrices[b + 2u * d + 1u];
    let x11 = matrices[b + 3u * d];
    let y11 = matrices[b + 3u * d + 1u];
    let x12 = matrices[b + 4u * d];
    let y12 = matrices[b + 4u * d + 1u];
    let x13 = matrices[b + 5u * d];
    let y13 = matrices[b + 5u * d + 1u];
    let x14 = matrices[b + 6u * d];
    let y14 = matrices[b + 6u * d + 1u];
    let x15 = matrices[b + 7u * d];
    let y15 = matrices[b + 7u * d + 1u];
    for (var i = 0u; i < 16u; i++) {
      let s = turn[4u * i];
      let t = turn[4u * i + 1u];
      let u = turn[4u * i + 2u];
      let v = turn[4u * i + 3u];
      let to = select(a, b - 8u * d, i >= 8u) + i * d;
      matrices[to] =
        (((s.x * x0 + s.y * x1) + (s.z * x2 + s.w * x3)) + ((t.x * x4 + t.y * x5) + (t.z * x6 + t.w * x7))) +
        (((u.x * x8 + u.y * x9) + (u.z * x10 + u.w * x11)) + ((v.x * x12 + v.y * x13) + (v.z * x14 + v.w * x15)));
      matrices[to + 1u] =
        (((s.x * y0 + s.y * y1) + (s.z * y2 + s.w * y3)) + ((t.x * y4 + t.y * y5) + (t.z * y6 + t.w * y7))) +
        (((u.x * y8 + u.y * y9) + (u.z * y10 + u.w * y11)) + ((v.x * y12 + v.y * y13) + (v.z * y14 + v.w * y15)));
    }
  }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = workgroup.y;
  if (progress[index].done == 1u) { return; }
  let largest = progress[index].largest;
  let players = shape.blocks / shape.width;
  let matrix = shape.offset + index * shape.batch;
  let end = shape.first_round + shape.rounds;
  for (var round = shape.first_round; round < end; round++) {
    for (var k = workgroup.x; k < players / 2u; k += workgroups.x) {
      let meetings = select(1u, select(4u, 6u, round == 0u), shape.width == 2u);
      for (var meeting = 0u; meeting < meetings; meeting++) {
        let blocks =
          blocks_of(first_of(k, round, players), second_of(k, round, players), meeting);
        let p = matrix + 8u * shape.stride * blocks.x;
        let q = matrix + 8u * shape.stride * blocks.y;
        for (var task = lane; task < 3u * SLICES; task += LANES) {
          let tile = task / SLICES;
          gram_tile(task, select(p, q, tile == 2u), select(p, q, tile >= 1u), task - tile * SLICES);
        }
        workgroupBarrier();
        add_slices(lane);
        workgroupBarrier();
        for (var i = lane; i < PAIR; i += LANES) { norms[i] = sqrt(gram[17u * i]); }
        workgroupBarrier();
        // Pairs within a block count once per sweep.
        judge(lane, largest, (round == 0u) & ((shape.width == 1u) | (meeting >= 4u)));
        let off = workgroupUniformLoad(&verdict);
        if (lane == 0u) { seen[(index * shape.blocks + blocks.x) * shape.blocks + blocks.y] = off; }
        // Written so that NaN is left alone.
        if (off.y > shape.threshold) {
          sweep(lane);
          apply(lane, p, q);
        }
        storageBarrier();
        workgroupBarrier();
      }
    }
  }
}
