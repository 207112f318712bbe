// Spectra of given features by the pipeline under test, and by float64.

import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { padRows, vectors } from "../../src/linalg/matrix_view.ts";
import { STATE_WORDS } from "../../src/nn/optim/update.ts";
import { bindProbe, type ProbeRecord } from "../../src/rank/probes/probe.ts";
import { bindSpectra } from "../../src/rank/spectra/spectra.ts";
import { Matrix, SingularValueDecomposition } from "../deps.ts";

/** Features of one layer: `[replica]`, each row-major `m × width`. */
export interface Layer {
  readonly width: number;
  readonly features: readonly Float32Array[];
}

export interface Problem {
  readonly layers: readonly Layer[];
  readonly weights: Float32Array;
  /** Targets, `m × outputs`, or none. */
  readonly targets?: Float32Array;
  /**
   * As of `bindSpectra`: probes that follow each other warm up in a way of their own. Default: one
   * measurement, warmed up by itself.
   */
  readonly searched?: number;
}

/** Runs the commands of a probe, warmed up once, and decodes the record of each replica. */
export async function solve(
  gpu: Gpu,
  { layers, weights, targets, searched }: Problem,
): Promise<ProbeRecord[]> {
  using stack = new DisposableStack();
  const m = weights.length, replicas = layers[0].features.length;
  const array = (label: string, words: Float32Array | number) => stack.use(new GpuArray(gpu, label, words));
  const outputs = targets ? targets.length / m : 0;
  const views = layers.map(({ width, features }) => {
    const stride = vectors(width);
    const padded = new Float32Array(replicas * m * stride * 4);
    features.forEach((each, replica) => padded.set(padRows(each, width), replica * m * stride * 4));
    return { width, features: { array: array("features", padded), stride, batch: m * stride } };
  });
  const spectra = await bindSpectra(gpu, views, {
    samples: m,
    replicas,
    weights: array("weights", weights),
    targets: targets
      ? { array: array("targets", padRows(targets, outputs)), stride: vectors(outputs), batch: 0 }
      : null,
    ...(searched === undefined ? {} : { searched }),
  }, stack);
  const probe = await bindProbe(gpu, spectra, {
    widths: layers.map(({ width }) => width),
    replicas,
    samples: m,
    outputs,
    loss: { array: array("partials", 2 * replicas), count: 1 },
    heldOut: null,
    parameters: { array: array("parameters", 4 * replicas), batch: 1, weights: 0, bias: 0 },
    states: array("states", STATE_WORDS * replicas),
    capacity: 1,
  }, stack);
  const commands = new Commands(gpu);
  const warmUp = searched === undefined ? spectra.dispatches : spectra.warmUp;
  commands.run(...warmUp, ...spectra.dispatches, probe.dispatch);
  commands.submit();
  const words = await probe.records.read();
  return Array.from({ length: replicas }, (_, replica) => probe.decode(words, 0, replica));
}

/**
 * Eigenvalues of Φᵀ diag(w) Φ in float64, descending, `width` of them: squares of the singular
 * values of √w Φ.
 */
export function referenceEigenvalues(features: Float32Array, width: number, weights: Float32Array): number[] {
  const m = weights.length;
  const rows = Array.from(
    { length: Math.max(m, width) },
    (_, k) =>
      Array.from({ length: width }, (_, j) => k < m ? Math.sqrt(weights[k]) * features[k * width + j] : 0),
  );
  const { diagonal } = new SingularValueDecomposition(new Matrix(rows), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal.map((sigma) => sigma * sigma).sort((a, b) => b - a);
}

/**
 * Features of a random tanh layer on equidistant points of [−1, 1]: their eigenvalues fall by
 * orders of magnitude.
 */
export function tanhFeatures(random: () => number, m: number, width: number, scale = 3): Float32Array {
  const neurons = Array.from({ length: width }, () => [scale * (2 * random() - 1), 2 * random() - 1]);
  const phi = new Float32Array(m * width);
  for (let k = 0; k < m; k++) {
    const x = m === 1 ? 0 : -1 + 2 * k / (m - 1);
    neurons.forEach(([a, b], j) => phi[k * width + j] = Math.tanh(a * x + b));
  }
  return phi;
}
