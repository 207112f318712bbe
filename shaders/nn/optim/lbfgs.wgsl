// L-BFGS with a line search for the strong Wolfe conditions, of replicas that know nothing of each
// other and a host that waits for none (Liu, Nocedal, Math. Programming 45, 1989; Nocedal, Wright,
// Numerical Optimization, algorithms 3.5, 3.6 and 7.4).
// needs: elementary.wgsl, state.wgsl
//
// A step of the training is one evaluation of the objective φ(α) = f(x + α d), the loss with
// λ/2 ‖θ‖² of weight decay, at a trial point. `aim` moves the parameters there, the kernels of the
// step leave loss and gradient, and `judge` advances the search of each replica: it accepts the
// point, and then makes the next direction d = −H g from the last pairs s = Δx, y = Δg; or puts the
// parameters back and chooses another α. Between two steps the parameters are therefore those of
// the last accepted point x, and losses[step] is set to its loss: what probes, files and figures
// see is one network, whose loss falls, and no trial.
//
//  accept      f(α) ≤ f(0) + 10⁻⁴ α φ′(0)   and   |φ′(α)| ≤ 0.9 |φ′(0)|
//  bracket     α grows 2 to 10 times, to where φ′ would be 0, until it is too long
//  zoom        cubic interpolation, 0.1 of the bracket or more away from its ends; every third
//              trial halves it. The lower end holds the lower loss, and has passed the first test
//  not finite  a trial whose loss, slope or gradient is not finite is too long by four
//  20 trials   the search has failed: on from the best point by steepest descent; if that is where
//              the search began, and it was by steepest descent, the replica rests for good
//
// The first trial by steepest descent is η ‖Δx‖ long, with the scheduled learning rate η. A pair is
// kept if sᵀy > 2⁻²⁰ ‖s‖ ‖y‖: less is rounding, as the Hessian's condition number would be above
// 2⁴⁰. s is the difference of the rounded parameters and not α d, so that it belongs to y.
//
// Rounding. Losses of single precision differ by noise ν |f|, with ν = 2⁻²⁰ at first. Where the
// decrease that the first test demands is below the noise, losses cannot be told apart, and slopes
// decide, which have no difference in them (Hager, Zhang, SIAM J. Optim. 16, 2005, "approximate
// Wolfe conditions"; the one on slopes follows from the second test): any f(α) ≤ (1 + ν) f(0)
// passes. In the zoom likewise losses within the noise count as equal, and interpolation is the
// secant of the slopes. Searches measure ν: between two trials whose slopes agree to a tenth the
// loss is a line to a tenth, and what else it is off by is noise. If that is more than ν, ν becomes
// twice as much, at most 2⁻⁶, and the search starts over.
// Sums over parameters are not compensated: each is split into 4 LANES chains and is off by at most
// (n / (4 LANES) + 12) u Σ|terms|, where each gradient has itself added up one number a sample, and
// is off by more.
//
// One workgroup a replica; `aim` is one invocation a vector, grid (⌈batch / 64⌉, 1, replicas).
// vectors: [replica][x | d | s_0 … | y_0 …][batch]. moments: [replica][g of the trial | g of x].
// Cost of an accepted step with m pairs: 2 m + 3 passes of 3 vectors read and 1 written, 8 m flops
// a parameter: the products with a pair and the subtraction of the one before share a pass. A
// rejected step takes a pass. Passes end in a barrier of one workgroup, so large networks leave a
// GPU idle: of a million parameters and ten pairs about 300 MB go through one multiprocessor. The
// vector-free form of the recursion has one pass, but its coefficients cancel in single precision.

struct Settings { batch: u32, history: u32, capacity: u32, replicas: u32 }

// A point of the line: α, φ(α), φ′(α).
struct Point { alpha: f32, value: f32, slope: f32 }

struct Search {
  phase: u32,
  // Trials of this search; pairs held, and the place of the newest; points accepted.
  trials: u32, pairs: u32, newest: u32, accepted: u32,
  // Whether d is −g, and whether φ is known at `high`.
  steepest: u32, known: u32,
  // The next trial; loss without decay, and ‖g‖², at x; sᵀy / yᵀy of the newest pair; ν.
  alpha: f32, loss: f32, square: f32, scale: f32, noise: f32,
  // x itself, and the ends of the bracket; in `BRACKET` the last trial is `low`.
  origin: Point, low: Point, high: Point,
}

