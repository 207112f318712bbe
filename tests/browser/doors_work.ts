/**
 * A use of each door that browsers have: it trains a small network, ranks its features, and draws
 * the figure. It runs in a page and under Deno alike.
 *
 * @module
 */
import { Gpu } from "../../src/gpu/mod.ts";
import { svdvals } from "../../src/linalg/mod.ts";
import { staircaseData, staircaseFigure } from "../../src/plot/mod.ts";
import { featureRanks, type RankInterval } from "../../src/rank/mod.ts";
import { normals } from "../../src/stats/mod.ts";
import { loadTask } from "../../src/tasks/mod.ts";
import { Training } from "../../src/train/mod.ts";

/** A rank, and the interval that certifies it. */
type Interval = Pick<RankInterval, "rank" | "low" | "high">;

/** Takes a rank without its threshold. */
const interval = ({ rank, low, high }: RankInterval): Interval => ({ rank, low, high });

/** What came out. */
export interface DoorsOutcome {
  /** Name of the implementation of WebGPU. */
  readonly implementation: string;
  /** Adapter. */
  readonly adapterName: string;
  /** Whether it says that it is software. */
  readonly software: boolean;
  /** Losses, step by step. */
  readonly losses: readonly number[];
  /** Ranks of both layers at the probes, each with its certified interval. */
  readonly ranks: readonly (readonly Interval[])[];
  /** Ranks of features that are given. */
  readonly featureRanks: readonly Interval[];
  /** Singular values of the same. */
  readonly singularValues: readonly number[];
  /** The staircase figure. */
  readonly svg: string;
}

/** Does the work. Odd sizes leave no tile full. */
export async function useDoors(): Promise<DoorsOutcome> {
  using gpu = await Gpu.open();
  const task = await loadTask("cosines", { samples: 63 });
  const options = { task, hidden: [11, 7], steps: 60, probeEvery: 20, epsilons: [1e-3] };
  using training = await Training.create(gpu, { ...options, precision: "single" });
  const trace = await training.finish();
  const features = { rows: 60, columns: 5, data: normals(60 * 5, 1) };
  const { ranks } = await featureRanks(gpu, features, { epsilons: [1e-3], precision: "single" });
  const [values] = await svdvals(gpu, [features]);
  const texts = { title: "Ranks", subtitle: task.description, lossName: "squared error" };
  return {
    implementation: gpu.implementation,
    adapterName: gpu.adapterName,
    software: gpu.software,
    losses: [...trace.losses[0]],
    ranks: trace.probes.map(({ layers }) => layers.map(({ ranks: [first] }) => interval(first))),
    featureRanks: ranks.map(interval),
    singularValues: [...values],
    svg: staircaseFigure(staircaseData(trace, { ...texts, threshold: "absolute" })),
  };
}
