/**
 * Choice of the fastest of several ways to compute the same thing, by timing them on the device.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Gpu } from "../device.ts";
import type { Candidate } from "./candidate.ts";
import type { WeighedQuestion } from "./tuner.ts";

export type { Candidate } from "./candidate.ts";

/**
 * Chooses the fastest of several ways to compute something.
 *
 * The first time that a question is asked, the candidates are compiled and timed in turns, which
 * takes a few tenths of a second. A candidate other than the first must win by 5 %. The device
 * keeps the choice and lists it as {@linkcode Gpu.choices}. A {@linkcode ChoiceStore} also keeps it
 * for later runs on the same adapter with the same versions. The candidates must compute the same
 * to the bit, because the fastest one may differ from run to run.
 *
 * @param gpu Device.
 * @param question Kernel and sizes to choose for, sizes rounded up to powers of two; and how much
 * work that is, if it may be too little.
 * @param candidates Ways to choose from, at least one. The first is the default: it is taken if
 * tuning is off ({@linkcode GpuOptions.autotune}), if it is the only one, or if none can be timed.
 * One that does not compile, or that the device has no memory for, loses; the device stays usable.
 * @returns The value of the chosen candidate.
 * @throws {InputError} If there is no candidate.
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
 * assert.equal(side, 8); // Tuning is off by default.
 * ```
 */
export async function autotune<T>(
  gpu: Gpu,
  question: WeighedQuestion,
  candidates: readonly Candidate<T>[],
): Promise<T> {
  const [first] = candidates;
  if (!first) throw new InputError(`${question.kernel}: give at least one candidate to choose from`);
  if (!gpu.tuner || candidates.length === 1) return first.value;
  const { chosen } = await gpu.tuner.choose(question, candidates);
  return candidates.find(({ name }) => name === chosen)!.value;
}
