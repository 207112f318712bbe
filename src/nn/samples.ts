/**
 * Samples in GPU memory.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import { type MatrixView, padRows, vectors } from "../linalg/matrix.ts";

/** Inputs, targets and weights that a network is evaluated on, either shared by all replicas or one set for each. */
export interface SampleArrays {
  /** Samples of one replica. */
  readonly count: number;
  /** Inputs, `count × inputs`. */
  readonly x: MatrixView;
  /** Targets, `count × outputs`. */
  readonly y: MatrixView;
  /** Weights, `count` a replica. */
  readonly weights: GpuArray;
  /** Floats from one replica's weights to the next; 0 where they are shared. */
  readonly weightBatch: number;
  /** Axes along which the inputs carry derivatives: x are jets then, as `jetSamples` makes them. Default: 0, none. */
  readonly axes?: number;
}

/** What {@linkcode uploadSamples} takes: samples on the host, row-major. */
export interface HostSamples {
  /** Number of samples. */
  readonly count: number;
  /** Inputs, `count × inputs`. */
  readonly x: Float32Array;
  /** Targets, `count × outputs`. */
  readonly y: Float32Array;
  /** Weights, `count`. */
  readonly weights: Float32Array;
}

/**
 * Copies samples to the GPU, shared by all replicas.
 *
 * @param gpu Device.
 * @param samples Samples on the host.
 * @param stack Owner of the arrays.
 * @returns The arrays.
 */
export function uploadSamples(gpu: Gpu, samples: HostSamples, stack: DisposableStack): SampleArrays {
  const { count, x, y, weights } = samples;
  const view = (label: string, matrix: Float32Array): MatrixView => {
    const columns = matrix.length / count;
    return {
      array: stack.use(new GpuArray(gpu, label, padRows(matrix, columns))),
      stride: vectors(columns),
      batch: 0,
    };
  };
  return {
    count,
    x: view("inputs", x),
    y: view("targets", y),
    weights: stack.use(new GpuArray(gpu, "sample weights", weights)),
    weightBatch: 0,
  };
}
