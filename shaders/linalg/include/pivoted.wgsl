// Symmetric elimination with complete pivoting, one workgroup for each matrix: shared by
// inertia.wgsl and cholesky.wgsl.
//
//   A ← A − p xᵀ − q yᵀ,   [p q] = [x y] B⁻¹,   x, y the columns of a pivot B of order 1 or 2
//
// A: the lower triangle in blocks of 4 × 4, the n/4 blocks on the diagonal first, in 2 rows (rows +
// 4) bytes, scaled by a power of two to entries below 4. A pivot's row is taken off the end: the
// last row moves into its place, so what remains is a leading block. The pass that updates it also
// finds its largest entries, so complete pivoting needs no pass of its own, and it adds up the
// squares for error bounds. A 1 × 1 pivot is a 2 × 2 one with y = 0.
//
// A kernel that includes this file supplies `fn padded_rows() -> u32`, the rows that each matrix
// has room for, and leaves bindings 3 and 4 and the override LANES to it.

override LANES: u32 = 64u;

const U: f32 = 5.9604645e-8;
// 2⁻⁵⁰: what remains below this share of the matrix counts as zero, and its norm as error.
const NOTHING: f32 = 8.8817842e-16;
const UNDERFLOW: f32 = 1.1754944e-38;
// Largest order: the columns of a pivot lie in workgroup memory.
const MOST_ORDER: u32 = 1024u;

// The view that a lane has of the remaining matrix: its largest entries and where they are, the sum
// of squares, and its share of κ (‖x‖² + ‖y‖²) / |b|.
struct Seen { diagonal: f32, off: f32, diagonal_at: u32, off_at: u32, squares: f32, spread: f32 }

// A pivot: rows p > q (p = q for 1 × 1), the rows that move into their places, the order that is
// kept, and B⁻¹ = t [c −1; −1 a]; κ / |b| and ω of the error.
struct Step { p: u32, q: u32, from_p: u32, from_q: u32, kept: u32, t: f32, c: f32, a: f32, kappa: f32, omega: f32 }

@group(0) @binding(3) var<storage, read> matrices: array<f32>;
@group(0) @binding(4) var<storage, read_write> work: array<f32>;

var<workgroup> first: array<f32, MOST_ORDER>;
var<workgroup> second: array<f32, MOST_ORDER>;
var<workgroup> seen: array<Seen, LANES>;

// Row of block e of a triangle without its diagonal: the I with I(I−1)/2 ≤ e < I(I+1)/2. The root
// is corrected.
fn block_row(e: u32) -> u32 {
  let guess = u32(0.5 + sqrt(2.0 * f32(e) + 0.25));
  let low = select(guess, guess - 1u, guess * (guess - 1u) / 2u > e);
  return select(low, low + 1u, low * (low + 1u) / 2u <= e);
}

// Place of entry (i, j) in a copy.
fn entry(i: u32, j: u32) -> u32 {
  let row = max(i, j);
  let column = min(i, j);
  let r = row / 4u;
  let c = column / 4u;
  let block = select(padded_rows() / 4u + r * (r - 1u) / 2u + c, r, r == c);
  return 16u * block + 4u * (row % 4u) + column % 4u;
}

fn four(at: u32) -> vec4f {
  return vec4f(work[at], work[at + 1u], work[at + 2u], work[at + 3u]);
}

fn set_four(at: u32, value: vec4f) {
  work[at] = value.x;
  work[at + 1u] = value.y;
  work[at + 2u] = value.z;
  work[at + 3u] = value.w;
}

fn four_first(i: u32) -> vec4f {
  return vec4f(first[i], first[i + 1u], first[i + 2u], first[i + 3u]);
}

fn four_second(i: u32) -> vec4f {
  return vec4f(second[i], second[i + 1u], second[i + 2u], second[i + 3u]);
}

// Row i of M from column j on, without what is above the diagonal or beyond the order.
fn four_of_matrix(matrix: u32, order: u32, i: u32, j: u32) -> vec4f {
  let at = matrix + i * padded_rows() + j;
  let value = vec4f(matrices[at], matrices[at + 1u], matrices[at + 2u], matrices[at + 3u]);
  return select(vec4f(), value, (vec4u(j, j + 1u, j + 2u, j + 3u) <= vec4u(i)) & vec4<bool>(i < order));
}

