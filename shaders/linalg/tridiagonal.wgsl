// Householder tridiagonalisation of symmetric matrices, one workgroup a matrix, all of a batch at once.
//
//   T = Qᵀ M Q,   Q a product of n − 2 reflections H = I − τ u uᵀ
//
// M: rows × rows, row-major, symmetric, left as it is; copies: the same, in vectors of 4. T: for each matrix rows pairs
// (d_i, e_i), its diagonal and what lies beside it, e_(n−1) = 0; both of the matrix scaled by `scale`, a power of two that
// brings its largest entry to 1 … 2. Rows leave from the last on, so that what remains is a leading block. With x the last
// row, α = ∓‖x‖ and u = x − α e, the block that remains becomes
//
//   A ← H A H = A − u wᵀ − w uᵀ,   w = p − (τ/2)(uᵀp) u,   p = τ A u
//
// A step needs only the last row of the updated A for the next u. So one pass over A updates it with the u and w of the
// step before and multiplies it by the next u: A is read and written once a step, and only once. `tridiagonal.ts` derives
// the error bound; it needs Σ_k ‖A_k‖_F, which the pass measures as it goes.
//
// A dispatch makes at most `steps` steps and leaves its place in `states`, since lavapipe ends a shader after 65,535 loop
// iterations. Cost: 2n³ flops (4/3 n³ would need half the products to go to two places at once), 8/3 n³ bytes; 14 barriers
// a step and two trees. Lanes lie along rows, so that loads are of consecutive vectors; where a row has fewer vectors
// than there are lanes, they share out groups of rows, too. On lavapipe 8 lanes, one vector of the CPU, make barriers
// cheap, and it takes about as long as one factorisation of `inertia.wgsl`; counts at any threshold are then 3n flops. It
// wins for many thresholds and for whole spectra, at a looser bound.

override LANES: u32 = 64u;
// Vectors of 4 that a row has at most.
override VECTORS: u32 = 128u;

const U: f32 = 5.9604645e-8;
// 2⁻⁸⁰: a row whose squares add up to less is taken for zero.
const NOTHING: f32 = 8.271806e-25;
// 2⁻³⁴: more than all the rows taken for zero, and underflow, amount to.
const DROPPED: f32 = 5.820766e-11;
const UNDERFLOW: f32 = 1.1754944e-38;
const NOT_FINITE: u32 = 0x7f800000u;
// Blocks of 4 rows that one sum takes: sums of sums keep their rounding small.
const GROUP: u32 = 8u;

struct Shape { rows: u32, steps: u32, restart: u32, unused: u32 }

