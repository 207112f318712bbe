/**
 * Thresholds of Sturm counts, and the counts that a kernel leaves.
 *
 * @module
 */
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { type CountedMatrix, countsIn, type EigenvalueCount, type ShiftedCount } from "./eigenvalue_count.ts";

/** Words of one record: three shifts and the bound on their errors, three counts and one spare. */
const RECORD_WORDS = 8;

/** Thresholds of a batch of matrices, and the counts at them. */
export class SturmWork implements Disposable {
  /** Thresholds per matrix. */
  readonly thresholds: number;
  /** Thresholds ε, those of one matrix beside each other. */
  readonly epsilons: GpuArray;
  /** The counts: eight words per threshold. */
  readonly results: GpuArray;

  /**
   * Allocates the memory.
   *
   * @param gpu Device.
   * @param count Number of matrices.
   * @param thresholds Thresholds per matrix, one at least.
   */
  constructor(gpu: Gpu, count: number, thresholds: number) {
    this.thresholds = thresholds;
    [this.epsilons, this.results] = allocateArrays(
      gpu,
      ["thresholds", count * thresholds],
      ["Sturm counts", count * thresholds * RECORD_WORDS],
    );
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.epsilons[Symbol.dispose]();
    this.results[Symbol.dispose]();
  }
}

/**
 * Reads the counts. Waits for the GPU.
 *
 * @param work The memory where `bindSturm` left the counts.
 * @param matrices Orders of the matrices, and how they were scaled.
 * @param epsilons Thresholds of each matrix as the caller gave them; those on the GPU may be
 * rounded.
 * @returns A count for each threshold of each matrix. A matrix or threshold that is not finite
 * counts 0 in [0, n].
 */
export async function readSturm(
  work: SturmWork,
  matrices: readonly CountedMatrix[],
  epsilons: readonly (readonly number[])[],
): Promise<EigenvalueCount[][]> {
  const words = await work.results.readUint32();
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return matrices.map((matrix, index) => {
    const first = index * work.thresholds * RECORD_WORDS;
    const known = Array.from({ length: 3 * work.thresholds }, (_, k): ShiftedCount => {
      const at = first + Math.floor(k / 3) * RECORD_WORDS, which = k % 3;
      return { shift: floats[at + which], bound: floats[at + 3], count: words[at + 4 + which] };
    });
    return countsIn(known, matrix, epsilons[index]);
  });
}
