/**
 * Maps of the inputs of a task, applied before a network sees them.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { listed } from "../format.ts";
import { type Box, intoCube } from "./bounding_box.ts";
import { checkSeed } from "./options.ts";
import { normal, uniform } from "../stats/random.ts";
import type { Samples, Task } from "./task.ts";

/** A map of the inputs of one sample. */
export interface InputMap {
  /** Number of mapped inputs. */
  readonly inputs: number;
  /**
   * Maps the inputs of a sample.
   *
   * @param x The inputs.
   * @returns The mapped inputs.
   */
  at(x: ArrayLike<number>): readonly number[];
}

/**
 * Maps the inputs of a task. Targets, weights and settings stay the same.
 *
 * @param task The task.
 * @param map The map.
 * @returns The task, with mapped training samples and held-out samples.
 * @throws {InputError} If the map gives a number that is not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { boundingBox } from "./bounding_box.ts";
 * import { mapInputs, multiScale } from "./input_maps.ts";
 * import { loadTask } from "./registry.ts";
 *
 * const task = await loadTask("cosines", { samples: 3 });
 * const mapped = mapInputs(task, multiScale(boundingBox(task.train), [1, 4]));
 * assert.equal(mapped.inputs, 2);
 * assert.deepEqual([...mapped.train.x], [-1, -4, 0, 0, 1, 4]);
 * ```
 */
export function mapInputs(task: Task, map: InputMap): Task {
  const mapped = (samples: Samples): Samples => {
    const { count, x } = samples;
    const mapped = new Float32Array(count * map.inputs);
    for (let k = 0; k < count; k++) {
      mapped.set(map.at(x.subarray(k * task.inputs, (k + 1) * task.inputs)), k * map.inputs);
    }
    const bad = mapped.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return { ...samples, x: mapped };
    throw new InputError(
      `task "${task.name}": an input of sample ${Math.floor(bad / map.inputs)} becomes ${
        mapped[bad]
      }: choose ` +
        "smaller scales or frequencies",
    );
  };
  return {
    ...task,
    inputs: map.inputs,
    train: mapped(task.train),
    test: task.test && mapped(task.test),
  };
}

/**
 * Makes the map to several scales: a t for each scale a and each coordinate t of the cube [−1, 1]^d
 * (the inputs of MscaleDNN: Liu, Cai, Xu, Commun. Comput. Phys. 28, 2020).
 *
 * @param box Box of the inputs.
 * @param scales The scales a.
 * @returns The map.
 * @throws {InputError} If there is no scale, or one is not finite.
 */
export function multiScale(box: Box, scales: readonly number[]): InputMap {
  checkNumbers("scales", scales);
  return {
    inputs: box.center.length * scales.length,
    at: (x) => {
      const t = intoCube(box, x);
      return scales.flatMap((scale) => t.map((coordinate) => scale * coordinate));
    },
  };
}

/**
 * Makes the map to Fourier features: cos πb·t and sin πb·t for each frequency vector b, t in the
 * cube [−1, 1]^d, so that b counts the periods across it (Tancik et al., NeurIPS 2020, equation 4).
 *
 * @param box Box of the inputs.
 * @param frequencies The vectors b.
 * @returns The map.
 * @throws {InputError} If there is no frequency, or one is not finite.
 */
export function fourierFeatures(box: Box, frequencies: readonly (readonly number[])[]): InputMap {
  checkNumbers("frequencies", frequencies.flat());
  return {
    inputs: 2 * frequencies.length,
    at: (x) => {
      const t = intoCube(box, x);
      return frequencies.flatMap((b) => {
        const phase = Math.PI * b.reduce((sum, frequency, j) => sum + frequency * t[j], 0);
        return [Math.cos(phase), Math.sin(phase)];
      });
    },
  };
}

/** Options of random frequencies. */
export interface FrequencyOptions {
  /** Standard deviation of the entries. */
  readonly deviation: number;
  /** Seed, a whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
}

/**
 * Draws frequency vectors with normally distributed entries (Tancik et al., NeurIPS 2020).
 *
 * @param inputs Dimension d.
 * @param count Number of vectors.
 * @param options Deviation and seed.
 * @returns The vectors.
 * @throws {InputError} If the seed is out of range.
 */
export function randomFrequencies(
  inputs: number,
  count: number,
  { deviation, seed }: FrequencyOptions,
): number[][] {
  const next = normal(uniform(checkSeed(seed)));
  return Array.from({ length: count }, () => Array.from({ length: inputs }, () => deviation * next()));
}

/**
 * Lists the frequencies 1, 2, 4, … along each axis (the positional encoding of Mildenhall et al.,
 * ECCV 2020).
 *
 * @param inputs Dimension d.
 * @param octaves Number of frequencies along each axis.
 * @returns The vectors, `inputs · octaves` of them.
 */
export function dyadicFrequencies(inputs: number, octaves: number): number[][] {
  return Array.from({ length: octaves }, (_, octave) => octave).flatMap((octave) =>
    Array.from(
      { length: inputs },
      (_, axis) => Array.from({ length: inputs }, (_, j) => j === axis ? 2 ** octave : 0),
    )
  );
}

function checkNumbers(name: string, values: readonly number[]): void {
  if (values.length > 0 && values.every(Number.isFinite)) return;
  throw new InputError(
    `${name} ${listed(values.map(String)) || "none"}: give one at least, and finite numbers`,
  );
}