// Bits of the largest |entry|, or of a NaN.
fn largest_bits(lane: u32, matrix: u32, order: u32, shift: f32) -> u32 {
  var bits = bitcast<u32>(shift) & 0x7fffffffu;
  let blocks = (order + 3u) / 4u;
  // A triangle with its diagonal of `blocks` rows is one without of one row more.
  for (var e = lane; e < blocks * (blocks + 1u) / 2u; e += LANES) {
    let r = block_row(e);
    let c = e - r * (r - 1u) / 2u;
    var worst = vec4u();
    for (var i = 0u; i < 4u; i++) {
      worst = max(worst, bitcast<vec4u>(four_of_matrix(matrix, order, 4u * (r - 1u) + i, 4u * c)) & vec4u(0x7fffffffu));
    }
    bits = max(bits, max(max(worst.x, worst.y), max(worst.z, worst.w)));
  }
  seen[lane].diagonal_at = bits;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { seen[lane].diagonal_at = max(seen[lane].diagonal_at, seen[lane + half].diagonal_at); }
  }
  return workgroupUniformLoad(&seen[0]).diagonal_at;
}

// Copies scale · (M − sI).
fn load(lane: u32, matrix: u32, copy: u32, order: u32, shift: f32, scale: f32) {
  let blocks = (order + 3u) / 4u;
  for (var e = lane; e < blocks * (blocks + 1u) / 2u; e += LANES) {
    let r = block_row(e) - 1u;
    let c = e - r * (r + 1u) / 2u;
    let at = copy + entry(4u * r, 4u * c);
    for (var i = 0u; i < 4u; i++) {
      let row = 4u * r + i;
      let unit = vec4u(4u * c, 4u * c + 1u, 4u * c + 2u, 4u * c + 3u) == vec4u(row);
      let shifts = select(vec4f(), vec4f(scale * shift), unit & vec4<bool>(row < order));
      set_four(at + 4u * i, scale * four_of_matrix(matrix, order, row, 4u * c) - shifts);
    }
  }
}

// Rows p and q leave: their columns go to workgroup memory, and the last rows move into their
// places. Lane i touches entries (i, p) and (i, q), and reads none that another lane writes.
fn take_columns(lane: u32, copy: u32, now: Step) {
  let two = now.p != now.q;
  for (var i = lane; i < 4u * ((now.kept + 3u) / 4u); i += LANES) {
    var x = 0.0;
    var y = 0.0;
    if (i < now.kept) {
      let source = select(select(i, now.from_q, i == now.q), now.from_p, i == now.p);
      x = work[copy + entry(source, now.q)];
      y = select(0.0, work[copy + entry(source, now.p)], two);
      let to_q = work[copy + entry(source, now.from_q)];
      let to_p = work[copy + entry(source, now.from_p)];
      if (now.q < now.kept) { work[copy + entry(i, now.q)] = to_q; }
      if (two && now.p < now.kept && i != now.q) { work[copy + entry(i, now.p)] = to_p; }
    }
    first[i] = x;
    second[i] = y;
  }
}

