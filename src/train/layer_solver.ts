/**
 * Solves for the spectrum of one layer of one replica in double-single arithmetic.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { joinDoubles } from "../linalg/double_single/double_single.ts";
import { eigenvalueBounds } from "../rank/certificates/certificate.ts";
import { eigenfeatureBounds } from "../rank/certificates/eigenfeatures.ts";
import type { LayerRecord } from "../rank/probes/probe.ts";
import { bindRefinement, DOUBLE } from "../rank/spectra/refine_spectra.ts";
import { bindRefinedMoments, refinedMomentsBound } from "../rank/spectra/refined_moments.ts";
import { decodeSolvedRecord, solvedRecordWords } from "../rank/spectra/solved_record.ts";
import { bindSpectra, type FeatureLayer } from "../rank/spectra/spectra.ts";

/** Quadrature weights, one a sample. */
export interface SampleWeights {
  /** On the host. */
  readonly host: Float32Array;
  /** In GPU memory. */
  readonly single: GpuArray;
  /** In GPU memory as words hi, lo, hi, lo, …. */
  readonly double: GpuArray;
}

/** Samples of the features. */
export interface LayerSamples {
  /** Number of samples. */
  readonly samples: number;
  /** Quadrature weights. */
  readonly weights: SampleWeights;
  /** Targets whose moments with the eigenfeatures are wanted, row-major; `null` for none. */
  readonly targets: Float32Array | null;
}

/** Commands that solve for the spectrum of one layer. */
export interface LayerSolver {
  /** Number of samples. */
  readonly samples: number;
  /** Number of neurons. */
  readonly width: number;
  /**
   * Basis that the solver starts from, now the identity, and room for a copy of it, from which the
   * basis is to be set again, so that no result depends on another.
   */
  readonly basis: GpuArray;
  readonly identity: GpuArray;
  readonly dispatches: readonly Dispatch[];
  /** What the commands leave, for {@linkcode decodeLayer}: the record, then moments if wanted. */
  readonly results: readonly GpuArray[];
}

/**
 * Binds the solution of one layer.
 *
 * @param gpu Device.
 * @param layer Its features, of one replica.
 * @param samples Weights and targets.
 * @param stack Owner of the arrays.
 * @returns The commands.
 * @throws {ShapeError} If the adapter has no room for it.
 * @throws {PrecisionError} If the adapter has no double-single arithmetic.
 */
export async function bindLayerSolver(
  gpu: Gpu,
  layer: FeatureLayer,
  { samples, weights, targets }: LayerSamples,
  stack: DisposableStack,
): Promise<LayerSolver> {
  const { features, width } = layer;
  const spectra = await bindSpectra(gpu, [layer], {
    samples,
    replicas: 1,
    weights: weights.single,
    targets: null,
  }, stack);
  const entries = { array: features.array, double: false, stride: 4 * features.stride, batch: 0 };
  const refinement = await bindRefinement(gpu, spectra, {
    samples,
    order: width,
    count: 1,
    features: entries,
    weights: weights.double,
  }, stack);
  const moments = targets
    ? await bindRefinedMoments(gpu, refinement, {
      samples,
      order: width,
      features: entries,
      weights: weights.host,
      targets,
      outputs: targets.length / samples,
    }, stack)
    : null;
  const basis = spectra.basis.array;
  const identity = stack.use(new GpuArray(gpu, "identity", basis.length));
  return {
    samples,
    width,
    basis,
    identity,
    // Twice, because a first probe warms up.
    dispatches: [
      ...spectra.dispatches,
      ...spectra.dispatches,
      ...refinement.dispatches,
      ...moments?.dispatches ?? [],
    ],
    results: [refinement.records, ...moments ? [moments.words] : []],
  };
}

/**
 * Counts the words that the commands of a layer leave.
 *
 * @param solver The layer.
 * @returns Number of 32-bit words.
 */
export function resultWords({ results }: LayerSolver): number {
  return results.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Decodes what the commands of a layer leave.
 *
 * @param words {@linkcode resultWords} words, or more.
 * @param solver The layer.
 * @returns The spectrum.
 */
export function decodeLayer(words: Float32Array, solver: LayerSolver): LayerRecord {
  const { samples, width, results: { length: parts } } = solver;
  const solved = decodeSolvedRecord(words, width);
  const order = [...solved.values.keys()].sort((a, b) => solved.values[b] - solved.values[a]);
  const eigenvalues = Float64Array.from(order, (i) => Math.max(0, solved.values[i]));
  const spectrum = { ...solved, eigenvalues, samples };
  const bounds = eigenvalueBounds(spectrum, DOUBLE);
  if (parts === 1) return { eigenvalues, bounds, moments: null };
  const values = joinDoubles(words.subarray(solvedRecordWords(width), resultWords(solver)));
  const columns = values.length / width;
  const column = (c: number) => Float64Array.from(order, (i) => values[i * columns + c]);
  return {
    eigenvalues,
    bounds,
    moments: {
      targetMoments: Array.from({ length: columns - 1 }, (_, c) => column(c)),
      meanMoments: column(columns - 1),
      heads: eigenfeatureBounds(spectrum, DOUBLE, { absolute: refinedMomentsBound(spectrum) }),
    },
  };
}
