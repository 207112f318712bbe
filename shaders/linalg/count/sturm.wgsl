// Counts the eigenvalues of symmetric tridiagonal matrices above thresholds by Sturm sequences: one
// invocation for each matrix and threshold.
//
//   q_0 = d_0 − s,   q_i = d_i − s − e²_(i−1) / q_(i−1),   #{ i : λ_i(T) > s } = #{ i : q_i > 0 }
//
// T: `rows` pairs (d_i, e_i) for each matrix, scaled as `tridiagonal.wgsl` leaves them. The q are
// the pivots of T − sI = LDLᵀ without any pivoting. Their signs are right all the same, for a T
// whose e are perturbed by a few u relative to themselves: a tiny q is followed by a huge one
// (Kahan 1966). A q below 2⁻⁹⁰ is taken for −2⁻⁹⁰. So the error of a count is
//     u (10 max|e| + max|d|) + 2⁻⁵⁰, scaled back:
// the quotient rounds three times, the differences twice, and they may be taken in either order.
//
// main: each invocation counts at ε and, at the same time, at ε + margin and ε − margin. The margin
// is a little more than all errors together, so the two counts prove an interval. Grid: matrices ·
// thresholds / 64. bisect: finds eigenvalue k, counted from the largest, by halving Gershgorin's
// interval until no number lies between its ends. Grid: matrices · rows / 64.
//
// Cost: 3n flops per count, n of them divisions, and 8n bytes from cache; bisect makes about 30
// counts per eigenvalue. Invocations are independent. It wins wherever many matrices, thresholds or
// eigenvalues fill the lanes.

const U: f32 = 5.9604645e-8;
const SMALLEST: f32 = 8.077936e-28;
const UNDERFLOW: f32 = 8.8817842e-16;
const NOT_FINITE: u32 = 0x7f800000u;
// From a width of 2n to single precision's spacing.
const QUARTERINGS: u32 = 20u;

struct Shape { rows: u32, thresholds: u32, count: u32, zero: u32 }
struct State { left: u32, scale: f32, norms: f32, bound: f32 }
// Counts at ε, ε + margin, ε − margin, and those two shifts, with the error of the counts.
struct Counts { shifts: vec4f, counts: vec4u }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read> tridiagonal: array<vec2f>;
@group(0) @binding(3) var<storage, read> states: array<State>;
// Of main.
@group(0) @binding(4) var<storage, read> epsilons: array<f32>;
@group(0) @binding(5) var<storage, read_write> results: array<Counts>;
// Of bisect.
@group(0) @binding(4) var<storage, read_write> eigenvalues: array<f32>;

// Largest |d| and |e|.
fn largest(first: u32, order: u32) -> vec2f {
  var most = vec2f();
  for (var i = 0u; i < order; i++) { most = max(most, abs(tridiagonal[first + i])); }
  return most;
}

fn rounding_bound(most: vec2f) -> f32 {
  return 1.01 * U * (10.0 * most.y + most.x) + UNDERFLOW;
}

// Numbers of eigenvalues above three shifts.
fn counts_above(first: u32, order: u32, shifts: vec3f) -> vec3u {
  var counts = vec3u();
  var q = vec3f(1.0);
  var e = 0.0;
  for (var i = 0u; i < order; i++) {
    let row = tridiagonal[first + i];
    q = (row.x - shifts) - (e * e) / q;
    q = select(q, vec3f(-SMALLEST), abs(q) < vec3f(SMALLEST));
    counts += select(vec3u(), vec3u(1u), q > vec3f());
    e = row.y;
  }
  return counts;
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
  let bound = state.bound + rounding_bound(largest(first, order)) / state.scale;
  let margin = 1.01 * bound + 4.0 * U * abs(epsilon);
  let shifts = vec3f(epsilon, epsilon + margin, epsilon - margin);
  // Beyond 2⁶⁰ times the largest entry there is nothing to count, and squares would overflow.
  let counts = counts_above(first, order, clamp(state.scale * shifts, vec3f(-1.1529215e18), vec3f(1.1529215e18)));
  // A constant must not be infinite.
  let known = select(bitcast<f32>(NOT_FINITE | shape.zero), bound, finite);
  results[id.x] = Counts(vec4f(shifts, known), vec4u(counts, 0u));
}

@compute @workgroup_size(64)
fn bisect(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x / shape.rows;
  let k = id.x - index * shape.rows;
  if (index >= shape.count) { return; }
  let order = orders[index];
  let state = states[index];
  let first = index * shape.rows;
  if (k >= order) { return; }
  if (bitcast<u32>(state.bound) >= NOT_FINITE) {
    // NaN, which a constant must not be.
    eigenvalues[id.x] = bitcast<f32>(0x7fc00000u | shape.zero);
    return;
  }
  let most = largest(first, order);
  // A little wider than Gershgorin's interval. Three shifts at a time quarter it.
  var low = -1.001 * (most.x + 2.0 * most.y) - UNDERFLOW;
  var high = -low;
  for (var step = 0u; step < QUARTERINGS; step++) {
    let middle = 0.5 * low + 0.5 * high;
    let shifts = vec3f(0.5 * low + 0.5 * middle, middle, 0.5 * middle + 0.5 * high);
    let above = counts_above(first, order, shifts) > vec3u(k);
    high = select(select(select(shifts.x, shifts.y, above.x), shifts.z, above.y), high, above.z);
    low = select(select(select(low, shifts.x, above.x), shifts.y, above.y), shifts.z, above.z);
  }
  // low < λ ≤ high: where nothing lies between, λ is the upper one.
  eigenvalues[id.x] = high / state.scale;
}
