// Computes forward, residual and backward of a network that solves a differential equation in one
// dispatch; fused_step_update.wgsl then computes the gradient and updates.
// needs: fused_network.wgsl, jet_tile.wgsl
//
//  z = h W + b,   z_i = h_i W,   z_s = h_s W;
//  h = σ(z),      h_i = σ′ z_i,  h_s = σ″ Σ_ij a_ij z_i z_j + σ′ z_s;
//  r = u_s + Σ_i first_i u_i + value · u + cube · u³ + advection · u u_1 − y.
//
// Index i stands for ∂/∂x_i, s for the second derivatives that the equation has, Σ_ij a_ij
// ∂²/∂x_i∂x_j. They are carried as one component, not one by one, since a dense layer is linear and
// an activation needs only their sum ("forward Laplacian": R. Li et al., 2023). Backward, with g
// for the derivatives of the loss with respect to h and δ for those with respect to z:
//
//  δ = g σ′ + Σ_i g_i σ″ z_i + g_s (σ‴ Σ_ij a_ij z_i z_j + σ″ z_s),
//  δ_i = g_i σ′ + 2 g_s σ″ Σ_j a_ij z_j,   δ_s = g_s σ′.
//
// An equation with β ∂³/∂x_1³ carries two components more, u_11 and t = β u_111:
//
//  h_11 = σ″ z_1² + σ′ z_11,   h_t = β (σ‴ z_1³ + 3 σ″ z_1 z_11) + σ′ z_t;   r has u_t more;
//  δ has g_11 (σ‴ z_1² + σ″ z_11) + g_t (β (σ⁗ z_1³ + 3 σ‴ z_1 z_11) + σ″ z_t) more, δ_1 has
//  2 g_11 σ″ z_1 + 3 β g_t (σ‴ z_1² + σ″ z_11);
//  δ_11 = g_11 σ′ + 3 β g_t σ″ z_1,   δ_t = g_t σ′.
//
// Rows: first the values of all samples, condition by condition, then ∂/∂x_1, … and s of those
// whose condition has derivatives. So the features of the first condition, which are ranked, are a
// matrix at the head. A tile is 4 samples with all components, or, of a condition without
// derivatives, 4 COMPONENTS samples; a condition begins with a tile. So weights that are loaded
// serve all components of a sample, and samples on a boundary cost a row each. δ takes the place of
// z_i and z_s, and that of z where the derivatives of σ do not follow from h.
//
// Cost: 4 · rows · Σ inputs · outputs flops; an activation with its derivatives a neuron and
// sample, twice where they do not follow from h; h and z, or δ, are written once and read once or
// twice.
//
// There are two arrangements, which agree to the bit, see fused_step.wgsl. own_rows: an invocation
// takes a tile all the way. On lavapipe, 2-50-50-1 tanh on 1,024 samples with derivatives and 256
// without takes 3.4 ms on two cores, and the update 2.1 ms. By the number of loads, about a third
// of the former goes to those of products, a third to loads and stores of h, z and δ, each a loop
// over lanes there, and a third to the products themselves. Tiles of 4 to 7 blocks beside each
// other take the same time within 10 %.
//
// shared_rows is for a GPU: a workgroup takes ROW_TILES tiles, and an invocation one vector of
// neurons of each. On paper, on an H100-class card, with 80 sums and their operands it takes about
// 120 registers, so 8 workgroups of 64 stay on a multiprocessor, and that network, 68 workgroups,
// leaves half of the card idle: five products one after the other, of at most 13 steps with 20
// loads in flight and 320 fma each, come to about 13 × (250 + 320) cycles each, some 15 µs in all.
// own_rows would take 28 · 16 sums an invocation there, far beyond 255 registers. The sum over all
// rows in fused_step_update.wgsl takes longer the more samples there are; see chooseJetPath. None
// of this was measured on one.

override LANES: u32;
// Tiles that a workgroup of `shared_rows` owns.
override ROW_TILES: u32;
// Windows that `own_rows` reads weights through, 0 for the storage buffer.
override WINDOWS: u32;
// d, the dimension of the input: 1, 2 or 3.
override AXES: u32;
// Whether there are third derivatives. COMPONENTS is d + 2, or d + 4 with them.
override THIRD: bool;

