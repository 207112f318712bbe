/**
 * Probes: the spectra of all layers and replicas, written to a ring on the GPU and decoded on the
 * host.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { eigenvalueBounds } from "../certificates/certificate.ts";
import { eigenfeatureBounds, type EigenfeatureMoments } from "../certificates/eigenfeatures.ts";
import type { Spectra } from "../spectra/spectra.ts";
import recordSource from "../../../shaders/rank/probes/probe.wgsl" with { type: "text" };
import stateSource from "../../../shaders/nn/include/state.wgsl" with { type: "text" };

/** Words of a record before the eigenvalues. */
const HEADER = 16;
/** Most bytes that the ring takes, and most probes that it holds. */
const MOST_BYTES = 2 ** 24, MOST_PROBES = 1024;

/** Sums over samples, `count` pairs (Σ w ℓ, hits) for each replica. */
export interface PartialSums {
  /** The pairs. */
  readonly array: GpuArray;
  /** Pairs a replica. */
  readonly count: number;
}

/** Data that a probe records besides spectra. */
export interface ProbeOptions {
  /** Widths of the layers. */
  readonly widths: readonly number[];
  /** Number of replicas. */
  readonly replicas: number;
  /** Number of samples that the features are of. */
  readonly samples: number;
  /** Number of outputs whose moments are recorded; 0 for none. */
  readonly outputs: number;
  /** Loss on the samples. */
  readonly loss: PartialSums;
  /** Loss on held-out samples, if there are any. */
  readonly heldOut: PartialSums | null;
  /** Parameters of all replicas, and the place of the output layer's: vectors of four. */
  readonly parameters: {
    readonly array: GpuArray;
    readonly batch: number;
    readonly weights: number;
    readonly bias: number;
  };
  /** `struct State` of each replica. */
  readonly states: GpuArray;
  /** Probes made in one submission at most. */
  readonly capacity: number;
}

/** The spectrum of one layer of one replica. */
export interface LayerRecord {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: Float64Array;
  /** Bounds δ_i ≥ |λ̂_i − λ_i|. */
  readonly bounds: Float64Array;
  /**
   * Moments of the last layer's eigenfeatures with targets and constant; `null` for other layers,
   * and where there are no targets.
   */
  readonly moments: EigenfeatureMoments | null;
}

/** One probe of one replica, decoded. */
export interface ProbeRecord {
  /** Loss on the samples. */
  readonly loss: number;
  /** Samples classified right. */
  readonly hits: number;
  /** Held-out samples classified right. */
  readonly heldOutHits: number;
  /** Loss on the held-out samples; 0 where there are none. */
  readonly heldOutLoss: number;
  /** ‖β‖_F of the output layer's weights. */
  readonly weightNorm: number;
  /** ‖b‖ of the output layer's biases. */
  readonly biasNorm: number;
  /** The layers, first to last. */
  readonly layers: readonly LayerRecord[];
}

/** A bound recorder: the command that writes a record, and the ring it writes to. */
export interface ProbeRing {
  /** Writes one probe of all replicas to the next slot. */
  readonly dispatch: Dispatch;
  /** The ring. */
  readonly records: GpuArray;
  /** Slots of the ring: probes that one submission may make. */
  readonly capacity: number;
  /**
   * Decodes a slot.
   *
   * @param words Content of the ring.
   * @param probe Number of the probe, counted from 0 over the whole run.
   * @param replica Index of the replica.
   * @returns The probe.
   */
  decode(words: Float32Array, probe: number, replica: number): ProbeRecord;
}

/**
 * Binds the recording of probes.
 *
 * @param gpu Device.
 * @param spectra Spectra to record.
 * @param options What else to record.
 * @param stack Owner of the arrays.
 * @returns The recorder.
 */
export async function bindProbe(
  gpu: Gpu,
  spectra: Spectra,
  options: ProbeOptions,
  stack: DisposableStack,
): Promise<ProbeRing> {
  const { widths, replicas, samples, loss, parameters, states } = options;
  const heldOut = options.heldOut ?? { array: loss.array, count: 0 };
  const { batch } = spectra;
  const { rows, rowStride, tailStride } = batch;
  const size = HEADER + rows * (1 + 4 * tailStride);
  const probeWords = size * widths.length * replicas;
  const capacity = Math.max(
    1,
    Math.min(options.capacity, MOST_PROBES, Math.floor(MOST_BYTES / (4 * probeWords))),
  );
  const records = stack.use(new GpuArray(gpu, "probe records", capacity * probeWords));
  const kernel = await gpu.kernel({ name: "probe", files: [stateSource, recordSource] });
  const shape = gpuStruct(
    gpu,
    "record shape",
    ["u32", widths.length, replicas, rows, rowStride, tailStride, loss.count, size, capacity],
    [
      "u32",
      4 * parameters.batch,
      4 * parameters.weights,
      4 * parameters.bias,
      4 * parameters.batch,
      heldOut.count,
    ],
  );
  const dispatch = kernel.bind([
    shape,
    batch.matrices,
    batch.basis,
    batch.progress,
    loss.array,
    heldOut.array,
    parameters.array,
    states,
    records,
  ], [replicas]);

  const decode = (words: Float32Array, probe: number, replica: number): ProbeRecord => {
    const record = (layer: number) => {
      const at = ((probe % capacity) * widths.length * replicas + layer * replicas + replica) * size;
      return words.subarray(at, at + size);
    };
    const layers = widths.map((width, layer): LayerRecord => {
      const words = record(layer);
      const values = words.subarray(HEADER, HEADER + width);
      const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
      const finite = values.every(Number.isFinite);
      const eigenvalues = Float64Array.from(order, (i) => finite ? Math.max(0, values[i]) : NaN);
      const [rounds, off, ...shares] = words.subarray(6, HEADER);
      const [heads, tails] = [shares.slice(0, 4), shares.slice(4)];
      const solved = { eigenvalues, samples, heads, tails, off, rounds };
      const bounds = eigenvalueBounds(solved, spectra.arithmetic);
      if (options.outputs === 0 || layer < widths.length - 1) return { eigenvalues, bounds, moments: null };
      const moments = (column: number) =>
        Float64Array.from(order, (i) => words[HEADER + rows + i * 4 * tailStride + column]);
      return {
        eigenvalues,
        bounds,
        moments: {
          targetMoments: Array.from({ length: options.outputs }, (_, c) => moments(c)),
          meanMoments: moments(4 * (tailStride - 1)),
          heads: eigenfeatureBounds(solved, spectra.arithmetic, "rotated"),
        },
      };
    });
    const last = record(widths.length - 1);
    return {
      loss: last[0],
      hits: last[1],
      heldOutLoss: last[2],
      heldOutHits: last[3],
      weightNorm: Math.sqrt(last[4]),
      biasNorm: Math.sqrt(last[5]),
      layers,
    };
  };
  return { dispatch, records, capacity, decode };
}
