// The features of gram_plain.wgsl in a texture, as src/gpu/operand_texture.ts lays it out. More
// fits than a uniform buffer holds.

@group(0) @binding(1) var features: texture_storage_2d<rgba32float, read>;

fn feature(at: u32) -> vec4f { return textureLoad(features, vec2u(at % 4096u, at / 4096u)); }
