// Applies the functions of double_single.wgsl to operands, one case per invocation, so that the
// host can judge the results.
//
// Case i: results[i] = function functions[i] of operands[3i], operands[3i + 1], operands[3i + 2],
// named a, b, c below. The two sums run over all terms, each a pair of operands, one after the
// other. That is how kernels use the functions: in a loop, where a compiler has the most to
// rearrange. Cost: that of the functions. Grid: ⌈cases / 64⌉.
//
// needs: double_single.wgsl

struct Shape { cases: u32, terms: u32, zero: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> functions: array<u32>;
@group(0) @binding(2) var<storage, read> operands: array<vec2f>;
@group(0) @binding(3) var<storage, read> terms: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> results: array<vec2f>;

fn run_time_zero() -> u32 {
  return shape.zero;
}

fn apply(name: u32, a: vec2f, b: vec2f, c: vec2f) -> vec2f {
  switch name {
    case 0u: { return two_sum(a.x, b.x); }
    case 1u: { return quick_two_sum(a.x, b.x); }
    case 2u: { return two_prod(a.x, b.x); }
    case 3u: { return split(a.x); }
    case 4u: { return vec2f(rounded_quotient(a.x, b.x), 0.0); }
    case 5u: { return vec2f(rounded_root(a.x), 0.0); }
    case 6u: { return ds_add(a, b); }
    case 7u: { return ds_sub(a, b); }
    case 8u: { return ds_add_f32(a, b.x); }
    case 9u: { return ds_mul(a, b); }
    case 10u: { return ds_mul_f32(a, b.x); }
    case 11u: { return ds_div(a, b); }
    case 12u: { return ds_sqrt(a); }
    case 13u: { return ds_fma_f32(c, a.x, b.x); }
    case 14u: { return ds_fma(c, a, b); }
    case 15u: { return ds_scale(a, i32(b.x)); }
    case 16u: { return ds_negate(a); }
    case 17u: { return ds_from_f32(a.x); }
    case 18u: { return vec2f(f32(ds_compare(a, b)), 0.0); }
    case 19u: {
      var sum = vec2f();
      for (var i = 0u; i < shape.terms; i++) { sum = ds_fma_f32(sum, terms[i].x, terms[i].z); }
      return sum;
    }
    case 20u: {
      var sum = vec2f();
      for (var i = 0u; i < shape.terms; i++) { sum = ds_fma(sum, terms[i].xy, terms[i].zw); }
      return sum;
    }
    default: { return vec2f(); }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.cases) { return; }
  results[id.x] = apply(functions[id.x], operands[3u * id.x], operands[3u * id.x + 1u], operands[3u * id.x + 2u]);
}
