// The shapes and operands of a matrix product, and the places of its results: shared by the kernels
// of a product.
//
//   nn: A is M × K, B is K × N      nt: A is M × K, B is N × K      tn: A is K × M, B is K × N
//
// All matrices are row-major in vectors of 4, rows padded with zeros: `*_stride` vectors per row,
// `*_batch` vectors per matrix, 0 where all of a batch share one, the first matrix from vector
// `*_offset` on. Rows and columns of A and B beyond the bounds, up to the size of a tile, are read
// and do not count. M, N, K are in a uniform and not in `override` constants, so that one pipeline
// serves every shape: a pipeline takes 0.2 to 1.6 s to compile on lavapipe, and reading a uniform
// costs nothing that could be measured.
//
// needs: gemm_buffers.wgsl | gemm_texture.wgsl

struct Shape {
  m: u32, n: u32, k: u32,
  a_stride: u32, b_stride: u32, c_stride: u32,
  a_batch: u32, b_batch: u32, c_batch: u32,
  a_offset: u32, b_offset: u32, c_offset: u32,
  scale: f32, shift: f32, first_row: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;

fn left(batch: u32, i: u32, j: u32) -> vec4f {
  return left_vector(shape.a_offset + batch * shape.a_batch + i * shape.a_stride + j);
}

fn right(batch: u32, i: u32, j: u32) -> vec4f {
  return right_vector(shape.b_offset + batch * shape.b_batch + i * shape.b_stride + j);
}

fn emit(batch: u32, i: u32, j: u32, value: vec4f) {
  if (i >= shape.m || 4u * j >= shape.n) { return; }
  let columns = 4u * j + vec4u(0u, 1u, 2u, 3u);
  let unit = select(vec4f(), vec4f(shape.shift), columns == vec4u(shape.first_row + i));
  let inside = columns < vec4u(shape.n);
  c[shape.c_offset + batch * shape.c_batch + i * shape.c_stride + j] = select(vec4f(), shape.scale * value + unit, inside);
}
