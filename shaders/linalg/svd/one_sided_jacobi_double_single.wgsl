// One-sided Jacobi (Hestenes) in double-single arithmetic: rotations of rows until they are
// orthogonal, for a batch.
//
//     A ← Jᵀ A;   singular values dᵢ = ‖rowᵢ‖,   right singular vectors rowᵢ / dᵢ
//
// A: order × columns pairs hi, lo, row-major, rows `width` and matrices `batch` pairs apart.
// Entries behind the columns of a row are carried along: they are rotated with the row, but are
// part of no product or norm, so that right-hand sides C become Jᵀ C. A is best given as R of a QR
// factorisation. A round rotates the disjoint pairs of a round-robin tournament of rows. Players
// are the rows, and one idle player where their number is odd. Two entry points: `rotate` makes
// rounds; `judge` ends a sweep of them, or takes the norms before the first.
//
// Convergence: a pair is left alone where |g_pq| ≤ threshold · d_p d_q, g_pq = row_p · row_q, with
// no d counted below `floor` of the largest. A matrix is done when a sweep rotated nothing, and
// then returns at once. Measured so, by the norms of both rows, small rows become orthogonal
// relative to themselves: A = D Y with YYᵀ = I + E, and every singular value is known relative to
// itself as far as A has it (Demmel and Veselić 1992; Drmač and Veselić 2008).
//
// A rotation is made of h, the tangent of *half* its angle, which is taken for exact to whatever
// precision it was found (single is enough: what is left of g is 10⁻⁷ of it, and the next sweep
// does the rest), and of s = 2h / (1 + h²) in double-single:
//     x ← x − s (y + h x),   y ← y + s (x − h y)
// With that s the matrix is orthogonal but for the rounding of s: 8.5 u² at 45°, where c = 1/√(1 +
// t²) makes about 40. The rounding is 3 u² of both rows and 12 u² times s, which is nothing for
// small angles.
//
// Cost of a pair: 114 flops per entry for g and both norms, made anew each time so that no error
// collects in them, and 154 if it is rotated; 8 words read, 4 written: bound by arithmetic. SPLIT
// lanes share a pair, and a workgroup takes LANES / SPLIT of them. On a GPU the 32 lanes of a warp
// share one, and read a row end to end. On lavapipe each lane has its own: 8 pairs fill a vector,
// and nothing is to be added up. One workgroup has a small matrix for itself and makes many rounds
// per dispatch; several share a round of a larger one. On lavapipe a sweep of 64 rows of 64 takes 4
// ms, one of 128 rows of 128 takes 27 ms, on two threads.
//
// needs: jacobi_pairs.wgsl, double_single.wgsl

override LANES: u32 = 64u;
override SPLIT: u32 = 32u;

struct Shape {
  order: u32, columns: u32, width: u32, batch: u32, players: u32,
  first_round: u32, rounds: u32, block: u32, restart: u32,
  threshold: f32, floor: f32, zero: u32,
}

