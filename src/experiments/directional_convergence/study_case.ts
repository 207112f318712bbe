/**
 * One network with one loss: the KKT points that ascents reach, and flows from a ladder of norms.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { unpadRows } from "../../linalg/matrix_view.ts";
import { svdvals } from "../../linalg/svd/svdvals.ts";
import type { ParameterLayout } from "../../nn/layout.ts";
import { Network } from "../../nn/network.ts";
import { type FlowRecord, toDirections } from "../../nn/optim/polar_flow.ts";
import { uploadSampleSets } from "../../nn/samples.ts";
import { type DirectedRecord, runFlow } from "../../train/flow/flow_run.ts";
import { type DirectionalCase, directionalLosses, type DirectionalPlan } from "./plan.ts";
import { sphereSamples } from "./samples.ts";

/** Share of its start that the loss must keep for weights to count as early. */
const EARLY = 0.99;
/** Radians that weights may turn from one record of a flow to the next; records of an ascent. */
const RECORD_ANGLE = 0.2, ASCENT_RECORDS = 50;
/** Learning rate of an ascent whose path no longer matters, before the rate falls to 0. */
const LATE_RATE = 0.1;

/** A record, with σ₂/σ₁ of the weight matrices of the hidden layers. */
export interface FlowPoint extends FlowRecord {
  /** σ₂/σ₁, first layer to last. */
  readonly ratios: readonly number[];
}

/** End of the ascent from a direction. */
export interface KktPoint extends FlowPoint {
  /** Index of the direction, from 0. */
  readonly replica: number;
}

/** The flow of one replica. */
export interface FlowPath {
  /** ‖w‖ at the start. */
  readonly delta: number;
  /** Index of the direction to start from, from 0. */
  readonly replica: number;
  /** Its records. */
  readonly points: readonly FlowPoint[];
  /** Last record before the loss has fallen by 1 %, at which alignment is measured. */
  readonly early: FlowPoint;
  /** Whether the loss has fallen by 1 %. */
  readonly hasLeft: boolean;
}

/** A replica that diverged. */
export interface LostPath extends Pick<FlowPath, "delta" | "replica"> {
  /** Its number among all networks of the case. */
  readonly index: number;
  /** Step of its first record that is not finite. */
  readonly step: number;
}

/** Result of a case. */
export interface CaseResult extends DirectionalCase {
  /** KKT points of the replicas whose ascent did not diverge. */
  readonly kkt: readonly KktPoint[];
  /** Flows that did not diverge. */
  readonly paths: readonly FlowPath[];
  /** Flows that diverged, or whose ascent diverged. */
  readonly lost: readonly LostPath[];
  /** `done`, or `stopped` before the end of ascents and flows: then nothing is kept. */
  readonly status: "done" | "stopped";
}

/**
 * Studies a case. Ascents of all directions come first, at once. Then flows of all δ and directions
 * start from the same directions, at once, and follow the same path as long as the loss stays.
 *
 * @param gpu Device.
 * @param plan The study.
 * @param kind The case.
 * @param signal Stops it early.
 * @param onProgress Called as results arrive, with the steps made of ascent and flow together.
 * @returns The result.
 */
