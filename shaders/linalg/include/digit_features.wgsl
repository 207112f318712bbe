// The features of gram_digits.wgsl where they lie, of any number of layers and replicas.

@group(0) @binding(1) var<storage, read> features: array<vec4f>;

fn feature(at: u32) -> vec4f { return features[at]; }
