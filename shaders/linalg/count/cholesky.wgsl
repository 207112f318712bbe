// Diagonally pivoted Cholesky factorisation of positive semidefinite matrices, with bounds on every
// eigenvalue.
//
//   M = Σ_{j≤k} c_j c_jᵀ / d_j + S_k,   λ_(k+1) ≤ ‖S_k‖_F,   λ_k ≥ 1 / tr (M_kk)⁻¹
//
// M: rows × rows, row-major; the lower triangle is read. c_j: column of the pivot d_j, the largest
// diagonal entry of S_(j−1). ‖S_k‖_F is at most tr S_k, and it bounds what remains even where
// rounding has made that indefinite. M_kk, the block of the first k pivots, has no eigenvalue above
// M's (Cauchy). With M_kk = N D Nᵀ, N unit lower triangular, and Y = N⁻¹,
//     tr (M_kk)⁻¹ = Σ_{j≤k} ‖y_j‖² / d_j,   y_j the rows of Y.
// The elimination that makes S also makes Y out of the identity: Z ← Z − (c / d) y. Entries of N
// are at most 1, so Y is well conditioned where M is not.
//
// bounds: `rows` pairs for each matrix, (λ_(k+1) ≤ …, λ_(k+1) ≥ …); infinite and 0 from where the
// pivots end. `cholesky.ts` derives the errors that they include. Copy of M: see pivoted.wgsl. Z:
// rows × rows, one row for each row that remains.
//
// A dispatch makes at most `steps` steps and leaves its place in `states`, because lavapipe ends a
// shader after 65,535 loop iterations. One workgroup solves a matrix. Cost: n³/3 flops for S and as
// many for Z; 8 bytes per entry and step; two trees and ten barriers per step. One factorisation
// serves all thresholds. It wins where the spectrum falls so fast that a factor of n between the
// bounds of an eigenvalue does not matter, or where only an upper bound is wanted. Sturm counts are
// tighter.
//
// needs: pivoted.wgsl

struct Shape { rows: u32, copy: u32, steps: u32, restart: u32, zero: u32 }

