// The features of gram_plain.wgsl where they lie.

@group(0) @binding(1) var<storage, read> features: array<vec4f>;

fn feature(at: u32) -> vec4f { return features[at]; }
