// Computes one hidden layer forward on jets: samples that carry derivatives along d directions x_1
// … x_d in the space of inputs, to the second or third order.
// needs: activation.wgsl, tile.wgsl
//
//  z = x W + b,  z_i = x_i W,  z_ii = x_ii W,  z_iii = x_iii W
//  h = σ(z),     h_i = σ′ z_i, h_ii = σ″ z_i² + σ′ z_ii,
//  h_iii = σ‴ z_i³ + 3 σ″ z_i z_ii + σ′ z_iii
//
// where index i stands for ∂/∂x_i, ii for ∂²/∂x_i² and iii for ∂³/∂x_i³. X, H: (1 + ORDER d) · rows
// × inputs or outputs: first the rows of values, one for each sample, then the rows of ∂/∂x_1 …
// ∂/∂x_d, then those of the second derivatives, then those of the third. So the features themselves
// are a matrix at the head of H. W and b are as in dense_forward.wgsl; b is added to the rows of
// values alone. What the backward pass needs goes to `tangents`: (1 + ORDER + ORDER d) · rows ×
// outputs, σ′, σ″, σ‴ (σ⁗), then z_1 … z_d, then z_11 … z_dd (then z_111 …). So the backward pass
// need not know the activation, and one pipeline serves all. All are row-major in vectors of 4, and
// entries that pad a row are 0. A batch is a replica; its X may be shared (input_batch = 0). A skip
// connection adds x, x_i … to h, h_i …, with inputs and outputs as many. An adaptive one has
// s = h − x and x + α s instead, component by component, and tangents α σ′, α σ″ …, as in
// dense_forward.wgsl.
//
// One invocation handles 8 samples and 8 neurons: a tile of products for each component of their
// jets (tile.wgsl), then the activation over what it has just stored. So a layer is one dispatch
// and not two, and needs no barrier. A tile for each component would give 1 + ORDER d times as many
// invocations; so it takes about 10⁴ samples · neurons to fill a GPU. Below that the number of
// dispatches counts.
//
// Cost, to the second order: 2 · (1 + 2d) · rows · inputs · outputs flops, and one activation with
// its derivatives an output; 3 + 2d words written an output, 1 + 2d of them read again and written.

// d, the number of directions.
override AXES: u32;
// Highest order of derivatives: 2 or 3.
override ORDER: u32 = 2u;
// Skip connection of the layer, as in dense_forward.wgsl.
override SKIP: u32;

struct Shape {
  rows: u32, inputs: u32, outputs: u32,
  input_stride: u32, input_batch: u32,
  weights: u32, bias: u32, parameter_batch: u32,
  output_stride: u32, output_batch: u32,
  alpha: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> tangents: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> difference: array<vec4f>;

// First row of the component that is being multiplied.
var<private> first: u32;

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return input[batch * shape.input_batch + (first + i) * shape.input_stride + j];
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return parameters[batch * shape.parameter_batch + shape.weights + i * shape.output_stride + j];
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i >= shape.rows || j >= shape.output_stride) { return; }
  let bias = parameters[batch * shape.parameter_batch + shape.bias + j];
  output[batch * shape.output_batch + (first + i) * shape.output_stride + j] =
    value + select(vec4f(), bias, first == 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.outputs + 7u) / 8u;
  let row = id.x / columns;
  let column = id.x % columns;
  // Terms of a sum, none where there are no samples. Were the end of a loop a number of the uniform
  // alone, lavapipe would compile the kernel for its value, anew at each dispatch that follows
  // another kernel's: 3 ms from its cache, 300 without.
  let terms = select(0u, shape.inputs, 8u * row < shape.rows);
  for (var component = 0u; component <= ORDER * AXES; component++) {
    first = component * shape.rows;
    multiply_nn(id.z, row, column, terms);
  }
  // Vectors from one component to the next.
  let next = shape.rows * shape.output_stride;
  for (var e = 0u; e < 16u; e++) {
    let i = 8u * row + e / 2u;
    let j = 2u * column + e % 2u;
    if (i >= shape.rows || j >= shape.output_stride) { continue; }
    let at = id.z * shape.output_batch + i * shape.output_stride + j;
    let kept = at + ORDER * id.z * next;
    let inside = 4u * j + vec4u(0u, 1u, 2u, 3u) < vec4u(shape.outputs);
    let jet = activate(output[at]);
    let slope = select(vec4f(), jet.first, inside);
    let bend = select(vec4f(), jet.second, inside);
    output[at] = select(vec4f(), jet.value, inside);
    tangents[kept] = slope;
    tangents[kept + next] = bend;
    let third = select(vec4f(), jet.third, inside);
    tangents[kept + 2u * next] = third;
    if (ORDER > 2u) { tangents[kept + 3u * next] = select(vec4f(), jet.fourth, inside); }
    for (var axis = 1u; axis <= AXES; axis++) {
      let z1 = output[at + axis * next];
      let z2 = output[at + (AXES + axis) * next];
      tangents[kept + (ORDER + axis) * next] = z1;
      tangents[kept + (ORDER + AXES + axis) * next] = z2;
      output[at + axis * next] = slope * z1;
      output[at + (AXES + axis) * next] = bend * z1 * z1 + slope * z2;
      if (ORDER > 2u) {
        let z3 = output[at + (2u * AXES + axis) * next];
        tangents[kept + (ORDER + 2u * AXES + axis) * next] = z3;
        output[at + (2u * AXES + axis) * next] = third * z1 * z1 * z1 + 3.0 * bend * z1 * z2 + slope * z3;
      }
    }
    //#if SKIP == 1
    if (SKIP == 1u) {
      for (var component = 0u; component <= ORDER * AXES; component++) {
        first = component * shape.rows;
        output[at + component * next] += select(vec4f(), left(id.z, i, j), inside);
      }
    }
    //#end
    //#if SKIP == 2
    if (SKIP == 2u) {
      let alpha = parameters[id.z * shape.parameter_batch + shape.alpha].x;
      for (var component = 0u; component <= ORDER * AXES; component++) {
        first = component * shape.rows;
        let below = select(vec4f(), left(id.z, i, j), inside);
        let apart = output[at + component * next] - below;
        difference[at + component * next] = apart;
        output[at + component * next] = below + alpha * apart;
      }
      for (var order = 0u; order <= ORDER; order++) { tangents[kept + order * next] *= alpha; }
    }
    //#end
  }
}
