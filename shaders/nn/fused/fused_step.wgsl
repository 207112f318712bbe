// Computes forward, loss and backward of a network in one dispatch; fused_step_update.wgsl then
// computes the gradient and updates.
// needs: fused_rows.wgsl
//
//  H₀ = X,   H_l = σ(H_{l−1} W_l + 1 b_lᵀ),   D_l = σ′,   U = H_{L−1} W_L + 1 b_Lᵀ;
//  Δ_L = w ∂ℓ/∂U,   Δ_{l−1} = (Δ_l W_lᵀ) ⊙ D_{l−1}.
//
// Samples do not meet before the gradient, so a tile of 8 of them goes from X to Δ₁ without data
// from any other. All matrices of a replica lie in one array (fused_shape.wgsl), and Δ takes the
// place of D, which is not even stored where it follows from H. Shapes and layouts are those of
// dense_forward.wgsl and dense_backward.wgsl. Sizes come from a table in a uniform, so one pipeline
// runs any depth and width. Samples of a mini-batch are read through the permutation of their
// epoch. Partial sums (Σ w ℓ, hits) go to partials[replica][tile of rows]; the step's rates
// (schedule.wgsl) go to its state.
//
// Cost: 4 · rows · Σ inputs · outputs flops, one activation a neuron; each H and Δ is written once
// and read once or twice.
//
// There are three arrangements, which agree to the bit. The table gives what lavapipe takes:
// milliseconds of CPU time, for two cores, without the update, of (a) 1-50-50-1 tanh on 256
// samples, (b) 32 replicas of it, (c) 1-100-100-100-1 on 1,024, (d) 784-256-128-10 ReLU on 64; and
// the time to compile, cold; the first line's is 0.06 s for the pipeline and 0.75 s for its code.
//                                         a      b      c      d    compile
//  own_rows, weights from uniforms       0.39   11.6    6.8    —    0.8 s, 1.8 s with both windows
//  own_rows, weights from storage        0.50   13.7    8.6    3.1  0.9 s
//  by layers in tiles of 16 × 16         0.69   14.9    8.6    2.9  0.7 s and own_rows for the last
//  by layers in tiles of 32 × 32          —     12.0    7.1    2.0  2.8 s and that, three kernels
//  shared_rows                           1.6      —    20.9    5.8  0.6 s
//
// own_rows: one invocation takes a tile of rows, without a barrier. It wins on lavapipe, where a
// load from storage is a loop over lanes that costs as much as 70 to 85 fma of a vector, and where
// a kernel with barriers is a coroutine whose registers live in memory. Its speed comes from a tile
// of 8 × 16 sums (8.7 GFLOP/s a core in 8 × 8, 9.8 in 8 × 16) and from weights in uniform buffers,
// whose loads are branch-free and cost a third (15 GFLOP/s). 16 × 16 is no faster then, and halves
// the number of invocations. In (d) all 64 samples are one group of 8 invocations, on one core: see
// fused_step_layer.wgsl for what wins there.
//
// shared_rows: one workgroup takes ROW_TILES tiles of rows, and an invocation one tile of a layer's
// product, with a barrier a layer. It is for a GPU, where 32 invocations with all the work of 256
// samples would leave most of it idle. It was not measured on one.
//
// Estimates for an H100-class card (132 multiprocessors, 60 TFLOP/s, 3.3 TB/s, L2 of 50 MB, warps
// of 32). (a) is 2.8 MFLOP here and 1.3 in the update, and 0.5 MB of matrices that stay in L2: 0.1
// µs of arithmetic, so the floor is two dispatches, about 5 µs. shared_rows: the time should go to
// latency. 8 workgroups of 64 take five products one after the other, of at most 13 steps with 16
// loads in flight and 256 fma each, so about 13 × (L2's 250 cycles + 256) a layer, 10 to 15 µs in
// all. The kernel uses no workgroup memory, so limits of 16 or 48 KiB do not matter; about 100
// registers let 9 workgroups of 64 stay on a multiprocessor. 32 replicas are 256 workgroups, two on
// each multiprocessor, and should take as long as one replica. own_rows: all lanes of a warp read
// the same weight at once, which a constant cache broadcasts, and none waits for another; 128 sums
// and their operands are about 200 registers, 5 workgroups of 64 a multiprocessor. But it takes
// about 132 · 4 · 32 tiles of rows, 500 replicas of (a), to give every scheduler a warp; from there
// on it should come near the rate of fma, and win.

override LANES: u32;
// Tiles of rows that a workgroup of `shared_rows` owns.
override ROW_TILES: u32;
// Windows that `own_rows` reads weights through, 0 for the storage buffer.
override WINDOWS: u32;

// The tile of 4 vectors from `column` on, or of one.
fn multiply_columns(phase: u32, tile: u32, column: u32, columns: u32, steps: u32) {
  if (columns == 4u) {
    multiply_8_16(phase, 2u * tile, column, steps);
  } else {
    multiply_8_4(phase, 2u * tile, column, steps);
  }
}

