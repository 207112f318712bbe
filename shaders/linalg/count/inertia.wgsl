// Counts the eigenvalues above a threshold without computing any: the inertia of M − sI by a
// symmetric factorisation.
//
//   P (M − sI) Pᵀ = L D Lᵀ,   #{ i : λ_i > s } = number of positive eigenvalues of D   (Sylvester)
//
// M: rows × rows, row-major; the lower triangle is read. D has blocks of 1 × 1 and 2 × 2. Pivots
// are chosen after Bunch and Parlett (1971): the largest diagonal entry where it is at least α = (1
// + √17)/8 of the largest entry, otherwise the 2 × 2 block of that entry, which has one positive
// and one negative eigenvalue. Complete pivoting bounds the growth best and takes large eigenvalues
// off first. It is free here: the pass that updates what remains also finds its largest entries. L
// is not kept. Each matrix and shift works on its own copy of 2 rows (rows + 4) bytes.
//
//   one step:   x, y ← columns of the pivot;   A ← A − p xᵀ − q yᵀ,   [p q] = [x y] B⁻¹
//
// (see pivoted.wgsl). Backward error: the kernel measures the terms of the bound that `inertia.ts`
// derives, relative to a power of two that scales A,
//     ‖E‖₂ ≤ 1.01 u (Σ_k ω_k ‖A_k‖_F + Σ_k κ_k (‖x‖² + ‖y‖²) / |b_k| + max_k μ_k |b_k|) + 2⁻⁵⁰
// and n 2⁻¹²⁶ more.
//
// Two counts prove an interval: one at ε + margin and one at ε − margin. Stage 0 takes the margins
// that the host guessed. Where the two counts then differ, or the error turns out larger than the
// margin, stage 1 counts at ε itself, and stage 2 counts at both sides again, with a margin from
// the error of that count. All others leave stages 1 and 2 at once.
//
// A dispatch makes at most `steps` steps and leaves its place in `results`, because lavapipe ends a
// shader after 65,535 loop iterations. One workgroup takes a matrix and shift. Grid: (matrices,
// thresholds, sides), 2 sides in stages 0 and 2, else 1.
//
// Cost: n³/3 flops for definite matrices, twice that as written, since a 1 × 1 pivot is a 2 × 2 one
// with y = 0; 8 bytes per entry and step; log₂(lanes) + 5 barriers per step. On lavapipe 8 lanes,
// one vector of the CPU, make barriers cheap, and the batch fills its cores; a GPU wants as many
// lanes as n/4 blocks a side can feed. With two factorisations per threshold this is the most
// expensive way to count: for n = 64 on lavapipe one tridiagonal form (`tridiagonal.wgsl`) takes as
// long as one of them, and serves all thresholds. The inertia wins where the bound of that form,
// about 5·10⁻⁶ λ₁ for features, is too wide and double-single arithmetic is not available, or not
// for that order.
//
// needs: pivoted.wgsl

const ALPHA: f32 = 0.6403882;

struct Shape { rows: u32, copy: u32, stage: u32, steps: u32, restart: u32, zero: u32 }

// `left` rows remain; `sum` and `block` are the two parts of the error, in units of u and of the
// scaled matrix.
struct Result {
  shift: f32, bound: f32, positive: u32, left: u32,
  sum: f32, block: f32, scale: f32, state: u32,
}

const AT_WORK: u32 = 0u;
const DONE: u32 = 1u;
const NOT_NEEDED: u32 = 2u;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
// ε, and the margin to start with.
@group(0) @binding(2) var<storage, read> epsilons: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> results: array<Result>;

var<workgroup> place: Result;
var<workgroup> next: Step;

fn padded_rows() -> u32 {
  return shape.rows;
}

