/**
 * A trace at other thresholds.
 *
 * @module
 */
import { rankInterval, type Threshold } from "../../rank/certificates/rank_interval.ts";
import {
  type LayerProbe,
  type LayerSpectrum,
  type Probe,
  spectrumProbes,
  type Trace,
} from "../../train/trace.ts";

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
    ranks: epsilons.map((epsilon) => rankInterval(layer.eigenvalues, layer.bounds, epsilon, { threshold })),
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
  return { ...trace, epsilons, probes };
}
