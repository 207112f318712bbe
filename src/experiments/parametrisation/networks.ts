/**
 * The networks of one parametrisation and width, and what is measured of them.
 *
 * @module
 */
import type { LayerParameters } from "../../nn/layout.ts";
import { layerScales } from "../../nn/parametrization.ts";
import { type SampleGram, sampleGrams } from "../../rank/ranks/sample_grams.ts";
import { norm } from "../../stats/norm.ts";
import { normals, product } from "../../stats/random_matrices.ts";
import { arrayTask } from "../../tasks/array_task.ts";
import { trainUnprobed } from "../../train/train_unprobed.ts";
import type { Run } from "../core/experiment.ts";
import { arms, type ParametrizationArm, type ParametrizationPlan } from "./plan.ts";

/** A network after training. */
export interface ParametrizationRow {
  /** Its parametrisation. */
  readonly arm: ParametrizationArm;
  /** Neurons of each hidden layer. */
  readonly width: number;
  /** Learning rate. */
  readonly learningRate: number;
  /** Index of its initial weights. */
  readonly replica: number;
  /** Loss after training; `null` if it diverged. */
  readonly loss: number | null;
  /** ‖Φ_T − Φ_0‖ / ‖Φ_0‖ of the last hidden layer; `null` if it diverged. */
  readonly movement: number | null;
  /** ΦΦᵀ / n before and after training; `null` if it diverged or is not followed. */
  readonly grams: readonly [start: SampleGram, end: SampleGram] | null;
}

/**
 * Makes the run that trains all networks of one width, those of each rate and replica, side by
 * side. The weights of a replica are the same at all rates, and but for the size of the last layer
 * in all parametrisations.
 *
 * @param plan The study.
 * @param arm The parametrisation.
 * @param width Neurons of each hidden layer.
 * @returns The run. Networks that diverge have rows as well.
 */
export function widthRun(
  { samples, inputs, depth, widths, learningRates, rate, steps, epsilon, replicas, seed }:
    ParametrizationPlan,
  arm: ParametrizationArm,
  width: number,
): Run<ParametrizationRow> {
  const scales = layerScales(arms[arm], depth + 1, width / widths[0]);
  const shape = [inputs, ...new Array<number>(depth).fill(width), 1];
  const places = (scales[0].rate > 0 ? learningRates : [rate]).flatMap((learningRate) =>
    Array.from({ length: replicas }, (_, replica) => ({ arm, width, learningRate, replica }))
  );
  const numbers = (length: number, use: number) => normals(length, seed + 2 ** 32 * use);
  const execute: Run<ParametrizationRow>["execute"] = async ({ gpu, signal, onProgress }) => {
    const x = numbers(samples * inputs, 0);
    const starts = Array.from(
      { length: replicas },
      (_, replica) =>
        scales.map(({ initial }, l): LayerParameters => ({
          weights: numbers(shape[l] * shape[l + 1], 1 + replica * (depth + 1) + l)
            .map((each) => each * initial / Math.sqrt(shape[l])),
          biases: new Float32Array(shape[l + 1]),
        })),
    );
    const { networks, losses, ...made } = await trainUnprobed(gpu, {
      task: arrayTask({
        x,
        y: x.filter((_, i) => i % inputs === 0).map((each, k) => each * x[k * inputs + 1]),
        inputs,
      }),
      hidden: shape.slice(1, -1),
      activation: "tanh",
      optimizer: {
        name: "sgd",
        learningRate: places.map(({ learningRate }) => learningRate),
        layers: scales.map(({ rate }) => ({ weights: rate, biases: 0 })),
      },
      batch: null,
      steps,
      replicas: places.length,
      start: places.map(({ replica }) => starts[replica]),
      ...signal && { signal },
    }, onProgress);
    if (made.status === "stopped") return { ...made, rows: [], diverged: [] };
    const featuresOf = (layers: readonly LayerParameters[]) =>
      layers.slice(0, depth).reduce<Float32Array | Float64Array>(
        (below, { weights }, l) => product(below, weights, samples, width, shape[l]).map(Math.tanh),
        x,
      );
    const first = starts.map(featuresOf);
    const last = networks.map((layers, i) => Number.isFinite(losses[i]) ? featuresOf(layers) : null);
    const followed = last.flatMap((data, i) => data && places[i].learningRate === rate ? [{ data, i }] : []);
    const matrices = [...first, ...followed.map(({ data }) => data)];
    const grams = await sampleGrams(
      gpu,
      matrices.map((data) => ({ rows: samples, columns: width, data })),
      { epsilon },
    );
    const after = new Map(followed.map(({ i }, at) => [i, grams[replicas + at]]));
    const rows = places.map((place, i): ParametrizationRow => {
      const start = first[place.replica], end = last[i], gram = after.get(i);
      return {
        ...place,
        loss: end && losses[i],
        movement: end && norm(end.map((value, e) => value - start[e])) / norm(start),
        grams: gram ? [grams[place.replica], gram] : null,
      };
    });
    return { ...made, rows, diverged: [] };
  };
  return { label: `${arm}, width ${width}`, steps, networks: places.length, execute };
}
