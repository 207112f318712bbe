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

struct Settings { batch: u32, history: u32, capacity: u32, replicas: u32, blocks: u32 }

// `turn`: whether `aim` is to make a direction, from g of x or of the trial.
struct Replica { search: Search, turn: u32, scale: f32 }

// What the workgroup is to do.
struct Plan { restore: bool, accept: bool, store: bool, turn: bool, pairs: u32, newest: u32 }

const STAY = 0u;
const TURN_HERE = 1u;
const TURN_THERE = 2u;
const MOST_HISTORY = 128u;
const LEAST_COSINE = 0x1p-20;
// Vectors that a workgroup adds up, and pairs.
const BLOCK = 256u;
const GROUP = 2u;
// Sums of a block before those of the pairs.
const OWN = 3u;

override LANES: u32 = 64u;

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(2) var<storage, read_write> states: array<State>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> vectors: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> searches: array<Replica>;
@group(0) @binding(8) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> products: array<f32>;
@group(0) @binding(10) var<storage, read_write> weights: array<vec2f>;

var<workgroup> plan: Plan;
var<workgroup> dots: array<vec4f, OWN + MOST_HISTORY>;
var<workgroup> first: array<f32, MOST_HISTORY>;
var<workgroup> second: array<f32, MOST_HISTORY>;
var<workgroup> curvatures: array<f32, MOST_HISTORY>;

var<private> lane: u32;
// Where the replica's vectors begin, and of s_0 and y_0.
var<private> x_at: u32;
var<private> d_at: u32;
var<private> s_at: u32;
var<private> y_at: u32;

fn place(replica: u32) {
  let batch = settings.batch;
  x_at = replica * (2u * settings.history + 4u) * batch;
  d_at = x_at + batch;
  s_at = d_at + batch;
  y_at = s_at + (settings.history + 1u) * batch;
}

// The place of a pair, by its age.
fn slot_of(newest: u32, age: u32) -> u32 {
  return newest + select(0u, settings.history + 1u, age > newest) - age;
}

@compute @workgroup_size(64)
fn aim(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= settings.batch) { return; }
  let replica = id.z;
  place(replica);
  let turn = searches[replica].turn;
  var d = vectors[d_at + id.x];
  if (turn != STAY) {
    let g_at = (2u * replica + 1u) * settings.batch + id.x;
    var g = moments[g_at];
    if (turn == TURN_THERE) {
      g = moments[g_at - settings.batch];
      moments[g_at] = g;
    }
    let newest = searches[replica].search.newest;
    let pairs = searches[replica].search.pairs;
    d = -searches[replica].scale * g;
    for (var age = 0u; age < pairs; age++) {
      let weight = weights[replica * settings.history + age];
      let at = slot_of(newest, age) * settings.batch + id.x;
      d += weight.x * vectors[s_at + at] + weight.y * vectors[y_at + at];
    }
    vectors[d_at + id.x] = d;
  }
  let at = replica * settings.batch + id.x;
  let here = parameters[at];
  vectors[x_at + id.x] = here;
  parameters[at] = here + searches[replica].search.alpha * d;
}

// Adds up products with the trial: what the search asks for, and those of the pair of the trial,
// which it keeps; or of GROUP pairs, a vector each.
@compute @workgroup_size(LANES)
fn multiply(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let replica = workgroup.z;
  let batch = settings.batch;
  lane = index;
  place(replica);
  let begin = workgroup.x * BLOCK + lane;
  let end = min((workgroup.x + 1u) * BLOCK, batch);
  let trial_at = 2u * replica * batch;
  let g_at = trial_at + batch;
  let newest = searches[replica].search.newest;
  let out = ((replica * settings.blocks + workgroup.x) * LANES + lane) * (OWN + settings.history);
  if (workgroup.y == 0u) {
    let slot = slot_of(newest, settings.history) * batch;
    var own = vec4f();
    var pair = vec4f();
    var length = 0.0;
    for (var i = begin; i < end; i += LANES) {
      let theta = parameters[replica * batch + i];
      let g = moments[trial_at + i];
      let d = vectors[d_at + i];
      let before = moments[g_at + i];
      let s = theta - vectors[x_at + i];
      let y = g - before;
      vectors[s_at + slot + i] = s;
      vectors[y_at + slot + i] = y;
      own += vec4f(dot(g, d), dot(theta, theta), dot(g, g), dot(before, d));
      pair += vec4f(dot(s, y), dot(s, g), dot(y, y), dot(y, g));
      length += dot(s, s);
    }
    partials[out] = own;
    partials[out + 1u] = vec4f(length);
    partials[out + 2u] = pair;
    return;
  }
  let age = (workgroup.y - 1u) * GROUP;
  let pairs = searches[replica].search.pairs;
  let at = s_at + slot_of(newest, age) * batch;
  let other = s_at + slot_of(newest, min(age + 1u, pairs - 1u)) * batch;
  let apart = y_at - s_at;
  var sum = vec4f();
  var other_sum = vec4f();
  if (age < pairs) {
    for (var i = begin; i < end; i += LANES) {
      let g = moments[trial_at + i];
      let change = g - moments[g_at + i];
      let s = vectors[at + i];
      let y = vectors[at + apart + i];
      sum += vec4f(dot(s, change), dot(s, g), dot(y, change), dot(y, g));
      let other_s = vectors[other + i];
      let other_y = vectors[other + apart + i];
      other_sum += vec4f(dot(other_s, change), dot(other_s, g), dot(other_y, change), dot(other_y, g));
    }
  }
  if (age < pairs) { partials[out + OWN + age] = sum; }
  if (age + 1u < pairs) { partials[out + OWN + age + 1u] = other_sum; }
}

