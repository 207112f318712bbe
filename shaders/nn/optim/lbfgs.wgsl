// L-BFGS with a line search (line_search.wgsl), of replicas that know nothing of each other and a
// host that waits for none (Liu, Nocedal, Math. Programming 45, 1989; Nocedal, Wright, Numerical
// Optimization, algorithms 7.4 and 7.5).
// needs: elementary.wgsl, state.wgsl, line_search.wgsl, compact_inverse.wgsl
//
// A step of the training is one evaluation of the objective φ(α) = f(x + α d), the loss with
// λ/2 ‖θ‖² of weight decay, at a trial point. `aim` moves the parameters there, the kernels of the
// step leave loss and gradient, `multiply` makes the inner products, and `judge` advances the
// search of each replica: it accepts the point, and then finds the weights of the next direction
// d = −H g from the last pairs s = Δx, y = Δg; or puts the parameters back and chooses another α.
// Between two steps the parameters are therefore those of the last accepted point x, and
// losses[step] is set to its loss: what probes, files and figures see is one network, whose loss
// falls, and no trial.
//
// A step takes two passes over the pairs. `multiply` makes their products with g and Δg of the
// trial, from which compact_inverse.wgsl finds the weights of g and of the pairs in d; `aim` adds
// them up.
//
// The first trial by steepest descent moves x by the learning rate η. A pair is kept if sᵀy > 2⁻²⁰
// ‖s‖ ‖y‖: less is rounding, as the Hessian's condition number would be above 2⁴². s is the
// difference of the rounded parameters and not α d, so that it belongs to y. φ′(0) is the product
// of d as it was rounded. If it is not negative, the search goes on by steepest descent.
//
// Rounding. Sums over parameters are not compensated. Each is split into chains, whose sums are
// added up in order, and is off by at most (n / (4 chains) + chains + 4) u Σ|terms|, for one of
// 2,701 parameters less than 60 u on lavapipe; each gradient has itself added up one number a
// sample. Tests find directions within 10⁻⁵ of those of float64 with up to 64 pairs.
// line_search.wgsl says how losses that differ by rounding are compared.
//
// vectors: [replica][x | d | s of each slot | y of each slot][batch]; there is a slot more than
// pairs, for the pair of the trial. moments: [replica][g of the trial | g of x]. Grids: `aim`
// (⌈batch / 64⌉, 1, replicas), an invocation a vector; `multiply` (chains / LANES, 1 + ⌈history /
// 2⌉, replicas), an invocation a chain and two pairs, the first row for the pair of the trial and
// what the search asks for; `judge` one workgroup a replica.
//
// Cost of a step with m pairs: `multiply` reads 3 m vectors a vector of parameters and `aim` 2 m,
// 8 m and 4 m flops a parameter; `judge` takes 2 m² fma, 2 m barriers, and (m + 3) chains to add
// up. The products of a trial that is rejected, one in twenty, are for nothing. On lavapipe, where
// a load costs as much as 80 fma, the two loops on vectors (3 vectors read and 1 written for each
// of 2 m products, on one core) took 0.03 ms a pair; this takes about 0.01.
//
// Estimates for an H100-class card. 2,701 parameters and 40 pairs are 0.9 MB, which stay in L2:
// `multiply` has 63 workgroups of 64 with four steps of six loads, and `aim` 11 workgroups with 40
// steps of two loads, some 5 µs each; `judge` is all latency, 192 chains to add up and a barrier
// and a load for each pair in both solutions, about 25 µs. A million parameters and 40 pairs are
// 0.65 GB a step, 0.2 ms at 3.3 TB/s: 336 workgroups have 2 MB of loads in flight, which is what
// that takes. The two loops on vectors send all of it through one multiprocessor.

struct Settings { batch: u32, history: u32, capacity: u32, replicas: u32, chains: u32 }

// What the workgroup is to do.
struct Plan { restore: bool, accept: bool, store: bool, pairs: u32, newest: u32, scale: f32 }

const LEAST_COSINE = 0x1p-20;
// Pairs that an invocation multiplies, so that g and Δg are read once for both.
const TOGETHER = 2u;

override LANES: u32 = 64u;

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(2) var<storage, read_write> states: array<State>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> vectors: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> searches: array<Search>;
@group(0) @binding(8) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> products: array<vec2f>;

var<workgroup> plan: Plan;

// Where the replica's vectors begin, and of s_0 and y_0.
var<private> x_at: u32;
var<private> d_at: u32;
var<private> s_at: u32;
var<private> y_at: u32;

fn place(replica: u32) {
  let batch = settings.batch;
  let slots = settings.history + 1u;
  x_at = 2u * replica * (slots + 1u) * batch;
  d_at = x_at + batch;
  s_at = d_at + batch;
  y_at = s_at + slots * batch;
  products_at = replica * (slots * slots + settings.history);
  weights_at = products_at + slots * slots;
}

@compute @workgroup_size(64)
fn aim(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= settings.batch) { return; }
  let replica = id.z;
  let batch = settings.batch;
  place(replica);
  var d = vectors[d_at + id.x];
  let turn = searches[replica].turn;
  if (turn != STAY) {
    let g_at = (2u * replica + 1u) * batch + id.x;
    if (turn == ONWARD) { moments[g_at] = moments[g_at - batch]; }
    let newest = searches[replica].newest;
    let pairs = searches[replica].pairs;
    d = -searches[replica].scale * moments[g_at];
    for (var age = 0u; age < pairs; age++) {
      let weight = products[weights_at + age];
      let at = slot_of(newest, age) * batch + id.x;
      d += weight.x * vectors[s_at + at] + weight.y * vectors[y_at + at];
    }
    vectors[d_at + id.x] = d;
  }
  let at = replica * batch + id.x;
  let here = parameters[at];
  vectors[x_at + id.x] = here;
  parameters[at] = here + searches[replica].alpha * d;
}

