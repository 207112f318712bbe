// Evaluates one function of elementary.wgsl on an array, for elementary_test.ts.

@group(0) @binding(0) var<uniform> which: vec4u;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

fn evaluate(z: vec4f) -> vec4f {
  switch which.x {
    case 0u: { return exponential(z); }
    case 1u: { return expm1_negative(z); }
    case 2u: { return log1p(z); }
    case 3u: { return hyperbolic_tangent(z); }
    case 4u: { return logistic(z); }
    case 5u: { return erfc_positive(z); }
    case 6u: { return sine_cosine(z).sine; }
    default: { return sine_cosine(z).cosine; }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&x)) { y[id.x] = evaluate(x[id.x]); }
}
