// Moves the state of a step on: the numbers that its update needs, and the place of the next step.
// needs: elementary.wgsl, state.wgsl
//
// Schedules (s = steps made, T = total):
//  0  constant
//  1  cosine   rate · (1 + cos(π s / T)) / 2
//  2  step     rate · factor^⌊s / every⌋
//
// The quotient s / every is one of integers, and log factor comes from the host: WGSL's / may round
// a whole quotient down, and its pow is good to four digits. 1 − βᵗ is −expm1(t log β), with log β
// from the host for the same reason: 1 − pow(β, t) would lose four digits at small t.

struct Schedule {
  // Samples there are, and those of a mini-batch, 0 for all.
  samples: u32, batch: u32, kind: u32, every: u32,
  total: f32, log_factor: f32,
}

fn scheduled(schedule: Schedule, rate: f32, step: u32) -> f32 {
  switch schedule.kind {
    case 1u: {
      return 0.5 * rate * (1.0 + sine_cosine(vec4f(3.14159265 * min(f32(step) / schedule.total, 1.0))).cosine.x);
    }
    case 2u: {
      return rate * exponential(vec4f(f32(step / schedule.every) * schedule.log_factor)).x;
    }
    default: { return rate; }
  }
}

// The numbers that the update of the step needs.
fn with_rates(before: State, hyper: Hyper, schedule: Schedule) -> State {
  var state = before;
  state.learning_rate = scheduled(schedule, hyper.learning_rate, state.step);
  let updates = f32(state.step + 1u);
  state.correction1 = -expm1_negative(vec4f(updates * hyper.log_beta1)).x;
  state.correction2 = -expm1_negative(vec4f(updates * hyper.log_beta2)).x;
  return state;
}

// The place of the next step. A replica that has diverged keeps its mini-batch.
fn moved_on(before: State, schedule: Schedule) -> State {
  var state = before;
  state.step++;
  if (state.diverged != 0u) { return state; }
  // Position in the endless sequence of shuffled epochs from which batch.wgsl draws.
  state.offset += schedule.batch;
  state.epoch += state.offset / schedule.samples;
  state.offset %= schedule.samples;
  return state;
}