// Samples at which one equation holds.
struct Condition {
  // First of its tiles, of all; its first sample, and the first after its last.
  first_tile: u32, end_tile: u32, first_sample: u32, end_sample: u32,
  // First rows of its values and of its derivatives; whether it has any.
  value_row: u32, derivative_row: u32, derives: u32,
  value: f32, cube: f32, advection: f32,
  first_x: f32, first_y: f32, first_z: f32,
  // a_ii, and a_ij + a_ji.
  xx: f32, yy: f32, zz: f32, xy: f32, xz: f32, yz: f32,
  third: f32,
}

@group(0) @binding(12) var<storage, read> conditions: array<Condition>;

struct Jet { value: vec4f, x: vec4f, y: vec4f, z: vec4f, second: vec4f, xx: vec4f, third: vec4f }

// The condition of the tile at hand, its first sample and its first row of values; its first row of
// component 1, and rows from there to the next: components 1 … of a tile without derivatives are
// its other samples.
var<private> condition: Condition;
var<private> first_sample: u32;
var<private> value_row: u32;
var<private> next_row: u32;
var<private> rows_apart: u32;
// Layer below that at hand.
var<private> below: Layer;

fn enter_tile(tile: u32) {
  var c = 0u;
  while (tile >= conditions[c].end_tile) { c++; }
  condition = conditions[c];
  let own = tile - condition.first_tile;
  let samples = select(4u * COMPONENTS, 4u, condition.derives != 0u);
  first_sample = condition.first_sample + samples * own;
  value_row = condition.value_row + samples * own;
  if (condition.derives != 0u) {
    next_row = condition.derivative_row + 4u * own;
    rows_apart = shape.derivative_rows;
  } else {
    next_row = value_row + 4u;
    rows_apart = 4u;
  }
}

fn component_row(component: u32) -> u32 {
  return select(next_row + (component - 1u) * rows_apart, value_row, component == 0u);
}

fn left_block(phase: u32, i: u32, k: u32) -> mat4x4f {
  if (phase % 2u == FORWARD) {
    return rows_of_matrix(layer.input_at + component_row(i) * layer.input_stride, layer.input_stride, 0u, k);
  }
  return rows_of_matrix(layer.delta_at + component_row(i) * layer.output_stride, layer.output_stride, 0u, k);
}

fn right_block(phase: u32, j: u32, k: u32) -> mat4x4f {
  if (phase % 2u == FORWARD) { return rows_of_weights(phase, k, j); }
  return transpose(rows_of_weights(phase - BACKWARD, j, k));
}

fn jet_of(column: Column, i: u32) -> Jet {
  var jet: Jet;
  jet.value = block_vector(column.c0, i);
  jet.x = block_vector(column.c1, i);
  if (AXES > 1u) { jet.y = block_vector(column.c2, i); }
  if (AXES > 2u) { jet.z = block_vector(column.c3, i); }
  if (AXES == 1u) {
    jet.second = block_vector(column.c2, i);
  } else if (AXES == 2u) {
    jet.second = block_vector(column.c3, i);
  } else {
    jet.second = block_vector(column.c4, i);
  }
  if (THIRD && AXES == 1u) {
    jet.xx = block_vector(column.c3, i);
    jet.third = block_vector(column.c4, i);
  } else if (THIRD) {
    jet.xx = block_vector(column.c4, i);
    jet.third = block_vector(column.c5, i);
  }
  return jet;
}

// (a z)_i: half the derivatives of Σ_ij a_ij z_i z_j.
struct Gradient { x: vec4f, y: vec4f, z: vec4f }

fn form_gradient(jet: Jet) -> Gradient {
  var g: Gradient;
  g.x = condition.xx * jet.x;
  if (AXES > 1u) {
    g.x += 0.5 * condition.xy * jet.y;
    g.y = condition.yy * jet.y + 0.5 * condition.xy * jet.x;
  }
  if (AXES > 2u) {
    g.x += 0.5 * condition.xz * jet.z;
    g.y += 0.5 * condition.yz * jet.z;
    g.z = condition.zz * jet.z + 0.5 * (condition.xz * jet.x + condition.yz * jet.y);
  }
  return g;
}

