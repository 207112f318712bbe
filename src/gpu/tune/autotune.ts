/**
 * Choosing the fastest of several ways to compute the same thing, by timing them on the adapter in hand.
 *
 * @module
 */
import type { Gpu } from "../device.ts";
import type { Dispatch } from "../kernel.ts";
import type { Question } from "./tuner.ts";

/** One way to compute something. */
export interface Candidate<T> {
  /** Name, which the choice is remembered by. */
  readonly name: string;
  /** What it stands for. */
  readonly value: T;
  /** Binds what is timed, on scratch arrays owned by `stack`. */
  readonly bind: (stack: DisposableStack) => Promise<readonly Dispatch[]>;
}

/**
 * Chooses the fastest of several ways to compute something.
 *
 * The first time that a question is asked the candidates are compiled and timed in turns, in some tenths of a second; another
 * than the first must win by 5 %. The choice is kept on the device, which lists it as {@linkcode Gpu.choices}, and, where
 * that may be written, in the user's cache folder, for later runs on the same adapter with the same versions. The candidates
 * must compute the same, to the bit: which one is fastest is not the same every time.
 *
 * @param gpu Device.
 * @param question What to choose for; sizes are rounded up to powers of two.
 * @param candidates What to choose from. The first is what is taken where tuning is off ({@linkcode GpuOptions.autotune}),
 * where there is only one, or where timing fails.
 * @returns The value of the chosen candidate.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { autotune } from "./autotune.ts";
 * import { Gpu } from "../device.ts";
 *
 * using gpu = await Gpu.open();
 * const bind = () => Promise.resolve([]);
 * const side = await autotune(gpu, { kernel: "product", shape: { m: 100, n: 100 } }, [
 *   { name: "narrow", value: 8, bind },
 *   { name: "wide", value: 16, bind },
 * ]);
 * assert.equal(side, 8); // Tuning is off, if it is not asked for.
 * ```
 */
export async function autotune<T>(
  gpu: Gpu,
  question: Question,
  candidates: readonly Candidate<T>[],
): Promise<T> {
  const [first] = candidates;
  if (!gpu.tuner || candidates.length === 1) return first.value;
  const { chosen } = await gpu.tuner.choose(question, candidates);
  return candidates.find(({ name }) => name === chosen)!.value;
}