fn columns_from(column: u32, stride: u32) -> u32 { return select(1u, 4u, column + 4u <= stride); }

// Layers first … end − 1 of a tile of rows.
fn forward_rows(source: u32, replica: u32, tile: u32, first: u32, end: u32) {
  for (var l = first; l < end; l++) {
    enter_layer(replica, l);
    enter_window(source);
    var j = 0u;
    loop {
      let columns = columns_from(j, layer.output_stride);
      multiply_columns(FORWARD + source, tile, j, columns, layer.input_stride);
      finish_forward(8u * tile, shape.side, j, columns, l + 1u < shape.layers);
      j += columns;
      if (j >= layer.output_stride) { break; }
    }
  }
}

// Layers end − 1 … first.
fn backward_rows(source: u32, replica: u32, tile: u32, first: u32, end: u32) {
  for (var l = end; l > first; l--) {
    enter_layer(replica, l - 1u);
    enter_window(source);
    var j = 0u;
    loop {
      let columns = columns_from(j, layer.input_stride);
      multiply_columns(BACKWARD + source, tile, j, columns, layer.output_stride);
      finish_backward(8u * tile, shape.side, j, columns);
      j += columns;
      if (j >= layer.input_stride) { break; }
    }
  }
}

// One invocation a tile of rows, from the inputs, or the features below layer share.layer, to the
// errors there. No barrier.
@compute @workgroup_size(LANES)
fn own_rows(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  let replica = share.first_replica + id.z;
  if (8u * tile >= shape.rows) { return; }
  enter_replica(replica);
  if (tile == 0u) { set_rates(replica); }
  if (share.layer == 0u) {
    for (var i = 0u; i < shape.side; i++) { copy_inputs(replica, 8u * tile + i, 0u, 1u); }
  }
  let lowest = max(share.layer, 1u);
  //#if WINDOWS == 0
  if (WINDOWS == 0u) {
    forward_rows(STORAGE, replica, tile, share.layer, shape.layers);
    measure(replica, tile);
    backward_rows(STORAGE, replica, tile, lowest, shape.layers);
  }
  //#end
  //#if WINDOWS == 1
  if (WINDOWS == 1u) {
    forward_rows(FIRST_WINDOW, replica, tile, share.layer, shape.layers);
    measure(replica, tile);
    backward_rows(FIRST_WINDOW, replica, tile, lowest, shape.layers);
  }
  //#end
  //#if WINDOWS == 2
  if (WINDOWS == 2u) {
    forward_rows(FIRST_WINDOW, replica, tile, share.layer, share.second_from);
    forward_rows(SECOND_WINDOW, replica, tile, share.second_from, shape.layers);
    measure(replica, tile);
    backward_rows(SECOND_WINDOW, replica, tile, share.second_from, shape.layers);
    backward_rows(FIRST_WINDOW, replica, tile, lowest, share.second_from);
  }
  //#end
}

// A tile of one vector or two.
fn multiply_shared(phase: u32, tile: u32, column: u32, columns: u32, steps: u32) {
  if (columns == 2u) {
    multiply_8_8(phase, 2u * tile, column, steps);
  } else {
    multiply_8_4(phase, 2u * tile, column, steps);
  }
}

// A workgroup ROW_TILES tiles of rows, its invocations the tiles of each layer's product; barriers
// between layers.
@compute @workgroup_size(LANES)
fn shared_rows(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = ROW_TILES * workgroup.x;
  let row_tiles = min(ROW_TILES, shape.partials - first);
  let replica = workgroup.z;
  enter_replica(replica);
  if (first == 0u && lane == 0u) { set_rates(replica); }
  // As many invocations to a row as there are for each.
  let helpers = max(1u, LANES / (8u * row_tiles));
  for (var t = lane; t < 8u * row_tiles * helpers; t += LANES) {
    copy_inputs(replica, 8u * first + t / helpers, t % helpers, helpers);
  }
  storageBarrier();
  for (var l = 0u; l < shape.layers; l++) {
    enter_layer(replica, l);
    let groups = (layer.output_stride + 1u) / 2u;
    for (var t = lane; t < row_tiles * groups; t += LANES) {
      let tile = first + t / groups;
      let column = 2u * (t % groups);
      let columns = min(2u, layer.output_stride - column);
      multiply_shared(FORWARD, tile, column, columns, layer.input_stride);
      finish_forward(8u * tile, shape.side, column, columns, l + 1u < shape.layers);
    }
    storageBarrier();
  }
  for (var t = lane; t < row_tiles; t += LANES) { measure(replica, first + t); }
  for (var l = shape.layers - 1u; l > 0u; l--) {
    storageBarrier();
    enter_layer(replica, l);
    let groups = (layer.input_stride + 1u) / 2u;
    for (var t = lane; t < row_tiles * groups; t += LANES) {
      let tile = first + t / groups;
      let column = 2u * (t % groups);
      let columns = min(2u, layer.input_stride - column);
      multiply_shared(BACKWARD, tile, column, columns, layer.output_stride);
      finish_backward(8u * tile, shape.side, column, columns);
    }
  }
}
