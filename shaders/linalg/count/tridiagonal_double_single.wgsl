// Householder tridiagonalisation of symmetric matrices in double-single arithmetic: one workgroup
// for each matrix, all of a batch at once.
//
//   T = Qᵀ M Q,   Q a product of n − 2 reflections H = I − τ u uᵀ,   τ = 2 / uᵀu
//
// The algorithm is that of tridiagonal.wgsl, step for step, with every number in two words
// (double_single.wgsl); that file has the formulas. M is single precision and taken for exact: rows
// × rows, row-major; the upper triangle is read. copies: all of M, to work on, rows × rows numbers
// in fours of high and low words. T: `rows` pairs (d_i, e_i) of two words each for every matrix,
// with e_(n−1) = 0, of the matrix scaled by `scale`. u is scaled by a power of two, which leaves H
// as it is, so that its largest entry is 1 … 2 and no square underflows; that costs one more
// barrier per step.
//
// `tridiagonal_double_single.ts` derives the error, and gives the factors of the norms measured
// here.
//
// Cost: 40 flops where tridiagonal.wgsl has 2, and twice the bytes. Sums and products that follow
// each other are normalised together, in an order that leaves both triangles alike to the bit. On
// lavapipe n = 64 takes 2.5 times as long as in single precision, since most of the time goes to
// loads there. That is a third of the time of `inertia.wgsl` for three thresholds, and it proves
// counts at thresholds 10⁵ times smaller.
//
// needs: double_single_four.wgsl, tridiagonal_frame.wgsl

// 2⁻⁹⁰: more than all low words that adapters flush to zero amount to.
const DROPPED: f32 = 8.077936e-28;
// 2⁻¹⁰⁰: a row with no larger entry is taken for zero.
const NOTHING: f32 = 7.888609e-31;
// Blocks of 4 rows whose products are added before their sums are: that shortens the chain of
// roundings.
const GROUP: u32 = 8u;

