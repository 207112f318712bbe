// Quantiles of the losses of all replicas at each of some steps, and the step at which each
// replica first had none.
//
// quantiles[slot][q] = x_(k), k = ⌊p_q (n − 1)⌋, of the n losses x_(0) ≤ … ≤ x_(n − 1) of the step
// that are finite, p = 0, 1/20, 1/4, 1/2, 3/4, 19/20, 1; NaN if n = 0. slot = step mod capacity.
// first_bad[r] is the least step at which replica r has no finite loss; it begins at 2³² − 1.
//
// One workgroup a step. Exact selection by the digits of the keys, from the highest: the bits of a
// float order as the floats do once those of negative ones are turned over. For each of four digits
// seven histograms of 256 bins, in shared memory, count the keys that begin as the quantile does;
// one invocation a quantile then walks to the bin that holds it. Counts are sums of ones, and bad
// steps are minima, so that no order of atomics changes a result. Cost: 16 bytes and 28 comparisons
// a loss.

struct Shape { replicas: u32, capacity: u32 }

const LANES: u32 = 64u;
const QUANTILES: u32 = 7u;
const TWENTIETHS = array<u32, 7>(0u, 1u, 5u, 10u, 15u, 19u, 20u);
const BINS: u32 = 256u;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> first_step: array<u32>;
@group(0) @binding(2) var<storage, read> losses: array<u32>;
@group(0) @binding(3) var<storage, read_write> first_bad: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> quantiles: array<u32>;

var<workgroup> bins: array<atomic<u32>, 1792>;
var<workgroup> prefixes: array<u32, 7>;
var<workgroup> left: array<u32, 7>;

fn is_finite(bits: u32) -> bool { return (bits & 0x7f800000u) != 0x7f800000u; }

fn key_of(bits: u32) -> u32 { return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u); }

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let step = first_step[0] + group.x;
  let slot = step % shape.capacity;
  for (var digit = 0u; digit < 4u; digit++) {
    let shift = 24u - 8u * digit;
    for (var i = lane; i < QUANTILES * BINS; i += LANES) { atomicStore(&bins[i], 0u); }
    workgroupBarrier();
    for (var replica = lane; replica < shape.replicas; replica += LANES) {
      let bits = losses[slot * shape.replicas + replica];
      if (!is_finite(bits)) {
        if (digit == 0u) { atomicMin(&first_bad[replica], step); }
        continue;
      }
      let key = key_of(bits);
      let bin = (key >> shift) & 255u;
      // Before the first digit all quantiles begin alike: one histogram is theirs.
      if (digit == 0u) {
        atomicAdd(&bins[bin], 1u);
        continue;
      }
      let head = key >> (shift + 8u);
      for (var q = 0u; q < QUANTILES; q++) {
        if (head == prefixes[q]) { atomicAdd(&bins[q * BINS + bin], 1u); }
      }
    }
    workgroupBarrier();
    if (lane < QUANTILES) {
      let own = select(lane * BINS, 0u, digit == 0u);
      if (digit == 0u) {
        var count = 0u;
        for (var i = 0u; i < BINS; i++) { count += atomicLoad(&bins[i]); }
        var twentieths = TWENTIETHS;
        left[lane] = select(0u, (count - 1u) * twentieths[lane] / 20u, count > 0u);
        prefixes[lane] = 0u;
      }
      var rest = left[lane];
      var bin = 0u;
      for (; bin < BINS - 1u; bin++) {
        let here = atomicLoad(&bins[own + bin]);
        if (rest < here) { break; }
        rest -= here;
      }
      left[lane] = rest;
      prefixes[lane] = (prefixes[lane] << 8u) | bin;
    }
    workgroupBarrier();
  }
  if (lane < QUANTILES) {
    // Without a finite loss every walk ends at the last bin: the bits of a NaN.
    let key = prefixes[lane];
    quantiles[slot * QUANTILES + lane] = select(~key, key & 0x7fffffffu, key >= 0x80000000u);
  }
}
