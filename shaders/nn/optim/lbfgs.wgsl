// L-BFGS with a line search (line_search.wgsl), of replicas that know nothing of each other and a
// host that waits for none (Liu, Nocedal, Math. Programming 45, 1989; Nocedal, Wright, Numerical
// Optimization, algorithms 7.4 and 7.5).
// needs: elementary.wgsl, state.wgsl, workgroup_sum.wgsl, line_search.wgsl
//
// A step of the training is one evaluation of the objective φ(α) = f(x + α d), the loss with
// λ/2 ‖θ‖² of weight decay, at a trial point. `aim` moves the parameters there, the kernels of the
// step leave loss and gradient, and `judge` advances the search of each replica: it accepts the
// point, and then makes the next direction d = −H g from the last pairs s = Δx, y = Δg; or puts the
// parameters back and chooses another α. Between two steps the parameters are therefore those of
// the last accepted point x, and losses[step] is set to its loss: what probes, files and figures
// see is one network, whose loss falls, and no trial.
//
// The first trial by steepest descent moves x by the learning rate η. A pair is kept if sᵀy > 2⁻²⁰
// ‖s‖ ‖y‖: less is rounding, as the Hessian's condition number would be above 2⁴².
// s is the difference of the rounded parameters and not α d, so that it belongs to y.
//
// Sums over parameters are not compensated: each is split into 4 LANES chains and is off by at most
// (n / (4 LANES) + 12) u Σ|terms|, where each gradient has itself added up one number a sample, and
// is off by more.
// line_search.wgsl says how losses that differ by rounding are compared.
//
// One workgroup a replica; `aim` is one invocation a vector, grid (⌈batch / 64⌉, 1, replicas).
// vectors: [replica][x | d | s_0 … | y_0 …][batch]. moments: [replica][g of the trial | g of x].
// Cost of an accepted step with m pairs: 2 m + 3 passes of 3 vectors read and 1 written, 8 m flops
// a parameter: the products with a pair and the subtraction of the one before share a pass. A
// rejected step takes a pass. Passes end in a barrier of one workgroup, so large networks leave a
// GPU idle: of a million parameters and ten pairs about 300 MB go through one multiprocessor. The
// vector-free form of the recursion has one pass, but its coefficients cancel in single precision.

struct Settings { batch: u32, history: u32, capacity: u32, replicas: u32 }

struct Replica { search: Search, curvatures: array<f32, MOST_HISTORY> }

// What the workgroup is to do.
struct Plan { restore: bool, accept: bool, store: bool, turn: bool, pairs: u32 }

const MOST_HISTORY = 64u;
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

// Judges a trial: `own` is φ′, ‖θ‖², ‖g‖²; `pair` is sᵀy, sᵀs, yᵀy.
fn judged(replica: u32, before: Search, own: vec4f, pair: vec4f) -> Search {
  var search = before;
  let state = states[replica];
  let rate = hypers[replica].weight_decay;
  // Without decay ‖θ‖² may overflow.
  let decay = select(0.0, 0.5 * rate * own.y, rate > 0.0);
  let trial = Point(search.alpha, state.loss + decay, own.x);
  let finite = !any(is_not_finite(vec4f(trial.value, own.x, own.z, 0.0)));
  let logged = ((state.step - 1u) % settings.capacity) * settings.replicas + replica;
  if (search.phase == START) {
    if (!finite) {
      // As with the other optimisers: an update by this gradient would not be finite.
      if (is_finite(state.loss)) { losses[logged] = trial.value + own.z; }
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
      search = rejected(search, trial, finite, passes);
      plan.turn = search.phase == TURN;
      return search;
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
  return dot(total(lane, sum), vec4f(1.0));
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
  return dot(total(lane, sum), vec4f(1.0));
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
  let own_sums = total(lane, vec4f(dot(own[0], one), dot(own[1], one), dot(own[2], one), 0.0));
  let pair_sums = total(lane, vec4f(dot(pair[0], one), dot(pair[1], one), dot(pair[2], one), 0.0));
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