// Chooses the pivot of the next step, counts its sign, and adds up the error. One lane's work.
fn choose(copy: u32, omega: f32) {
  let all = seen[0];
  let left = place.left;
  let norm = sqrt(all.squares);
  place.sum += omega * norm + all.spread;
  if (left == 0u || max(all.diagonal, all.off) < NOTHING) {
    place.sum += norm / U;
    place.left = 0u;
    next = Step();
    return;
  }
  let last = left - 1u;
  if (all.diagonal >= ALPHA * all.off) {
    let p = all.diagonal_at;
    let pivot = work[copy + entry(p, p)];
    place.positive += select(0u, 1u, pivot > 0.0);
    place.block = max(place.block, 5.0 * abs(pivot));
    place.left = last;
    next = Step(p, p, last, last, last, 1.0 / pivot, 1.0, 0.0, 2.0 / abs(pivot), 1.0);
    return;
  }
  // The entry itself: its block is known, and which of the sixteen is found again.
  let block = (all.off_at - copy) / 16u;
  var row = 4u * block;
  var column = row;
  if (block >= shape.rows / 4u) {
    let e = block - shape.rows / 4u;
    let r = block_row(e);
    row = 4u * r;
    column = 4u * (e - r * (r - 1u) / 2u);
  }
  var p = 0u;
  var q = 0u;
  for (var k = 0u; k < 16u; k++) {
    let i = row + k / 4u;
    let j = column + k % 4u;
    if (j < i && i < left && abs(work[all.off_at + k]) == all.off) {
      p = i;
      q = j;
    }
  }
  let b = work[copy + entry(p, q)];
  let c = work[copy + entry(p, p)] / b;
  let a = work[copy + entry(q, q)] / b;
  let from_q = select(last - 1u, last, p == last - 1u);
  place.positive += 1u;
  place.block = max(place.block, 16.0 * abs(b));
  place.left = left - 2u;
  next = Step(p, q, last, from_q, left - 2u, 1.0 / (b * (a * c - 1.0)), c, a, 14.0 / abs(b), 2.0);
}

// Whether the two counts of stage 0 leave anything open. Errors are compared by bits, as NaN proves
// nothing.
fn in_doubt(threshold: u32, margin: f32) -> bool {
  let above = results[threshold * 3u + 1u];
  let below = results[threshold * 3u + 2u];
  let bound = max(bitcast<u32>(above.bound), bitcast<u32>(below.bound));
  return (above.positive != below.positive) | (bound > bitcast<u32>(margin));
}

// The state that a shift starts with.
fn started(threshold: u32, side: u32) -> Result {
  let epsilon = epsilons[threshold].x;
  var margin = 0.0;
  var needed = true;
  if (shape.stage == 0u) {
    margin = epsilons[threshold].y + 4.0 * U * abs(epsilon);
  } else if (shape.stage == 1u) {
    needed = in_doubt(threshold, 0.999 * epsilons[threshold].y);
  } else {
    needed = results[threshold * 3u].state == DONE;
    margin = 1.25 * results[threshold * 3u].bound + 4.0 * U * abs(epsilon);
  }
  let shift = epsilon + select(-margin, margin, side == 0u);
  // A constant must not be infinite.
  let infinite = bitcast<f32>(0x7f800000u | shape.zero);
  return Result(shift, infinite, 0u, 0u, 0.0, 0.0, 1.0, select(NOT_NEEDED, AT_WORK, needed));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let order = orders[workgroup.x];
  let matrix = workgroup.x * shape.rows * shape.rows;
  let threshold = workgroup.x * grid.y + workgroup.y;
  let copy = (2u * threshold + workgroup.z) * shape.copy;
  let slot = threshold * 3u + select(workgroup.z + 1u, 0u, shape.stage == 1u);

  if (lane == 0u) {
    place = results[slot];
    if (shape.restart == 1u) {
      let first = started(threshold, workgroup.z);
      // The proof of stage 0 stands where stage 2 is not needed.
      if (first.state == AT_WORK || shape.stage == 1u) { place = first; }
    }
  }
  if (workgroupUniformLoad(&place).state == AT_WORK && shape.restart == 1u) {
    let shift = workgroupUniformLoad(&place).shift;
    let bits = largest_bits(lane, matrix, order, shift);
    let exponent = clamp(bits >> 23u, 27u, 253u);
    load(lane, matrix, copy, order, shift, bitcast<f32>((254u - exponent) << 23u));
    if (lane == 0u) {
      place.left = order;
      place.scale = bitcast<f32>(exponent << 23u);
      // NaN or infinite: no bound.
      if (bits >= 0x7f800000u) { place.state = DONE; }
    }
  }
  storageBarrier();
  let start = workgroupUniformLoad(&place);
  if (start.state == AT_WORK) {
    // An empty step, for a first look.
    var now = no_pivot(lane, order, start.left, f32(shape.restart));
    for (var step = 0u; ; step++) {
      eliminate(lane, copy, now);
      if (step == shape.steps) {
        // The next dispatch looks again, and counts nothing twice.
        if (lane == 0u) { place.sum += now.omega * sqrt(seen[0].squares) + seen[0].spread; }
        break;
      }
      if (lane == 0u) { choose(copy, now.omega); }
      now = workgroupUniformLoad(&next);
      if (now.kept == 0u && now.t == 0.0) { break; }
      take_columns(lane, copy, now);
      storageBarrier();
    }
  }
  if (lane == 0u) {
    if (start.state == AT_WORK && place.left == 0u) {
      place.state = DONE;
      place.bound = place.scale * (1.01 * U * (place.sum + place.block) + NOTHING) + f32(order) * UNDERFLOW;
    }
    results[slot] = place;
  }
}