// Makes the pair of the trial, and adds up what the search asks for.
fn multiply_own(replica: u32, chain: u32, sums_at: u32) {
  let batch = settings.batch;
  let trial_at = 2u * replica * batch;
  let slot = slot_of(searches[replica].newest, settings.history) * batch;
  var own = vec4f();
  var pair = vec4f();
  var length = 0.0;
  for (var i = chain; i < batch; i += settings.chains) {
    let theta = parameters[replica * batch + i];
    let d = vectors[d_at + i];
    let g = moments[trial_at + i];
    let before = moments[trial_at + batch + i];
    let s = theta - vectors[x_at + i];
    let y = g - before;
    vectors[s_at + slot + i] = s;
    vectors[y_at + slot + i] = y;
    own += vec4f(dot(g, d), dot(before, d), dot(g, g), dot(theta, theta));
    pair += vec4f(dot(s, y), dot(s, g), dot(y, y), dot(y, g));
    length += dot(s, s);
  }
  partials[sums_at] = own;
  partials[sums_at + 1u] = vec4f(length);
  partials[sums_at + 2u] = pair;
}

// Multiplies two pairs, the first of them of this age, with g of the trial and Δg.
fn multiply_pairs(replica: u32, chain: u32, sums_at: u32, age: u32) {
  let batch = settings.batch;
  let trial_at = 2u * replica * batch;
  let newest = searches[replica].newest;
  let pairs = searches[replica].pairs;
  if (age >= pairs) { return; }
  let from_s = y_at - s_at;
  let one_at = s_at + slot_of(newest, age) * batch;
  let two_at = s_at + slot_of(newest, min(age + 1u, pairs - 1u)) * batch;
  var one = vec4f();
  var two = vec4f();
  for (var i = chain; i < batch; i += settings.chains) {
    let g = moments[trial_at + i];
    let change = g - moments[trial_at + batch + i];
    let s = vectors[one_at + i];
    let y = vectors[one_at + from_s + i];
    one += vec4f(dot(s, change), dot(s, g), dot(y, change), dot(y, g));
    let s_two = vectors[two_at + i];
    let y_two = vectors[two_at + from_s + i];
    two += vec4f(dot(s_two, change), dot(s_two, g), dot(y_two, change), dot(y_two, g));
  }
  partials[sums_at + OWN + age] = one;
  if (age + 1u < pairs) { partials[sums_at + OWN + age + 1u] = two; }
}

@compute @workgroup_size(LANES)
fn multiply(@builtin(global_invocation_id) id: vec3u) {
  place(id.z);
  let sums_at = (id.z * settings.chains + id.x) * (OWN + settings.history);
  if (id.y == 0u) {
    multiply_own(id.z, id.x, sums_at);
  } else {
    multiply_pairs(id.z, id.x, sums_at, TOGETHER * (id.y - 1u));
  }
}

// Judges a trial: `own` is φ′, φ′(0), ‖g‖², ‖θ‖²; `pair` is sᵀy, sᵀg, yᵀy; `length` is sᵀs.
fn judged(replica: u32, before: Search, own: vec4f, pair: vec4f, length: f32) -> Search {
  var search = before;
  search.turn = STAY;
  let state = states[replica];
  let rate = hypers[replica].weight_decay;
  // Without decay ‖θ‖² may overflow.
  let decay = select(0.0, 0.5 * rate * own.w, rate > 0.0);
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
    if (search.trials == 0u) {
      search.origin.slope = own.y;
      search.low.slope = own.y;
    }
    let origin = search.origin;
    if (!(is_finite(origin.slope) && origin.slope < 0.0)) {
      // Rounding has spoilt the direction.
      plan.restore = true;
      return failed(search);
    }
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
    plan.store = taken && pair.x > LEAST_COSINE * sqrt(length) * sqrt(pair.z);
    if (plan.store) {
      search.newest = slot_of(search.newest, settings.history);
      search.pairs = min(search.pairs + 1u, settings.history);
      search.scale = pair.x / pair.z;
    }
  }
  plan.accept = true;
  search.turn = ONWARD;
  search.accepted++;
  search.loss = state.loss;
  search.square = own.z;
  search.origin = Point(0.0, trial.value, 0.0);
  return search;
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
  let held = searches[replica].pairs;
  for (var k = lane; k < OWN + held; k += LANES) {
    var sum = vec4f();
    for (var chain = 0u; chain < settings.chains; chain++) {
      sum += partials[(replica * settings.chains + chain) * sums + k];
    }
    dots[k] = sum;
  }
  workgroupBarrier();
  if (lane == 0u) {
    plan = Plan();
    var search = judged(replica, searches[replica], dots[0], dots[2], dots[1].x);
    if (search.phase == TURN) { search.turn = HERE; }
    if (search.turn != STAY) { search = turned(search, states[replica].learning_rate); }
    plan.pairs = search.pairs;
    plan.newest = search.newest;
    plan.scale = search.scale;
    searches[replica] = search;
  }
  let todo = workgroupUniformLoad(&plan);
  if (todo.restore) {
    for (var i = lane; i < batch; i += LANES) { parameters[replica * batch + i] = vectors[x_at + i]; }
  }
  if (!todo.accept) { return; }
  if (todo.store) { keep(todo.pairs, todo.newest); }
  storageBarrier();
  weigh(todo.pairs, todo.newest, todo.scale, OWN - u32(todo.store));
}