fn form(jet: Jet, g: Gradient) -> vec4f {
  var sum = jet.x * g.x;
  if (AXES > 1u) { sum += jet.y * g.y; }
  if (AXES > 2u) { sum += jet.z * g.z; }
  return sum;
}

// Components but the value, from `first` on in rows of `stride`.
fn store_derivatives(first: u32, stride: u32, jet: Jet) {
  let apart = rows_apart * stride;
  matrices[first] = jet.x;
  if (AXES > 1u) { matrices[first + apart] = jet.y; }
  if (AXES > 2u) { matrices[first + 2u * apart] = jet.z; }
  matrices[first + AXES * apart] = jet.second;
  if (THIRD) {
    matrices[first + (AXES + 1u) * apart] = jet.xx;
    matrices[first + (AXES + 2u) * apart] = jet.third;
  }
}

fn load_derivatives(first: u32, stride: u32) -> Jet {
  let apart = rows_apart * stride;
  var jet: Jet;
  jet.x = matrices[first];
  if (AXES > 1u) { jet.y = matrices[first + apart]; }
  if (AXES > 2u) { jet.z = matrices[first + 2u * apart]; }
  jet.second = matrices[first + AXES * apart];
  if (THIRD) {
    jet.xx = matrices[first + (AXES + 1u) * apart];
    jet.third = matrices[first + (AXES + 2u) * apart];
  }
  return jet;
}

// Whether σ′, σ″ and σ‴ follow from σ to the bit, with the one activation there is.
fn jet_follows() -> bool { return !MIXED && ACTIVATION == 1u; }

fn activate_layer(which: Layer, z: vec4f) -> Activated {
  if (MIXED) { return activate_as(which.kind, which.parameter, which.exponent, z); }
  return activate(z);
}

// H, and what the backward pass needs, of the tile just multiplied: `columns` vectors from
// `first` on.
fn finish_forward(first: u32, columns: u32) {
  let stride = layer.output_stride;
  let value_at = matrices_at + value_row * stride;
  let next_at = matrices_at + next_row * stride;
  var j = 0u;
  loop {
    let column = tile_column(j);
    let bias = bias_of(first + j);
    let real = 4u * (first + j) + vec4u(0u, 1u, 2u, 3u) < vec4u(layer.outputs);
    if (condition.derives != 0u) {
      var i = 0u;
      loop {
        let z = jet_of(column, i);
        let a = activate_layer(layer, z.value + bias);
        let at = i * stride + first + j;
        var h: Jet;
        h.x = a.first * z.x;
        h.y = a.first * z.y;
        h.z = a.first * z.z;
        h.second = a.second * form(z, form_gradient(z)) + a.first * z.second;
        if (THIRD) {
          h.xx = a.second * z.x * z.x + a.first * z.xx;
          h.third = condition.third * (a.third * z.x * z.x * z.x + 3.0 * a.second * z.x * z.xx) + a.first * z.third;
        }
        matrices[layer.output_at + value_at + at] = select(vec4f(), a.value, real);
        if (!jet_follows()) { matrices[layer.delta_at + value_at + at] = z.value + bias; }
        store_derivatives(layer.output_at + next_at + at, stride, h);
        store_derivatives(layer.delta_at + next_at + at, stride, z);
        i++;
        if (i >= 4u) { break; }
      }
    } else {
      var i = 0u;
      loop {
        let z = block_vector(column_block(column, i / 4u), i % 4u) + bias;
        let at = value_at + i * stride + first + j;
        matrices[layer.output_at + at] = select(vec4f(), activate_layer(layer, z).value, real);
        if (!jet_follows()) { matrices[layer.delta_at + at] = z; }
        i++;
        if (i >= 4u * COMPONENTS) { break; }
      }
    }
    j++;
    if (j >= columns) { break; }
  }
}

// σ with its derivatives of the layer below, at a vector of its values.
fn activated_below(at: u32) -> Activated {
  if (jet_follows()) { return tangent_from(matrices[layer.input_at + at]); }
  return activate_layer(below, matrices[layer.delta_below_at + at]);
}

