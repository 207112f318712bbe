// Computes log det(I + M/ε) of M = Φᵀ diag(w) Φ, the smooth ε-rank Σ log(1 + λ_i/ε), and its
// gradient, from the R of √w Φ above √ε I.
//
//   RᵀR = M + ε I;   log det(I + M/ε) = Σ_i log(R_ii² / ε);   X = R⁻¹;   P = X Xᵀ = (M + ε I)⁻¹
//   invert         X, by back substitution, and the log determinant
//   differentiate  Δ = −2 diag(w) (Φ P) ⊙ D, the gradient of −log det by the preactivations
//                  whose activations are Φ and whose slopes are D
//
// R: n × n above the diagonal, in rows of `stride` vectors; X, P: n × n; Φ, D, Δ: m × n. All are
// row-major in vectors of 4. A batch is a replica. qr.wgsl computes R, and gemm.wgsl computes P
// from X between the two entry points: log_determinant.ts gives the reasons.
//
// Cost: `invert` n³/3 flops, one invocation for four columns, grid (⌈n / 256⌉, replicas);
// `differentiate` 2 m n² flops, see tile.wgsl. Invocations of `invert` read the same rows of R at
// the same time, and read and write neighbouring vectors of X. On a GPU it waits n times for a sum
// as long as the row, which is little beside the panels of the QR. It needs no barrier. Its loops
// take at most n²/8 iterations, which lavapipe allows up to n = 512.
//
// needs: tile.wgsl

struct Triangle { order: u32, stride: u32, batch: u32, inverse_stride: u32, inverse_batch: u32, inverse_root: f32 }

@group(0) @binding(0) var<uniform> triangle: Triangle;
@group(0) @binding(1) var<storage, read> factor: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> inverse: array<vec4f>;
// (−log det, 0) of each replica, which training minimizes as it does a loss.
@group(0) @binding(3) var<storage, read_write> partials: array<vec2f>;

const LANES = vec4u(0u, 1u, 2u, 3u);

fn diagonal(replica: u32, i: u32) -> f32 {
  return factor[replica * triangle.batch + i * triangle.stride + i / 4u][i % 4u];
}

@compute @workgroup_size(64)
fn invert(@builtin(global_invocation_id) id: vec3u) {
  let q = id.x;
  let replica = id.y;
  // No rows where there are no columns. Were n a number of the uniform alone, lavapipe would
  // compile the kernel for its value, anew at each dispatch that follows another kernel's: 14 ms
  // for n = 24.
  let n = select(0u, triangle.order, 4u * q < triangle.order);
  let first = replica * triangle.inverse_batch + q;
  for (var left = n; left > 0u; left--) {
    let i = left - 1u;
    var x = vec4f();
    if (i <= 4u * q + 3u) {
      let row = replica * triangle.batch + i * triangle.stride;
      var sum = select(vec4f(), vec4f(1.0), 4u * q + LANES == vec4u(i));
      for (var k = i / 4u; k <= q; k++) {
        // Rows up to i are not known yet: anything may stand there.
        let r = select(vec4f(), factor[row + k], 4u * k + LANES > vec4u(i));
        for (var c = 0u; c < 4u; c++) {
          let below = 4u * k + c;
          if (below > i && below < n) { sum -= r[c] * inverse[first + below * triangle.inverse_stride]; }
        }
      }
      x = sum / diagonal(replica, i);
    }
    inverse[first + i * triangle.inverse_stride] = select(vec4f(), x, 4u * q + LANES < vec4u(n));
  }
  if (q == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < n; i++) {
      let d = diagonal(replica, i);
      let logarithm = log(abs(d) * triangle.inverse_root);
      // SwiftShader's logarithm of NaN is finite.
      sum -= 2.0 * select(logarithm, d, (bitcast<u32>(d) & 0x7fffffffu) > 0x7f800000u);
    }
    partials[replica] = vec2f(sum, 0.0);
  }
}

struct Shape { rows: u32, order: u32, stride: u32, batch: u32, inverse_stride: u32, inverse_batch: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> product: array<vec4f>;
@group(0) @binding(3) var<storage, read> slopes: array<vec4f>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> delta: array<vec4f>;

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return features[batch * shape.batch + i * shape.stride + j];
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return product[batch * shape.inverse_batch + i * shape.inverse_stride + j];
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i >= shape.rows || j >= shape.stride) { return; }
  let at = batch * shape.batch + i * shape.stride + j;
  delta[at] = -2.0 * weights[i] * value * slopes[at];
}

@compute @workgroup_size(64)
fn differentiate(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.order + 7u) / 8u;
  if (8u * (id.x / columns) < shape.rows) { multiply_nn(id.z, id.x / columns, id.x % columns, shape.order); }
}