struct Replica { search: Search, curvatures: array<f32, MOST_HISTORY> }

// What the workgroup is to do.
struct Plan { restore: bool, accept: bool, store: bool, turn: bool, pairs: u32 }

const MOST_HISTORY = 64u;
const START = 0u;
const BRACKET = 1u;
const ZOOM = 2u;
const RETURN = 3u;
const REST = 4u;
const MOST_TRIALS = 20u;
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const LEAST_NOISE = 0x1p-20;
const MOST_NOISE = 0x1p-6;
const LEAST_COSINE = 0x1p-20;

override LANES: u32 = 64u;

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(2) var<storage, read_write> states: array<State>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> vectors: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> searches: array<Replica>;

var<workgroup> sums: array<vec4f, LANES>;
var<workgroup> plan: Plan;
var<workgroup> weights: array<f32, MOST_HISTORY>;

var<private> lane: u32;
// Where the replica's vectors begin, and of s_0 and y_0.
var<private> x_at: u32;
var<private> d_at: u32;
var<private> s_at: u32;
var<private> y_at: u32;

fn place(replica: u32) {
  let batch = settings.batch;
  x_at = replica * (2u * settings.history + 2u) * batch;
  d_at = x_at + batch;
  s_at = d_at + batch;
  y_at = s_at + settings.history * batch;
}

@compute @workgroup_size(64)
fn aim(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= settings.batch) { return; }
  place(id.z);
  let at = id.z * settings.batch + id.x;
  let here = parameters[at];
  vectors[x_at + id.x] = here;
  parameters[at] = here + searches[id.z].search.alpha * vectors[d_at + id.x];
}

fn is_finite(x: f32) -> bool { return !is_not_finite(vec4f(x)).x; }

