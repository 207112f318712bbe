// Computes the deltas of the layer below on jets: the product G = Δ Wᵀ for each component, then the
// adjoint of the activation in jet_forward.wgsl with z and σ of the layer below, see
// jet_adjoint.wgsl.
// needs: carried_gradient.wgsl, jet_adjoint.wgsl, tile.wgsl
//
// Δ: (1 + ORDER d) · rows × outputs, G and Δ′: (1 + ORDER d) · rows × inputs, component by
// component; tangents: σ′, σ″, σ‴ (σ⁗), z_i, z_ii (z_iii) of the layer below, as jet_forward.wgsl
// leaves them. W: inputs × outputs, as in dense_forward.wgsl. All are row-major in vectors of 4.
// Entries that pad a row are 0 because those of σ′ … are. A skip connection adds the gradient with
// respect to the layer's features to G, component by component, as in dense_backward.wgsl; an
// adaptive one 1 − α times it.
//
// One invocation handles 8 samples and 8 neurons, with all components, as in jet_forward.wgsl: one
// dispatch a layer. Cost, to the second order: 2 · (1 + 2d) · rows · inputs · outputs flops and
// about 12 d + 2 a neuron and sample, for which it reads 3 + 2d words, writes 1 + 2d, and reads and
// writes those again.

// d, the number of directions.
override AXES: u32;
// Highest order of derivatives: 2 or 3.
override ORDER: u32 = 2u;

struct Shape {
  rows: u32, inputs: u32, outputs: u32,
  input_stride: u32, input_batch: u32,
  weights: u32, parameter_batch: u32,
  output_stride: u32, output_batch: u32,
  alpha: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> delta: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> tangents: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> delta_below: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> carried: array<vec4f>;

// First row of the component that is being multiplied.
var<private> first: u32;

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return delta[batch * shape.output_batch + (first + i) * shape.output_stride + j];
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return parameters[batch * shape.parameter_batch + shape.weights + i * shape.output_stride + j];
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i >= shape.rows || j >= shape.input_stride) { return; }
  let at = batch * shape.input_batch + (first + i) * shape.input_stride + j;
  delta_below[at] = with_carried(batch, at, value);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.inputs + 7u) / 8u;
  let row = id.x / columns;
  let column = id.x % columns;
  // Terms of a sum, none where there are no samples. Were the end of a loop a number of the uniform
  // alone, lavapipe would compile the kernel for its value, anew at each dispatch that follows
  // another kernel's: 3 ms from its cache, 300 without.
  let terms = select(0u, shape.outputs, 8u * row < shape.rows);
  for (var component = 0u; component <= ORDER * AXES; component++) {
    first = component * shape.rows;
    multiply_nt(id.z, row, column, terms);
  }
  // Vectors from one component to the next.
  let next = shape.rows * shape.input_stride;
  for (var e = 0u; e < 16u; e++) {
    let i = 8u * row + e / 2u;
    let j = 2u * column + e % 2u;
    if (i >= shape.rows || j >= shape.input_stride) { continue; }
    let at = id.z * shape.input_batch + i * shape.input_stride + j;
    let kept = at + ORDER * id.z * next;
    through_activation(at, kept, next);
  }
}
