// R factor of tall matrices, A = QR, by Householder reflections, many matrices at once; A becomes R
// above zeros.
//
// A: rows × columns, both padded with zeros to multiples of 16, row-major in vectors of 4. Step s
// eliminates columns 16s … 16s+15 below the diagonal, in *chunks* of 8 rows, by a tree. On the
// first level of the tree the pairs of chunks from s on are cut into panels of `fan`, and in each
// panel
//     factor  one invocation makes the first pair's 16 × 16 block triangular (R), then takes the
//             other chunks X one after the other: reflections I − τ (1, v)(1, v)ᵀ of a row of R
//             and all of X make X zero
//     update  other invocations apply them to 8 columns each, 16 rows of R and the chunk
//             in registers
// The next level treats the first pairs of all panels likewise, `fan` times as far apart, until one
// panel is left. 16 columns per step are two *sets* of 8 reflections per chunk. `update` applies
// both while it holds the chunk: reflections of different chunks move different rows of A, and
// those of a set their own rows of R, so they may change places.
//
// Cost: 2 n² (m − n / 3) flops; the tree adds 1 / fan. `update` reads and writes 128 + 2 · 72 words
// for 4,096 flops: 15 flops a word where a matrix product in registers has 8 and a block reflector
// would have 5 to 6. So it runs faster than gemm.wgsl on lavapipe, which spends its time in loads:
// 22 GFLOP/s, 18 with `factor` (32,768 × 256). Why no workgroup memory: each reflection is found
// and applied within one invocation, so there is no barrier at all; v is the same for all columns
// of a panel and comes from a GPU's L1. `update` holds about 200 registers: 8 warps per
// multiprocessor, each with 16 independent sums. On a GPU it is at its best for m ≥ 10⁴ or a batch,
// since `factor` takes a panel of a single small matrix in one invocation; a smaller fan would
// shorten that and lengthen the tree.
//
// Rounding: a reflection moves only 9 rows, so sums are short; see qr.ts for the bound. Squares of
// entries must neither overflow nor vanish: scale the matrix so that its largest entry is near 1. A
// chunk's column shorter than 2⁻⁵⁰ counts as 0.
//
// needs: reflection.wgsl

