// Copies the results of a double-single solver without its matrices: for each matrix the twelve
// words of its progress, then its diagonal, hi, lo, hi, lo, ….
//
// matrices: rows × rows pairs each; records: 12 + 2 · order words each. It copies bits, since a
// word may be an integer. One workgroup a matrix. Cost: order pairs read, rows + 1 pairs apart.
// With this dispatch the host copies kilobytes and not the 8 rows² bytes of each matrix.

const PROGRESS = 12u;

struct Shape { order: u32, rows: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> matrices: array<vec2u>;
@group(0) @binding(2) var<storage, read> progress: array<u32>;
@group(0) @binding(3) var<storage, read_write> records: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  let record = index * (PROGRESS + 2u * shape.order);
  if (lane < PROGRESS) { records[record + lane] = progress[PROGRESS * index + lane]; }
  for (var i = lane; i < shape.order; i += 64u) {
    let value = matrices[(index * shape.rows + i) * shape.rows + i];
    records[record + PROGRESS + 2u * i] = value.x;
    records[record + PROGRESS + 2u * i + 1u] = value.y;
  }
}
