// Trains small networks for many steps in one dispatch: a workgroup is a replica, whose parameters,
// features and Δ stay in workgroup memory from step to step, with barriers inside the workgroup
// alone.
// needs: elementary.wgsl, activation.wgsl, sample_loss.wgsl, philox.wgsl, state.wgsl,
// permutation.wgsl, schedule.wgsl, fused_shape.wgsl, block_tile.wgsl, optimizer.wgsl,
// many_steps.wgsl
//
// A step is that of fused_step.wgsl and fused_step_update.wgsl: tiles of 8 rows and 4 or 8 columns
// of each layer's product are shared out among the invocations, forward and backward, then tiles of
// 8 × 8 entries of the gradients, each of which its invocation updates at once. Every sum is that
// of those kernels, in the same expression and order. On lavapipe by naga and on SwiftShader by
// Tint the bits are the same. The host still compares them on the device in hand, since a compiler
// may contract a product and a sum here and not there.
//
// Workgroup memory, in bytes: 16 (rows (s₀ + 2 Σ s) + Σ (4 s + 1) s′) with rows padded to 8 and
// widths padded to vectors, s of them; 4 a tile of rows. Moments stay in storage: an invocation
// reads and writes its own once a step.
//    1-16-16-1 on 64 samples       21.1 kB     fits 32 kB, as most GPUs have; not WebGPU's 16 kB
//    1-8-8-1 on 64 samples         11.9 kB     fits both
//    1-50-50-1 on 256 samples       238 kB     fits none
//
// Estimates for an H100-class card, none measured. 1,024 replicas of 1-16-16-1 on 64 samples are
// 190 MFLOP a step with activations: 3 µs at peak, 10 at a third of it. Two dispatches a step have
// a floor of about 5 µs, and each is one chain of latencies from L2 (see fused_step.wgsl), 20 to 30
// µs together. Here a load takes 30 cycles instead of 250, no step waits for a launch, and eight
// workgroups of 64 a multiprocessor (100 registers an invocation, 170 kB of 228) hide each other's
// barriers: 8 to 12 µs should do. A few replicas leave most of the card idle either way; then a
// chain of 7 barriers and 13 · 16 loads a step, 5 to 8 µs, stands against two launches. Since none
// of that is known, the host takes this kernel only where it has timed both.
//
// A single 1-50-50-1 could live in one workgroup if tiles of 32 rows passed through: 13 kB of
// parameters, as many of gradients, 28 kB of features and Δ, so 54 kB, which no limit of 48 kB
// allows. And one multiprocessor of 132 takes 4 MFLOP in 30 µs at a third of its peak, not much
// less than the 40 estimated for two dispatches. Such a network stays on its path.
//
// On lavapipe this kernel loses by far, since a kernel with barriers is a coroutine there:
// fused_lane.wgsl.

override LANES: u32;
// Vectors of workgroup memory: the matrices of a replica, then its parameters.
override VECTORS: u32;
// Tiles of rows.
override TILES: u32;
// Whether layers have different activations, which are then told apart at run time.
override MIXED: bool;

var<workgroup> memory: array<vec4f, VECTORS>;
var<workgroup> partials: array<f32, TILES>;

// The product at hand.
const FORWARD = 0u;
const BACKWARD = 1u;
const GRADIENT = 2u;

// The layer at hand, where its weights begin in memory, and the replica's targets.
var<private> layer: Layer;
var<private> weights_at: u32;
var<private> targets_at: u32;

fn enter_layer(l: u32) {
  layer = shape.table[l];
  weights_at = shape.matrix_batch + layer.weights;
}

fn rows_from(first: u32, stride: u32) -> mat4x4f {
  return mat4x4f(memory[first], memory[first + stride], memory[first + 2u * stride], memory[first + 3u * stride]);
}

// Behind the inputs of a gradient stands a column of ones, which makes the row of the biases.
fn left_block(phase: u32, i: u32, k: u32) -> mat4x4f {
  if (phase == FORWARD) { return rows_from(layer.input_at + 4u * i * layer.input_stride + k, layer.input_stride); }
  if (phase == BACKWARD) { return rows_from(layer.delta_at + 4u * i * layer.output_stride + k, layer.output_stride); }
  if (i >= layer.input_stride) { return mat4x4f(vec4f(1.0), vec4f(), vec4f(), vec4f()); }
  return transpose(rows_from(layer.input_at + 4u * k * layer.input_stride + i, layer.input_stride));
}

