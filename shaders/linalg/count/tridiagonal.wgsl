// Householder tridiagonalisation of symmetric matrices: one workgroup for each matrix, all of a
// batch at once.
//
//   T = Qᵀ M Q,   Q a product of n − 2 reflections H = I − τ u uᵀ,   τ = 2 / uᵀu
//
// M: rows × rows, row-major; the upper triangle is read. copies: all of M, to work on, in vectors
// of 4. T: `rows` pairs (d_i, e_i) for each matrix, its diagonal and what lies beside it, with
// e_(n−1) = 0. Both belong to the matrix scaled by `scale`, a power of two that brings its largest
// entry to 1 … 2. Rows leave from the last on, so what remains is a leading block. With x the last
// row, α = ∓‖x‖ and u = x − α e, the block B that remains becomes
//
//   B ← H B H = B − u wᵀ − w uᵀ,   w = τ (g − c u),   g = B u,   c = uᵀg / uᵀu
//
// A step needs only the last row of the updated matrix for the next u. So one pass over B updates
// it with the u and w of the step before and multiplies it by the next u: each step reads and
// writes B once.
//
// Rounding: `tridiagonal.ts` derives a bound, and this file is written so that the bound is small
// and can be measured. Quantities that would bring in the chain of roundings of a long sum are kept
// in double-single (xᵀx, uᵀg, and what follows from them), or carry the roundings of their
// additions along (g). The updated block is symmetric to the bit. ‖B‖_F, ‖g‖ and ‖x‖ are added up
// as they come, in units of u.
//
// A dispatch makes at most `steps` steps and leaves its place in `states`, because lavapipe ends a
// shader after 65,535 loop iterations. Cost: 2n³ flops (4/3 n³ would need half the products to go
// to two places at once), n³/2 more to carry roundings along, and 8/3 n³ bytes; 4 barriers per step
// with up to 16 lanes, and two trees with more. Lanes lie along rows, so that they load consecutive
// vectors; where a row has fewer vectors than there are lanes, the lanes also share out groups of
// rows. On lavapipe 8 lanes, one vector of the CPU, make barriers cheap, and the whole takes as
// long as one factorisation of `inertia.wgsl`. It wins for counts above thresholds of more than
// about 10⁻⁵ λ₁, which then cost 3n flops each, and for whole spectra.
//
// needs: double_single.wgsl, tridiagonal_frame.wgsl

const U: f32 = 5.9604645e-8;
// 2⁻⁶⁴: a row whose squares add up to less is taken for zero, and its norm is an error.
const NOTHING: f32 = 5.4210109e-20;
// 2⁻³⁶: more than all underflow amounts to.
const DROPPED: f32 = 1.4551915e-11;
// Blocks of 4 rows that a lane takes at a time where lanes share out the rows.
const GROUP: u32 = 8u;

struct Shape { rows: u32, steps: u32, restart: u32, zero: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(3) var<storage, read_write> copies: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> tridiagonal: array<f32>;

// u of this step, u and w of the step before. g goes where the last row was: each lane reads back
// its own entries alone.
var<workgroup> us: array<vec4f, VECTORS>;
var<workgroup> vs: array<vec4f, VECTORS>;
var<workgroup> ws: array<vec4f, VECTORS>;
var<workgroup> parts: array<vec4f, LANES>;
// The last two entries of the last row: beside the diagonal, and on it.
var<workgroup> corner: vec2f;

// acc + a · b
fn add_products(acc: vec2f, a: vec4f, b: vec4f) -> vec2f {
  return ds_fma_f32(ds_fma_f32(ds_fma_f32(ds_fma_f32(acc, a.x, b.x), a.y, b.y), a.z, b.z), a.w, b.w);
}

// A sum, and what its additions rounded off.
struct Carried { sum: vec4f, rest: vec4f }

fn carry(to: Carried, x: vec4f) -> Carried {
  let a = two_sum(to.sum.x, x.x);
  let b = two_sum(to.sum.y, x.y);
  let c = two_sum(to.sum.z, x.z);
  let d = two_sum(to.sum.w, x.w);
  return Carried(vec4f(a.x, b.x, c.x, d.x), to.rest + vec4f(a.y, b.y, c.y, d.y));
}

// Row `last` with the update of the step before; all but its diagonal entry goes to `us`. Gives its
// sum of squares.
fn take_row(lane: u32, copy: u32, last: u32) -> vec2f {
  var squares = vec2f();
  let v = vs[last / 4u][last % 4u];
  let w = ws[last / 4u][last % 4u];
  let end = max(last, 1u) - 1u;
  for (var j = lane; j <= last / 4u; j += LANES) {
    let row = copies[copy + last * (shape.rows / 4u) + j] - v * ws[j] - w * vs[j];
    let x = select(vec4f(), row, columns_of(j) < vec4u(last));
    us[j] = x;
    squares = add_products(squares, x, x);
    if (j == end / 4u) { corner.x = x[end % 4u]; }
    if (j == last / 4u) { corner.y = row[last % 4u]; }
  }
  return squares;
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
    var product = Carried();
    for (var group = lane / across; group * GROUP < blocks; group += slices) {
      for (var i = group * GROUP; i < min(blocks, (group + 1u) * GROUP); i++) {
        let at = copy + 4u * i * stride + j;
        let rows = columns_of(i) < vec4u(kept);
        // Above the diagonal the two products change places, so that both triangles round alike.
        let above = vec4<bool>(i < j);
        let p = select(vs[i], ws[i], above);
        let q = select(ws[i], vs[i], above);
        let r = select(w, v, above);
        let s = select(v, w, above);
        let ui = us[i];
        let d = select(vec4f(), copies[at + 3u * stride] - p.w * r - q.w * s, inside & vec4<bool>(rows.w));
        var c = select(vec4f(), copies[at + 2u * stride] - p.z * r - q.z * s, inside & vec4<bool>(rows.z));
        var b = select(vec4f(), copies[at + stride] - p.y * r - q.y * s, inside & vec4<bool>(rows.y));
        var a = select(vec4f(), copies[at] - p.x * r - q.x * s, inside & vec4<bool>(rows.x));
        let across_diagonal = vec4<bool>(i == j);
        c = select(c, vec4f(c.xyz, d.z), across_diagonal);
        b = select(b, vec4f(b.xy, c.y, d.y), across_diagonal);
        a = select(a, vec4f(a.x, b.x, c.x, d.x), across_diagonal);
        copies[at] = a;
        copies[at + stride] = b;
        copies[at + 2u * stride] = c;
        copies[at + 3u * stride] = d;
        product = carry(product, (ui.x * a + ui.y * b) + (ui.z * c + ui.w * d));
        squares += (a * a + b * b) + (c * c + d * d);
      }
    }
    let sum = product.sum + product.rest;
    if (slices == 1u) { copies[copy + kept * stride + j] = sum; } else { parts[lane] = sum; }
  }
  return (squares.x + squares.y) + (squares.z + squares.w);
}

