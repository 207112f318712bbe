/**
 * A trace at other thresholds.
 *
 * @module
 */
import { CompactProbes } from "../../train/compact.ts";
import { rankIntervals, type Threshold } from "../../rank/certificates/rank_interval.ts";
import {
  type LayerProbe,
  type LayerSpectrum,
  type Probe,
  spectrumProbes,
  type Trace,
} from "../../train/trace.ts";
import { viewTrace } from "../../train/trace_view.ts";

/** Thresholds that ranks are counted at. */
export interface Thresholds {
  /** The thresholds. */
  readonly epsilons: readonly number[];
  /** Whether they are absolute or shares of λ₁. */
  readonly threshold: Threshold;
}

/**
 * Counts the ranks of a trace at other thresholds, from its eigenvalues and their bounds, with the
 * same certificates as if it had been trained with them.
 *
 * Probes that only counted ranks have no eigenvalues: they stay only where the trace has all of the
 * thresholds. So do loss floors, which depend on more than the eigenvalues.
 *
 * @param trace The trace.
 * @param had Thresholds that it has.
 * @param wanted Thresholds to count at.
 * @returns The trace at these thresholds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rethreshold } from "./rethreshold.ts";
 *
 * const layer = {
 *   kind: "spectrum", layer: 1, precision: "single",
 *   eigenvalues: Float64Array.of(2, 1e-3), bounds: Float64Array.of(1e-6, 1e-6),
 *   ranks: [{ epsilon: 1e-2, rank: 1, low: 1, high: 1 }],
 * } as const;
 * const probe = {
 *   kind: "spectrum", step: 0, replica: 0, loss: 1, accuracy: null, floors: null, layers: [layer],
 * } as const;
 * const trace = { replicas: 1, epsilons: [1e-2], losses: [Float32Array.of(1)], probes: [probe] };
 * const had = { epsilons: [1e-2], threshold: "absolute" } as const;
 * const { probes } = rethreshold(trace, had, { epsilons: [1e-4], threshold: "absolute" });
 * assert.deepEqual(probes[0].layers[0].ranks, [{ epsilon: 1e-4, rank: 2, low: 2, high: 2 }]);
 * ```
 */
export function rethreshold(trace: Trace, had: Thresholds, wanted: Thresholds): Trace {
  const { epsilons, threshold } = wanted;
  const places = epsilons.map((epsilon) => had.epsilons.indexOf(epsilon));
  const isKnown = had.threshold === threshold && places.every((place) => place >= 0);
  const pickRanks = <Layer extends LayerProbe>(layer: Layer): Layer => ({
    ...layer,
    ranks: places.map((place) => layer.ranks[place]),
  });
  const count = (layer: LayerSpectrum): LayerSpectrum => ({
    ...layer,
    ranks: rankIntervals(layer, epsilons, threshold),
  });
  const probes: Probe[] = isKnown
    ? trace.probes.map((probe) =>
      probe.kind === "count" ? { ...probe, layers: probe.layers.map(pickRanks) } : {
        ...probe,
        layers: probe.layers.map(pickRanks),
        floors: probe.floors && places.map((place) => probe.floors![place]),
      }
    )
    : spectrumProbes(trace).map((probe) => ({ ...probe, layers: probe.layers.map(count), floors: null }));
  const compact = new CompactProbes();
  return viewTrace({ ...trace, epsilons, probes: probes.map((probe) => compact.pack(probe)) });
}
