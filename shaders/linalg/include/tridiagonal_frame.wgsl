// The parts that both tridiagonalisations share: the state of a matrix, the block of it that is
// read, sums over lanes.
//
// A kernel that includes this file supplies `shape`, with members `rows` and `zero`, at binding 0,
// and `copies` and `tridiagonal` at bindings 3 and 4.
//
// needs: double_single.wgsl

override LANES: u32 = 64u;
// Vectors of 4 that a row has at most.
override VECTORS: u32 = 128u;

const UNDERFLOW: f32 = 1.1754944e-38;
const MAGNITUDE = vec4u(0x7fffffffu);
const NOT_FINITE: u32 = 0x7f800000u;

// `left` rows remain. `sum` is the error so far, of the scaled matrix and in units of the kernel;
// `bound` that for M itself, infinite until finished.
struct State { left: u32, scale: f32, sum: f32, bound: f32 }

@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read> matrices: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> states: array<State>;

var<workgroup> sums: array<vec4f, LANES>;
var<workgroup> largest: array<u32, LANES>;
var<workgroup> place: State;

fn run_time_zero() -> u32 {
  return shape.zero;
}

fn columns_of(i: u32) -> vec4u {
  return vec4u(4u * i, 4u * i + 1u, 4u * i + 2u, 4u * i + 3u);
}

fn add(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(ds_add(a.xy, b.xy), a.zw + b.zw);
}

// The sum over all lanes, in every lane: of a double-single number and two single ones. A barrier
// lies between; another must before the next sum.
fn total(lane: u32, value: vec4f) -> vec4f {
  sums[lane] = value;
  workgroupBarrier();
  if (LANES > 16u) {
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if (lane < half) { sums[lane] = add(sums[lane], sums[lane + half]); }
      workgroupBarrier();
    }
    return sums[0];
  }
  var all = sums[0];
  for (var i = 1u; i < LANES; i++) { all = add(all, sums[i]); }
  return all;
}

// The largest over all lanes, in every lane; a barrier must lie before the next.
fn maximum(lane: u32, bits: u32) -> u32 {
  largest[lane] = bits;
  workgroupBarrier();
  if (LANES > 16u) {
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
      workgroupBarrier();
    }
    return largest[0];
  }
  var all = largest[0];
  for (var i = 1u; i < LANES; i++) { all = max(all, largest[i]); }
  return all;
}

// Block (i, j) of M, 4 × 4, its rows as columns; what is below M's diagonal is taken from above.
fn block_of(matrix: u32, i: u32, j: u32) -> mat4x4f {
  let stride = shape.rows / 4u;
  let at = matrix + 4u * min(i, j) * stride + max(i, j);
  let block = mat4x4f(matrices[at], matrices[at + stride], matrices[at + 2u * stride], matrices[at + 3u * stride]);
  if (i < j) { return block; }
  let t = transpose(block);
  if (i > j) { return t; }
  return mat4x4f(block[0], vec4f(t[1].x, block[1].yzw), vec4f(t[2].xy, block[2].zw), vec4f(t[3].xyz, block[3].w));
}

// Bits of the largest |entry|, or of a NaN.
fn largest_bits(lane: u32, matrix: u32, blocks: u32) -> u32 {
  var worst = vec4u();
  for (var e = lane; e < blocks * blocks; e += LANES) {
    let block = block_of(matrix, e / blocks, e % blocks);
    let bits = max(
      max(bitcast<vec4u>(block[0]) & MAGNITUDE, bitcast<vec4u>(block[1]) & MAGNITUDE),
      max(bitcast<vec4u>(block[2]) & MAGNITUDE, bitcast<vec4u>(block[3]) & MAGNITUDE),
    );
    worst = max(worst, bits);
  }
  return maximum(lane, max(max(worst.x, worst.y), max(worst.z, worst.w)));
}
