// The features of gram_digits.wgsl through a uniform buffer, of one layer of one replica: a load
// costs lavapipe a third of one from storage.

@group(0) @binding(1) var<uniform> features: array<vec4f, 4096>;

fn feature(at: u32) -> vec4f { return features[at]; }