// Judges a trial: `own` is φ′, ‖θ‖², ‖g‖², φ′(0); `length` is sᵀs,
// `pair` is sᵀy, sᵀg, yᵀy, yᵀg.
fn judged(replica: u32, before: Search, own: vec4f, length: f32, pair: vec4f) -> Search {
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
    if (search.phase == BRACKET && search.trials == 0u) {
      if (!(is_finite(own.w) && own.w < 0.0)) {
        // A direction that rounding has spoilt.
        plan.restore = true;
        search = failed(search);
        plan.turn = search.phase == TURN;
        return search;
      }
      search.origin.slope = own.w;
      search.low = search.origin;
    }
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
    plan.store = taken && pair.x > LEAST_COSINE * sqrt(length) * sqrt(pair.z);
    if (plan.store) {
      search.newest = slot_of(search.newest, settings.history);
      search.pairs = min(search.pairs + 1u, settings.history);
      search.scale = pair.x / pair.z;
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


// Keeps the products of the newest pair.
fn keep(replica: u32, pairs: u32, newest: u32) {
  let slots = settings.history + 1u;
  let sy_at = 2u * replica * slots * slots;
  let yy_at = sy_at + slots * slots;
  for (var age = lane; age < pairs; age += LANES) {
    let slot = slot_of(newest, age);
    let sums = dots[OWN - 1u + age];
    products[sy_at + newest * slots + slot] = sums.x;
    products[yy_at + newest * slots + slot] = sums.z;
    products[yy_at + slot * slots + newest] = sums.z;
  }
}

// The weights of the pairs in d = −H g.
fn weigh(replica: u32, pairs: u32, newest: u32, scale: f32, sums_at: u32) {
  let slots = settings.history + 1u;
  let sy_at = 2u * replica * slots * slots;
  let yy_at = sy_at + slots * slots;
  for (var t = lane; t < pairs; t += LANES) {
    let slot = slot_of(newest, t);
    first[t] = dots[sums_at + t].y;
    curvatures[t] = products[sy_at + slot * slots + slot];
    second[t] = -scale * dots[sums_at + t].w;
  }
  for (var t = 0u; t < pairs; t++) {
    workgroupBarrier();
    let weight = first[t] / curvatures[t];
    let column = sy_at + slot_of(newest, t) * slots;
    for (var i = t + 1u + lane; i < pairs; i += LANES) {
      first[i] -= weight * products[column + slot_of(newest, i)];
    }
  }
  workgroupBarrier();
  for (var t = lane; t < pairs; t += LANES) {
    let row = yy_at + slot_of(newest, t) * slots;
    var sum = 0.0;
    for (var i = 0u; i < pairs; i++) {
      sum += products[row + slot_of(newest, i)] * (first[i] / curvatures[i]);
    }
    second[t] += first[t] + scale * sum;
  }
  for (var k = pairs; k > 0u; k--) {
    workgroupBarrier();
    let t = k - 1u;
    let weight = second[t] / curvatures[t];
    let row = sy_at + slot_of(newest, t);
    for (var i = lane; i < t; i += LANES) {
      second[i] -= weight * products[row + slot_of(newest, i) * slots];
    }
  }
  workgroupBarrier();
  for (var t = lane; t < pairs; t += LANES) {
    weights[replica * settings.history + t] = vec2f(-second[t], scale * first[t]) / curvatures[t];
  }
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
  let sums = OWN + settings.history;
  let held = searches[replica].search.pairs;
  for (var k = lane; k < OWN + held; k += LANES) {
    var sum = vec4f();
    for (var chain = 0u; chain < settings.blocks * LANES; chain++) {
      sum += partials[(replica * settings.blocks * LANES + chain) * sums + k];
    }
    dots[k] = sum;
  }
  workgroupBarrier();
  if (lane == 0u) {
    plan = Plan();
    var search = judged(replica, searches[replica].search, dots[0], dots[1].x, dots[2]);
    searches[replica].turn = STAY;
    if (plan.turn) {
      searches[replica].turn = select(TURN_HERE, TURN_THERE, plan.accept);
      searches[replica].scale = select(search.scale, 1.0, search.pairs == 0u);
      search.steepest = u32(search.pairs == 0u);
      search = begun(search, states[replica].learning_rate);
      if (search.square <= 0.0) {
        search.phase = REST;
        search.alpha = 0.0;
      }
    }
    plan.pairs = search.pairs;
    plan.newest = search.newest;
    searches[replica].search = search;
  }
  storageBarrier();
  let todo = workgroupUniformLoad(&plan);
  if (todo.restore) {
    for (var i = lane; i < batch; i += LANES) { parameters[replica * batch + i] = vectors[x_at + i]; }
  }
  if (!todo.accept) { return; }
  if (todo.store) { keep(replica, todo.pairs, todo.newest); }
  storageBarrier();
  let scale = searches[replica].scale;
  weigh(replica, todo.pairs, todo.newest, scale, OWN - u32(todo.store));
}