export async function studyCase(
  gpu: Gpu,
  plan: DirectionalPlan,
  kind: DirectionalCase,
  signal: AbortSignal | undefined,
  onProgress: (steps: number) => void,
): Promise<CaseResult> {
  const { inputs, directions, deltas, learningRate, flowSteps, ascentSteps, initializer, seed } = plan;
  const { hidden, activation } = kind;
  const climb = flowSteps + ascentSteps;
  using stack = new DisposableStack();
  const create = async (replicas: number) =>
    stack.use(
      await Network.create(gpu, { inputs, hidden, outputs: 1, activation, initializer, replicas, seed }),
    );
  const samples = Array.from({ length: directions }, (_, r) => sphereSamples(plan, kind, r));
  const shared = { loss: directionalLosses[kind.loss], rate: learningRate, ...signal && { signal } };

  const climber = await create(directions);
  await toDirections(climber);
  const { traces: ascents, status: ascent } = await runFlow({
    ...shared,
    network: climber,
    samples: uploadSampleSets(gpu, samples, stack),
    norms: samples.map(() => 0),
    // As fine as the flows for as long as these may last, so that it takes their path at every
    // fork.
    fall: { from: flowSteps, rate: Math.max(learningRate, LATE_RATE), end: climb },
    steps: climb,
    recordEvery: Math.ceil(climb / ASCENT_RECORDS),
  }, onProgress);
  const stopped: CaseResult = { ...kind, kkt: [], paths: [], lost: [], status: "stopped" };
  if (ascent !== "done") return stopped;

  // Network i has δ number i div directions, direction i mod directions.
  const places = deltas.flatMap((delta) => samples.map((_, replica) => ({ delta, replica })));
  const walker = await create(places.length);
  const words = 4 * walker.layout.size;
  const goal = stack.use(new GpuArray(gpu, "KKT points", walker.parameters.length));
  for (const [index, { replica }] of places.entries()) {
    const { records } = ascents[replica];
    // An ascent that diverged at once leaves no record, and its flows do not count.
    if (records.length === 0) continue;
    walker.parameters.write(records[0].direction, index * words);
    goal.write(records[records.length - 1].direction, index * words);
  }
  const { traces: flows, status } = await runFlow({
    ...shared,
    network: walker,
    samples: uploadSampleSets(gpu, places.map((place) => samples[place.replica]), stack),
    norms: places.map(({ delta }) => delta),
    goal,
    steps: flowSteps,
    recordEvery: Math.max(1, Math.round(RECORD_ANGLE / learningRate)),
    isLast: hasLeft,
  }, (made) => onProgress(climb + made));

  if (status !== "done") return stopped;
  const lost = places.flatMap((place, index): LostPath[] => {
    const step = ascents[place.replica].divergedAt ?? flows[index].divergedAt;
    return step === null ? [] : [{ ...place, index, step }];
  });
  const whole = [...places.entries()].filter(([index]) => lost.every((path) => path.index !== index));
  const ends = [...ascents.entries()].filter(([, { divergedAt }]) => divergedAt === null);
  const points = await withRatios(gpu, walker.layout, [
    ...ends.map(([, { records }]) => records.slice(-1)),
    ...whole.map(([index]) => flows[index].records),
  ]);
  return {
    ...kind,
    kkt: ends.map(([replica], i) => ({ ...points[i][0], replica })),
    paths: whole.map(([, place], i) => {
      const own = points[ends.length + i];
      const end = own.findIndex((point) => hasLeft(point, own[0]));
      return { ...place, points: own, early: own.at(end < 0 ? -1 : end - 1)!, hasLeft: end >= 0 };
    }),
    lost,
    status: "done",
  };
}

/** Finds out whether the loss has fallen too far for weights to count as early. */
function hasLeft(record: FlowRecord, first: FlowRecord): boolean {
  return record.loss < EARLY * first.loss;
}

/** Replaces the directions of records by the ratios of their singular values, all as one batch. */
async function withRatios(
  gpu: Gpu,
  { layers }: ParameterLayout,
  groups: readonly (readonly DirectedRecord[])[],
): Promise<FlowPoint[][]> {
  const hidden = layers.slice(0, -1);
  const matrices = groups.flat().flatMap(({ direction }) =>
    hidden.map(({ inputs, outputs, outputStride, weights }) => {
      const rows = direction.subarray(4 * weights, 4 * (weights + inputs * outputStride));
      return { rows: inputs, columns: outputs, data: unpadRows(rows, outputs, outputStride) };
    })
  );
  // A matrix with one row or column has no second singular value, and one of zeros no ratio.
  const ratios = (await svdvals(gpu, matrices)).map(([first, second = 0]) => first > 0 ? second / first : 0);
  let at = 0;
  return groups.map((group) =>
    group.map(({ direction: _, ...record }) => ({ ...record, ratios: ratios.slice(at, at += hidden.length) }))
  );
}
