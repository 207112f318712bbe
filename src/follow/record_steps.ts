/**
 * Records steps: reads their features, solves all spectra together, and writes what is found.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import type { MatrixSource } from "../linalg/matrix_source.ts";
import type { Probe } from "../train/trace.ts";
import type { SolvedLayer } from "./layer_record.ts";
import type { Recorder } from "./recorder.ts";
import { axesOf, solveOptionsOf } from "./settings.ts";
import { solveLayers } from "./solve_layers.ts";
import { type LayerFeatures, type OpenStep, readLayer, type StepSource } from "./step_source.ts";

/** A layer that has no rank at a step. */
export interface Gap {
  /** The step. */
  readonly step: number;
  /** Name of the layer. */
  readonly layer: string;
  /** The reason. */
  readonly reason: string;
}

/** A step that is open, with its number. */
export interface ReadyStep {
  /** The step. */
  readonly source: Pick<StepSource, "step" | "name">;
  /** Its features. */
  readonly open: OpenStep;
}

/** What was recorded. */
export interface RecordedSteps {
  /** A probe for each step. */
  readonly probes: readonly Probe[];
  /** Layers without a rank. */
  readonly gaps: readonly Gap[];
}

/**
 * Records steps in ascending order.
 *
 * @param gpu Device.
 * @param recorder Where they are recorded.
 * @param steps The steps; they stay the caller's.
 * @param signal Stops the work; nothing of these steps is recorded then.
 * @returns What was recorded.
 * @throws {InputError} If features can not be read.
 * @throws {FileError} If the record cannot be written.
 */
export async function recordSteps(
  gpu: Gpu,
  recorder: Recorder,
  steps: readonly ReadyStep[],
  signal: AbortSignal,
): Promise<RecordedSteps> {
  const { settings } = recorder.options, axes = axesOf(settings);
  const read = steps.map(({ source, open }) => ({
    step: source.step,
    loss: open.loss,
    layers: open.layers.map((layer) => readLayer(layer, axes)),
  }));
  type Solvable = LayerFeatures & { readonly features: MatrixSource };
  const solvable = read.flatMap(({ layers }) =>
    layers.filter((layer): layer is Solvable => layer.features !== null)
  );
  const spectra = await solveLayers(
    gpu,
    solvable.map(({ features }) => features),
    solveOptionsOf(settings, signal),
  );
  const solved = new Map(
    solvable.map((layer, i): [LayerFeatures, (typeof spectra)[number]] => [layer, spectra[i]]),
  );
  const gaps: Gap[] = [];
  const probes = await recorder.append(read.map(({ step, loss, layers }) => ({
    step,
    loss,
    layers: layers.flatMap((layer): SolvedLayer[] => {
      const { name, samples, neurons, reason } = layer, spectrum = solved.get(layer) ?? reason;
      if (typeof spectrum === "object") return [{ name, samples, neurons, spectrum }];
      gaps.push({ step, layer: name, reason: spectrum });
      return [];
    }),
  })));
  return { probes, gaps };
}
