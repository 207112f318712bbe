// The operands of gemm_operands.wgsl where they lie.

@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;

fn left_vector(at: u32) -> vec4f { return a[at]; }

fn right_vector(at: u32) -> vec4f { return b[at]; }
