/**
 * The networks of a run at some steps, and their features at any input, computed on the host.
 *
 * @module
 */
import { activationFunction, parseActivation } from "../../nn/activation.ts";
import { type LayerLayout, parameterLayout, skipConnections } from "../../nn/layout.ts";
import type { SnapshotNotes, SnapshotSamples } from "../../train/network_snapshots.ts";
import { evenly } from "./evenly.ts";
import { symmetricEigenvectors } from "./symmetric_eigenvectors.ts";

/** The networks of a run at one step. */
export interface NetworkSnapshot extends SnapshotNotes {
  /** Number of updates made before. */
  readonly step: number;
  /** Parameters of all replicas as `parameterLayout` places them; samples; the target. */
  readonly arrays: Readonly<Record<"parameters" | keyof SnapshotSamples, Float32Array>>;
}

/** The networks of a run at S steps. */
export interface NetworkColumns extends SnapshotNotes, SnapshotSamples {
  /** Number of replicas R that are there, from the first. */
  readonly replicas: number;
  /** The steps, ascending: S. */
  readonly steps: Float64Array;
  /** Parameters at each step, R networks as `parameterLayout` places them. */
  readonly parameters: readonly Float32Array[];
}

/** Most parameters in a page: about 2 MB. */
const MOST_PARAMETERS = 400_000;

/**
 * Tells how much of the networks of a run a page holds: the replicas that fit, and then the steps.
 *
 * @param networks Widths and replicas.
 * @param steps Number of steps at which they are known.
 * @returns Replicas, most steps (at least two), floats of a replica.
 */
function room({ widths, skip, replicas }: SnapshotNotes, steps: number) {
  const size = 4 * parameterLayout(widths, skip).size;
  const held = Math.max(1, Math.min(replicas, Math.floor(MOST_PARAMETERS / (size * Math.max(1, steps)))));
  return { replicas: held, most: Math.max(2, Math.floor(MOST_PARAMETERS / (size * held))), size };
}

/**
 * Arranges snapshots in columns. Of many networks it keeps the replicas that fit, and then the
 * steps, the first and the last among them.
 *
 * @param snapshots The snapshots, by their steps.
 * @returns The columns; `null` if there are none.
 */
export function networkColumns(snapshots: readonly NetworkSnapshot[]): NetworkColumns | null {
  const last = snapshots.at(-1);
  if (!last) return null;
  const { widths, activations, skip, arrays: { x, weights, targetX, targetY } } = last;
  const { replicas, most, size } = room(last, snapshots.length), kept = evenly(snapshots, most);
  const parameters = kept.map(({ arrays }) => arrays.parameters.subarray(0, replicas * size));
  const steps = Float64Array.from(kept, ({ step }) => step);
  const samples = { x, weights, targetX, targetY };
  return { widths, activations, ...skip && { skip }, replicas, steps, parameters, ...samples };
}

/** The networks of a run that grows: those at some steps, and the newest. */
export class GrowingNetworks {
  readonly #basis: SnapshotNotes & SnapshotSamples;
  readonly #size: number;
  readonly #wanted: number[];
  readonly #kept: { readonly step: number; readonly parameters: Float32Array }[] = [];
  #isNewestKept = true;

  /**
   * Begins without networks.
   *
   * @param notes What the networks are.
   * @param samples Samples that belong to them.
   * @param wanted Steps at which they are wanted, ascending; of many, those that fit are kept.
   */
  constructor(notes: SnapshotNotes, samples: SnapshotSamples, wanted: readonly number[]) {
    const { replicas, most, size } = room(notes, wanted.length + 1);
    this.#basis = { ...notes, replicas, ...samples };
    this.#size = replicas * size;
    this.#wanted = [...evenly(wanted, most - 1)];
  }

