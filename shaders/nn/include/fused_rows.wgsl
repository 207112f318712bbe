// Passes rows of samples from the inputs X to Δ: what the arrangements of the fused step share. See
// fused_step.wgsl.
// needs: sample_loss.wgsl, fused_network.wgsl, block_tile.wgsl

// Whether samples are those of a mini-batch, which every kernel finds for itself.
override DRAWN: bool;

fn left_block(phase: u32, i: u32, k: u32) -> mat4x4f {
  if (phase % 2u == FORWARD) { return rows_of_matrix(layer.input_at, layer.input_stride, i, k); }
  return rows_of_matrix(layer.delta_at, layer.output_stride, i, k);
}

fn right_block(phase: u32, j: u32, k: u32) -> mat4x4f {
  if (phase % 2u == FORWARD) { return rows_of_weights(phase, k, j); }
  return transpose(rows_of_weights(phase - BACKWARD, j, k));
}

fn biases_from(first: u32, last: u32) -> TileRow {
  var biases: TileRow;
  biases.v0 = bias_of(first);
  biases.v1 = bias_of(min(first + 1u, last));
  //#if TILE_COLUMNS > 8
  biases.v2 = bias_of(min(first + 2u, last));
  biases.v3 = bias_of(min(first + 3u, last));
  //#end
  //#if TILE_COLUMNS > 16
  biases.v4 = bias_of(min(first + 4u, last));
  biases.v5 = bias_of(min(first + 5u, last));
  biases.v6 = bias_of(min(first + 6u, last));
  biases.v7 = bias_of(min(first + 7u, last));
  //#end
  return biases;
}

// H and D, or U, of the tile just multiplied: `rows` rows from `first` on, `columns` vectors from
// `column` on.
fn finish_forward(first: u32, rows: u32, column: u32, columns: u32, hidden: bool) {
  let biases = biases_from(column, column + columns - 1u);
  var at = matrices_at + first * layer.output_stride + column;
  var i = 0u;
  loop {
    let block = block_row(i / 4u);
    let end = min(i + 4u, rows);
    loop {
      let row = tile_row(block, i % 4u);
      var j = 0u;
      loop {
        let z = vector_of(row, j) + vector_of(biases, j);
        if (hidden) {
          let real = inside(column + j, layer.outputs);
          var result: Activated;
          //#if MIXED == 1
          if (MIXED) { result = activate_as(layer.kind, layer.parameter, layer.exponent, z); }
          //#end
          //#if MIXED == 0
          if (!MIXED) { result = activate(z); }
          //#end
          matrices[layer.output_at + at + j] = select(vec4f(), result.value, real);
          if (!slope_follows()) { matrices[layer.delta_at + at + j] = select(vec4f(), result.first, real); }
        } else {
          matrices[layer.output_at + at + j] = z;
        }
        j++;
        if (j >= columns) { break; }
      }
      at += layer.output_stride;
      i++;
      if (i >= end) { break; }
    }
    if (i >= rows) { break; }
  }
}

// Δ of the layer below, in the place of its D, or where that would be: a store and a load there
// cost lavapipe more than to compute it again from H. Where H is 0 because it pads, so is the sum.
fn finish_backward(first: u32, rows: u32, column: u32, columns: u32) {
  var at = matrices_at + first * layer.input_stride + column;
  var i = 0u;
  loop {
    let block = block_row(i / 4u);
    let end = min(i + 4u, rows);
    loop {
      let row = tile_row(block, i % 4u);
      var j = 0u;
      loop {
        var slope: vec4f;
        if (slope_follows()) {
          slope = slope_from(matrices[layer.input_at + at + j]);
        } else {
          slope = matrices[layer.delta_below_at + at + j];
        }
        matrices[layer.delta_below_at + at + j] = vector_of(row, j) * slope;
        j++;
        if (j >= columns) { break; }
      }
      at += layer.input_stride;
      i++;
      if (i >= end) { break; }
    }
    if (i >= rows) { break; }
  }
}

// Whether σ′ follows from σ to the bit, with the one activation there is.
fn slope_follows() -> bool { return !MIXED && slope_follows_value(); }

// Which sample stands in a row.
fn sample_of(replica: u32, row: u32) -> u32 {
  //#if DRAWN == 1
  if (DRAWN) { return drawn_sample(shape.epochs, states[replica], row); }
  //#end
  return row;
}

// Columns first, first + step … of a row of X.
fn copy_inputs(replica: u32, row: u32, first: u32, step: u32) {
  let stride = shape.table[0].input_stride;
  let real = row < shape.rows;
  let start = replica * shape.input_batch + sample_of(replica, row) * stride;
  for (var j = first; j < stride; j += step) {
    var value = vec4f();
    if (real) { value = x[start + j]; }
    matrices[matrices_at + row * stride + j] = value;
  }
}

fn network_output(at: u32) -> vec4f { return matrices[matrices_at + layer.output_at + at]; }
fn wanted(at: u32) -> vec4f { return targets[targets_at + at]; }
fn emit_delta(at: u32, value: vec4f) { matrices[matrices_at + layer.delta_at + at] = value; }

// Loss and Δ of the output for a tile of rows; Δ of those beyond the last is 0. A loss that is not
// finite marks its replica.
fn measure(replica: u32, tile: u32) {
  let stride = layer.output_stride;
  var sum = vec2f();
  for (var i = 8u * tile; i < 8u * tile + 8u; i++) {
    if (i < shape.rows) {
      let sample = sample_of(replica, i);
      var weight = sample_weights[replica * shape.weight_batch + sample];
      if (DRAWN) { weight *= shape.weight_scale; }
      sum += sample_loss(i * stride, sample * stride, weight, layer.outputs);
    } else {
      for (var j = 0u; j < stride; j++) { emit_delta(i * stride + j, vec4f()); }
    }
  }
  keep_loss(replica, tile, sum);
}
