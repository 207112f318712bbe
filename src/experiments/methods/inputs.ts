/**
 * Inputs as the networks of a method see them: as they are, as Fourier features, or at several
 * scales.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import { boundingBox } from "../../tasks/bounding_box.ts";
import {
  dyadicFrequencies,
  fourierFeatures,
  mapInputs,
  multiScale,
  randomFrequencies,
} from "../../tasks/input_maps.ts";
import type { Task } from "../../tasks/task.ts";

/**
 * Frequencies of Fourier features: vectors with normally distributed entries, or powers of two
 * along the axes.
 */
export type Frequencies =
  | { readonly kind: "random"; readonly count: number; readonly deviation: number }
  | { readonly kind: "dyadic"; readonly octaves: number };

/** Parameters of the maps. */
export interface InputMaps {
  /** Frequencies of Fourier features. */
  readonly frequencies: Frequencies;
  /** Scales of multi-scale inputs. */
  readonly scales: readonly number[];
  /** Seed of random frequencies. */
  readonly seed: number;
}

/**
 * Maps the inputs of a task.
 *
 * @param method Name of the method; those that do not map inputs leave the task as it is.
 * @param task The task.
 * @param maps Parameters of the maps.
 * @returns The task, its inputs mapped.
 * @throws {InputError} If scales or frequencies are none, or not finite.
 */
export function inputsOf(method: string, task: Task, { frequencies, scales, seed }: InputMaps): Task {
  const box = boundingBox(task.train);
  switch (method) {
    case "multi-scale":
      return mapInputs(task, multiScale(box, scales));
    case "fourier": {
      const vectors = frequencies.kind === "dyadic"
        ? dyadicFrequencies(task.inputs, frequencies.octaves)
        : randomFrequencies(task.inputs, frequencies.count, { deviation: frequencies.deviation, seed });
      return mapInputs(task, fourierFeatures(box, vectors));
    }
    default:
      return task;
  }
}

/**
 * Reads frequencies: `random:COUNT:DEVIATION`, or `dyadic:OCTAVES`.
 *
 * @param text The text.
 * @returns The frequencies.
 * @throws {InputError} If it is neither.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFrequencies } from "./inputs.ts";
 *
 * assert.deepEqual(parseFrequencies("random:16:2"), { kind: "random", count: 16, deviation: 2 });
 * assert.deepEqual(parseFrequencies("dyadic:4"), { kind: "dyadic", octaves: 4 });
 * ```
 */
export function parseFrequencies(text: string): Frequencies {
  const [kind, first, second, ...rest] = text.split(":");
  const count = /^[1-9]\d*$/.test(first ?? "") ? Number(first) : NaN, deviation = Number(second || NaN);
  if (rest.length === 0 && count <= 4096) {
    if (kind === "random" && deviation >= 0 && deviation < Infinity) return { kind, count, deviation };
    if (kind === "dyadic" && second === undefined && count <= 24) return { kind, octaves: count };
  }
  throw new InputError(
    `frequencies ${quoted(text)}: give random:COUNT:DEVIATION or dyadic:OCTAVES, as random:16:2`,
  );
}
