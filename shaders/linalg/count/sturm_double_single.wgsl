// Counts the eigenvalues of symmetric tridiagonal matrices above thresholds by Sturm sequences in
// double-single arithmetic: one invocation for each matrix and threshold.
//
//   q_0 = d_0 − s,   q_i = d_i − s − e²_(i−1) / q_(i−1),   #{ i : λ_i(T) > s } = #{ i : q_i > 0 }
//
// T: `rows` pairs (d_i, e_i) of two words each for every matrix, scaled as
// tridiagonal_double_single.wgsl leaves them. Thresholds ε and the shifts are single precision and
// exact. sturm.wgsl says why the signs are right. With roundings of 3, 7 and 27 · 2⁻⁴⁸ for a
// difference, a square and a quotient, e² is off by 43 · 2⁻⁴⁸ of itself. A q below 2⁻⁶⁶ is taken
// for −2⁻⁶⁶. So the error of a count is
//     46 · 2⁻⁴⁸ max|e| + 2⁻⁶⁰, scaled back.
//
// Each invocation counts at ε and at ε ± margin. Grid: matrices · thresholds / 64. Cost: 300 n
// flops and 16 n bytes from cache, a hundredth of the tridiagonal form for n = 64.
//
// needs: double_single.wgsl

const U: f32 = 5.9604645e-8;
// 2⁻⁴⁸.
const U2: f32 = 3.5527137e-15;
const SMALLEST: f32 = 1.3552527e-20;
const UNDERFLOW: f32 = 8.6736174e-19;
const NOT_FINITE: u32 = 0x7f800000u;

struct Shape { rows: u32, thresholds: u32, count: u32, zero: u32 }
struct State { left: u32, scale: f32, sum: f32, bound: f32 }
// Counts at ε, ε + margin, ε − margin, and those two shifts, with the error of the counts.
struct Counts { shifts: vec4f, counts: vec4u }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read> tridiagonal: array<vec4f>;
@group(0) @binding(3) var<storage, read> states: array<State>;
@group(0) @binding(4) var<storage, read> epsilons: array<f32>;
@group(0) @binding(5) var<storage, read_write> results: array<Counts>;

fn run_time_zero() -> u32 {
  return shape.zero;
}

// The next q.
fn advance(q: vec2f, diagonal: vec2f, shift: f32, square: vec2f) -> vec2f {
  let next = ds_sub(ds_add_f32(diagonal, -shift), ds_div(square, q));
  return select(next, vec2f(-SMALLEST, 0.0), vec2<bool>(abs(next.x) < SMALLEST));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.count * shape.thresholds) { return; }
  let index = id.x / shape.thresholds;
  let state = states[index];
  let epsilon = epsilons[id.x];
  let first = index * shape.rows;
  let finite = max(bitcast<u32>(state.bound), bitcast<u32>(abs(epsilon))) < NOT_FINITE;
  let order = select(0u, orders[index], finite);
  var largest = 0.0;
  for (var i = 0u; i < order; i++) { largest = max(largest, abs(tridiagonal[first + i].z)); }
  let bound = state.bound + (47.0 * U2 * largest + UNDERFLOW) / state.scale;
  let margin = 1.01 * bound + 4.0 * U * abs(epsilon);
  let shifts = vec3f(epsilon, epsilon + margin, epsilon - margin);
  // Beyond 2⁶⁰ times the largest entry there is nothing to count, and squares would overflow.
  let scaled = clamp(state.scale * shifts, vec3f(-1.1529215e18), vec3f(1.1529215e18));
  var counts = vec3u();
  var square = vec2f();
  var at = vec2f(1.0, 0.0);
  var above = at;
  var below = at;
  for (var i = 0u; i < order; i++) {
    let row = tridiagonal[first + i];
    at = advance(at, row.xy, scaled.x, square);
    above = advance(above, row.xy, scaled.y, square);
    below = advance(below, row.xy, scaled.z, square);
    counts += select(vec3u(), vec3u(1u), vec3f(at.x, above.x, below.x) > vec3f());
    square = ds_mul(row.zw, row.zw);
  }
  // A constant must not be infinite.
  let known = select(bitcast<f32>(NOT_FINITE | shape.zero), bound, finite);
  results[id.x] = Counts(vec4f(shifts, known), vec4u(counts, 0u));
}
