// The end of a step's forward half: the loss goes to the log, and the numbers of the step are set for its update.
//
// One workgroup a replica adds up the partial sums of loss.wgsl in a fixed order and writes the loss to
// losses[step mod capacity][replica]; then it writes the step's learning rate and Adam's bias corrections 1 − βᵗ for
// update.wgsl and moves step, epoch and offset on for the next step. Each replica has a state of its own, read and
// written by its own workgroup alone, so the commands of a step are the same at every step and need no host.
//
// Schedules (s = steps made, T = total): 0 constant; 1 cosine, rate · (1 + cos(π s / T)) / 2; 2 step,
// rate · factor^⌊s / every⌋, with the quotient in integers and log factor from the host: WGSL's / may round a whole
// quotient down, and its pow is good to four digits. 1 − βᵗ is −expm1(t log β), with log β from the host too:
// 1 − pow(β, t) would lose four digits at small t. Cost: a few hundred flops; it is there to save the host's wait.
// Needs elementary.wgsl and state.wgsl.

struct Settings {
  partials: u32, capacity: u32, replicas: u32, samples: u32,
  batch: u32, schedule: u32, total: f32, every: u32,
  log_factor: f32,
}

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(2) var<storage, read> partials: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> states: array<State>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

var<workgroup> sums: array<f32, 64>;

fn scheduled(rate: f32, step: u32) -> f32 {
  switch settings.schedule {
    case 1u: {
      return 0.5 * rate * (1.0 + sine_cosine(vec4f(3.14159265 * min(f32(step) / settings.total, 1.0))).cosine.x);
    }
    case 2u: {
      return rate * exponential(vec4f(f32(step / settings.every) * settings.log_factor)).x;
    }
    default: { return rate; }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = workgroup.x;
  var sum = 0.0;
  for (var i = lane; i < settings.partials; i += 64u) { sum += partials[replica * settings.partials + i].x; }
  sums[lane] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane != 0u) { return; }

  var state = states[replica];
  let hyper = hypers[replica];
  state.loss = sums[0];
  losses[(state.step % settings.capacity) * settings.replicas + replica] = state.loss;

  state.learning_rate = scheduled(hyper.learning_rate, state.step);
  let updates = f32(state.step + 1u);
  state.correction1 = -expm1_negative(vec4f(updates * hyper.log_beta1)).x;
  state.correction2 = -expm1_negative(vec4f(updates * hyper.log_beta2)).x;

  state.step++;
  // Position in the endless sequence of shuffled epochs from which batch.wgsl draws.
  state.offset += settings.batch;
  state.epoch += state.offset / settings.samples;
  state.offset %= settings.samples;
  states[replica] = state;
}
