/**
 * A tracked step: its loss, its layers as they become known, and its place in the trace.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import type { LayerProbe, LayerSpectrum, Probe } from "../train/trace.ts";
import type { SlotLayout } from "./features.ts";

/** A step on its way from the copy of its features to its ranks. */
export interface TrackedStep {
  /** Number of updates made before. */
  readonly step: number;
  /** Loss, NaN until it is known. */
  loss: number;
  /** Settles once the loss is known. */
  readonly lossKnown: Promise<void>;
  /** How its layers lie in the slot. */
  readonly layout: SlotLayout;
  /** Its features; `null` once they are needed no more. */
  slot: GpuArray | null;
  /** Settles with the verdict of the device on the copies. */
  readonly copied: Promise<unknown>;
  /** Its layers, `null` while nothing is known of them. */
  readonly layers: (LayerProbe | null)[];
}

/**
 * Makes a layer of ranks that were counted.
 *
 * @param index Index of the layer, from 0.
 * @param ranks Its ranks.
 * @returns The layer.
 */
export function countedLayer(index: number, ranks: readonly RankInterval[]): LayerProbe {
  return { kind: "count", layer: index + 1, precision: "double", ranks };
}

/**
 * Makes a layer of which nothing is known, since its features are not finite or can not be solved.
 *
 * @param index Index of the layer, from 0.
 * @param most The highest rank that it could have.
 * @param epsilons Thresholds.
 * @returns The layer, with ranks of 0 in [0, most].
 */
export function unknownLayer(index: number, most: number, epsilons: readonly number[]): LayerProbe {
  return countedLayer(index, epsilons.map((epsilon) => ({ epsilon, rank: 0, low: 0, high: most })));
}

/**
 * Tells whether a rank of a layer is uncertain.
 *
 * @param layer The layer.
 * @returns Whether one is.
 */
export function isUncertain({ ranks }: LayerProbe): boolean {
  return ranks.some(({ low, high }) => low !== high);
}

/**
 * Tells whether nothing is known of the ranks of a layer, as where its features are not finite.
 *
 * @param layer The layer.
 * @returns Whether nothing is.
 */
export function isUnknown({ ranks }: LayerProbe): boolean {
  return ranks.every(({ low, high }) => low === 0 && high > 0);
}

/**
 * Makes the probe of a step.
 *
 * @param tracked The step.
 * @returns The probe; `null` while a layer is not known.
 */
export function probeOf({ step, loss, layers }: TrackedStep): Probe | null {
  if (!layers.every((layer) => layer !== null)) return null;
  const base = { step, replica: 0, loss, accuracy: null };
  const spectra = layers.filter((layer): layer is LayerSpectrum => layer.kind === "spectrum");
  return spectra.length === layers.length
    ? { kind: "spectrum", ...base, floors: null, layers: spectra }
    : { kind: "count", ...base, layers };
}