// Updates what remains, and looks at it.
fn sweep(lane: u32, copy: u32, now: Step) -> Seen {
  var mine = Seen();
  let blocks = (now.kept + 3u) / 4u;
  let off = copy + 4u * padded_rows();
  for (var e = lane; e < blocks * (blocks - 1u) / 2u; e += LANES) {
    let r = block_row(e);
    let c = e - r * (r - 1u) / 2u;
    let x = four_first(4u * r);
    let y = four_second(4u * r);
    let xc = four_first(4u * c);
    let yc = four_second(4u * c);
    let p = now.t * (now.c * x - y);
    let q = now.t * (now.a * y - x);
    let at = off + 16u * e;
    let inside = vec4u(4u * r, 4u * r + 1u, 4u * r + 2u, 4u * r + 3u) < vec4u(now.kept);
    let a = select(vec4f(), four(at) - p.x * xc - q.x * yc, vec4<bool>(inside.x));
    let b = select(vec4f(), four(at + 4u) - p.y * xc - q.y * yc, vec4<bool>(inside.y));
    let d = select(vec4f(), four(at + 8u) - p.z * xc - q.z * yc, vec4<bool>(inside.z));
    let f = select(vec4f(), four(at + 12u) - p.w * xc - q.w * yc, vec4<bool>(inside.w));
    set_four(at, a);
    set_four(at + 4u, b);
    set_four(at + 8u, d);
    set_four(at + 12u, f);
    let most = max(max(abs(a), abs(b)), max(abs(d), abs(f)));
    let one = max(max(most.x, most.y), max(most.z, most.w));
    if (one > mine.off) {
      mine.off = one;
      mine.off_at = at;
    }
    mine.squares += 2.0 * (dot(a, a) + dot(b, b) + dot(d, d) + dot(f, f));
  }
  for (var r = lane; r < blocks; r += LANES) {
    let x = four_first(4u * r);
    let y = four_second(4u * r);
    let p = now.t * (now.c * x - y);
    let q = now.t * (now.a * y - x);
    let at = copy + 16u * r;
    let inside = vec4u(4u * r, 4u * r + 1u, 4u * r + 2u, 4u * r + 3u) < vec4u(now.kept);
    let a = select(0.0, work[at] - p.x * x.x - q.x * y.x, inside.x);
    let b = select(vec2f(), vec2f(work[at + 4u], work[at + 5u]) - p.y * x.xy - q.y * y.xy, vec2<bool>(inside.y));
    let d = select(
      vec3f(),
      vec3f(work[at + 8u], work[at + 9u], work[at + 10u]) - p.z * x.xyz - q.z * y.xyz,
      vec3<bool>(inside.z),
    );
    let f = select(vec4f(), four(at + 12u) - p.w * x - q.w * y, vec4<bool>(inside.w));
    work[at] = a;
    work[at + 4u] = b.x;
    work[at + 5u] = b.y;
    work[at + 8u] = d.x;
    work[at + 9u] = d.y;
    work[at + 10u] = d.z;
    set_four(at + 12u, f);
    let below = max(max(abs(b.x), max(abs(d.x), abs(d.y))), max(abs(f.x), max(abs(f.y), abs(f.z))));
    if (below > mine.off) {
      mine.off = below;
      mine.off_at = at;
    }
    let diagonal = abs(vec4f(a, b.y, d.z, f.w));
    let one = max(max(diagonal.x, diagonal.y), max(diagonal.z, diagonal.w));
    if (one > mine.diagonal) {
      mine.diagonal = one;
      let which = select(select(select(3u, 2u, diagonal.z == one), 1u, diagonal.y == one), 0u, diagonal.x == one);
      mine.diagonal_at = 4u * r + which;
    }
    let beside = b.x * b.x + dot(d.xy, d.xy) + dot(f.xyz, f.xyz);
    mine.squares += dot(diagonal, diagonal) + 2.0 * beside;
    mine.spread += now.kappa * (dot(x, x) + dot(y, y));
  }
  return mine;
}

fn combine(a: Seen, b: Seen) -> Seen {
  var both = a;
  if (b.diagonal > a.diagonal) {
    both.diagonal = b.diagonal;
    both.diagonal_at = b.diagonal_at;
  }
  if (b.off > a.off) {
    both.off = b.off;
    both.off_at = b.off_at;
  }
  both.squares += b.squares;
  both.spread += b.spread;
  return both;
}

// One step, or with an empty pivot a first look: what all lanes have seen is in seen[0] for lane 0,
// after a barrier.
fn eliminate(lane: u32, copy: u32, now: Step) {
  workgroupBarrier();
  seen[lane] = sweep(lane, copy, now);
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { seen[lane] = combine(seen[lane], seen[lane + half]); }
  }
  storageBarrier();
  workgroupBarrier();
}

// The empty pivot that leaves `left` rows as they are.
fn no_pivot(lane: u32, order: u32, left: u32, omega: f32) -> Step {
  for (var i = lane; i < 4u * ((left + 3u) / 4u); i += LANES) {
    first[i] = 0.0;
    second[i] = 0.0;
  }
  return Step(order, order, order, order, left, 0.0, 0.0, 0.0, 0.0, omega);
}