  /**
   * Takes in the networks at a step, as the newest.
   *
   * @param step Updates made.
   * @param parameters Parameters of all replicas.
   */
  take(step: number, parameters: Float32Array): void {
    if (!this.#isNewestKept) this.#kept.pop();
    this.#isNewestKept = this.#wanted[0] <= step;
    while (this.#wanted[0] <= step) this.#wanted.shift();
    this.#kept.push({ step, parameters: parameters.slice(0, this.#size) });
  }

  /** The networks so far. */
  get columns(): NetworkColumns {
    return {
      ...this.#basis,
      steps: Float64Array.from(this.#kept, ({ step }) => step),
      parameters: this.#kept.map(({ parameters }) => parameters),
    };
  }
}

/** Values of a layer at some inputs, row-major: a row for each input. */
export interface LayerValues {
  /** Number of neurons, or of outputs. */
  readonly columns: number;
  /** The values. */
  readonly values: Float64Array;
}

/**
 * Evaluates a network in double precision.
 *
 * @param networks The networks.
 * @param which Index of the step, and of the replica.
 * @param x Inputs, a row each.
 * @returns Features of each hidden layer, then the output.
 */
export function evaluateNetwork(
  { widths, activations, skip = false, parameters }: NetworkColumns,
  { snapshot, replica }: { readonly snapshot: number; readonly replica: number },
  x: ArrayLike<number>,
): LayerValues[] {
  const { layers, encoders, size } = parameterLayout(widths, skip), skips = skipConnections(widths, skip);
  const own = parameters[snapshot].subarray(4 * size * replica);
  const count = x.length / widths[0], all: LayerValues[] = [];
  const dense = (layer: LayerLayout, from: ArrayLike<number>, name: string | undefined) => {
    const { inputs, outputs, outputStride, weights, bias } = layer;
    const values = new Float64Array(count * outputs);
    const activate = name === undefined ? (z: number) => z : activationFunction(parseActivation(name));
    for (let k = 0; k < count; k++) {
      const row = values.subarray(k * outputs, (k + 1) * outputs);
      for (let j = 0; j < outputs; j++) row[j] = own[4 * bias + j];
      for (let i = 0; i < inputs; i++) {
        const h = from[k * inputs + i], at = 4 * (weights + i * outputStride);
        for (let j = 0; j < outputs; j++) row[j] += h * own[at + j];
      }
      for (let j = 0; j < outputs; j++) row[j] = activate(row[j]);
    }
    return values;
  };
  const [u, v] = encoders.map((encoder) => dense(encoder, x, activations[0]));
  let from: ArrayLike<number> = x;
  for (const [l, layer] of layers.entries()) {
    const values = dense(layer, from, activations[l]), { alpha, outputs } = layer;
    for (let i = 0; skips[l] && i < values.length; i++) {
      if (skips[l] === "gated") values[i] = v[i] + values[i] * (u[i] - v[i]);
      else if (alpha === undefined) values[i] += from[i];
      else values[i] = from[i] + own[4 * alpha] * (values[i] - from[i]);
    }
    all.push({ columns: outputs, values });
    from = values;
  }
  return all;
}

/** Leading eigenvectors q_i of a layer's Gram matrix, with their eigenvalues λ_i. */
export interface LeadingEigenvectors {
  /** Eigenvalues, descending. */
  readonly eigenvalues: readonly number[];
  /** Eigenvectors, one after the other. */
  readonly vectors: readonly Float64Array[];
}

/**
 * Computes the leading eigenvectors of the Gram matrix of features.
 *
 * @param features Features at the samples.
 * @param weights Quadrature weights of the samples.
 * @param count Number of eigenvectors wanted.
 * @returns At most so many.
 */
export function leadingEigenvectors(
  { columns: n, values }: LayerValues,
  weights: ArrayLike<number>,
  count: number,
): LeadingEigenvectors {
  const gram = new Float64Array(n * n);
  for (let k = 0; k < weights.length; k++) {
    for (let i = 0; i < n; i++) {
      const weighted = weights[k] * values[k * n + i];
      for (let j = i; j < n; j++) gram[i * n + j] += weighted * values[k * n + j];
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) gram[i * n + j] = gram[j * n + i];
  const { eigenvalues, vectors } = symmetricEigenvectors(gram, n);
  return { eigenvalues: eigenvalues.slice(0, count), vectors: vectors.slice(0, count) };
}

/**
 * Computes eigenfeatures ψ_i = Φ q_i, scaled to norm 1, with the sign that makes most of their
 * weight positive.
 *
 * @param features Features Φ at any inputs.
 * @param eigen Eigenvectors and eigenvalues of the Gram matrix at the samples.
 * @returns Values of each eigenfeature at the inputs; none for an eigenvalue of 0.
 */
export function eigenfeatures(
  { columns: n, values }: LayerValues,
  { eigenvalues, vectors }: LeadingEigenvectors,
): Float64Array[] {
  return vectors.flatMap((vector, i) => {
    if (!(eigenvalues[i] > 0)) return [];
    const psi = new Float64Array(values.length / n);
    for (let k = 0; k < psi.length; k++) {
      for (let j = 0; j < n; j++) psi[k] += values[k * n + j] * vector[j];
    }
    const sign = psi.reduce((sum, value) => sum + value, 0) < 0 ? -1 : 1;
    const scale = sign / Math.sqrt(eigenvalues[i]);
    return [psi.map((value) => scale * value)];
  });
}