fn right_block(phase: u32, j: u32, k: u32) -> mat4x4f {
  let n = layer.output_stride;
  if (phase == FORWARD) { return rows_from(weights_at + 4u * k * n + j, n); }
  if (phase == BACKWARD) { return transpose(rows_from(weights_at + 4u * j * n + k, n)); }
  return rows_from(layer.delta_at + 4u * k * n + j, n);
}

// A tile of one vector or two.
fn multiply_tile(phase: u32, row: u32, column: u32, columns: u32, steps: u32) {
  if (columns == 2u) {
    multiply_8_8(phase, row, column, steps);
  } else {
    multiply_8_4(phase, row, column, steps);
  }
}

// Whether σ′ follows from σ to the bit, with the one activation there is.
fn slope_follows() -> bool { return !MIXED && slope_follows_value(); }

// H and D, or U, of the tile just multiplied.
fn finish_forward(first: u32, column: u32, columns: u32, hidden: bool) {
  let bias_at = weights_at + 4u * layer.input_stride * layer.output_stride;
  for (var i = 0u; i < shape.side; i++) {
    let row = tile_row(block_row(i / 4u), i % 4u);
    for (var j = 0u; j < columns; j++) {
      let z = vector_of(row, j) + memory[bias_at + column + j];
      let at = (first + i) * layer.output_stride + column + j;
      if (hidden) {
        let real = inside(column + j, layer.outputs);
        var result: Activated;
        if (MIXED) { result = activate_as(layer.kind, layer.parameter, layer.exponent, z); } else { result = activate(z); }
        memory[layer.output_at + at] = select(vec4f(), result.value, real);
        if (!slope_follows()) { memory[layer.delta_at + at] = select(vec4f(), result.first, real); }
      } else {
        memory[layer.output_at + at] = z;
      }
    }
  }
}

// Δ of the layer below.
fn finish_backward(first: u32, column: u32, columns: u32) {
  for (var i = 0u; i < shape.side; i++) {
    let row = tile_row(block_row(i / 4u), i % 4u);
    for (var j = 0u; j < columns; j++) {
      let at = (first + i) * layer.input_stride + column + j;
      var slope: vec4f;
      if (slope_follows()) {
        slope = slope_from(memory[layer.input_at + at]);
      } else {
        slope = memory[layer.delta_below_at + at];
      }
      memory[layer.delta_below_at + at] = vector_of(row, j) * slope;
    }
  }
}

fn network_output(at: u32) -> vec4f { return memory[layer.output_at + at]; }
fn wanted(at: u32) -> vec4f { return targets[targets_at + at]; }
fn emit_delta(at: u32, value: vec4f) { memory[layer.delta_at + at] = value; }

// Loss and Δ of the output for a tile of rows; Δ of those beyond the last is 0.
fn measure(replica: u32, state: State, tile: u32) {
  let stride = layer.output_stride;
  var sum = vec2f();
  for (var i = 8u * tile; i < 8u * tile + 8u; i++) {
    if (i < shape.rows) {
      let sample = sample_of(state, i);
      var weight = sample_weights[replica * shape.weight_batch + sample];
      if (DRAWN) { weight *= shape.weight_scale; }
      sum += sample_loss(i * stride, sample * stride, weight, layer.outputs);
    } else {
      for (var j = 0u; j < stride; j++) { emit_delta(i * stride + j, vec4f()); }
    }
  }
  partials[tile] = sum.x;
}

