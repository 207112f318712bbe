/**
 * Runs of a gradient flow in polar coordinates, in chunks of steps and records. A chunk is one
 * submission.
 *
 * @module
 */
import { Commands } from "../../gpu/commands.ts";
import { ReadbackRing } from "../../gpu/readback.ts";
import type { Network } from "../../nn/network.ts";
import {
  bindPolarFlow,
  type FlowRecord,
  type PolarFlowOptions,
  readRecord,
} from "../../nn/optim/polar_flow.ts";
import type { SampleArrays } from "../../nn/samples.ts";
import { DEPTH, inChunks } from "../chunks.ts";

/** Largest number of records in one submission. */
const CAPACITY = 8;

/** Options of a run of a flow. */
export interface FlowRunOptions extends Omit<PolarFlowOptions, "capacity"> {
  /** The network. Its parameters are directions of length 1, with biases 0. */
  readonly network: Network;
  /** Samples, shared by the replicas or one set for each. */
  readonly samples: SampleArrays;
  /** Largest number of steps. */
  readonly steps: number;
  /** Steps from one record to the next. The last step is recorded as well. */
  readonly recordEvery: number;
  /** Tells whether a record is the last of its replica to be kept. Default: never. */
  readonly isLast?: (record: FlowRecord, first: FlowRecord) => boolean;
  /** Signal that stops the run early. The records up to there are kept. */
  readonly signal?: AbortSignal;
}

/** A record with its direction. */
export interface DirectedRecord extends FlowRecord {
  /** Direction û, laid out as the parameters of a replica. */
  readonly direction: Float32Array;
}

/** The records of a replica. */
export interface FlowTrace {
  /** Records up to the last that is to be kept, or that is finite. */
  readonly records: readonly DirectedRecord[];
  /** Step of the first record that is not finite; `null` if all are. */
  readonly divergedAt: number | null;
}

/** A finished run. */
export interface FlowRun {
  /** Order of homogeneity L. */
  readonly order: number;
  /** The replicas. */
  readonly traces: readonly FlowTrace[];
  /** State at the end: `stopped` if the signal ended it early. */
  readonly status: "done" | "stopped";
}

/**
 * Runs a flow until it has made its steps, or all replicas have made their last record. The result
 * does not depend on how steps are divided into submissions.
 *
 * @param options The flow, and how long to run it.
 * @param onProgress Called as results arrive, with the number of steps made.
 * @returns The records.
 * @throws {InputError} If an activation is not homogeneous.
 * @throws {DeviceLostError} If the device is lost.
 */
export async function runFlow(
  options: FlowRunOptions,
  onProgress: (steps: number) => void = () => {},
): Promise<FlowRun> {
  const { network, network: { gpu, replicas, layout }, samples, steps, recordEvery, signal } = options;
  using stack = new DisposableStack();
  const flow = await bindPolarFlow(network, samples, { ...options, capacity: CAPACITY }, stack);
  const ring = stack.use(new ReadbackRing(gpu, [flow.records, flow.directions], DEPTH));
  const traces = Array.from({ length: replicas }, () => new Trace(options.isLast));
  // Records made before a step: one at each multiple of `recordEvery`, and one at the last step.
  const recordsBefore = (step: number) =>
    Math.ceil(Math.min(step, steps) / recordEvery) + (step > steps ? 1 : 0);
  const chunks = inChunks({
    steps: steps + 1,
    most: (CAPACITY - 1) * recordEvery,
    signal,
    submit: (first, count) => {
      const commands = new Commands(gpu);
      for (let step = first; step < first + count; step++) {
        commands.run(flow.evaluate);
        if (step % recordEvery === 0 || step === steps) commands.run(flow.record);
        if (step < steps) commands.run(flow.descend);
      }
      return ring.submit(commands);
    },
  });
  let read = 0;
  for await (const { first, count, result: [records, directions] } of chunks) {
    read = first + count;
    const words = 4 * layout.size;
    for (let record = recordsBefore(first); record < recordsBefore(read); record++) {
      for (const [replica, trace] of traces.entries()) {
        const index = (record % CAPACITY) * replicas + replica;
        trace.add(readRecord(records, index), () => directions.slice(index * words, (index + 1) * words));
      }
    }
    onProgress(Math.min(read, steps));
    if (traces.every(({ hasEnded }) => hasEnded)) break;
  }
  const isDone = read > steps || traces.every(({ hasEnded }) => hasEnded);
  return { order: flow.order, traces, status: isDone ? "done" : "stopped" };
}

/** The records of a replica as they arrive. */
class Trace implements FlowTrace {
  readonly records: DirectedRecord[] = [];
  divergedAt: number | null = null;
  hasEnded = false;

  constructor(readonly isLast: FlowRunOptions["isLast"]) {}

  add(record: FlowRecord, direction: () => Float32Array): void {
    if (this.hasEnded) return;
    if (!Number.isFinite(record.loss + record.norm + record.growth)) {
      this.divergedAt = record.step;
      this.hasEnded = true;
      return;
    }
    this.records.push({ ...record, direction: direction() });
    this.hasEnded = this.isLast?.(record, this.records[0]) ?? false;
  }
}