// `left` rows remain. `norms` is Σ_k ‖A_k‖_F, `error` the bound for M itself, infinite until finished.
struct State { left: u32, scale: f32, norms: f32, error: f32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read> matrices: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> copies: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> tridiagonal: array<f32>;
@group(0) @binding(5) var<storage, read_write> states: array<State>;

// u of this step, u and w of the step before, p.
var<workgroup> us: array<vec4f, VECTORS>;
var<workgroup> vs: array<vec4f, VECTORS>;
var<workgroup> ws: array<vec4f, VECTORS>;
var<workgroup> ps: array<vec4f, VECTORS>;
var<workgroup> parts: array<vec4f, LANES>;
var<workgroup> sums: array<vec2f, LANES>;
var<workgroup> largest: array<u32, LANES>;
var<workgroup> place: State;

fn columns_of(i: u32) -> vec4u {
  return vec4u(4u * i, 4u * i + 1u, 4u * i + 2u, 4u * i + 3u);
}

// The sum over all lanes, in every lane.
fn total(lane: u32, value: vec2f) -> vec2f {
  sums[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  return workgroupUniformLoad(&sums[0]);
}

// Bits of the largest |entry|, or of a NaN.
fn largest_bits(lane: u32, matrix: u32, vectors: u32) -> u32 {
  var worst = vec4u();
  for (var e = lane; e < vectors; e += LANES) {
    worst = max(worst, bitcast<vec4u>(matrices[matrix + e]) & vec4u(0x7fffffffu));
  }
  largest[lane] = max(max(worst.x, worst.y), max(worst.z, worst.w));
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
  }
  return workgroupUniformLoad(&largest[0]);
}

// Row `last` with the update of the step before; all but its diagonal entry goes to `us`. Gives its sum of squares.
fn take_row(lane: u32, copy: u32, last: u32) -> f32 {
  var squares = 0.0;
  let v = vs[last / 4u][last % 4u];
  let w = ws[last / 4u][last % 4u];
  for (var j = lane; j <= last / 4u; j += LANES) {
    let row = copies[copy + last * (shape.rows / 4u) + j] - v * ws[j] - w * vs[j];
    let x = select(vec4f(), row, columns_of(j) < vec4u(last));
    us[j] = x;
    squares += dot(x, x);
    if (j == last / 4u) { parts[0] = row; }
  }
  return squares;
}

// Updates the leading block of `kept` rows and multiplies it by u. Gives its sum of squares.
fn sweep(lane: u32, copy: u32, kept: u32, across: u32) -> f32 {
  let stride = shape.rows / 4u;
  let blocks = (kept + 3u) / 4u;
  let slices = LANES / across;
  var squares = vec4f();
  for (var j = lane % across; j < blocks; j += across) {
    let v = vs[j];
    let w = ws[j];
    let inside = columns_of(j) < vec4u(kept);
    var sum = vec4f();
    for (var group = lane / across; group * GROUP < blocks; group += slices) {
      var part = vec4f();
      for (var i = group * GROUP; i < min(blocks, (group + 1u) * GROUP); i++) {
        let at = copy + 4u * i * stride + j;
        let rows = columns_of(i) < vec4u(kept);
        let vi = vs[i];
        let wi = ws[i];
        let ui = us[i];
        let a = select(vec4f(), copies[at] - vi.x * w - wi.x * v, inside & vec4<bool>(rows.x));
        let b = select(vec4f(), copies[at + stride] - vi.y * w - wi.y * v, inside & vec4<bool>(rows.y));
        let c = select(vec4f(), copies[at + 2u * stride] - vi.z * w - wi.z * v, inside & vec4<bool>(rows.z));
        let d = select(vec4f(), copies[at + 3u * stride] - vi.w * w - wi.w * v, inside & vec4<bool>(rows.w));
        copies[at] = a;
        copies[at + stride] = b;
        copies[at + 2u * stride] = c;
        copies[at + 3u * stride] = d;
        part += (ui.x * a + ui.y * b) + (ui.z * c + ui.w * d);
        squares += (a * a + b * b) + (c * c + d * d);
      }
      sum += part;
    }
    if (slices == 1u) { ps[j] = sum; } else { parts[lane] = sum; }
  }
  return (squares.x + squares.y) + (squares.z + squares.w);
}

// Adds up what the slices of rows gave p.
fn join_slices(lane: u32, kept: u32, across: u32) {
  if (across == LANES) { return; }
  for (var j = lane; j < (kept + 3u) / 4u; j += LANES) {
    var sum = vec4f();
    for (var s = j; s < LANES; s += across) { sum += parts[s]; }
    ps[j] = sum;
  }
}

// The error of all reflections: see `tridiagonal.ts`.
fn error_bound(order: u32, norms: f32, scale: f32) -> f32 {
  let lanes = f32(LANES);
  let n = f32(order);
  let product = 13.0 + n / 32.0;
  let sum = 7.0 + n / (4.0 * lanes) + log2(lanes);
  let step = 8.0 * product + 12.0 * sum + 310.0;
  return (1.05 * U * step * norms + DROPPED) / scale + n * UNDERFLOW;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  let order = orders[index];
  let stride = shape.rows / 4u;
  let copy = index * shape.rows * stride;
  let out = index * shape.rows * 2u;

  if (shape.restart == 1u) {
    let bits = largest_bits(lane, copy, order * stride);
    let exponent = clamp(bits >> 23u, 27u, 253u);
    let scale = bitcast<f32>((254u - exponent) << 23u);
    for (var e = lane; e < 4u * ((order + 3u) / 4u) * stride; e += LANES) { copies[copy + e] = scale * matrices[copy + e]; }
    if (lane == 0u) { place = State(select(order, 0u, bits >= NOT_FINITE), scale, 0.0, bitcast<f32>(NOT_FINITE)); }
  } else if (lane == 0u) {
    place = states[index];
  }
  for (var j = lane; j < VECTORS; j += LANES) {
    us[j] = vec4f();
    vs[j] = vec4f();
    ws[j] = vec4f();
  }
  storageBarrier();
  let start = workgroupUniformLoad(&place);
  let steps = min(shape.steps, start.left);
  // Lanes along a row: the power of two that covers it.
  let across = min(LANES, 1u << (32u - countLeadingZeros((order + 3u) / 4u - 1u)));

  var left = start.left;
  for (var step = 0u; step < steps; step++) {
    let last = left - 1u;
    let squares = total(lane, vec2f(take_row(lane, copy, last), 0.0)).x;
    let reflects = squares >= NOTHING && last > 1u;
    let norm = sqrt(squares);
    let end = select(0u, last - 1u, last > 0u);
    let x = us[end / 4u][end % 4u];
    let row = parts[0];
    let alpha = select(x, select(norm, -norm, x >= 0.0), reflects);
    let tau = select(0.0, 1.0 / (norm * (norm + abs(x))), reflects);
    workgroupBarrier();
    if (lane == 0u) {
      tridiagonal[out + 2u * last] = row[last % 4u];
      if (last > 0u) { tridiagonal[out + 2u * end + 1u] = select(0.0, alpha, squares >= NOTHING); }
      us[end / 4u][end % 4u] = x - alpha;
    }
    workgroupBarrier();
    let rest = sweep(lane, copy, last, across);
    workgroupBarrier();
    join_slices(lane, last, across);
    workgroupBarrier();
    var product = 0.0;
    for (var j = lane; j < (last + 3u) / 4u; j += LANES) { product += dot(us[j], ps[j]); }
    let both = total(lane, vec2f(product, rest));
    let kappa = 0.5 * tau * (tau * both.x);
    for (var j = lane; j < (left + 3u) / 4u; j += LANES) {
      let u = select(vec4f(), us[j], vec4<bool>(reflects));
      vs[j] = u;
      ws[j] = select(vec4f(), tau * ps[j] - kappa * u, (columns_of(j) < vec4u(last)) & vec4<bool>(reflects));
    }
    if (lane == 0u && reflects) { place.norms += sqrt(both.y + 2.0 * squares); }
    left = last;
    storageBarrier();
    workgroupBarrier();
  }
  if (left > 0u) {
    // The next dispatch starts with an updated matrix.
    _ = sweep(lane, copy, left, across);
  }
  if (lane == 0u) {
    if (start.left > 0u && left == 0u) { place.error = error_bound(order, place.norms, place.scale); }
    place.left = left;
    states[index] = place;
  }
}
