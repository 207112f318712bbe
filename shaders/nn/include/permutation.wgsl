// Shuffles epochs: tells which sample stands at a position of the endless sequence of epochs, each
// of which is a permutation of all samples.
// needs: philox.wgsl, state.wgsl
//
// The permutation is a function, not a table: a Feistel network of six rounds on the smallest power
// of two that holds the samples, walked until it lands inside them (at most 2 steps on average),
// keyed by Philox with the stream of the replica and the epoch. Cost: about 500 integer operations.

struct Permutation { samples: u32, low_bits: u32, @size(8) high_bits: u32 }

// A round function: any will do, a good mixer needs few rounds. Multiply and xor-shift, twice.
fn mix(value: u32, key: u32) -> u32 {
  var v = (value ^ key) * 0x9e3779b1u;
  v = (v ^ (v >> 15u)) * 0x85ebca77u;
  return v ^ (v >> 13u);
}

fn permute(epochs: Permutation, place: u32, key: vec2u, epoch: u32) -> u32 {
  let k = philox(vec4u(0u, epoch, FOR_BATCHES, 0u), key);
  let l = philox(vec4u(1u, epoch, FOR_BATCHES, 0u), key);
  let low_mask = (1u << epochs.low_bits) - 1u;
  let high_mask = (1u << epochs.high_bits) - 1u;
  var value = place;
  loop {
    var low = value & low_mask;
    var high = value >> epochs.low_bits;
    high ^= mix(low, k.x) & high_mask;
    low ^= mix(high, k.y) & low_mask;
    high ^= mix(low, k.z) & high_mask;
    low ^= mix(high, k.w) & low_mask;
    high ^= mix(low, l.x) & high_mask;
    low ^= mix(high, l.y) & low_mask;
    value = (high << epochs.low_bits) | low;
    if (value < epochs.samples) { break; }
  }
  return value;
}

// Sample number b of the mini-batch of a state.
fn drawn_sample(epochs: Permutation, state: State, b: u32) -> u32 {
  let position = state.offset + b;
  return permute(epochs, position % epochs.samples, vec2u(state.seed, state.stream), state.epoch + position / epochs.samples);
}
