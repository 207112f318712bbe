/**
 * What the passes through a dense layer share.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { LayerLayout } from "../layout.ts";

/** Parameters of all replicas, or arrays of the same layout. */
export interface ParameterArray {
  /** The array. */
  readonly array: GpuArray;
  /** Vectors of four a replica. */
  readonly batch: number;
}

/** Shapes that a layer is evaluated with. */
export interface DenseOperands {
  /** Device. */
  readonly gpu: Gpu;
  /** Shape of the layer. */
  readonly layer: LayerLayout;
  /** Samples a replica; or, of jets, all their components. */
  readonly rows: number;
  /**
   * How many of the rows, the first, are values and have the bias; the others are derivatives.
   * Default: all.
   */
  readonly biased?: number;
  /** Number of replicas. */
  readonly replicas: number;
}
