/**
 * The networks of one parametrisation and width, and what is measured of them.
 *
 * @module
 */
import { rankInterval } from "../../rank/certificates/rank_interval.ts";
import { featureSpectra } from "../../rank/spectra/feature_spectrum.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { norm } from "../../stats/norm.ts";
import { normals, product } from "../../stats/random_matrices.ts";
import { arrayTask } from "../../tasks/array_task.ts";
import { trainUnprobed } from "../../train/train_unprobed.ts";
import type { Run } from "../core/experiment.ts";
import type { CertifiedRank } from "../core/rank_columns.ts";
import { type ParametrisationName, type ParametrisationPlan, parametrisations } from "./plan.ts";

/** Features of the last hidden layer at one step. */
interface FeatureFacts {
  /** Least eigenvalue of their Gram matrix of the samples, ΦΦᵀ / n, at least: λ̂ − δ. */
  readonly least: number;
  /** ε-rank of that matrix. */
  readonly rank: CertifiedRank;
}

/** A network after training. */
export interface ParametrisationRow {
  /** Its parametrisation. */
  readonly name: ParametrisationName;
  /** Neurons of each hidden layer. */
  readonly width: number;
  /** Learning rate. */
  readonly learningRate: number;
  /** Index of its initial weights. */
  readonly replica: number;
  /** Loss after training; NaN if it diverged. */
  readonly loss: number;
  /** ‖Φ_T − Φ_0‖ / ‖Φ_0‖ of the last hidden layer; NaN if it diverged. */
  readonly movement: number;
  /** Its features before and after training; `null` if they are not followed, or it diverged. */
  readonly features: readonly [start: FeatureFacts, end: FeatureFacts] | null;
}

/**
 * Makes the run that trains all networks of one width: of each rate and replica. The weights of a
 * replica are the same at all rates, and but for the size of the last layer in all
 * parametrisations.
 *
 * @param plan The study.
 * @param name The parametrisation.
 * @param width Neurons of each hidden layer.
 * @returns The run. Networks that diverge have rows as well.
 */
export function widthRun(
  { samples, inputs, depth, widths, learningRates, rate, steps, epsilon, replicas, seed }:
    ParametrisationPlan,
  name: ParametrisationName,
  width: number,
): Run<ParametrisationRow> {
  const { output, rates: exponents } = parametrisations[name], relative = width / widths[0];
  const rates = exponents[0] === null ? [rate] : learningRates;
  const places = rates.flatMap((learningRate) =>
    Array.from({ length: replicas }, (_, replica) => ({ name, width, learningRate, replica }))
  );
  const execute: Run<ParametrisationRow>["execute"] = async ({ gpu, signal, onProgress }) => {
    const seedOf = (use: number) => seed + 2 ** 32 * use, x = normals(samples * inputs, seedOf(0));
    const shape = [inputs, ...new Array<number>(depth).fill(width), 1];
    const starts = Array.from(
      { length: replicas },
      (_, replica) =>
        shape.slice(1).map((columns, l): LayerParameters => {
          const scale = (l === depth ? relative ** output : 1) / Math.sqrt(shape[l]);
          const drawn = normals(shape[l] * columns, seedOf(1 + replica * (depth + 1) + l));
          return { weights: drawn.map((each) => scale * each), biases: new Float32Array(columns) };
        }),
    );
    const { networks, losses, steps: made, milliseconds } = await trainUnprobed(gpu, {
      task: arrayTask({
        x,
        y: Array.from({ length: samples }, (_, k) => x[k * inputs] * x[k * inputs + 1]),
        inputs,
        name: "product of two inputs",
      }),
      hidden: shape.slice(1, -1),
      activation: "tanh",
      optimizer: {
        name: "sgd",
        learningRate: places.map(({ learningRate }) => learningRate),
        layers: shape.slice(1).map((_, l) => {
          const exponent = exponents[l === 0 ? 0 : l === depth ? 2 : 1];
          return { weights: exponent === null ? 0 : relative ** exponent, biases: 0 };
        }),
      },
      batch: null,
      steps,
      replicas: places.length,
      start: places.map(({ replica }) => starts[replica]),
      ...signal && { signal },
    }, onProgress);
    const outcome = { diverged: [], steps: made, milliseconds };
    if (made < steps) return { ...outcome, rows: [], status: "stopped" };
    const featuresOf = (layers: readonly LayerParameters[]) =>
      layers.slice(0, depth).reduce<ArrayLike<number>>(
        (below, { weights }, l) => product(below, weights, samples, width, shape[l]).map(Math.tanh),
        x,
      ) as Float64Array;
    const first = starts.map(featuresOf);
    const last = networks.map((layers, i) => Number.isFinite(losses[i]) ? featuresOf(layers) : null);
    const followed = [...places.keys()].filter((i) => places[i].learningRate === rate && last[i]);
    const spectra = await featureSpectra(
      gpu,
      [...first, ...followed.map((i) => last[i]!)].map((phi) => (
        { rows: samples, columns: width, data: Float32Array.from(phi) }
      )),
      // Weights of 1/n in place of 1/m.
      { volume: samples / width, epsilons: [epsilon] },
    );
    const facts = spectra.map(({ eigenvalues, bounds }): FeatureFacts => ({
      least: eigenvalues[samples - 1] - bounds[samples - 1],
      rank: rankInterval(eigenvalues, bounds, epsilon),
    }));
    const rows = places.map((place, i): ParametrisationRow => {
      const start = first[place.replica], end = last[i], at = followed.indexOf(i);
      return {
        ...place,
        loss: end ? losses[i] : NaN,
        movement: end ? norm(end.map((value, e) => value - start[e])) / norm(start) : NaN,
        features: at < 0 ? null : [facts[place.replica], facts[replicas + at]],
      };
    });
    return { ...outcome, rows, status: "done" };
  };
  return { label: `${name}, width ${width}`, steps, networks: places.length, execute };
}
