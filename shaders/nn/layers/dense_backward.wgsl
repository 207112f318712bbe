// Computes the deltas of the layer below: Δ′ = (Δ Wᵀ) ⊙ D, where D = σ′(Z) of the layer below and Δ
// is the gradient of the loss with respect to Z.
// needs: carried_gradient.wgsl, tile.wgsl
//
// Δ: rows × outputs; W: inputs × outputs, as in dense_forward.wgsl; Δ′, D: rows × inputs. All are
// row-major in vectors of 4. Entries of Δ′ that pad a row are 0 because those of D are.
//
// A skip connection around the layer carries the gradient G of the loss with respect to its
// features on to the layer below: G′ = Δ Wᵀ + G and Δ′ = G′ ⊙ D. G is kept, in the shape of Δ′, as
// it does not follow from Δ = G ⊙ σ′ where σ′ is 0. G′ takes its place if the layer below has a
// skip connection as well. An adaptive one carries (1 − α) G.
//
// Cost: 2 · rows · inputs · outputs flops; see tile.wgsl.

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
@group(0) @binding(3) var<storage, read> slope: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> delta_below: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> carried: array<vec4f>;

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return delta[batch * shape.output_batch + i * shape.output_stride + j];
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return parameters[batch * shape.parameter_batch + shape.weights + i * shape.output_stride + j];
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i >= shape.rows || j >= shape.input_stride) { return; }
  let at = batch * shape.input_batch + i * shape.input_stride + j;
  delta_below[at] = with_carried(batch, at, value) * slope[at];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = (shape.inputs + 7u) / 8u;
  if (8u * (id.x / columns) < shape.rows) { multiply_nt(id.z, id.x / columns, id.x % columns, shape.outputs); }
}