// Adds up a vector of each lane. Every lane gets the sum.
fn total(value: vec4f) -> vec4f {
  sums[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  workgroupBarrier();
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}

// Where φ would be least between two points, or beyond: of the cubic through values and slopes; of
// the parabola through the slopes where values differ by noise. NaN where there is no such place.
fn least_of(a: Point, b: Point, noise: f32) -> f32 {
  let width = b.alpha - a.alpha;
  if (abs(a.value - b.value) <= noise) { return a.alpha - a.slope * (width / (b.slope - a.slope)); }
  let bend = a.slope + b.slope - 3.0 * ((b.value - a.value) / width);
  let root = sign(width) * sqrt(bend * bend - a.slope * b.slope);
  return b.alpha - width * ((b.slope + root - bend) / (b.slope - a.slope + 2.0 * root));
}

// The next trial beyond the last, which was too short.
fn further(before: Point, last: Point, noise: f32) -> f32 {
  let width = last.alpha - before.alpha;
  let least = least_of(before, last, noise);
  // Where slopes fall there is nothing to be seen of an end.
  if (!is_finite(least) || last.slope <= before.slope) { return last.alpha + 9.0 * width; }
  return clamp(least, last.alpha + width, last.alpha + 9.0 * width);
}

// The next trial between the ends of the bracket.
fn between(search: Search, noise: f32) -> f32 {
  let width = search.high.alpha - search.low.alpha;
  if (search.known == 0u) { return search.low.alpha + 0.25 * width; }
  let share = (least_of(search.low, search.high, noise) - search.low.alpha) / width;
  if (!is_finite(share) || search.trials % 3u == 0u) { return search.low.alpha + 0.5 * width; }
  return search.low.alpha + clamp(share, 0.1, 0.9) * width;
}

// A search from x along d.
fn begun(before: Search, rate: f32) -> Search {
  var search = before;
  search.phase = BRACKET;
  search.trials = 0u;
  search.alpha = 1.0;
  if (search.steepest != 0u) { search.alpha = rate / sqrt(search.square); }
  search.low = search.origin;
  search.known = 0u;
  return search;
}

// Gives up the search along d.
fn failed(before: Search) -> Search {
  var search = before;
  search.pairs = 0u;
  search.alpha = search.low.alpha;
  if (search.alpha > 0.0) {
    search.phase = RETURN;
  } else if (search.steepest != 0u) {
    search.phase = REST;
  } else {
    plan.turn = true;
  }
  return search;
}

// What the noise of the loss is at least. Between two points of about the same slope it is a line,
// but for the noise.
fn noise_seen(search: Search, trial: Point) -> f32 {
  let low = search.low;
  if (abs(trial.slope - low.slope) > 0.1 * abs(low.slope)) { return 0.0; }
  let change = 0.5 * (trial.alpha - low.alpha) * (trial.slope + low.slope);
  let off = abs(trial.value - low.value - change) - 0.1 * abs(change);
  return min(2.0 * off / abs(search.origin.value), MOST_NOISE);
}

// What follows from a trial that is not accepted.
fn rejected(before: Search, trial: Point, finite: bool, passes: bool) -> Search {
  var search = before;
  search.trials++;
  if (search.trials >= MOST_TRIALS) { return failed(search); }
  let noise = search.noise * abs(search.origin.value);
  let higher = search.trials > 1u && trial.value > search.low.value + noise;
  let long = higher || !passes;
  if (search.phase == BRACKET && !long && trial.slope < 0.0) {
    search.alpha = further(search.low, trial, noise);
    search.low = trial;
    return search;
  }
  if (long) {
    search.high = trial;
    search.known = u32(finite);
  } else {
    let turned = search.phase == BRACKET || trial.slope * (search.high.alpha - search.low.alpha) >= 0.0;
    if (turned) {
      search.high = search.low;
      search.known = 1u;
    }
    search.low = trial;
  }
  search.phase = ZOOM;
  search.alpha = between(search, noise);
  return search;
}

// Judges a trial: `own` is φ′, ‖θ‖², ‖g‖²; `pair` is sᵀy, sᵀs, yᵀy.
fn judged(replica: u32, before: Search, own: vec4f, pair: vec4f) -> Search {
  var search = before;
  let state = states[replica];
  let decay = 0.5 * hypers[replica].weight_decay * own.y;
  let trial = Point(search.alpha, state.loss + decay, own.x);
  let finite = !any(is_not_finite(vec4f(trial.value, own.xyz)));
  let logged = ((state.step - 1u) % settings.capacity) * settings.replicas + replica;
  if (search.phase == START) {
    if (!finite) {
      // As with the other optimisers: an update by this gradient would not be finite.
      if (is_finite(state.loss)) { losses[logged] = own.z; }
      if (state.diverged == 0u) { states[replica].diverged = state.step; }
      return search;
    }
    search.noise = LEAST_NOISE;
  } else {
    losses[logged] = search.loss;
    states[replica].diverged = 0u;
    if (search.phase == REST) { return search; }
    let origin = search.origin;
    let seen = select(0.0, noise_seen(search, trial), finite);
    let misled = seen > search.noise;
    search.noise = max(seen, search.noise);
    let noise = search.noise * abs(origin.value);
    let demanded = -DECREASE * trial.alpha * origin.slope;
    let within = demanded <= noise && trial.value <= origin.value + noise;
    let passes = finite && (within || trial.value <= origin.value - demanded);
    let flat = abs(trial.slope) <= -CURVATURE * origin.slope;
    let taken = passes && flat;
    let returned = finite && search.phase == RETURN;
    if (!(taken || returned)) {
      plan.restore = true;
      if (misled) { return begun(search, state.learning_rate); }
      return rejected(search, trial, finite, passes);
    }
    plan.store = taken && pair.x > LEAST_COSINE * sqrt(pair.y) * sqrt(pair.z);
    if (plan.store) {
      search.newest = select((search.newest + 1u) % settings.history, 0u, search.pairs == 0u);
      search.pairs = min(search.pairs + 1u, settings.history);
      search.scale = pair.x / pair.z;
      searches[replica].curvatures[search.newest] = pair.x;
    }
  }
  plan.accept = true;
  plan.turn = true;
  search.accepted++;
  search.loss = state.loss;
  search.square = own.z;
  search.origin = Point(0.0, trial.value, 0.0);
  return search;
}

// d ← d + weight · (the vectors at `which`); the sum of its products with those at `other`.
fn sweep(weight: f32, which: u32, other: u32) -> f32 {
  var sum = vec4f();
  for (var i = lane; i < settings.batch; i += LANES) {
    let d = vectors[d_at + i] + weight * vectors[which + i];
    vectors[d_at + i] = d;
    sum += d * vectors[other + i];
  }
  return dot(total(sum), vec4f(1.0));
}

// Makes d = −H g, which it finds as g (algorithm 7.4), and gives φ′(0).
fn turn(replica: u32, pairs: u32, g_at: u32) -> f32 {
  let newest = searches[replica].search.newest;
  let scale = searches[replica].search.scale;
  let history = settings.history;
  var weight = 0.0;
  var which = s_at;
  for (var k = 0u; k < pairs; k++) {
    let slot = (newest + history - k) % history;
    let product = sweep(weight, which, s_at + slot * settings.batch);
    weight = -product / searches[replica].curvatures[slot];
    which = y_at + slot * settings.batch;
    if (lane == 0u) { weights[k] = -weight; }
  }
  // The last of the first loop, then γ, which the sweeps below leave as a factor.
  if (pairs > 0u) {
    for (var i = lane; i < settings.batch; i += LANES) {
      vectors[d_at + i] = scale * (vectors[d_at + i] + weight * vectors[which + i]);
    }
    weight = 0.0;
  }
  workgroupBarrier();
  for (var k = pairs; k > 0u; k--) {
    let slot = (newest + history - (k - 1u)) % history;
    let product = sweep(weight, which, y_at + slot * settings.batch);
    weight = weights[k - 1u] - product / searches[replica].curvatures[slot];
    which = s_at + slot * settings.batch;
  }
  var sum = vec4f();
  for (var i = lane; i < settings.batch; i += LANES) {
    let d = -(vectors[d_at + i] + weight * vectors[which + i]);
    vectors[d_at + i] = d;
    sum += d * moments[g_at + i];
  }
  return dot(total(sum), vec4f(1.0));
}

@compute @workgroup_size(LANES)
fn judge(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let replica = workgroup.x;
  let batch = settings.batch;
  lane = index;
  place(replica);
  let trial_at = 2u * replica * batch;
  let g_at = trial_at + batch;
  var own = array<vec4f, 3>();
  var pair = array<vec4f, 3>();
  for (var i = lane; i < batch; i += LANES) {
    let theta = parameters[replica * batch + i];
    let g = moments[trial_at + i];
    let s = theta - vectors[x_at + i];
    let y = g - moments[g_at + i];
    own[0] += g * vectors[d_at + i];
    own[1] += theta * theta;
    own[2] += g * g;
    pair[0] += s * y;
    pair[1] += s * s;
    pair[2] += y * y;
  }
  let one = vec4f(1.0);
  let own_sums = total(vec4f(dot(own[0], one), dot(own[1], one), dot(own[2], one), 0.0));
  let pair_sums = total(vec4f(dot(pair[0], one), dot(pair[1], one), dot(pair[2], one), 0.0));
  if (lane == 0u) {
    plan = Plan();
    let search = judged(replica, searches[replica].search, own_sums, pair_sums);
    plan.pairs = search.pairs;
    searches[replica].search = search;
  }
  // Of the memory too: the newest pair is read by all.
  storageBarrier();
  let todo = workgroupUniformLoad(&plan);
  let slot = searches[replica].search.newest * batch;
  for (var i = lane; i < batch; i += LANES) {
    if (todo.restore) { parameters[replica * batch + i] = vectors[x_at + i]; }
    if (todo.accept) {
      let g = moments[trial_at + i];
      if (todo.store) {
        vectors[s_at + slot + i] = parameters[replica * batch + i] - vectors[x_at + i];
        vectors[y_at + slot + i] = g - moments[g_at + i];
      }
      moments[g_at + i] = g;
    }
    if (todo.turn) { vectors[d_at + i] = moments[g_at + i]; }
  }
  if (!todo.turn) { return; }

  let slope = turn(replica, todo.pairs, g_at);
  let square = searches[replica].search.square;
  let steepest = todo.pairs == 0u || !is_finite(slope) || slope >= 0.0;
  if (steepest) {
    for (var i = lane; i < batch; i += LANES) { vectors[d_at + i] = -moments[g_at + i]; }
  }
  if (lane != 0u) { return; }
  var search = searches[replica].search;
  search.steepest = u32(steepest);
  if (steepest) { search.pairs = 0u; }
  search.origin.slope = select(slope, -square, steepest);
  search = begun(search, states[replica].learning_rate);
  if (square <= 0.0) {
    search.phase = REST;
    search.alpha = 0.0;
  }
  searches[replica].search = search;
}
