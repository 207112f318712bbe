// Forward, loss and backward of a network in one dispatch; fused_update.wgsl makes the gradient of it and updates.
//
//     H₀ = X,   H_l = σ(H_{l−1} W_l + 1 b_lᵀ),   D_l = σ′,   U = H_{L−1} W_L + 1 b_Lᵀ;
//     Δ_L = w ∂ℓ/∂U,   Δ_{l−1} = (Δ_l W_lᵀ) ⊙ D_{l−1}.
//
// Samples do not meet before the gradient, so whoever has a tile of 8 of them needs nobody else from X to Δ₁. All matrices
// of a replica lie in one array (fused_shape.wgsl), and Δ takes the place of D. Shapes and layouts are those of
// dense_forward.wgsl and dense_backward.wgsl; sizes come from a table in a uniform, so that any depth and width runs on the
// same pipeline. MIXED is for layers with different activations, which are then told apart at run time.
// Partial sums (Σ w ℓ, hits) go to partials[replica][tile of rows]; the step's rates (schedule.wgsl) to its state.
//
// Cost: 4 · rows · Σ inputs · outputs flops, an activation a neuron; each H and D written once and read once or twice.
//
// Two arrangements, by entry point:
//   own_rows      one invocation a tile of rows, no barrier. Wins on lavapipe, where a dispatch costs 58 µs and a kernel with
//                 barriers runs as a coroutine whose registers live in memory: 0.8 ms a step against 1.0 for the one
//                 with workgroup memory and barriers that was tried, 1.6 for shared_rows and 1.2 layer by layer (CPU time of
//                 1-50-50-1 on 256 samples); 14 against 24 and 18.5 ms for 1-100-100-100-1 on 1,024.
//   shared_rows   one workgroup ROW_TILES tiles of rows, an invocation a tile of a layer's product, a barrier a layer. For a
//                 GPU, where 32 invocations with all the work of 256 samples would leave it idle. Not measured: none at hand.
//
// On an H100-class card (132 multiprocessors, 60 TFLOP/s, 3.3 TB/s, L2 of 50 MB): 1-50-50-1 on 256 samples is 2.8 MFLOP here
// and 1.3 in the update, and 0.5 MB of matrices that stay in L2: 0.1 µs of arithmetic, so the floor is two dispatches, some
// 5 µs. The time should go to latency: 8 workgroups of 64 take five products one after the other, of 13 steps at most with
// 16 loads in flight and 256 fma each, so about 13 × (L2's 250 cycles + 256) a layer, 10 to 15 µs in all. No workgroup
// memory is asked for, so limits of 16 or 48 KiB do not matter; about 100 registers let 9 workgroups of 64 stay on a
// multiprocessor. 32 replicas are 256 workgroups, two on each, and should take as long as one.
//
// Needs activation.wgsl and what it needs, sample_loss.wgsl, state.wgsl, schedule.wgsl, fused_shape.wgsl, block_tile.wgsl.

override MIXED: bool;
override LANES: u32;
// Tiles of rows that a workgroup of `shared_rows` owns.
override ROW_TILES: u32;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
// `target` is a reserved word.
@group(0) @binding(2) var<storage, read> targets: array<vec4f>;
@group(0) @binding(3) var<storage, read> sample_weights: array<f32>;
@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> matrices: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec2f>;
@group(0) @binding(7) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(8) var<storage, read_write> states: array<State>;

const FORWARD = 0u;
const BACKWARD = 1u;

// The layer at hand, and where what belongs to the replica begins.
var<private> layer: Layer;
var<private> weights_at: u32;
var<private> matrices_at: u32;
var<private> targets_at: u32;

fn rows_of_matrix(first: u32, stride: u32, block: u32, at: u32) -> mat4x4f {
  let i = matrices_at + first + 4u * block * stride + at;
  return mat4x4f(matrices[i], matrices[i + stride], matrices[i + 2u * stride], matrices[i + 3u * stride]);
}

fn rows_of_weights(block: u32, at: u32) -> mat4x4f {
  let stride = layer.output_stride;
  let i = weights_at + 4u * block * stride + at;
  return mat4x4f(parameters[i], parameters[i + stride], parameters[i + 2u * stride], parameters[i + 3u * stride]);
}

fn left_block(phase: u32, i: u32, k: u32) -> mat4x4f {
  if (phase == FORWARD) { return rows_of_matrix(layer.input_at, layer.input_stride, i, k); }
  return rows_of_matrix(layer.error_at, layer.output_stride, i, k);
}

fn right_block(phase: u32, j: u32, k: u32) -> mat4x4f {
  if (phase == FORWARD) { return rows_of_weights(k, j); }
  return transpose(rows_of_weights(j, k));
}

fn emit_block(phase: u32, i: u32, j: u32, value: mat4x4f) {
  if (phase == FORWARD) {
    let stride = layer.output_stride;
    let at = matrices_at + layer.output_at + 4u * i * stride + j;
    matrices[at] = value[0];
    matrices[at + stride] = value[1];
    matrices[at + 2u * stride] = value[2];
    matrices[at + 3u * stride] = value[3];
  } else {
    let stride = layer.input_stride;
    let at = matrices_at + layer.error_below_at + 4u * i * stride + j;
    matrices[at] *= value[0];
    matrices[at + stride] *= value[1];
    matrices[at + 2u * stride] *= value[2];
    matrices[at + 3u * stride] *= value[3];
  }
}

// Rows of tile number `rows`; two vectors from `column` on, or the last one.
fn product(phase: u32, rows: u32, column: u32, columns: u32, steps: u32) {
  if (columns == 2u) {
    multiply_8_8(phase, 2u * rows, column, steps);
  } else {
    multiply_8_4(phase, 2u * rows, column, steps);
  }
}

