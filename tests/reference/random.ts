import { uniform } from "../../src/stats/random.ts";

/** Normally distributed numbers, rounded to single precision. */
export function normals(length: number, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from(
    { length },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}
