/**
 * Networks on their way from saddle to saddle, and their measurements.
 *
 * @module
 */
import { withoutDirections } from "../../linalg/without_directions.ts";
import { type Matrix, transposed } from "../../linalg/matrix.ts";
import { svd } from "../../linalg/svd/svd.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import type { RankInterval } from "../../rank/certificates/rank_interval.ts";
import { lossDrops } from "../../rank/stairs/loss_drops.ts";
import { weightRanks } from "../../rank/ranks/weight_ranks.ts";
import { cosine, norm } from "../../stats/norm.ts";
import { longestRun } from "../../stats/runs.ts";
import type { Training } from "../../train/training.ts";
import type { RunContext } from "../core/experiment.ts";
import type { Measurements } from "../core/training_run.ts";
import type { SaddlePlace, SaddlePlan } from "./plan.ts";

/** A network at a probe. */
export interface SaddlePoint {
  /** Updates made. */
  readonly step: number;
  /** Time of the gradient flow: the steps times the learning rate. */
  readonly time: number;
  /** Loss over all samples. */
  readonly loss: number;
  /** Singular values of the hidden weights, descending. */
  readonly singularValues: Float64Array;
  /** Rank of the hidden weights. */
  readonly weights: Omit<RankInterval, "epsilon">;
  /** ε-rank of the hidden features. */
  readonly features: Omit<RankInterval, "epsilon">;
  /** Cosine between the weights that are still small and those at the end of the plateau. */
  readonly cosine: number;
}

/**
 * A plateau before the rank is full: the longest run of at least three probes at which the hidden
 * weights have one rank.
 */
export interface Plateau {
  /** The rank. */
  readonly rank: number;
  /** Index of the first, the middle and the last of its probes. */
  readonly ends: readonly [first: number, middle: number, last: number];
  /** Cosines of the small weights between first and middle, and between middle and last. */
  readonly halves: readonly [first: number, second: number];
  /** Cosine, at the end, between the small weights and the direction of the next neuron. */
  readonly ahead: number;
}

/** A network on its way. */
export interface SaddleNetwork extends SaddlePlace {
  /** Its probes. */
  readonly points: readonly SaddlePoint[];
  /** Indices of the probes at which the loss falls fastest, one for each drop behind a plateau. */
  readonly drops: readonly number[];
  /** Plateaus of ranks below the number of the target's neurons. */
  readonly plateaus: readonly Plateau[];
}

/** What the networks of a run are measured with. */
export interface Surveyed extends Pick<RunContext, "gpu" | "signal"> {
  /** Places of the replicas. */
  readonly places: readonly SaddlePlace[];
  /** Layers of each replica at all probes. */
  readonly networks: ReadonlyMap<number, readonly (readonly LayerParameters[])[]>;
}

/**
 * Measures the networks of a run.
 *
 * @param plan The experiment.
 * @param training The training, at its end.
 * @param surveyed The networks on their way, and the device.
 * @returns The networks that did not diverge; none of a training that was stopped.
 */
export async function measureNetworks(
  { learningRate, tolerance, rates }: SaddlePlan,
  { status, trace, diverged }: Training,
  { places, networks, gpu, signal }: Surveyed,
): Promise<Measurements<SaddleNetwork>> {
  if (status !== "done") return { rows: [] };
  const probes = trace.probes.filter(({ replica }) => !diverged.has(replica));
  const matrices = probes.map(({ step, replica }) => neuronRows(networks.get(step)![replica][0]));
  const work = { ...signal && { signal } };
  const ranks = await weightRanks(gpu, matrices, { tolerance, threshold: "absolute", ...work });
  const replicas = Map.groupBy(probes.keys(), (i) => probes[i].replica);
  const found = [...replicas].map(([replica, own]) => ({
    replica,
    own,
    plateaus: rates.flatMap((_, rank) => {
      const { first, length } = longestRun(own, (i) => ranks[i].rank === rank);
      if (length < 3) return [];
      return [{ rank, ends: [first, first + (length - 1 >> 1), first + length - 1] as const }];
    }),
  }));
  const parts = found.flatMap(({ own, plateaus }) =>
    plateaus.flatMap(({ rank, ends: [from, , to] }) =>
      own.slice(from, to + 1).map((index) => ({ index, rank, matrix: matrices[index] }))
    )
  );
  const factors = await svd(gpu, parts.map(({ matrix }) => matrix), work);
  const small = new Map(parts.map(({ index, rank, matrix }, i) => [
    index,
    withoutDirections(matrix, factors[i].vt.data, rank),
  ]));
  const rows = found.map(({ replica, own, plateaus }): SaddleNetwork => {
    const cosines = new Float64Array(own.length).fill(NaN);
    for (const { ends: [from, , to] } of plateaus) {
      for (let i = from; i <= to; i++) cosines[i] = cosine(small.get(own[i])!, small.get(own[to])!);
    }
    return {
      ...places[replica],
      points: own.map((i, k): SaddlePoint => {
        const { step, loss, layers } = probes[i], { singularValues, rank, low, high } = ranks[i];
        const [features] = layers[0].ranks, time = learningRate * step;
        return {
          step,
          time,
          loss,
          singularValues,
          weights: { rank, low, high },
          features,
          cosine: cosines[k],
        };
      }),
      drops: lossDrops(own.map((i) => probes[i])),
      plateaus: plateaus.map(({ rank, ends }) => {
        const [first, middle, last] = ends.map((at) => small.get(own[at])!), { columns } = matrices[0];
        const ahead = norm(last.filter((_, e) => e % columns === rank)) / norm(last);
        return { rank, ends, halves: [cosine(first, middle), cosine(middle, last)], ahead };
      }),
    };
  });
  return { rows };
}

/**
 * Computes the lengths of the plateaus of the loss.
 *
 * @param network A network.
 * @returns The time from the drop before each drop, or from the start, to it.
 */
export function plateauLengths({ points, drops }: Pick<SaddleNetwork, "points" | "drops">): number[] {
  return drops.map((at, k) => points[at].time - (k > 0 ? points[drops[k - 1]].time : 0));
}

/** The hidden weights with a row for each neuron. */
function neuronRows({ weights, biases: { length: neurons } }: LayerParameters): Matrix {
  const inputs = weights.length / neurons;
  return { rows: neurons, columns: inputs, data: transposed(weights, inputs, neurons) };
}
