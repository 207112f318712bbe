/**
 * Spectra of prepared features, in single precision.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import { padRows, vectors } from "../../linalg/matrix_view.ts";
import type { FeatureShape, FeatureSpectrum } from "./spectrum_options.ts";
import type { PreparedFeatures } from "../features/prepare_features.ts";
import { spectrumOf } from "./prepared_spectrum.ts";
import { readSolved } from "./solved_record.ts";
import { bindSpectra, type Spectra } from "./spectra.ts";

/**
 * Binds the solve of prepared features of one shape as one batch.
 *
 * @param gpu Device.
 * @param features Features.
 * @param shape Their shape.
 * @param stack Owner of the arrays.
 * @returns The commands of a probe, and where they leave the spectra.
 * @throws {ShapeError} If the adapter has no room for them.
 */
export async function bindFeatures(
  gpu: Gpu,
  features: readonly PreparedFeatures[],
  { rows, columns }: FeatureShape,
  stack: DisposableStack,
): Promise<Spectra> {
  const stride = vectors(columns);
  const words = new Float32Array(features.length * rows * stride * 4);
  features.forEach(({ high }, i) => words.set(padRows(high, columns), i * rows * stride * 4));
  const view = { array: stack.use(new GpuArray(gpu, "features", words)), stride, batch: rows * stride };
  const ones = stack.use(new GpuArray(gpu, "weights", new Float32Array(rows).fill(1)));
  return await bindSpectra(gpu, [{ features: view, width: columns }], {
    samples: rows,
    replicas: features.length,
    weights: ones,
    targets: null,
  }, stack);
}

/**
 * Solves prepared features of one shape as one batch: warms up, and measures. Does not wait
 * for the end of it.
 *
 * @param gpu Device.
 * @param features Features.
 * @param shape Their shape; signal to stop.
 * @param stack Owner of the arrays.
 * @returns The spectra, submitted.
 * @throws {ShapeError} If the adapter has no room for them.
 */
export async function solveFeatures(
  gpu: Gpu,
  features: readonly PreparedFeatures[],
  { rows, columns, signal }: FeatureShape & WorkOptions,
  stack: DisposableStack,
): Promise<Spectra> {
  const spectra = await bindFeatures(gpu, features, { rows, columns }, stack);
  using commands = new PacedCommands(gpu, { signal });
  for (let pass = 0; pass < 2; pass++) await commands.run(spectra.dispatches);
  commands.submit();
  return spectra;
}

/**
 * Reads the spectra of prepared features. Waits for the GPU.
 *
 * @param spectra The spectra, submitted.
 * @param features Features.
 * @param rows Number of samples.
 * @returns The spectrum of each.
 */
export async function readSpectra(
  { batch, arithmetic }: Spectra,
  features: readonly PreparedFeatures[],
  rows: number,
): Promise<FeatureSpectrum[]> {
  const solved = await readSolved(batch);
  return features.map((each, index) =>
    spectrumOf(solved[index], each, {
      samples: rows,
      precision: "single",
      arithmetic,
    })
  );
}
