// Computes the features of a gated layer: H = V + S ⊙ (U − V), with the encoders U and V of the
// input and the gate S = σ(Z).
//
// Of samples that carry derivatives (jet_forward.wgsl) S, U, V and H are jets, and the product has
// the derivatives of one: with W = U − V
//
//  h_i   = v_i + s_i w + s w_i
//  h_ii  = v_ii + s_ii w + 2 s_i w_i + s w_ii
//  h_iii = v_iii + s_iii w + 3 s_ii w_i + 3 s_i w_ii + s w_iii
//
// All are (1 + ORDER d) · rows × outputs, component by component, row-major in vectors of 4, and 0
// where they pad a row. One invocation computes a vector of 4 with all components; grid (⌈rows ·
// stride / 64⌉, 1, replicas). Cost: about 3 + 10 d flops an output to the second order, 4 words
// moved for each component. The kernel is bound by memory. It is none of dense_forward.wgsl and
// jet_forward.wgsl, which would need two operands more; and the backward pass needs S by itself.

// d, the number of directions; 0 for samples without derivatives.
override AXES: u32;
// Highest order of derivatives: 2 or 3.
override ORDER: u32 = 2u;

// Vectors of 4 of a component, and of a replica.
struct Shape { next: u32, batch: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gate: array<vec4f>;
@group(0) @binding(2) var<storage, read> encoder_u: array<vec4f>;
@group(0) @binding(3) var<storage, read> encoder_v: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.next) { return; }
  let at = id.z * shape.batch + id.x;
  let s = gate[at];
  let v = encoder_v[at];
  let w = encoder_u[at] - v;
  output[at] = v + s * w;
  for (var axis = 1u; axis <= AXES; axis++) {
    let at1 = at + axis * shape.next;
    let at2 = at1 + AXES * shape.next;
    let s1 = gate[at1];
    let s2 = gate[at2];
    let v1 = encoder_v[at1];
    let v2 = encoder_v[at2];
    let w1 = encoder_u[at1] - v1;
    let w2 = encoder_u[at2] - v2;
    output[at1] = v1 + s1 * w + s * w1;
    output[at2] = v2 + s2 * w + 2.0 * s1 * w1 + s * w2;
    if (ORDER > 2u) {
      let at3 = at2 + AXES * shape.next;
      let v3 = encoder_v[at3];
      let w3 = encoder_u[at3] - v3;
      output[at3] = v3 + gate[at3] * w + 3.0 * s2 * w1 + 3.0 * s1 * w2 + s * w3;
    }
  }
}
