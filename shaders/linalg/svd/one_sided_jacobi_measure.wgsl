// Measures the norms of the rows of matrices, and judges a sweep of one_sided_jacobi.wgsl: one
// workgroup for each matrix.
//
// The norms go to `values`: they are the singular values once the rows are orthogonal. The sweep is
// judged by the products of rows that its workgroups have seen, added in a fixed order. The next
// sweep measures products of rows against the largest norm.
//
// Cost: 2 flops and a word for each entry, 2 words for each pair of blocks; nothing for a matrix
// that is done.
//
// needs: one_sided_state.wgsl

@group(0) @binding(1) var<storage, read> matrices: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> progress: array<Progress>;
@group(0) @binding(3) var<storage, read> seen: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> values: array<f32>;

const MEASURERS: u32 = 64u;
// Largest norm, Σ 2 eᵢⱼ², largest eᵢⱼ, pairs rotated.
var<workgroup> most: array<vec4f, MEASURERS>;
// What is written is not uniform to a compiler, unless a workgroup's memory hands it to all lanes.
var<workgroup> before_sweep: Progress;

@compute @workgroup_size(MEASURERS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.y;
  if (lane == 0u) { before_sweep = progress[index]; }
  let before = workgroupUniformLoad(&before_sweep);
  let restart = shape.restart == 1u;
  if ((before.done == 1u) & !restart) { return; }
  let order = 8u * shape.blocks;
  var largest = 0.0;
  for (var i = lane; i < order; i += MEASURERS) {
    let at = shape.offset + index * shape.batch + i * shape.stride;
    var sum = vec4f();
    for (var j = 0u; j < shape.counted; j++) { sum += matrices[at + j] * matrices[at + j]; }
    let value = sqrt((sum.x + sum.y) + (sum.z + sum.w));
    values[index * order + i] = value;
    largest = max(largest, value);
  }
  let pairs = shape.blocks * shape.blocks;
  var off = 0.0;
  var worst = 0.0;
  var rotated = 0.0;
  for (var k = lane; k < pairs; k += MEASURERS) {
    off += seen[index * pairs + k].x;
    let e = seen[index * pairs + k].y;
    worst = max(worst, e);
    rotated += select(0.0, 1.0, e > shape.threshold);
  }
  most[lane] = vec4f(largest, off, worst, rotated);
  for (var half = MEASURERS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = most[lane + half];
      let own = most[lane];
      most[lane] = vec4f(max(own.x, other.x), own.y + other.y, max(own.z, other.z), own.w + other.w);
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    let all = most[0];
    if (restart) {
      progress[index] = Progress(all.x, 0.0, 0u, 0u, 0u);
    } else {
      let done = !(all.z > shape.threshold);
      let rotated_pairs = before.rotated + u32(all.w);
      progress[index] =
        Progress(all.x, sqrt(all.y), before.sweeps + 1u, select(0u, 1u, done), rotated_pairs);
    }
  }
}