// Δ of the layer below.
fn finish_backward(first: u32, columns: u32) {
  let stride = layer.input_stride;
  let value_at = matrices_at + value_row * stride;
  let next_at = layer.delta_below_at + matrices_at + next_row * stride;
  var j = 0u;
  loop {
    let column = tile_column(j);
    if (condition.derives != 0u) {
      var i = 0u;
      loop {
        let g = jet_of(column, i);
        let at = i * stride + first + j;
        let a = activated_below(value_at + at);
        let z = load_derivatives(next_at + at, stride);
        let slopes = form_gradient(z);
        let bent = g.second * a.second;
        var sum = g.x * z.x;
        if (AXES > 1u) { sum += g.y * z.y; }
        if (AXES > 2u) { sum += g.z * z.z; }
        var value =
          g.value * a.first + a.second * sum + g.second * (a.third * form(z, slopes) + a.second * z.second);
        var delta: Jet;
        delta.x = g.x * a.first + 2.0 * bent * slopes.x;
        delta.y = g.y * a.first + 2.0 * bent * slopes.y;
        delta.z = g.z * a.first + 2.0 * bent * slopes.z;
        delta.second = g.second * a.first;
        if (THIRD) {
          let curved = a.third * z.x * z.x + a.second * z.xx;
          let third = condition.third * g.third;
          value += g.xx * curved + g.third * a.second * z.third +
            third * (a.fourth * z.x * z.x * z.x + 3.0 * a.third * z.x * z.xx);
          delta.x += 2.0 * g.xx * a.second * z.x + 3.0 * third * curved;
          delta.xx = g.xx * a.first + 3.0 * third * a.second * z.x;
          delta.third = g.third * a.first;
        }
        matrices[layer.delta_below_at + value_at + at] = value;
        store_derivatives(next_at + at, stride, delta);
        i++;
        if (i >= 4u) { break; }
      }
    } else {
      var i = 0u;
      loop {
        let g = block_vector(column_block(column, i / 4u), i % 4u);
        let at = value_at + i * stride + first + j;
        matrices[layer.delta_below_at + at] = g * activated_below(at).first;
        i++;
        if (i >= 4u * COMPONENTS) { break; }
      }
    }
    j++;
    if (j >= columns) { break; }
  }
}

// w r² of a sample, and the derivatives with respect to its jet.
struct Residual { loss: f32, value: f32, x: f32, y: f32, z: f32, last: f32 }

fn residual_of(u: f32, jet: Jet, sample: u32) -> Residual {
  var result: Residual;
  if (sample >= condition.end_sample) { return result; }
  let weight = sample_weights[sample];
  var r = (condition.value + condition.cube * u * u) * u - targets[sample].x;
  var by_value = condition.value + 3.0 * condition.cube * u * u;
  var by_x = 0.0;
  if (condition.derives != 0u) {
    by_x = condition.first_x + condition.advection * u;
    by_value += condition.advection * jet.x.x;
    r += by_x * jet.x.x + jet.second.x;
    if (AXES > 1u) { r += condition.first_y * jet.y.x; }
    if (AXES > 2u) { r += condition.first_z * jet.z.x; }
    if (THIRD) { r += jet.third.x; }
  }
  let scale = 2.0 * weight * r;
  return Residual(
    weight * r * r,
    scale * by_value,
    scale * by_x,
    scale * condition.first_y,
    scale * condition.first_z,
    scale,
  );
}

fn word(value: f32) -> vec4f { return vec4f(value, 0.0, 0.0, 0.0); }

// Residuals of the tile from U, which is not stored, and Δ of the output.
fn measure(replica: u32, tile: u32) {
  let bias = bias_of(0u).x;
  let value_at = layer.delta_at + matrices_at + value_row;
  let next_at = layer.delta_at + matrices_at + next_row;
  var sum = 0.0;
  var i = 0u;
  if (condition.derives != 0u) {
    loop {
      let jet = jet_of(q0, i);
      let r = residual_of(jet.value.x + bias, jet, first_sample + i);
      sum += r.loss;
      matrices[value_at + i] = word(r.value);
      // u_s and u_t both enter as they are.
      let last = word(r.last);
      store_derivatives(next_at + i, 1u, Jet(vec4f(), word(r.x), word(r.y), word(r.z), last, vec4f(), last));
      i++;
      if (i >= 4u) { break; }
    }
  } else {
    loop {
      let u = block_vector(column_block(q0, i / 4u), i % 4u).x + bias;
      let r = residual_of(u, Jet(), first_sample + i);
      sum += r.loss;
      matrices[value_at + i] = word(r.value);
      i++;
      if (i >= 4u * COMPONENTS) { break; }
    }
  }
  keep_loss(replica, tile, vec2f(sum, 0.0));
}