// The tile of a gradient, and the update of its parameters.
fn update_tile(hyper: Hyper, state: State, replica: u32, tile: u32) {
  var l = 0u;
  while (l + 1u < shape.layers && tile >= shape.table[l + 1u].first_tile) { l++; }
  enter_layer(l);
  let groups = (layer.output_stride + 1u) / 2u;
  let row = 2u * ((tile - layer.first_tile) / groups);
  let column = 2u * ((tile - layer.first_tile) % groups);
  let columns = min(2u, layer.output_stride - column);
  multiply_tile(GRADIENT, row, column, columns, (shape.rows + 3u) / 4u);
  // The biases are one row, below the last of the weights.
  let rows = min(shape.side, 4u * (layer.input_stride - row) + 1u);
  for (var i = 0u; i < rows; i++) {
    let gradient = tile_row(block_row(i / 4u), i % 4u);
    for (var j = 0u; j < columns; j++) {
      let place = layer.weights + (4u * row + i) * layer.output_stride + column + j;
      let first = 2u * replica * shape.parameter_batch + place;
      let second = first + shape.parameter_batch;
      var here = Moved(memory[shape.matrix_batch + place], vec4f(), vec4f());
      if (OPTIMIZER > 0u) { here.first = moments[first]; }
      if (OPTIMIZER > 2u) { here.second = moments[second]; }
      let factor = layer_rate(replica * shape.parameter_batch + place);
      here = moved(hyper, state, factor, here, vector_of(gradient, j));
      if (OPTIMIZER > 0u) { moments[first] = here.first; }
      if (OPTIMIZER > 2u) { moments[second] = here.second; }
      memory[shape.matrix_batch + place] = here.theta;
    }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = workgroup.x;
  let parameters_at = replica * shape.parameter_batch;
  targets_at = replica * shape.target_batch;
  for (var i = lane; i < shape.parameter_batch; i += LANES) {
    memory[shape.matrix_batch + i] = parameters[parameters_at + i];
  }
  let hyper = hypers[replica];
  // Every invocation keeps the state, and moves it on by the same numbers.
  var state = states[replica];
  for (var step = 0u; step < run.steps; step++) {
    state = with_rates(state, hyper, shape.schedule);
    let stride = shape.table[0].input_stride;
    if (DRAWN || step == 0u) {
      for (var row = lane; row < 8u * TILES; row += LANES) {
        let start = replica * shape.input_batch + sample_of(state, row) * stride;
        for (var j = 0u; j < stride; j++) {
          var value = vec4f();
          if (row < shape.rows) { value = x[start + j]; }
          memory[row * stride + j] = value;
        }
      }
    }
    for (var l = 0u; l < shape.layers; l++) {
      workgroupBarrier();
      enter_layer(l);
      let groups = (layer.output_stride + 1u) / 2u;
      for (var t = lane; t < TILES * groups; t += LANES) {
        let column = 2u * (t % groups);
        let columns = min(2u, layer.output_stride - column);
        multiply_tile(FORWARD, 2u * (t / groups), column, columns, layer.input_stride);
        finish_forward(8u * (t / groups), column, columns, l + 1u < shape.layers);
      }
    }
    workgroupBarrier();
    for (var t = lane; t < TILES; t += LANES) { measure(replica, state, t); }
    for (var l = shape.layers - 1u; l > 0u; l--) {
      workgroupBarrier();
      enter_layer(l);
      let groups = (layer.input_stride + 1u) / 2u;
      for (var t = lane; t < TILES * groups; t += LANES) {
        let column = 2u * (t % groups);
        let columns = min(2u, layer.input_stride - column);
        multiply_tile(BACKWARD, 2u * (t / groups), column, columns, layer.output_stride);
        finish_backward(8u * (t / groups), column, columns);
      }
    }
    workgroupBarrier();
    var sum = 0.0;
    for (var t = 0u; t < TILES; t++) {
      sum += partials[t];
      if (is_not_finite(vec4f(partials[t])).x && state.diverged == 0u) { state.diverged = state.step + 1u; }
    }
    if (lane == 0u) { losses[(state.step % shape.capacity) * shape.replicas + replica] = sum; }
    if (state.diverged == 0u) {
      for (var t = lane; t < shape.tiles; t += LANES) { update_tile(hyper, state, replica, t); }
    }
    state = moved_on(state, shape.schedule);
    state.loss = sum;
    workgroupBarrier();
  }
  for (var i = lane; i < shape.parameter_batch; i += LANES) {
    parameters[parameters_at + i] = memory[shape.matrix_batch + i];
  }
  if (lane == 0u) { states[replica] = state; }
}
