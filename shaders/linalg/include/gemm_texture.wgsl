// The operands of gemm_operands.wgsl in a texture, as src/gpu/operand_texture.ts lays it out: both
// bindings are the same one.

@group(0) @binding(1) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var b: texture_storage_2d<rgba32float, read>;

fn left_vector(at: u32) -> vec4f { return textureLoad(a, vec2u(at % 4096u, at / 4096u)); }

fn right_vector(at: u32) -> vec4f { return textureLoad(b, vec2u(at % 4096u, at / 4096u)); }
