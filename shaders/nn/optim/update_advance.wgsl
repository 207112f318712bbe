// Ends the first half of a step: writes the loss to the log, and sets the numbers that the update
// needs.
// needs: state.wgsl, schedule.wgsl
//
// One workgroup a replica adds the partial sums of loss.wgsl in a fixed order and writes the loss
// to losses[step mod capacity][replica]. Then it writes the step's learning rate and Adam's bias
// corrections 1 − βᵗ for update.wgsl (see schedule.wgsl), and moves step, epoch and offset on to
// the next step. A loss that is not finite stops the updates of its replica. Each replica has its
// own state, which only its own workgroup reads and writes. So the commands of a step are the same
// at every step and need no host.
//
// Cost: a few hundred flops. The kernel exists to save the host's wait.

struct Settings { @size(32) schedule: Schedule, partials: u32, capacity: u32, replicas: u32 }

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(2) var<storage, read> partials: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> states: array<State>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

var<workgroup> sums: array<f32, 64>;

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
  state.loss = sums[0];
  if (state.diverged == 0u && is_not_finite(vec4f(state.loss)).x) { state.diverged = state.step + 1u; }
  losses[(state.step % settings.capacity) * settings.replicas + replica] = state.loss;
  states[replica] = moved_on(with_rates(state, hypers[replica], settings.schedule), settings.schedule);
}