// H and D, or U, of a tile of rows: `columns` vectors from `column` on.
fn forward(tile: u32, column: u32, columns: u32, hidden: bool) {
  for (var j = column; j < column + columns; j++) {
    let bias = parameters[weights_at + 4u * layer.input_stride * layer.output_stride + j];
    let real = inside(j, layer.outputs);
    for (var i = 8u * tile; i < 8u * tile + 8u; i++) {
      let at = matrices_at + i * layer.output_stride + j;
      let z = matrices[at + layer.output_at] + bias;
      if (hidden) {
        var result: Activated;
        if (MIXED) { result = activate_as(layer.kind, layer.parameter, z); } else { result = activate(z); }
        matrices[at + layer.output_at] = select(vec4f(), result.value, real);
        matrices[at + layer.error_at] = select(vec4f(), result.derivative, real);
      } else {
        matrices[at + layer.output_at] = z;
      }
    }
  }
}

fn network_output(at: u32) -> vec4f { return matrices[matrices_at + layer.output_at + at]; }
fn wanted(at: u32) -> vec4f { return targets[targets_at + at]; }
fn emit_error(at: u32, value: vec4f) { matrices[matrices_at + layer.error_at + at] = value; }

// Loss and output error of a tile of rows; those beyond the last have no error.
fn measure(replica: u32, tile: u32) {
  var sum = vec2f();
  for (var i = 8u * tile; i < 8u * tile + 8u; i++) {
    let at = i * layer.output_stride;
    if (i < shape.rows) {
      sum += sample_loss(at, at, sample_weights[replica * shape.weight_batch + i], layer.outputs);
    } else {
      for (var j = 0u; j < layer.output_stride; j++) { emit_error(at + j, vec4f()); }
    }
  }
  partials[replica * shape.partials + tile] = sum;
}

fn enter_replica(replica: u32) {
  matrices_at = replica * shape.matrix_batch;
  targets_at = replica * shape.target_batch;
}

fn enter_layer(replica: u32, l: u32) {
  layer = shape.table[l];
  weights_at = replica * shape.parameter_batch + layer.weights;
}

fn copy_inputs(replica: u32, tile: u32, column: u32) {
  let stride = shape.table[0].input_stride;
  for (var i = 8u * tile; i < 8u * tile + 8u; i++) {
    var value = vec4f();
    if (i < shape.rows) { value = x[replica * shape.input_batch + i * stride + column]; }
    matrices[matrices_at + i * stride + column] = value;
  }
}

fn set_rates(replica: u32) {
  states[replica] = with_rates(states[replica], hypers[replica], shape.schedule);
}

// One invocation a tile of rows, from the inputs to the errors of the first layer, without a barrier.
@compute @workgroup_size(LANES)
fn own_rows(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  let replica = id.z;
  if (8u * tile >= shape.rows) { return; }
  enter_replica(replica);
  if (tile == 0u) { set_rates(replica); }
  for (var j = 0u; j < shape.table[0].input_stride; j++) { copy_inputs(replica, tile, j); }
  for (var l = 0u; l < shape.layers; l++) {
    enter_layer(replica, l);
    let stride = layer.output_stride;
    for (var j = 0u; j + 2u <= stride; j += 2u) { multiply_8_8(FORWARD, 2u * tile, j, layer.input_stride); }
    if (stride % 2u == 1u) { multiply_8_4(FORWARD, 2u * tile, stride - 1u, layer.input_stride); }
    forward(tile, 0u, layer.output_stride, l + 1u < shape.layers);
  }
  measure(replica, tile);
  for (var l = shape.layers - 1u; l > 0u; l--) {
    enter_layer(replica, l);
    let stride = layer.input_stride;
    for (var j = 0u; j + 2u <= stride; j += 2u) { multiply_8_8(BACKWARD, 2u * tile, j, layer.output_stride); }
    if (stride % 2u == 1u) { multiply_8_4(BACKWARD, 2u * tile, stride - 1u, layer.output_stride); }
  }
}

// A workgroup ROW_TILES tiles of rows, its invocations the tiles of each layer's product; barriers between layers.
@compute @workgroup_size(LANES)
fn shared_rows(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = ROW_TILES * workgroup.x;
  let row_tiles = min(ROW_TILES, (shape.rows + 7u) / 8u - first);
  let replica = workgroup.z;
  enter_replica(replica);
  if (first == 0u && lane == 0u) { set_rates(replica); }
  let stride = shape.table[0].input_stride;
  for (var t = lane; t < row_tiles * stride; t += LANES) { copy_inputs(replica, first + t / stride, t % stride); }
  storageBarrier();
  for (var l = 0u; l < shape.layers; l++) {
    enter_layer(replica, l);
    let groups = (layer.output_stride + 1u) / 2u;
    for (var t = lane; t < row_tiles * groups; t += LANES) {
      let tile = first + t / groups;
      let column = 2u * (t % groups);
      let columns = min(2u, layer.output_stride - column);
      product(FORWARD, tile, column, columns, layer.input_stride);
      forward(tile, column, columns, l + 1u < shape.layers);
    }
    storageBarrier();
  }
  for (var t = lane; t < row_tiles; t += LANES) { measure(replica, first + t); }
  for (var l = shape.layers - 1u; l > 0u; l--) {
    storageBarrier();
    enter_layer(replica, l);
    let groups = (layer.input_stride + 1u) / 2u;
    for (var t = lane; t < row_tiles * groups; t += LANES) {
      let column = 2u * (t % groups);
      product(BACKWARD, first + t / groups, column, min(2u, layer.input_stride - column), layer.output_stride);
    }
  }
}
