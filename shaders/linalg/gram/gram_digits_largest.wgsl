// Finds the scale of weighted features: the exponent e of the power of two that their largest entry
// stays below, for each layer of each replica.
//
//     max |r_k φ_kj| ≤ 2^e,   r_k the roots of the samples' weights, 1 unless WEIGHTED;   LEAST ≤ e
//
// Φ of all layers lie in one array, row-major in vectors of 4 whose padding is 0. exponents:
// [slot][matrix], matrix = (first_layer + layer) · replicas + replica; NOT_FINITE where an entry is
// infinite or NaN, or too large. Cost: 4 bytes and 2 operations per entry, one workgroup per
// matrix. On lavapipe a workgroup is one vector of lanes, for which barriers are free. On a GPU it
// has 256 lanes, each with a few loads in flight, so 256 × 50 take about 2 µs, all of it latency.
//
// needs: digit_shape.wgsl

override LANES: u32;
override WEIGHTED: bool;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> roots: array<f32>;
@group(0) @binding(3) var<storage, read> made: array<u32>;
@group(0) @binding(4) var<storage, read_write> exponents: array<i32>;

var<workgroup> largest: array<u32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let layer = shape.table[workgroup.x];
  let first = layer.offset + workgroup.y * layer.batch;
  // By bits, which order numbers without a sign, and NaN above all of them.
  var bits = vec4u();
  for (var k = lane; k < shape.samples; k += LANES) {
    var root = 1.0;
    if (WEIGHTED) { root = roots[k]; }
    for (var j = 0u; j < layer.stride; j++) {
      bits = max(bits, bitcast<vec4u>(root * features[first + k * layer.stride + j]) & vec4u(0x7fffffffu));
    }
  }
  largest[lane] = max(max(bits.x, bits.y), max(bits.z, bits.w));
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
  }
  if (lane > 0u) { return; }
  // Exact powers of two are their own bound.
  let exponent = i32((largest[0] + 0x7fffffu) >> 23u) - 127;
  let matrix = (shape.first_layer + workgroup.x) * shape.replicas + workgroup.y;
  exponents[(made[0] % shape.capacity) * shape.matrices + matrix] =
    select(max(exponent, LEAST), NOT_FINITE, exponent > MOST);
}
