// A line search for the strong Wolfe conditions, one trial at a time: what it knows, and what it
// tries next (Nocedal, Wright, Numerical Optimization, algorithms 3.5 and 3.6).
// needs: elementary.wgsl
//
//  accept      f(α) ≤ f(0) + 10⁻⁴ α φ′(0)   and   |φ′(α)| ≤ 0.9 |φ′(0)|
//  bracket     α grows 2 to 10 times, to where φ′ would be 0, until it is too long
//  zoom        cubic interpolation, 0.1 of the bracket or more away from its ends; every third
//              trial halves it. The lower end holds the lower loss, and has passed the first test
//  not finite  a trial whose loss, slope or gradient is not finite is too long by four
//  20 trials   the search has failed: on from the best point by steepest descent; if that is where
//              the search began, and it was by steepest descent, the replica rests for good
//
// Rounding. Losses of single precision differ by noise ν |f|, with ν = 2⁻²⁰ at first. Where the
// decrease that the first test demands is below the noise, losses cannot be told apart, and slopes
// decide, which have no difference in them (Hager, Zhang, SIAM J. Optim. 16, 2005, "approximate
// Wolfe conditions"; the one on slopes follows from the second test): any f(α) ≤ (1 + ν) f(0)
// passes. In the zoom likewise losses within the noise count as equal, and interpolation is the
// secant of the slopes. Searches measure ν: between two trials whose slopes agree to a tenth the
// loss is a line to a tenth, and what else it is off by is noise. If that is more than ν, ν becomes
// twice as much, at most 2⁻⁶, and the search starts over.

// A point of the line: α, φ(α), φ′(α).
struct Point { alpha: f32, value: f32, slope: f32 }

struct Search {
  phase: u32,
  // Trials of this search; pairs held, and the place of the newest; points accepted.
  trials: u32, pairs: u32, newest: u32, accepted: u32,
  // Whether d is −g, whether φ is known at `high`, and what becomes of d before the next trial.
  steepest: u32, known: u32, turn: u32,
  // The next trial; loss without decay, and ‖g‖², at x; sᵀy / yᵀy of the newest pair; ν.
  alpha: f32, loss: f32, square: f32, scale: f32, noise: f32,
  // x itself, and the ends of the bracket; in `BRACKET` the last trial is `low`.
  origin: Point, low: Point, high: Point,
}

// Before the first evaluation; in search of a trial that is too long; between two ends; at the best
// point again after a failure; at rest; in need of a direction.
const START = 0u;
const BRACKET = 1u;
const ZOOM = 2u;
const RETURN = 3u;
const REST = 4u;
const TURN = 5u;
// d stays; is made at x again; at the trial, which becomes x.
const STAY = 0u;
const HERE = 1u;
const ONWARD = 2u;
const MOST_TRIALS = 20u;
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const LEAST_NOISE = 0x1p-20;
const MOST_NOISE = 0x1p-6;

fn is_finite(x: f32) -> bool { return !is_not_finite(vec4f(x)).x; }

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

// A search along a direction that is yet to be made, and whose slope the first trial gives.
fn turned(before: Search, rate: f32) -> Search {
  var search = before;
  search.steepest = u32(search.pairs == 0u);
  if (search.pairs == 0u) { search.scale = 1.0; }
  search = begun(search, rate);
  if (search.square <= 0.0) {
    search.phase = REST;
    search.alpha = 0.0;
  }
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
    search.phase = TURN;
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