struct Shape {
  // Chunks of 8 rows of a matrix, vectors per row, vectors per matrix.
  chunks: u32, stride: u32, batch: u32,
  // Step s eliminates columns 16s … 16s+15. On this level of the tree it takes every spacing-th
  // pair of chunks from s on; a panel is `fan` of them, and there are `panels`.
  step: u32, spacing: u32, fan: u32, panels: u32,
  // Groups of 8 columns to the right.
  groups: u32,
  // Matrices.
  count: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> matrices: array<vec4f>;
// For each chunk two sets of reflections: 8 columns v of two vectors, then their factors τ, two
// vectors.
@group(0) @binding(2) var<storage, read_write> reflectors: array<vec4f>;

fn read_tile(at: u32) -> Tile {
  let d = shape.stride;
  return Tile(
    matrices[at], matrices[at + d], matrices[at + 2u * d], matrices[at + 3u * d],
    matrices[at + 4u * d], matrices[at + 5u * d], matrices[at + 6u * d], matrices[at + 7u * d],
    matrices[at + 1u], matrices[at + d + 1u], matrices[at + 2u * d + 1u], matrices[at + 3u * d + 1u],
    matrices[at + 4u * d + 1u], matrices[at + 5u * d + 1u], matrices[at + 6u * d + 1u], matrices[at + 7u * d + 1u],
  );
}

fn write_tile(at: u32, t: Tile) {
  let d = shape.stride;
  matrices[at] = t.a0;
  matrices[at + 1u] = t.b0;
  matrices[at + d] = t.a1;
  matrices[at + d + 1u] = t.b1;
  matrices[at + 2u * d] = t.a2;
  matrices[at + 2u * d + 1u] = t.b2;
  matrices[at + 3u * d] = t.a3;
  matrices[at + 3u * d + 1u] = t.b3;
  matrices[at + 4u * d] = t.a4;
  matrices[at + 4u * d + 1u] = t.b4;
  matrices[at + 5u * d] = t.a5;
  matrices[at + 5u * d + 1u] = t.b5;
  matrices[at + 6u * d] = t.a6;
  matrices[at + 6u * d + 1u] = t.b6;
  matrices[at + 7u * d] = t.a7;
  matrices[at + 7u * d + 1u] = t.b7;
}

// First vector of a chunk's reflections.
fn reflectors_of(matrix: u32, chunk: u32) -> u32 { return 36u * (matrix * shape.chunks + chunk); }

// Chunk i of the panel that starts with chunk `head`.
fn chunk_of(head: u32, i: u32) -> u32 { return head + 2u * shape.spacing * (i >> 1u) + (i & 1u); }

// Chunks of that panel.
fn chunks_of(head: u32) -> u32 {
  let most = (shape.chunks - head + 2u * shape.spacing - 1u) / (2u * shape.spacing);
  return 2u * min(most, shape.fan);
}

// T ← (I − τ v vᵀ) T for the 8 reflections that made the first chunk triangular.
fn reflect_head(t: ptr<function, Tile>, at: u32) {
  let taus = Row(reflectors[at + 16u], reflectors[at + 17u]);
  for (var k = 0u; k < 8u; k++) {
    let v = Row(reflectors[at + 2u * k], reflectors[at + 2u * k + 1u]);
    subtract(t, v, times(entry(taus, k), products(t, v)));
  }
}

// (r, X) ← (I − τ (1, v) (1, v)ᵀ) (r, X); returns r.
fn reflect(r: Row, x: ptr<function, Tile>, at: u32, tau: f32) -> Row {
  let v = Row(reflectors[at], reflectors[at + 1u]);
  let d = times(tau, plus(r, products(x, v)));
  subtract(x, v, d);
  return minus(r, d);
}

// An invocation a panel of a matrix; panels of small matrices share a workgroup, and its vector
// lanes.
@compute @workgroup_size(16)
fn factor(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.count * shape.panels) { return; }
  let matrix = id.x / shape.panels;
  let panel = id.x - matrix * shape.panels;
  let head = 2u * (shape.step + panel * shape.fan * shape.spacing);
  let count = chunks_of(head);
  let d = 8u * shape.stride;
  for (var half = 0u; half < 2u; half++) {
    // The first chunk that takes part has its 8 × 8 block on the diagonal.
    let first = matrix * shape.batch + 4u * shape.step + 2u * half;
    let top = first + (head + half) * d;
    var x = transposed(read_tile(top));
    var at = reflectors_of(matrix, head + half) + 18u * half;
    var taus = Row();
    for (var k = 0u; k < 8u; k++) {
      let c = column(&x, k);
      let h = reflector(entry(c, k), behind(c, k));
      let v = with_entry(times(h.scale, behind(c, k)), k, 1.0);
      subtract_columns(&x, v, starting(times(h.tau, dots(&x, v)), k));
      reflectors[at + 2u * k] = v.a;
      reflectors[at + 2u * k + 1u] = v.b;
      taus = with_entry(taus, k, h.tau);
    }
    reflectors[at + 16u] = taus.a;
    reflectors[at + 17u] = taus.b;
    write_tile(top, upper(transposed(x)));

    for (var i = half + 1u; i < count; i++) {
      let chunk = chunk_of(head, i);
      x = transposed(read_tile(first + chunk * d));
      at = reflectors_of(matrix, chunk) + 18u * half;
      for (var k = 0u; k < 8u; k++) {
        let c = column(&x, k);
        let r_at = top + k * shape.stride;
        let r = Row(matrices[r_at], matrices[r_at + 1u]);
        let h = reflector(entry(r, k), c);
        let v = times(h.scale, c);
        let e = behind(times(h.tau, plus(r, dots(&x, v))), k);
        subtract_columns(&x, v, e);
        let next = with_entry(minus(r, e), k, h.beta);
        matrices[r_at] = next.a;
        matrices[r_at + 1u] = next.b;
        reflectors[at + 2u * k] = v.a;
        reflectors[at + 2u * k + 1u] = v.b;
        taus = with_entry(taus, k, h.tau);
      }
      reflectors[at + 16u] = taus.a;
      reflectors[at + 17u] = taus.b;
      write_tile(first + chunk * d, Tile());
    }

    // The first half's reflections reach the columns of the second.
    let reached = select(0u, count, half == 0u);
    for (var i = 0u; i < reached; i++) {
      let chunk = chunk_of(head, i);
      at = reflectors_of(matrix, chunk);
      var y = read_tile(first + 2u + chunk * d);
      if (i == 0u) {
        reflect_head(&y, at);
      } else {
        taus = Row(reflectors[at + 16u], reflectors[at + 17u]);
        for (var k = 0u; k < 8u; k++) {
          let r_at = top + 2u + k * shape.stride;
          let r = reflect(Row(matrices[r_at], matrices[r_at + 1u]), &y, at + 2u * k, entry(taus, k));
          matrices[r_at] = r.a;
          matrices[r_at + 1u] = r.b;
        }
      }
      write_tile(first + 2u + chunk * d, y);
    }
  }
}

