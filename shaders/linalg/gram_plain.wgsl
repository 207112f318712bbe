// HEADER
struct Shape {
  samples: u32, order: u32, feature_stride: u32, feature_batch: u32,
  slice: u32, slices: u32, rows: u32, row_stride: u32,
  first: u32, matrices: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;

// Rows of a tile: 8, 16, 24 or 32.
override rows: u32 = 8u;

fn emit(at: u32, i: u32, j: u32, value: vec4f) {
  if (i < shape.order && j < shape.feature_stride) { partials[at + i * shape.row_stride + j] = value; }
}

fn emit_row(at: u32, i: u32, j: u32, row: Wide) {
  emit(at, i, j, row.a);
  emit(at, i, j + 1u, row.b);
  emit(at, i, j + 2u, row.c);
  emit(at, i, j + 3u, row.d);
}

fn emit_band(at: u32, i: u32, j: u32, band: Band) {
  emit_row(at, i + 0u, j, band.r0);
  emit_row(at, i + 1u, j, band.r1);
  emit_row(at, i + 2u, j, band.r2);
  emit_row(at, i + 3u, j, band.r3);
  emit_row(at, i + 4u, j, band.r4);
  emit_row(at, i + 5u, j, band.r5);
  emit_row(at, i + 6u, j, band.r6);
  emit_row(at, i + 7u, j, band.r7);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // Tiles are numbered along their rows, those left of the diagonal left out: an invocation that had one of them would
  // idle beside others of its subgroup.
  let tiles = (shape.order + 15u) / 16u;
  var row = 0u;
  var tile = id.x;
  while (tile >= tiles) {
    row += rows;
    if (row >= shape.order) { return; }
    tile = tile - tiles + row / 16u;
  }
  let column = 4u * tile;
  let replica = id.z / shape.slices;
  let slice = id.z % shape.slices;
  let first = slice * shape.slice;
  let end = min(first + shape.slice, shape.samples);
  var s0 = Band();
  var s1 = Band();
  var s2 = Band();
  var s3 = Band();
  for (var k = first; k < end; k++) {
    let at = replica * shape.feature_batch + k * shape.feature_stride;
    let w = weights[k];
    let b = Wide(
      w * features[at + column],
      w * features[at + column + 1u],
      w * features[at + column + 2u],
      w * features[at + column + 3u],
    );
    let l = at + row / 4u;
    s0 = add_outer(s0, features[l], features[l + 1u], b);
    if (rows > 8u) { s1 = add_outer(s1, features[l + 2u], features[l + 3u], b); }
    if (rows > 16u) { s2 = add_outer(s2, features[l + 4u], features[l + 5u], b); }
    if (rows > 24u) { s3 = add_outer(s3, features[l + 6u], features[l + 7u], b); }
  }
  let to = (slice * shape.matrices + shape.first + replica) * shape.rows * shape.row_stride;
  emit_band(to, row, column, s0);
  if (rows > 8u) { emit_band(to, row + 8u, column, s1); }
  if (rows > 16u) { emit_band(to, row + 16u, column, s2); }
  if (rows > 24u) { emit_band(to, row + 24u, column, s3); }
}
