// Computes gradient and update of all layers in one dispatch, and ends the step: writes its loss to
// the log and moves its state on.
// needs: elementary.wgsl, philox.wgsl, state.wgsl, permutation.wgsl, schedule.wgsl,
// fused_shape.wgsl, block_tile.wgsl, optimizer.wgsl
//
//  g = [H_{l−1} 1]ᵀ Δ_l from what fused_step.wgsl has left, then optimizer.wgsl.
//
// One invocation handles a tile of SIDE × SIDE parameters of a layer, whose biases are the row
// below its weights; grid (⌈tiles / LANES⌉, 1, replicas). It adds all samples in order, by fours,
// and applies the optimiser to the sum. So there are no partial gradients to write and read again,
// and the sum depends neither on the number of replicas nor on SIDE. For many samples and few
// neurons that leaves a GPU idle; dense_gradient.wgsl cuts the samples into slices instead.
// `log_only` is for a last step that updates nothing. A replica that has diverged rests.
//
// Cost: 2 · rows · Σ (inputs + 1) · outputs flops, 2 · SIDE vectors read for 4 · SIDE² products,
// see block_tile.wgsl; 3 vectors read and 3 written for each of Adam's. The table gives what
// lavapipe takes: milliseconds of CPU time for two cores, of the workloads (a), (b), (c), (d) in
// fused_step.wgsl, and the time to compile, cold:
//    SIDE 8     0.24    7.2    5.0    4.8   0.2 s
//    SIDE 16    0.29    9.5    3.8    3.4   0.45 s
//    SIDE 32     —       —     4.0    2.8   1.5 s
// Large tiles read less, but 40 % of 50 × 50 weights and their biases in tiles of 16 × 16 are
// padding, and 40 tiles of 32 × 32 in (c) are five groups of eight for two cores.
//
// Estimates for a GPU: SIDE is 8, since 256 sums do not fit 255 registers; no workgroup memory. On
// an H100-class card (a) has 63 tiles: 64 steps of 16 loads and 256 fma on 256 samples, about
// 30,000 cycles or 18 µs, all of it latency, against almost nothing of arithmetic (1.3 MFLOP) or
// memory (0.5 MB in L2); 32 replicas take no longer. (d) has 3,700 tiles, one warp a
// multiprocessor, 16 steps: 5 µs, and 5.6 MB of parameters and moments from and to L2 take about as
// long.

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partials: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> states: array<State>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<storage, read> matrices: array<vec4f>;
@group(0) @binding(5) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(6) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> moments: array<vec4f>;
//#if LAYER_RATES == 1
@group(0) @binding(8) var<storage, read> layer_rates: array<f32>;
//#end

override LANES: u32;
// Rows and columns of a tile: 8, 16 or 32.
override SIDE: u32;

var<private> layer: Layer;
var<private> matrices_at: u32;

fn rows_of(first: u32, stride: u32, block: u32, at: u32) -> mat4x4f {
  let i = matrices_at + first + 4u * block * stride + at;
  return mat4x4f(matrices[i], matrices[i + stride], matrices[i + 2u * stride], matrices[i + 3u * stride]);
}

// Behind the inputs stands a column of ones, which makes the row of the biases; of derivatives, to
// which no bias is added, it is one of zeros. A branch is 10 %
// faster than a choice there, but with tiles of 32 × 32 the kernel compiles for twice as long.
fn left_block(phase: u32, i: u32, k: u32) -> mat4x4f {
  let biases = i >= layer.input_stride;
  let one = vec4f(select(0.0, 1.0, k < shape.biased_blocks));
  if (SIDE < 32u && biases) { return mat4x4f(one, vec4f(), vec4f(), vec4f()); }
  let inputs = transpose(rows_of(layer.input_at, layer.input_stride, k, i));
  return mat4x4f(select(inputs[0], one, biases), inputs[1], inputs[2], inputs[3]);
}

fn right_block(phase: u32, j: u32, k: u32) -> mat4x4f {
  return rows_of(layer.delta_at, layer.output_stride, k, j);
}

fn log_loss(replica: u32) {
  var sum = 0.0;
  for (var i = 0u; i < shape.partials; i++) { sum += partials[replica * shape.partials + i].x; }
  let state = states[replica];
  losses[(state.step % shape.capacity) * shape.replicas + replica] = sum;
  let next = moved_on(state, shape.schedule);
  // Word by word: the invocations beside this one read the others.
  states[replica].step = next.step;
  states[replica].epoch = next.epoch;
  states[replica].offset = next.offset;
  states[replica].loss = sum;
}

@compute @workgroup_size(1)
fn log_only(@builtin(workgroup_id) workgroup: vec3u) { log_loss(workgroup.z); }

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let replica = id.z;
  if (id.x >= shape.tiles) { return; }
  if (id.x == 0u) { log_loss(replica); }
  if (states[replica].diverged != 0u) { return; }
  var l = 0u;
  while (l + 1u < shape.layers && id.x >= shape.table[l + 1u].first_tile) { l++; }
  layer = shape.table[l];
  matrices_at = replica * shape.matrix_batch;
  let side = SIDE / 4u;
  let columns = (layer.output_stride + side - 1u) / side;
  let tile = id.x - layer.first_tile;
  let row = side * (tile / columns);
  let column = side * (tile % columns);
  // Before the product and not behind it, where all sums would be live across these loads, at the
  // compiler's cost.
  let hyper = hypers[replica];
  let state = states[replica];
  let samples = (shape.rows + 3u) / 4u;
  //#if SIDE == 32
  if (SIDE == 32u) { multiply_32_32(0u, row, column, samples); }
  //#end
  //#if SIDE == 16
  if (SIDE == 16u) { multiply_16_16(0u, row, column, samples); }
  //#end
  //#if SIDE == 8
  if (SIDE == 8u) { multiply_8_8(0u, row, column, samples); }
  //#end
  // The biases are one row, below the last of the weights.
  let rows = min(shape.gradient_side, 4u * (layer.input_stride - row) + 1u);
  let vectors = min(side, layer.output_stride - column);
  var at = layer.weights + 4u * row * layer.output_stride + column;
  var i = 0u;
  loop {
    let block = block_row(i / 4u);
    let end = min(i + 4u, rows);
    loop {
      let gradient = tile_row(block, i % 4u);
      var j = 0u;
      loop {
        optimize(hyper, state, replica, at + j, shape.parameter_batch, vector_of(gradient, j));
        j++;
        if (j >= vectors) { break; }
      }
      at += layer.output_stride;
      i++;
      if (i >= end) { break; }
    }
    if (i >= rows) { break; }
  }
}
