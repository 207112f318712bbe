// Writes one probe to the ring that the host reads: the spectrum, once all sums are done.
//
// One workgroup a replica. It writes to records[slot][layer · replicas + replica], of record_size
// words each, with slot = probes made mod capacity:
//     0 … 3            loss, hits, held-out loss, held-out hits
//     4 … 5            ‖β‖², ‖b‖² of the output layer
//     6 … 7            rounds that the solver made, its off at the end
//     8 … 11           its off of each head at the start
//     12 … 15          the trace of each tail at the start
//     16 … 16+rows−1   eigenvalues, in no order
//     then             the moments of each eigenvalue's feature, 4 · tail_stride words
// Cost: rows · (1 + 4 · tail_stride) words a layer, and the output layer's parameters once, in one
// dispatch, so that the host copies a single buffer for any number of layers and replicas.
//
// needs: state.wgsl

struct Shape {
  layers: u32, replicas: u32, rows: u32, row_stride: u32,
  tail_stride: u32, partials: u32, record_size: u32, capacity: u32,
  parameter_batch: u32, output_weights: u32, output_bias: u32, output_end: u32,
  held_out: u32,
}

struct Progress { round: u32, done: u32, off: f32, unused: f32, heads: vec4f, tails: vec4f }

const HEADER = 16u;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> matrices: array<f32>;
@group(0) @binding(2) var<storage, read> basis: array<f32>;
@group(0) @binding(3) var<storage, read> progress: array<Progress>;
@group(0) @binding(4) var<storage, read> partials: array<vec2f>;
@group(0) @binding(5) var<storage, read> held_out_partials: array<vec2f>;
@group(0) @binding(6) var<storage, read> parameters: array<f32>;
@group(0) @binding(7) var<storage, read_write> states: array<State>;
@group(0) @binding(8) var<storage, read_write> records: array<f32>;

var<workgroup> sums: array<vec4f, 64>;

// Sums of v over all lanes, in a fixed order.
fn sum_over_lanes(lane: u32, v: vec4f) -> vec4f {
  sums[lane] = v;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  return workgroupUniformLoad(&sums[0]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let replica = workgroup.x;
  var sum = vec4f();
  for (var i = lane; i < shape.partials; i += 64u) {
    sum += vec4f(partials[replica * shape.partials + i], 0.0, 0.0);
  }
  let parameter0 = replica * shape.parameter_batch;
  for (var i = shape.output_weights + lane; i < shape.output_bias; i += 64u) {
    sum.z += parameters[parameter0 + i] * parameters[parameter0 + i];
  }
  for (var i = shape.output_bias + lane; i < shape.output_end; i += 64u) {
    sum.w += parameters[parameter0 + i] * parameters[parameter0 + i];
  }
  let totals = sum_over_lanes(lane, sum);
  var held_out = vec4f();
  for (var i = lane; i < shape.held_out; i += 64u) {
    held_out += vec4f(held_out_partials[replica * shape.held_out + i], 0.0, 0.0);
  }
  workgroupBarrier();
  let held_out_totals = sum_over_lanes(lane, held_out);

  let columns = 4u * shape.row_stride;
  let tail = 4u * shape.tail_stride;
  let slot = states[replica].probes % shape.capacity;
  for (var layer = 0u; layer < shape.layers; layer++) {
    let matrix = layer * shape.replicas + replica;
    let record = (slot * shape.layers * shape.replicas + matrix) * shape.record_size;
    if (lane == 0u) {
      let solved = progress[matrix];
      records[record] = totals.x;
      records[record + 1u] = totals.y;
      records[record + 2u] = held_out_totals.x;
      records[record + 3u] = held_out_totals.y;
      records[record + 4u] = totals.z;
      records[record + 5u] = totals.w;
      records[record + 6u] = f32(solved.round);
      records[record + 7u] = solved.off;
      for (var i = 0u; i < 4u; i++) {
        records[record + 8u + i] = solved.heads[i];
        records[record + 12u + i] = solved.tails[i];
      }
    }
    for (var i = lane; i < shape.rows; i += 64u) {
      records[record + HEADER + i] = matrices[(matrix * shape.rows + i) * shape.rows + i];
    }
    for (var e = lane; e < shape.rows * tail; e += 64u) {
      records[record + HEADER + shape.rows + e] =
        basis[(matrix * shape.rows + e / tail) * columns + columns - tail + e % tail];
    }
  }
  workgroupBarrier();
  if (lane == 0u) { states[replica].probes++; }
}