struct Shape {
  rows: u32, steps: u32, restart: u32, zero: u32,
  // What ‖B‖_F, ‖g‖ / ‖u‖ and ‖x‖ count in the error of a step.
  block: f32, product: f32, row: f32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(3) var<storage, read_write> copies: array<Four>;
@group(0) @binding(4) var<storage, read_write> tridiagonal: array<vec2f>;

// u of this step, u and w of the step before. g goes where the last row was: each lane reads back
// its own entries alone.
var<workgroup> us: array<Four, VECTORS>;
var<workgroup> vs: array<Four, VECTORS>;
var<workgroup> ws: array<Four, VECTORS>;
var<workgroup> parts: array<Four, LANES>;
// The last two entries of the last row: beside the diagonal, and on it.
var<workgroup> corner: vec4f;

// Row `last` with the update of the step before; all but its diagonal entry goes to `us`. Gives the
// bits of the largest.
fn take_row(lane: u32, copy: u32, last: u32) -> u32 {
  var worst = vec4u();
  let v = ds_negate(component(vs[last / 4u], last % 4u));
  let w = ds_negate(component(ws[last / 4u], last % 4u));
  let end = max(last, 1u) - 1u;
  for (var j = lane; j <= last / 4u; j += LANES) {
    let row = fma_four(fma_four(copies[copy + last * (shape.rows / 4u) + j], v, ws[j]), w, vs[j]);
    let x = choose(Four(), row, columns_of(j) < vec4u(last));
    us[j] = x;
    worst = max(worst, bitcast<vec4u>(x.high) & MAGNITUDE);
    if (j == end / 4u) {
      let beside = component(x, end % 4u);
      corner.x = beside.x;
      corner.y = beside.y;
    }
    if (j == last / 4u) {
      let diagonal = component(row, last % 4u);
      corner.z = diagonal.x;
      corner.w = diagonal.y;
    }
  }
  return max(max(worst.x, worst.y), max(worst.z, worst.w));
}

fn updated(a: Four, p: vec2f, r: Four, q: vec2f, s: Four, inside: vec4<bool>) -> Four {
  let four = four_of(
    minus_products(component(a, 0u), p, component(r, 0u), q, component(s, 0u)),
    minus_products(component(a, 1u), p, component(r, 1u), q, component(s, 1u)),
    minus_products(component(a, 2u), p, component(r, 2u), q, component(s, 2u)),
    minus_products(component(a, 3u), p, component(r, 3u), q, component(s, 3u)),
  );
  return choose(Four(), four, inside);
}

// Updates the leading block of `kept` rows and multiplies it by u: g goes to the row below, or in
// parts to `parts`. Gives its sum of squares.
fn sweep(lane: u32, copy: u32, kept: u32, across: u32) -> f32 {
  let stride = shape.rows / 4u;
  let blocks = (kept + 3u) / 4u;
  let slices = LANES / across;
  var squares = vec4f();
  for (var j = lane % across; j < blocks; j += across) {
    let v = vs[j];
    let w = ws[j];
    let inside = columns_of(j) < vec4u(kept);
    var sum = Four();
    for (var group = lane / across; group * GROUP < blocks; group += slices) {
      var part = Four();
      for (var i = group * GROUP; i < min(blocks, (group + 1u) * GROUP); i++) {
        let at = copy + 4u * i * stride + j;
        let rows = columns_of(i) < vec4u(kept);
        let p = vs[i];
        let q = ws[i];
        let a = updated(copies[at], component(p, 0u), w, component(q, 0u), v, inside & vec4<bool>(rows.x));
        let b = updated(copies[at + stride], component(p, 1u), w, component(q, 1u), v, inside & vec4<bool>(rows.y));
        let c = updated(copies[at + 2u * stride], component(p, 2u), w, component(q, 2u), v, inside & vec4<bool>(rows.z));
        let d = updated(copies[at + 3u * stride], component(p, 3u), w, component(q, 3u), v, inside & vec4<bool>(rows.w));
        copies[at] = a;
        copies[at + stride] = b;
        copies[at + 2u * stride] = c;
        copies[at + 3u * stride] = d;
        let u = us[i];
        let products = four_of(
          sum_of_products(u, vec4f(a.high.x, b.high.x, c.high.x, d.high.x), vec4f(a.low.x, b.low.x, c.low.x, d.low.x)),
          sum_of_products(u, vec4f(a.high.y, b.high.y, c.high.y, d.high.y), vec4f(a.low.y, b.low.y, c.low.y, d.low.y)),
          sum_of_products(u, vec4f(a.high.z, b.high.z, c.high.z, d.high.z), vec4f(a.low.z, b.low.z, c.low.z, d.low.z)),
          sum_of_products(u, vec4f(a.high.w, b.high.w, c.high.w, d.high.w), vec4f(a.low.w, b.low.w, c.low.w, d.low.w)),
        );
        part = add_four(part, products);
        squares += (a.high * a.high + b.high * b.high) + (c.high * c.high + d.high * d.high);
      }
      sum = add_four(sum, part);
    }
    if (slices == 1u) { copies[copy + kept * stride + j] = sum; } else { parts[lane] = sum; }
  }
  return (squares.x + squares.y) + (squares.z + squares.w);
}

// Adds up what the slices of rows gave g.
fn join_slices(lane: u32, g: u32, blocks: u32, across: u32) {
  for (var j = lane; j < blocks; j += LANES) {
    var sum = parts[j];
    for (var s = j + across; s < LANES; s += across) { sum = add_four(sum, parts[s]); }
    copies[g + j] = sum;
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  let order = orders[index];
  let stride = shape.rows / 4u;
  let copy = index * shape.rows * stride;
  let out = index * shape.rows * 2u;

  if (shape.restart == 1u) {
    let blocks = (order + 3u) / 4u;
    let bits = largest_bits(lane, copy, blocks);
    let exponent = clamp(bits >> 23u, 27u, 253u);
    let scale = bitcast<f32>((254u - exponent) << 23u);
    for (var e = lane; e < blocks * blocks; e += LANES) {
      let i = e / blocks;
      let j = e - i * blocks;
      let block = block_of(copy, i, j);
      let at = copy + 4u * i * stride + j;
      copies[at] = Four(scale * block[0], vec4f());
      copies[at + stride] = Four(scale * block[1], vec4f());
      copies[at + 2u * stride] = Four(scale * block[2], vec4f());
      copies[at + 3u * stride] = Four(scale * block[3], vec4f());
    }
    // A constant must not be infinite.
    let infinite = bitcast<f32>(NOT_FINITE | shape.zero);
    if (lane == 0u) { place = State(select(order, 0u, bits >= NOT_FINITE), scale, 0.0, infinite); }
  } else if (lane == 0u) {
    place = states[index];
  }
  for (var j = lane; j < VECTORS; j += LANES) {
    us[j] = Four();
    vs[j] = Four();
    ws[j] = Four();
  }
  storageBarrier();
  let start = workgroupUniformLoad(&place);
  let steps = min(shape.steps, start.left);
  // Lanes along a row: the power of two that covers it.
  let across = min(LANES, 1u << (32u - countLeadingZeros((order + 3u) / 4u - 1u)));

  var left = start.left;
  for (var step = 0u; step < steps; step++) {
    let last = left - 1u;
    let end = max(last, 1u) - 1u;
    let bits = maximum(lane, take_row(lane, copy, last));
    let reflects = bitcast<f32>(bits) > NOTHING && last > 1u;
    // u is scaled by a power of two, so that no square underflows.
    let exponent = clamp(bits >> 23u, 27u, 253u);
    let scale = select(1.0, bitcast<f32>((254u - exponent) << 23u), reflects);
    let back = select(1.0, bitcast<f32>(exponent << 23u), reflects);
    var squares = vec2f();
    for (var j = lane; j <= end / 4u; j += LANES) {
      us[j] = Four(scale * us[j].high, scale * us[j].low);
      squares = add_products(squares, us[j], us[j]);
    }
    let square = total(lane, vec4f(squares, 0.0, 0.0)).xy;
    let x = scale * corner.xy;
    let norm = ds_sqrt(square);
    let alpha = choose_pair(x, choose_pair(norm, ds_negate(norm), x.x >= 0.0), reflects);
    let u = ds_sub(x, alpha);
    // uᵀu, which is xᵀx but for one entry.
    let changed = ds_add(ds_sub(square, ds_mul(x, x)), ds_mul(u, u));
    let length = choose_pair(vec2f(1.0, 0.0), changed, reflects);
    if (lane == end / 4u % LANES) {
      us[end / 4u].high[end % 4u] = u.x;
      us[end / 4u].low[end % 4u] = u.y;
    }
    if (lane == 0u) {
      tridiagonal[out + 2u * last] = corner.zw;
      if (last > 0u) { tridiagonal[out + 2u * end + 1u] = choose_pair(vec2f(), back * alpha, reflects || last == 1u); }
    }
    workgroupBarrier();
    let rest = sweep(lane, copy, last, across);
    let blocks = (last + 3u) / 4u;
    let g = copy + last * stride;
    if (across < LANES) {
      storageBarrier();
      workgroupBarrier();
      join_slices(lane, g, blocks, across);
    }
    var product = vec2f();
    var length_of_g = 0.0;
    for (var j = lane; j < blocks; j += LANES) {
      product = add_products(product, us[j], copies[g + j]);
      length_of_g += dot(copies[g + j].high, copies[g + j].high);
    }
    let all = total(lane, vec4f(product, length_of_g, rest));
    let c = ds_negate(ds_div(all.xy, length));
    let tau = ds_div(vec2f(2.0, 0.0), length);
    for (var j = lane; j < (left + 3u) / 4u; j += LANES) {
      let u = choose(Four(), us[j], vec4<bool>(reflects));
      vs[j] = u;
      let w = fma_four(Four(), tau, fma_four(copies[g + j], c, u));
      ws[j] = choose(Four(), w, (columns_of(j) < vec4u(last)) & vec4<bool>(reflects));
    }
    if (lane == 0u && last > 1u) {
      // The error of this step: see `tridiagonal_double_single.ts`.
      let terms = shape.block * sqrt(all.w) + shape.product * sqrt(all.z / length.x) + shape.row * back * norm.x;
      place.sum += select(f32(last) * NOTHING, terms, reflects);
    }
    left = last;
    workgroupBarrier();
  }
  if (left > 0u && steps > 0u) {
    // The next dispatch starts with an updated matrix.
    _ = sweep(lane, copy, left, across);
  }
  if (lane == 0u) {
    if (start.left > 0u && left == 0u) {
      place.bound = (1.01 * place.sum + DROPPED) / place.scale + f32(order) * UNDERFLOW;
    }
    place.left = left;
    states[index] = place;
  }
}
