/**
 * Plateaus of a loss, and the drops behind them.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";

/** What counts as a plateau and as a drop. */
export interface PlateauOptions {
  /** On a plateau the loss falls by less than this share while the steps double, in (0, 1). */
  readonly slow: number;
  /** In a drop it falls by more than this share, from `slow` to 1. */
  readonly fast: number;
}

/** A span of a series: indices of its first and of its last value. */
export interface Span {
  /** Index of the first value. */
  readonly from: number;
  /** Index of the last value. */
  readonly to: number;
}

/** Plateaus and drops of a loss, in their order: drop k ends plateau k. */
export interface LossCourse {
  /** The plateaus. */
  readonly plateaus: readonly Span[];
  /** The drops: as many, or one fewer where the series ends on a plateau. */
  readonly drops: readonly Span[];
}

/**
 * Finds the plateaus of a loss over logarithmic time. What counts is the least loss so far, so that
 * a loss that oscillates has no drop where it recovers. Its fall at a step t is the share by which
 * it falls from t/√2 to √2 t, interpolated between the values and cut off at both ends.
 *
 * A plateau goes from the first to the last slow value before a fast one, or before the end, while
 * the steps at least double. The drop behind it goes from there to the last fast value before the
 * next plateau. A loss that falls quickly from the start drops behind no plateau.
 *
 * @param steps Steps, above 0, ascending.
 * @param losses The loss at each; one that is not a number or negative counts as the one before.
 * @param options What counts.
 * @returns Plateaus and drops.
 * @throws {ShapeError} If there are not as many losses as steps.
 * @throws {InputError} If the shares or the steps are out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findPlateaus } from "./plateaus.ts";
 *
 * const steps = Array.from({ length: 10 }, (_, k) => 2 ** k);
 * const losses = [1, 1, 1, 1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01];
 * const { plateaus, drops } = findPlateaus(steps, losses, { slow: 0.1, fast: 0.5 });
 * assert.deepEqual(plateaus, [{ from: 0, to: 2 }, { from: 6, to: 9 }]);
 * assert.deepEqual(drops, [{ from: 3, to: 5 }]);
 * ```
 */
export function findPlateaus(
  steps: readonly number[],
  losses: readonly number[],
  { slow, fast }: PlateauOptions,
): LossCourse {
  if (steps.length !== losses.length) {
    throw new ShapeError(`${steps.length} steps but ${losses.length} losses: give one loss for each step`);
  }
  if (!(slow > 0 && slow <= fast && fast < 1)) {
    throw new InputError(`slow ${slow}, fast ${fast}: give shares above 0 and below 1, slow not above fast`);
  }
  if (!steps.every((step, i) => step > (i > 0 ? steps[i - 1] : 0))) {
    throw new InputError("the steps of a loss must be above 0 and ascend");
  }
  const falls = relativeFalls(steps, losses);
  const plateaus: Span[] = [], drops: Span[] = [];
  let first = -1, last = -1;
  const isLong = () => first >= 0 && steps[last] >= 2 * steps[first];
  falls.forEach((fall, i) => {
    if (fall < slow) {
      last = i;
      if (first < 0) first = i;
    } else if (fall > fast) {
      if (isLong()) {
        plateaus.push({ from: first, to: last });
        drops.push({ from: i, to: i });
      } else if (drops.length > 0) drops.push({ from: drops.pop()!.from, to: i });
      first = -1;
    }
  });
  if (isLong()) plateaus.push({ from: first, to: last });
  return { plateaus, drops };
}

/** Shares by which the least loss so far falls while the steps double, about each step. */
function relativeFalls(steps: readonly number[], losses: readonly number[]): number[] {
  const x = steps.map(Math.log2), last = x.length - 1;
  let least = Infinity;
  // A loss of 0 counts as the least double: its logarithm is finite.
  const y = losses.map((loss) => {
    if (loss >= 0 && loss < least) least = Math.max(loss, Number.MIN_VALUE);
    return Math.log2(least);
  });
  const at = (place: number) => {
    const next = x.findIndex((value) => value >= place);
    if (next <= 0) return y[next < 0 ? last : 0];
    const share = (place - x[next - 1]) / (x[next] - x[next - 1]);
    return share === 1 ? y[next] : y[next - 1] + share * (y[next] - y[next - 1]);
  };
  return x.map((place) => {
    const from = Math.max(x[0], place - 0.5), to = Math.min(x[last], place + 0.5);
    return 1 - 2 ** ((at(to) - at(from)) / (to - from));
  });
}
