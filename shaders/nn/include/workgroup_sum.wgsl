// A sum over the invocations of a workgroup, along a fixed tree.
//
// A kernel that includes this file supplies LANES, their number, a power of two.

var<workgroup> sums: array<vec4f, LANES>;

// Adds up a vector of each lane. Every lane gets the sum.
fn total(lane: u32, value: vec4f) -> vec4f {
  sums[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  workgroupBarrier();
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}
