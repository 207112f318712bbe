/**
 * The permutations that mini-batches are drawn from.
 *
 * @module
 */
import { philox, PURPOSE } from "./philox.ts";

function mix(value: number, key: number): number {
  let v = Math.imul(value ^ key, 0x9e3779b1) >>> 0;
  v = Math.imul(v ^ (v >>> 15), 0x85ebca77) >>> 0;
  return (v ^ (v >>> 13)) >>> 0;
}

/**
 * The order in which an epoch visits the samples: a Feistel network on the smallest power of two
 * that holds them, of two bits at least, walked until it lands inside.
 *
 * @param samples Number of samples.
 * @param seed Seed of the network.
 * @param replica Index of the replica.
 * @param epoch Index of the epoch.
 * @returns Index of the sample at each position.
 */
export function epochOrder(samples: number, seed: number, replica: number, epoch: number): number[] {
  let bits = 2;
  while (2 ** bits < samples) bits++;
  const lowBits = Math.ceil(bits / 2);
  const lowSize = 2 ** lowBits, highSize = 2 ** (bits - lowBits);
  const words = [0, 1].map((index) => philox([index, epoch, PURPOSE.batches, 0], [seed, replica]));
  const keys = [...words[0], words[1][0], words[1][1]];
  const shuffle = (value: number) => {
    let low = value % lowSize, high = Math.floor(value / lowSize);
    keys.forEach((key, round) => {
      if (round % 2 === 0) high ^= mix(low, key) % highSize;
      else low ^= mix(high, key) % lowSize;
    });
    return high * lowSize + low;
  };
  return Array.from({ length: samples }, (_, position) => {
    let value = shuffle(position);
    while (value >= samples) value = shuffle(value);
    return value;
  });
}