// Largest norm; √(Σ 2 e²) of what the last sweep met, e = g_pq / (d_p d_q); what rounding moved
// rows by, in units of u² times the largest norm: over all rounds the root of Σ ((3 + 24 |s|)²
// (d_p² + d_q²)) over the pairs rotated; sweeps made; whether the last one rotated nothing.
struct Progress { largest: f32, off: f32, moved: f32, sweeps: u32, done: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> matrices: array<vec2f>;
@group(0) @binding(2) var<storage, read> progress: array<Progress>;
// Measures of each pair in a round: 2 e², e, the square of the distance that rounding moved it.
@group(0) @binding(3) var<storage, read_write> seen: array<vec4f>;

var<workgroup> squares: array<vec4f, LANES>;
var<workgroup> products: array<vec2f, LANES>;

fn run_time_zero() -> u32 { return shape.zero; }

// Tangent of half the smaller angle that makes g zero, from the difference of the squared norms.
fn half_tangent(difference: f32, g: f32) -> f32 {
  let t = tangent(difference, g);
  return t / (1.0 + sqrt(1.0 + t * t));
}

// Σ x², Σ y² and Σ x y of two rows, a lane's share of them.
fn add_products(lane: u32, part: u32, p: u32, q: u32) {
  var xx = vec2f();
  var xy = vec2f();
  var yy = vec2f();
  for (var start = part; start < shape.columns; start += SPLIT * shape.block) {
    var part_xx = vec2f();
    var part_xy = vec2f();
    var part_yy = vec2f();
    let end = min(start + SPLIT * shape.block, shape.columns);
    for (var j = start; j < end; j += SPLIT) {
      let x = matrices[p + j];
      let y = matrices[q + j];
      part_xx = ds_fma(part_xx, x, x);
      part_xy = ds_fma(part_xy, x, y);
      part_yy = ds_fma(part_yy, y, y);
    }
    xx = ds_add(xx, part_xx);
    xy = ds_add(xy, part_xy);
    yy = ds_add(yy, part_yy);
  }
  squares[lane] = vec4f(xx, yy);
  products[lane] = xy;
}

fn rotate_rows(part: u32, p: u32, q: u32, h: f32, s: vec2f) {
  let minus_s = ds_negate(s);
  for (var j = part; j < shape.width; j += SPLIT) {
    let x = matrices[p + j];
    let y = matrices[q + j];
    matrices[p + j] = ds_fma(x, minus_s, ds_add(y, ds_mul_f32(x, h)));
    matrices[q + j] = ds_fma(y, s, ds_add(x, ds_mul_f32(y, -h)));
  }
}

@compute @workgroup_size(LANES)
fn rotate(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = workgroup.y;
  if (progress[index].done == 1u) { return; }
  let largest = progress[index].largest;
  let least = shape.floor * largest;
  let matrix = index * shape.batch;
  let part = lane % SPLIT;
  let pairs = shape.players / 2u;
  let together = LANES / SPLIT;
  let end = shape.first_round + shape.rounds;
  for (var round = shape.first_round; round < end; round++) {
    for (var first = workgroup.x * together; first < pairs; first += workgroups.x * together) {
      let k = first + lane / SPLIT;
      let one = first_of(min(k, pairs - 1u), round, shape.players);
      let other = second_of(min(k, pairs - 1u), round, shape.players);
      let present = k < pairs && max(one, other) < shape.order;
      let p = matrix + min(one, other) * shape.width;
      let q = matrix + max(one, other) * shape.width;
      if (present) { add_products(lane, part, p, q); }
      for (var half = SPLIT / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (present && part < half) {
          let mine = squares[lane];
          let more = squares[lane + half];
          squares[lane] = vec4f(ds_add(mine.xy, more.xy), ds_add(mine.zw, more.zw));
          products[lane] = ds_add(products[lane], products[lane + half]);
        }
      }
      workgroupBarrier();
      if (present) {
        let square = squares[lane - part];
        let g = products[lane - part].x;
        let d = sqrt(max(square.xz, vec2f()));
        let e = abs(g) / (max(d.x, least) * max(d.y, least));
        // Written so that NaN, and what is 0, are left alone.
        let far = e > shape.threshold;
        var moved = 0.0;
        if (far) {
          let h = half_tangent(ds_sub(square.zw, square.xy).x, g);
          let s = ds_div(vec2f(2.0 * h, 0.0), ds_add_f32(two_prod(h, h), 1.0));
          rotate_rows(part, p, q, h, s);
          moved = (3.0 + 24.0 * abs(s.x)) * length(d / largest);
        }
        if (part == 0u) {
          let scaled = select(e, 0.0, g == 0.0);
          seen[(index * (shape.players - 1u) + round) * pairs + k] =
            vec4f(2.0 * scaled * scaled, scaled, moved * moved, 0.0);
        }
      }
      workgroupBarrier();
    }
    storageBarrier();
    workgroupBarrier();
  }
}

@group(0) @binding(2) var<storage, read_write> judged: array<Progress>;
@group(0) @binding(4) var<storage, read_write> norms: array<vec2f>;

// Largest norm, Σ 2 e², largest e, what rounding moved.
var<workgroup> most: array<vec4f, LANES>;
// What is written is not uniform to a compiler, unless a workgroup's memory hands it to all lanes.
var<workgroup> before_sweep: Progress;

fn norm(at: u32) -> vec2f {
  var sum = vec2f();
  for (var start = 0u; start < shape.columns; start += shape.block) {
    var part = vec2f();
    let end = min(start + shape.block, shape.columns);
    for (var j = start; j < end; j++) { part = ds_fma(part, matrices[at + j], matrices[at + j]); }
    sum = ds_add(sum, part);
  }
  return ds_sqrt(sum);
}

@compute @workgroup_size(LANES)
fn judge(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x;
  if (lane == 0u) { before_sweep = judged[index]; }
  let before = workgroupUniformLoad(&before_sweep);
  let restart = shape.restart == 1u;
  if (before.done == 1u && !restart) { return; }
  var all = vec4f();
  for (var i = lane; i < shape.order; i += LANES) {
    let value = norm(index * shape.batch + i * shape.width);
    norms[index * shape.order + i] = value;
    all.x = max(all.x, value.x);
  }
  let pairs = shape.players / 2u;
  let rounds = select(shape.players - 1u, 0u, restart);
  for (var round = lane; round < rounds; round += LANES) {
    var moved = 0.0;
    for (var k = 0u; k < pairs; k++) {
      let met = seen[(index * (shape.players - 1u) + round) * pairs + k];
      all.y += met.x;
      all.z = max(all.z, met.y);
      moved += met.z;
    }
    all.w += sqrt(moved);
  }
  most[lane] = all;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let mine = most[lane];
      let other = most[lane + half];
      most[lane] = vec4f(max(mine.x, other.x), mine.y + other.y, max(mine.z, other.z), mine.w + other.w);
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    all = most[0];
    if (restart) {
      judged[index] = Progress(all.x, 0.0, 0.0, 0u, 0u);
    } else {
      let done = select(1u, 0u, all.z > shape.threshold);
      judged[index] = Progress(all.x, sqrt(all.y), before.moved + all.w, before.sweeps + 1u, done);
    }
  }
}
