/**
 * The layers of another program's training, and what of them is in `trace.csv`.
 *
 * @module
 */
import { printable } from "../format.ts";
import type { Columns } from "../io/table.ts";
import { spectralBounds, spectralRanks } from "../rank/ranks/spectral_bounds.ts";
import type { FeatureSpectrum } from "../rank/spectra/spectrum_options.ts";
import type { LayerProbe } from "../train/trace.ts";

/** A layer of the training. */
export interface LayerRecord {
  /** Its index, from 1, in the order in which layers were first seen. */
  readonly layer: number;
  /** Its name. */
  readonly name: string;
  /** Number of neurons, the most of all steps. */
  readonly neurons: number;
  /** Number of samples, the most of all steps. */
  readonly samples: number;
  /** Most eigenvalues of a spectrum. */
  readonly eigenvalues: number;
}

/** A layer at a step. */
export interface SolvedLayer {
  /** Name of the layer. */
  readonly name: string;
  /** Number of neurons. */
  readonly neurons: number;
  /** Number of samples. */
  readonly samples: number;
  /** Its spectrum. */
  readonly spectrum: FeatureSpectrum;
}

/** A step with its spectra. */
export interface SolvedStep {
  /** Number of the step. */
  readonly step: number;
  /** Loss; NaN where it is not known. */
  readonly loss: number;
  /** The layers that have a spectrum. */
  readonly layers: readonly SolvedLayer[];
}

/**
 * Finds the number of a layer by its name, and takes its sizes down.
 *
 * @param layers The layers so far. One that is new is added; the sizes of others may grow.
 * @param solved The layer at a step.
 * @returns Its number, from 1.
 */
export function numberLayer(
  layers: LayerRecord[],
  { name, neurons, samples, spectrum }: SolvedLayer,
): number {
  const found = layers.findIndex((layer) => layer.name === name), at = found < 0 ? layers.length : found;
  const had = layers[at] ?? { neurons: 0, samples: 0, eigenvalues: 0 };
  layers[at] = {
    layer: at + 1,
    name,
    neurons: Math.max(had.neurons, neurons),
    samples: Math.max(had.samples, samples),
    eigenvalues: Math.max(had.eigenvalues, spectrum.eigenvalues.length),
  };
  return at + 1;
}

/**
 * Makes the columns of `trace.csv` that runs of `staircase` do not have.
 *
 * @param layers The layers; more may be added.
 * @returns The columns.
 */
export function layerColumns(layers: readonly LayerRecord[]): Columns<LayerProbe> {
  return {
    layerName: {
      help: "name of the layer in the other program",
      value: ({ layer }) => printable(layers[layer - 1]?.name ?? ""),
    },
    effectiveRank: {
      help: "exponential of the entropy of the singular values (Roy and Vetterli 2007)",
      value: (layer) => layer.kind === "spectrum" ? spectralRanks(layer.eigenvalues).effectiveRank : null,
    },
    effectiveRankBound: {
      help: "bound on the error of the effective rank",
      value: (layer) =>
        layer.kind === "spectrum" ? spectralBounds(layer.eigenvalues, layer.bounds).effectiveRank : null,
    },
  };
}