// The 8 reflections of a chunk.
fn reflect_chunk(r: ptr<function, Rows>, x: ptr<function, Tile>, at: u32) {
  let s = reflectors[at + 16u];
  let t = reflectors[at + 17u];
  (*r).r0 = reflect((*r).r0, x, at, s.x);
  (*r).r1 = reflect((*r).r1, x, at + 2u, s.y);
  (*r).r2 = reflect((*r).r2, x, at + 4u, s.z);
  (*r).r3 = reflect((*r).r3, x, at + 6u, s.w);
  (*r).r4 = reflect((*r).r4, x, at + 8u, t.x);
  (*r).r5 = reflect((*r).r5, x, at + 10u, t.y);
  (*r).r6 = reflect((*r).r6, x, at + 12u, t.z);
  (*r).r7 = reflect((*r).r7, x, at + 14u, t.w);
}

@compute @workgroup_size(64)
fn update(@builtin(global_invocation_id) id: vec3u) {
  let each = id.x / shape.groups;
  if (each >= shape.count * shape.panels) { return; }
  let matrix = each / shape.panels;
  let panel = each - matrix * shape.panels;
  let head = 2u * (shape.step + panel * shape.fan * shape.spacing);
  let count = chunks_of(head);
  let d = 8u * shape.stride;
  let first = matrix * shape.batch + 4u * (shape.step + 1u) + 2u * (id.x - each * shape.groups);
  let top = first + head * d;

  var x = read_tile(top);
  reflect_head(&x, reflectors_of(matrix, head));
  var upper_rows = rows_of(x);
  x = read_tile(top + d);
  let second = reflectors_of(matrix, head + 1u);
  reflect_chunk(&upper_rows, &x, second);
  reflect_head(&x, second + 18u);
  var lower_rows = rows_of(x);
  for (var i = 2u; i < count; i++) {
    let chunk = chunk_of(head, i);
    x = read_tile(first + chunk * d);
    let at = reflectors_of(matrix, chunk);
    reflect_chunk(&upper_rows, &x, at);
    reflect_chunk(&lower_rows, &x, at + 18u);
    write_tile(first + chunk * d, x);
  }
  write_tile(top, tile_of(upper_rows));
  write_tile(top + d, tile_of(lower_rows));
}

struct Source {
  // Samples, and the first of them to load.
  samples: u32, first: u32,
  // Vectors per row and per matrix of the features, and vectors before the first.
  stride: u32, batch: u32, offset: u32,
  // Vectors per row and per matrix of the target, and its first row to write.
  target_stride: u32, target_batch: u32, row: u32,
  columns: u32,
  // Diagonal of the square below the samples.
  ridge: f32,
}

@group(0) @binding(0) var<uniform> source: Source;
@group(0) @binding(2) var<storage, read> features: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;

// Rows from `row` on become √w Φ, samples from `first` on, and below the last of them ridge · I,
// and then zero. Grid (vectors / 16, rows, matrices).
@compute @workgroup_size(16)
fn load(@builtin(global_invocation_id) id: vec3u) {
  let row = source.row + id.y;
  let sample = source.first + id.y;
  if (id.x >= source.target_stride) { return; }
  let columns = 4u * id.x + FIRST;
  let inside = columns < vec4u(source.columns);
  var value = vec4f();
  if (sample >= source.samples) {
    value = select(vec4f(), vec4f(source.ridge), inside & (columns == vec4u(sample - source.samples)));
  } else if (id.x < source.stride) {
    let x = features[source.offset + id.z * source.batch + sample * source.stride + id.x];
    value = select(vec4f(), sqrt(weights[sample]) * x, inside);
  }
  matrices[id.z * source.target_batch + row * source.target_stride + id.x] = value;
}
