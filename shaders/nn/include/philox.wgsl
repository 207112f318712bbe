// Philox4x32-10: a random function of a counter and a key (Salmon, Moraes, Dror, Shaw, SC'11).
//
// The same counter and key give the same 128 bits on every adapter, in any order, for any number of
// replicas. The key is the stream of the replica, (seed, number); the counter says what is drawn:
// (index, epoch or layer, purpose, 0).
//
// Cost: 10 rounds of two 32 × 32 → 64-bit products, each made of four products of 16 × 16 bits.

const FOR_WEIGHTS = 1u;
const FOR_BIASES = 2u;
const FOR_BATCHES = 3u;

fn multiply_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  return a1 * b1 + (middle >> 16u) + ((a0 * b1 + (middle & 0xffffu)) >> 16u);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(
      multiply_high(0xcd9e8d57u, c.z) ^ c.y ^ k.x,
      0xcd9e8d57u * c.z,
      multiply_high(0xd2511f53u, c.x) ^ c.w ^ k.y,
      0xd2511f53u * c.x,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// Uniform in (0, 1): the middle of each of 2²³ equal intervals, so that neither end occurs and
// every value is exact.
fn uniform_open(bits: u32) -> f32 {
  return (f32(bits >> 9u) + 0.5) * 1.1920928955078125e-7;
}