fn enter_pair(source: u32, replica: u32, l: u32) {
  enter_layer(replica, l);
  below = shape.table[max(l, 1u) - 1u];
  enter_window(source);
}

// Layers first … end − 1 of a tile; the last of all is left in the tile's sums.
fn forward_rows(source: u32, replica: u32, first: u32, end: u32) {
  for (var l = first; l < end; l++) {
    enter_pair(source, replica, l);
    var j = 0u;
    loop {
      multiply_jets(FORWARD + source, j, layer.output_stride - 1u, layer.input_stride);
      if (l + 1u < shape.layers) { finish_forward(j, min(COLUMNS, layer.output_stride - j)); }
      j += COLUMNS;
      if (j >= layer.output_stride) { break; }
    }
  }
}

// Layers end − 1 … first.
fn backward_rows(source: u32, replica: u32, first: u32, end: u32) {
  for (var l = end; l > first; l--) {
    enter_pair(source, replica, l - 1u);
    var j = 0u;
    loop {
      multiply_jets(BACKWARD + source, j, layer.input_stride - 1u, layer.output_stride);
      finish_backward(j, min(COLUMNS, layer.input_stride - j));
      j += COLUMNS;
      if (j >= layer.input_stride) { break; }
    }
  }
}

// One invocation a tile, from the inputs to Δ of the first layer. No barrier.
@compute @workgroup_size(LANES)
fn own_rows(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  let replica = share.first_replica + id.z;
  if (tile >= shape.partials) { return; }
  enter_replica(replica);
  enter_tile(tile);
  if (tile == 0u) { set_rates(replica); }
  if (WINDOWS == 0u) {
    forward_rows(STORAGE, replica, 0u, shape.layers);
    measure(replica, tile);
    backward_rows(STORAGE, replica, 1u, shape.layers);
  } else if (WINDOWS == 1u) {
    forward_rows(FIRST_WINDOW, replica, 0u, shape.layers);
    measure(replica, tile);
    backward_rows(FIRST_WINDOW, replica, 1u, shape.layers);
  } else {
    forward_rows(FIRST_WINDOW, replica, 0u, share.second_from);
    forward_rows(SECOND_WINDOW, replica, share.second_from, shape.layers);
    measure(replica, tile);
    backward_rows(SECOND_WINDOW, replica, share.second_from, shape.layers);
    backward_rows(FIRST_WINDOW, replica, 1u, share.second_from);
  }
}

// A workgroup ROW_TILES tiles, its invocations the blocks of each layer's product; barriers between
// layers.
@compute @workgroup_size(LANES)
fn shared_rows(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = ROW_TILES * workgroup.x;
  let row_tiles = min(ROW_TILES, shape.partials - first);
  let replica = workgroup.z;
  enter_replica(replica);
  if (first == 0u && lane == 0u) { set_rates(replica); }
  for (var l = 0u; l < shape.layers; l++) {
    enter_pair(STORAGE, replica, l);
    for (var t = lane; t < row_tiles * layer.output_stride; t += LANES) {
      let tile = first + t / layer.output_stride;
      let column = t % layer.output_stride;
      enter_tile(tile);
      multiply_jets(FORWARD, column, layer.output_stride - 1u, layer.input_stride);
      if (l + 1u < shape.layers) { finish_forward(column, 1u); } else { measure(replica, tile); }
    }
    storageBarrier();
  }
  for (var l = shape.layers - 1u; l > 0u; l--) {
    enter_pair(STORAGE, replica, l);
    for (var t = lane; t < row_tiles * layer.input_stride; t += LANES) {
      let column = t % layer.input_stride;
      enter_tile(first + t / layer.input_stride);
      multiply_jets(BACKWARD, column, layer.input_stride - 1u, layer.output_stride);
      finish_backward(column, 1u);
    }
    storageBarrier();
  }
}
