// Trains a small network for many steps in one dispatch: an invocation is a replica, which keeps
// its parameters and moments in registers from step to step.
// needs: elementary.wgsl, activation.wgsl, sample_loss.wgsl, philox.wgsl, state.wgsl,
// permutation.wgsl, schedule.wgsl, fused_shape.wgsl, optimizer.wgsl, many_steps.wgsl
//
// A step is that of fused_step.wgsl and fused_step_update.wgsl, to the bit: forward, loss, backward
// of a sample, its share of the gradient; the optimiser after all samples. Samples are added up by
// fours, the last of a four first, which is how lavapipe multiplies matrices in block_tile.wgsl; a
// loss, first to last in tiles of 8. Products of fewer than four terms begin with run.zero, in
// place of the products with padding there: Mesa takes a + (b c + d e) apart to (a + b c) + d e,
// which has other bits. A driver that multiplies in another order (SwiftShader) has other bits too,
// so the host compares both kernels on the device in hand before it takes this one.
//
// Code for the network's shape comes from src/nn/fused/lane_text.ts, without a loop over neurons,
// so that all indices are constants and all parameters registers, or words of the stack, whose
// loads cost a hundredth of one from a storage buffer on lavapipe:
//    load_network, store_network(replica)     parameters and moments from and to storage, rates of
//                                             layers from there
//    clear_gradient, clear_sums, add_sums()   gradient of all samples; sums over four of them
//    pass_sample(replica, state, row)         a sample from its input to the sums
//    update_network(hyper, state)             the optimiser
//    network_output(at), emit_delta(at, δ)    what sample_loss.wgsl asks for
// The code is that of one sample: with four at once it is three times as long, beyond what a core
// caches of instructions, no faster, and compiles for 5 seconds.
//
// Cost: 6 flops a weight and sample. All is latency where there are few replicas: eight run on a
// core of lavapipe, so this kernel is for dozens of replicas at least. The table gives what
// lavapipe takes with 1,024 replicas on 64 samples: microseconds a replica and step on two cores,
// of this kernel with 20 steps in a dispatch and of the fused step, and the time to compile, cold:
//    1-8-8-1, momentum       2.9    28     0.6 s
//    1-16-16-1, momentum     4.5    31     2.6 s
//    1-16-16-1, Adam         6.1    32     5.2 s
//    1-24-24-1, momentum     9.5    44    11.7 s
//
// Estimates for a GPU: 288 weights, as many gradients and sums are three times what 255 registers
// hold, so most of them spill, and 1,024 replicas are 32 warps on 132 multiprocessors: about 10⁵
// dependent instructions a step, more than 100 µs on an H100-class card. A workgroup a replica
// (fused_group.wgsl) takes a tenth of that, and the host does not choose this kernel there.

override LANES: u32;
// Whether replicas have samples of their own. Where they share them, no address depends on the
// replica, and one load serves all lanes.
override OWN_SAMPLES: bool;

// Losses of the last four samples passed, the last one first, and their weights. They meet in one
// expression, as in fused_rows.wgsl, since a compiler may round their product or not.
var<private> four: vec4f;
var<private> four_weights: vec4f;
var<private> targets_at: u32;

// Where what belongs to a replica begins.
fn start_of(replica: u32, batch: u32) -> u32 { return select(0u, replica * batch, OWN_SAMPLES); }

fn input_of(replica: u32, row: u32, sample: u32, k: u32) -> vec4f {
  if (row >= shape.rows) { return vec4f(); }
  return x[start_of(replica, shape.input_batch) + sample * shape.table[0].input_stride + k];
}

fn wanted(at: u32) -> vec4f { return targets[targets_at + at]; }

// Loss and Δ of the output; Δ of rows beyond the last is 0.
fn measure(replica: u32, row: u32, sample: u32) {
  var loss = 0.0;
  var weight = 0.0;
  let outputs = shape.table[shape.layers - 1u].outputs;
  if (row < shape.rows) {
    targets_at = start_of(replica, shape.target_batch);
    weight = sample_weights[start_of(replica, shape.weight_batch) + sample];
    if (DRAWN) { weight *= shape.weight_scale; }
    loss = unweighted_loss(0u, sample * shape.table[shape.layers - 1u].output_stride, weight, outputs).x;
  } else {
    for (var j = 0u; 4u * j < outputs; j++) { emit_delta(j, vec4f()); }
  }
  four = vec4f(loss, four.xyz);
  four_weights = vec4f(weight, four_weights.xyz);
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let replica = id.x;
  if (replica >= shape.replicas) { return; }
  load_network(replica);
  let hyper = hypers[replica];
  var state = states[replica];
  var step = 0u;
  loop {
    state = with_rates(state, hyper, shape.schedule);
    clear_gradient();
    var sum = 0.0;
    var tile = 0.0;
    var row = 0u;
    loop {
      clear_sums();
      var left = 4u;
      loop {
        left--;
        pass_sample(replica, state, row + left);
        if (left == 0u) { break; }
      }
      add_sums();
      tile += four_weights.x * four.x;
      tile += four_weights.y * four.y;
      tile += four_weights.z * four.z;
      tile += four_weights.w * four.w;
      row += 4u;
      let done = row >= shape.rows;
      if (row % 8u == 0u || done) {
        if (is_not_finite(vec4f(tile)).x && state.diverged == 0u) { state.diverged = state.step + 1u; }
        sum += tile;
        tile = 0.0;
      }
      if (done) { break; }
    }
    losses[(state.step % shape.capacity) * shape.replicas + replica] = sum;
    if (state.diverged == 0u) { update_network(hyper, state); }
    state = moved_on(state, shape.schedule);
    state.loss = sum;
    step++;
    if (step >= run.steps) { break; }
  }
  store_network(replica);
  states[replica] = state;
}