// Adds up what the slices of rows gave g.
fn join_slices(lane: u32, g: u32, blocks: u32, across: u32) {
  for (var j = lane; j < blocks; j += LANES) {
    var product = Carried();
    for (var s = j; s < LANES; s += across) { product = carry(product, parts[s]); }
    copies[g + j] = product.sum + product.rest;
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
      copies[at] = scale * block[0];
      copies[at + stride] = scale * block[1];
      copies[at + 2u * stride] = scale * block[2];
      copies[at + 3u * stride] = scale * block[3];
    }
    // A constant must not be infinite.
    let infinite = bitcast<f32>(NOT_FINITE | shape.zero);
    if (lane == 0u) { place = State(select(order, 0u, bits >= NOT_FINITE), scale, 0.0, infinite); }
  } else if (lane == 0u) {
    place = states[index];
  }
  for (var j = lane; j < VECTORS; j += LANES) {
    us[j] = vec4f();
    vs[j] = vec4f();
    ws[j] = vec4f();
  }
  storageBarrier();
  let start = workgroupUniformLoad(&place);
  let steps = min(shape.steps, start.left);
  // Lanes along a row: the power of two that covers it.
  let across = min(LANES, 1u << (32u - countLeadingZeros((order + 3u) / 4u - 1u)));

  var left = start.left;
  for (var step = 0u; step < steps; step++) {
    let last = left - 1u;
    let square = total(lane, vec4f(take_row(lane, copy, last), 0.0, 0.0)).xy;
    let x = corner.x;
    let reflects = square.x >= NOTHING && last > 1u;
    let norm = ds_sqrt(square).x;
    let alpha = select(x, select(norm, -norm, x >= 0.0), reflects);
    let u = x - alpha;
    // uᵀu, which is xᵀx but for one entry.
    let changed = ds_add(ds_sub(square, two_prod(x, x)), two_prod(u, u));
    let length = select(vec2f(1.0, 0.0), changed, vec2<bool>(reflects));
    let end = max(last, 1u) - 1u;
    if (lane == end / 4u % LANES) { us[end / 4u][end % 4u] = u; }
    if (lane == 0u) {
      tridiagonal[out + 2u * last] = corner.y;
      if (last > 0u) { tridiagonal[out + 2u * end + 1u] = select(0.0, alpha, reflects || last == 1u); }
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
    var squares = 0.0;
    for (var j = lane; j < blocks; j += LANES) {
      product = add_products(product, us[j], copies[g + j]);
      squares += dot(copies[g + j], copies[g + j]);
    }
    let all = total(lane, vec4f(product, squares, rest));
    let c = ds_div(all.xy, length).x;
    let tau = ds_div(vec2f(2.0, 0.0), length).x;
    for (var j = lane; j < (left + 3u) / 4u; j += LANES) {
      let u = select(vec4f(), us[j], vec4<bool>(reflects));
      vs[j] = u;
      ws[j] = select(vec4f(), tau * (copies[g + j] - c * u), (columns_of(j) < vec4u(last)) & vec4<bool>(reflects));
    }
    if (lane == 0u && last > 1u) {
      // The error of this step: see `tridiagonal.ts`.
      place.sum += select(norm / U, 23.0 * sqrt(all.w) + 27.0 * sqrt(all.z / length.x) + 6.0 * norm, reflects);
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
      place.bound = (1.01 * U * place.sum + DROPPED) / place.scale + f32(order) * UNDERFLOW;
    }
    place.left = left;
    states[index] = place;
  }
}