// `left` rows remain. `sum` and `block`: the error of S in units of u; `trace` of the inverse;
// `residual`, ‖N Y − I‖_F.
struct State { left: u32, scale: f32, sum: f32, block: f32, trace: f32, residual: f32, finished: u32, unused: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read_write> inverses: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> states: array<State>;
@group(0) @binding(6) var<storage, read_write> bounds: array<vec2f>;

var<workgroup> place: State;
var<workgroup> next: Step;
// Row y of the pivot, its 1 included, and sums of all lanes: ‖y‖², ‖c / d‖², ‖Z‖_F².
var<workgroup> pivot_row: array<vec4f, 256>;
var<workgroup> sums: array<vec3f, LANES>;

fn padded_rows() -> u32 {
  return shape.rows;
}

// e / divisor for e < 2²², by the reciprocal: the half keeps the quotient away from whole numbers.
fn quotient(e: u32, reciprocal: f32) -> u32 {
  return u32((f32(e) + 0.5) * reciprocal);
}

// 1.01 covers the rounding of the sums.
fn remainder_bound() -> f32 {
  return 1.01 * U * (place.sum + place.block) + NOTHING;
}

// Bounds the next eigenvalue from above, and chooses its pivot. One lane's work.
fn choose(copy: u32, first_bound: u32, order: u32, omega: f32) {
  let all = seen[0];
  let left = place.left;
  let norm = sqrt(all.squares);
  place.sum += omega * norm + all.spread;
  next = Step();
  if (left == 0u) { return; }
  let at = first_bound + order - left;
  let underflow = f32(order) * UNDERFLOW;
  bounds[at] = vec2f(place.scale * (1.01 * norm + remainder_bound()) + underflow, 0.0);
  let p = all.diagonal_at;
  let pivot = work[copy + entry(p, p)];
  if (all.diagonal < NOTHING || pivot <= 0.0) {
    place.left = 0u;
    return;
  }
  let last = left - 1u;
  place.left = last;
  place.block = max(place.block, 5.0 * pivot);
  next = Step(p, p, last, last, last, 1.0 / pivot, 1.0, 0.0, 2.0 / pivot, 1.0);
}

// Keeps row y of the pivot, the k-th.
fn take_row(lane: u32, inverse: u32, k: u32, p: u32) {
  for (var j = lane; j <= k / 4u; j += LANES) {
    let columns = vec4u(4u * j, 4u * j + 1u, 4u * j + 2u, 4u * j + 3u);
    let old = select(vec4f(), inverses[inverse + p * (shape.rows / 4u) + j], columns < vec4u(k));
    pivot_row[j] = select(old, vec4f(1.0), columns == vec4u(k));
  }
}

// Z ← Z − (c / d) y, with row `last` in the place of the pivot's. Gives this lane's share of the
// sums.
fn update_inverse(lane: u32, inverse: u32, k: u32, now: Step) -> vec3f {
  var squares = vec3f();
  let across = k / 4u + 1u;
  for (var e = lane; e < now.kept * across; e += LANES) {
    let i = quotient(e, 1.0 / f32(across));
    let j = e - i * across;
    let source = select(i, now.from_p, i == now.p);
    let columns = vec4u(4u * j, 4u * j + 1u, 4u * j + 2u, 4u * j + 3u);
    let old = select(vec4f(), inverses[inverse + source * (shape.rows / 4u) + j], columns < vec4u(k));
    let value = old - (now.t * first[i]) * pivot_row[j];
    inverses[inverse + i * (shape.rows / 4u) + j] = value;
    squares.z += dot(value, value);
  }
  for (var j = lane; j < across; j += LANES) { squares.x += dot(pivot_row[j], pivot_row[j]); }
  for (var i = lane; i < now.kept; i += LANES) {
    let factor = now.t * first[i];
    squares.y += factor * factor;
  }
  return squares;
}

// Bounds the eigenvalue of the pivot just taken from below. One lane's work.
fn bound_below(at: u32, order: u32, t: f32) {
  let all = sums[0];
  place.trace += t * all.x;
  let departure = 1.01 * place.residual + NOTHING;
  // By bits, so that neither NaN nor infinity is taken for small.
  if (bitcast<u32>(departure) < bitcast<u32>(1.0) && bitcast<u32>(place.trace) < 0x7f800000u) {
    let kept = 1.0 - departure;
    let least = 0.99 * kept * kept / place.trace - remainder_bound();
    bounds[at].y = max(0.0, 0.999 * (place.scale * least - f32(order) * UNDERFLOW));
  }
  place.residual += U * (2.0 * sqrt(all.x) * sqrt(all.y) + sqrt(all.z));
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  let order = orders[index];
  let matrix = index * shape.rows * shape.rows;
  let copy = index * shape.copy;
  let inverse = index * shape.rows * (shape.rows / 4u);
  let first_bound = index * shape.rows;

  if (shape.restart == 1u) {
    let bits = largest_bits(lane, matrix, order, 0.0);
    let exponent = clamp(bits >> 23u, 27u, 253u);
    load(lane, matrix, copy, order, 0.0, bitcast<f32>((254u - exponent) << 23u));
    // Infinite, which a constant must not be.
    let infinite = bitcast<f32>(0x7f800000u | shape.zero);
    for (var k = lane; k < order; k += LANES) { bounds[first_bound + k] = vec2f(infinite, 0.0); }
    if (lane == 0u) {
      let finished = select(0u, 1u, bits >= 0x7f800000u);
      place = State(order, bitcast<f32>(exponent << 23u), 0.0, 0.0, 0.0, 0.0, finished, 0u);
    }
  } else if (lane == 0u) {
    place = states[index];
  }
  storageBarrier();
  let start = workgroupUniformLoad(&place);
  if (start.finished == 0u) {
    // Nothing was rounded yet.
    var now = no_pivot(lane, order, start.left, 0.0);
    for (var step = 0u; ; step++) {
      eliminate(lane, copy, now);
      if (step == shape.steps) {
        if (lane == 0u) { place.sum += now.omega * sqrt(seen[0].squares) + seen[0].spread; }
        break;
      }
      if (lane == 0u) { choose(copy, first_bound, order, now.omega); }
      now = workgroupUniformLoad(&next);
      if (now.t == 0.0) { break; }
      let k = order - 1u - now.kept;
      take_columns(lane, copy, now);
      take_row(lane, inverse, k, now.p);
      storageBarrier();
      workgroupBarrier();
      sums[lane] = update_inverse(lane, inverse, k, now);
      for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) { sums[lane] += sums[lane + half]; }
      }
      if (lane == 0u) { bound_below(first_bound + k, order, now.t); }
      storageBarrier();
    }
  }
  if (lane == 0u) {
    if (place.left == 0u) { place.finished = 1u; }
    states[index] = place;
  }
}
