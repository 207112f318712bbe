// Computes one dense layer forward: Z = X W + 1 bᵀ, H = σ(Z), D = σ′(Z).
// needs: activation.wgsl, tile.wgsl
//
// X: rows × inputs; W: inputs × outputs, rows padded to a multiple of 4, with the row b below it;
// H, D: rows × outputs. All are row-major in vectors of 4. A batch is a replica; its X may be
// shared (input_batch = 0).
//
// `linear` writes Z alone, for an output layer, and adds b to the first `biased` rows only: the
// rows below are derivatives (jet_forward.wgsl). `activated` writes H and D. It stores D rather
// than Z, so that the activation is evaluated once a step and the backward pass need not know it.
// Entries that pad a row of H or D are 0. With a skip connection, H = X + σ(Z): then inputs and
// outputs are as many, and D is still σ′(Z), which would not follow from H without cancellation. An
// adaptive one has S = σ(Z) − X, H = X + α S and D = α σ′(Z); S is kept for the gradient of α.
//
// Cost: 2 · rows · inputs · outputs flops and one activation an output; see tile.wgsl. H is
// activated in a second pass over the tile just stored: inlined into 16 emits, the activation made
// the pipeline compile for seconds.

struct Shape {
  rows: u32, inputs: u32, outputs: u32,
  input_stride: u32, input_batch: u32,
  weights: u32, bias: u32, parameter_batch: u32,
  output_stride: u32, output_batch: u32,
  biased: u32, alpha: u32,
}

// Skip connection of the layer: 0 none, 1 one that adds, 2 an adaptive one.
override SKIP: u32;

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> slope: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> difference: array<vec4f>;

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return input[batch * shape.input_batch + i * shape.input_stride + j];
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return parameters[batch * shape.parameter_batch + shape.weights + i * shape.output_stride + j];
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i >= shape.rows || j >= shape.output_stride) { return; }
  let bias = parameters[batch * shape.parameter_batch + shape.bias + j];
  output[batch * shape.output_batch + i * shape.output_stride + j] =
    value + select(vec4f(), bias, i < shape.biased);
}

@compute @workgroup_size(64)
fn linear(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.outputs + 7u) / 8u;
  if (8u * (id.x / columns) < shape.rows) { multiply_nn(id.z, id.x / columns, id.x % columns, shape.inputs); }
}

@compute @workgroup_size(64)
fn activated(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.outputs + 7u) / 8u;
  let row = id.x / columns;
  let column = id.x % columns;
  if (8u * row >= shape.rows) { return; }
  multiply_nn(id.z, row, column, shape.inputs);
  for (var e = 0u; e < 16u; e++) {
    let i = 8u * row + e / 2u;
    let j = 2u * column + e % 2u;
    if (i < shape.rows && j < shape.output_stride) {
      let at = id.z * shape.output_batch + i * shape.output_stride + j;
      let result = activate(output[at]);
      let inside = 4u * j + vec4u(0u, 1u, 2u, 3u) < vec4u(shape.outputs);
      var value = result.value;
      var first = result.first;
      //#if SKIP == 1
      if (SKIP == 1u) { value += left(id.z, i, j); }
      //#end
      //#if SKIP == 2
      if (SKIP == 2u) {
        let alpha = parameters[id.z * shape.parameter_batch + shape.alpha].x;
        let below = left(id.z, i, j);
        let apart = value - below;
        difference[at] = select(vec4f(), apart, inside);
        value = below + alpha * apart;
        first *= alpha;
      }
      //#end
      output[at] = select(vec4f(), value, inside);
      slope[at] = select(vec4f(), first, inside);
    }
  }
}
