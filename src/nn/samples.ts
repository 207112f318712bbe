/**
 * Samples in GPU memory.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import { type MatrixView, padRows, vectors } from "../linalg/matrix_view.ts";

/**
 * Inputs, targets and weights that a network is evaluated on, either shared by all replicas or one
 * set for each.
 */
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
  /**
   * Directions along which the inputs carry derivatives: x are jets then, as `jetSamples` makes
   * them. Default: 0, none.
   */
  readonly axes?: number;
  /** Highest order of those derivatives. Default: 2. */
  readonly order?: 2 | 3;
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
  const { x, y, ...shared } = uploadSampleSets(gpu, [samples], stack);
  return { ...shared, x: { ...x, batch: 0 }, y: { ...y, batch: 0 }, weightBatch: 0 };
}

/**
 * Copies samples to the GPU, a set for each replica.
 *
 * @param gpu Device.
 * @param sets Samples of each replica on the host, of one shape.
 * @param stack Owner of the arrays.
 * @returns The arrays.
 */
export function uploadSampleSets(
  gpu: Gpu,
  sets: readonly HostSamples[],
  stack: DisposableStack,
): SampleArrays {
  const [{ count }] = sets;
  const array = (label: string, rows: readonly Float32Array[]) => {
    const words = new Float32Array(rows.length * rows[0].length);
    rows.forEach((row, replica) => words.set(row, replica * row.length));
    return stack.use(new GpuArray(gpu, label, words));
  };
  const view = (label: string, matrices: readonly Float32Array[]): MatrixView => {
    const columns = matrices[0].length / count, stride = vectors(columns);
    const padded = matrices.map((matrix) => padRows(matrix, columns));
    return { array: array(label, padded), stride, batch: count * stride };
  };
  return {
    count,
    x: view("inputs", sets.map(({ x }) => x)),
    y: view("targets", sets.map(({ y }) => y)),
    weights: array("sample weights", sets.map(({ weights }) => weights)),
    weightBatch: count,
  };
}
