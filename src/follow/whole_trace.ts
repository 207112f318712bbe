/**
 * The record of another program's training as a trace: each probe has all layers.
 *
 * @module
 */
import type { TraceChunk } from "../train/state.ts";
import type { LayerProbe, LayerSpectrum, Probe } from "../train/trace.ts";

/** What is known of a layer over all steps. */
export interface LayerSize {
  /** Its index, from 1. */
  readonly layer: number;
  /** Most eigenvalues of its spectra. */
  readonly eigenvalues: number;
}

/** How gaps are filled. */
export interface FillOptions {
  /**
   * Rank of a layer at a step at which it has none: NaN, or −1 for files and pages, whose ranks are
   * integers.
   */
  readonly rank: number;
  /**
   * Whether the spectra of a layer get one length. A layer with fewer samples m than neurons n has
   * m eigenvalues, and the other n − m are exactly 0.
   */
  readonly isPadded: boolean;
}

/** Lengthens a spectrum by eigenvalues that are exactly 0, in descending order. */
function padded(values: Float64Array, zerosAt: number, length: number): Float64Array {
  const longer = new Float64Array(length);
  longer.set(values.subarray(0, zerosAt));
  longer.set(values.subarray(zerosAt), zerosAt + length - values.length);
  return longer;
}

/** A layer without a spectrum. */
function gap(
  { layer, eigenvalues: length }: LayerSize,
  epsilons: readonly number[],
  rank: number,
): LayerSpectrum {
  const unknown = new Float64Array(length).fill(NaN);
  return {
    kind: "spectrum",
    layer,
    eigenvalues: unknown,
    bounds: unknown,
    precision: "single",
    ranks: epsilons.map((epsilon) => ({ epsilon, rank, low: rank, high: rank })),
  };
}

/**
 * Fills the gaps of a probe.
 *
 * @param probe A probe that has the spectra of some layers.
 * @param layers All layers, by their indices.
 * @param epsilons Thresholds.
 * @param how How gaps are filled.
 * @returns A probe of all layers.
 */
export function wholeProbe(
  { step, replica, loss, layers: some }: Probe,
  layers: readonly LayerSize[],
  epsilons: readonly number[],
  { rank, isPadded }: FillOptions,
): Probe {
  const found = new Map(some.map((layer): [number, LayerProbe] => [layer.layer, layer]));
  return {
    kind: "spectrum",
    step,
    replica,
    loss,
    accuracy: null,
    floors: null,
    layers: layers.map((size) => {
      const layer = found.get(size.layer);
      if (layer?.kind !== "spectrum") return gap(size, epsilons, rank);
      const { eigenvalues, bounds } = layer, { length } = eigenvalues;
      if (!isPadded || length >= size.eigenvalues) return layer;
      const below = eigenvalues.findIndex((value) => value < 0), at = below < 0 ? length : below;
      return {
        ...layer,
        eigenvalues: padded(eigenvalues, at, size.eigenvalues),
        bounds: padded(bounds, at, size.eigenvalues),
      };
    }),
  };
}

/**
 * Fills the gaps of chunks.
 *
 * @param chunks Chunks of a journal.
 * @param layers All layers, by their indices.
 * @param epsilons Thresholds.
 * @param how How gaps are filled.
 * @returns Chunks whose probes have all layers.
 */
export function* wholeChunks(
  chunks: Iterable<TraceChunk>,
  layers: readonly LayerSize[],
  epsilons: readonly number[],
  how: FillOptions,
): Generator<TraceChunk, void, void> {
  for (const chunk of chunks) {
    yield { ...chunk, probes: chunk.probes.map((probe) => wholeProbe(probe, layers, epsilons, how)) };
  }
}
