// Gathers the rows of a matrix that lie apart, and pads them to whole vectors of four.
//
//     target[to + i · width + j] = source[at + i · stride + j] for j < columns, else 0
//
// Any stride of at least `columns`, and any offset: a program's own tensors begin and end where
// they like. Cost: 8 bytes an entry, one invocation each, so that 256 × 50 take a few µs on a GPU,
// all of it latency. Matrices without gaps whose rows are whole vectors are copied instead.

struct Shape { rows: u32, columns: u32, at: u32, stride: u32, to: u32, width: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> gathered: array<f32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.y >= shape.rows || id.x >= shape.width) { return; }
  var value = 0.0;
  if (id.x < shape.columns) { value = source[shape.at + id.y * shape.stride + id.x]; }
  gathered[shape.to + id.y * shape.width + id.x] = value;
}
