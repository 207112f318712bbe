// Computes the deltas of a gated layer and its share of the gradient with respect to the encoders,
// from the gradient G with respect to its features H = V + S ⊙ W, W = U − V (gate.wgsl).
// needs: jet_adjoint.wgsl
//
// Without derivatives the gradient with respect to S is G ⊙ W, that with respect to W is G ⊙ S, to
// U the same, and to V the rest of G. With them, as a product of jets is bilinear,
//
//  by s     = g w + Σ_i ( g_i w_i + g_ii w_ii + g_iii w_iii )
//  by s_i   = g_i w + 2 g_ii w_i + 3 g_iii w_ii
//  by s_ii  = g_ii w + 3 g_iii w_i
//  by s_iii = g_iii w
//
// and with s in the place of w by w, w_i … Then the activation of the layer leads on to Z
// (jet_adjoint.wgsl). G, S, U, V, the deltas and both sums are (1 + ORDER d) · rows × outputs,
// component by component, row-major in vectors of 4, and 0 where they pad a row; tangents are those
// of jet_forward.wgsl, or D of dense_forward.wgsl.
//
// `main` handles a layer. The last layer, which comes first, begins the sums over layers; the
// others add. `encoders` leads a finished sum through the activation of its encoder, in place. One
// invocation handles a vector of 4 with all components; grid (⌈rows · stride / 64⌉, 1, replicas).
// Cost: about 8 + 30 d flops an output to the second order. The kernel is bound by memory.

// d, the number of directions; 0 for samples without derivatives.
override AXES: u32;
// Highest order of derivatives: 2 or 3.
override ORDER: u32 = 2u;
// Whether the layer adds to the sums, or begins them.
override ADDS: bool;

// Vectors of 4 of a component, and of a replica.
struct Shape { next: u32, batch: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> by_features: array<vec4f>;
@group(0) @binding(2) var<storage, read> gate: array<vec4f>;
@group(0) @binding(3) var<storage, read> encoder_u: array<vec4f>;
@group(0) @binding(4) var<storage, read> encoder_v: array<vec4f>;
@group(0) @binding(5) var<storage, read> tangents: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> delta_below: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> by_u: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> by_v: array<vec4f>;

fn activate_back(replica: u32, at: u32) {
  if (AXES == 0u) {
    delta_below[at] *= tangents[at];
  } else {
    through_activation(at, at + ORDER * replica * shape.next, shape.next);
  }
}

fn add_share(at: u32, by_w: vec4f) {
  let rest = by_features[at] - by_w;
  by_u[at] = select(vec4f(), by_u[at], ADDS) + by_w;
  by_v[at] = select(vec4f(), by_v[at], ADDS) + rest;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.next) { return; }
  let at = id.z * shape.batch + id.x;
  let s = gate[at];
  let w = encoder_u[at] - encoder_v[at];
  var by_s = by_features[at] * w;
  var by_w = by_features[at] * s;
  for (var axis = 1u; axis <= AXES; axis++) {
    let at1 = at + axis * shape.next;
    let at2 = at1 + AXES * shape.next;
    let g1 = by_features[at1];
    let g2 = by_features[at2];
    let s1 = gate[at1];
    let s2 = gate[at2];
    let w1 = encoder_u[at1] - encoder_v[at1];
    let w2 = encoder_u[at2] - encoder_v[at2];
    by_s += g1 * w1 + g2 * w2;
    by_w += g1 * s1 + g2 * s2;
    var by_s1 = g1 * w + 2.0 * g2 * w1;
    var by_w1 = g1 * s + 2.0 * g2 * s1;
    var by_s2 = g2 * w;
    var by_w2 = g2 * s;
    if (ORDER > 2u) {
      let at3 = at2 + AXES * shape.next;
      let g3 = by_features[at3];
      by_s += g3 * (encoder_u[at3] - encoder_v[at3]);
      by_w += g3 * gate[at3];
      by_s1 += 3.0 * g3 * w2;
      by_w1 += 3.0 * g3 * s2;
      by_s2 += 3.0 * g3 * w1;
      by_w2 += 3.0 * g3 * s1;
      delta_below[at3] = g3 * w;
      add_share(at3, g3 * s);
    }
    delta_below[at1] = by_s1;
    delta_below[at2] = by_s2;
    add_share(at1, by_w1);
    add_share(at2, by_w2);
  }
  delta_below[at] = by_s;
  add_share(at, by_w);
  activate_back(id.z, at);
}

@compute @workgroup_size(64)
fn encoders(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.next) { return; }
  activate_back(id.z, id.z * shape.batch + id.x);
}
