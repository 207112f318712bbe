/**
 * The claims about the loss floor.
 *
 * @module
 */
import { spearman } from "../../stats/spearman.ts";
import { type SpectrumProbe, spectrumProbes, type Trace } from "../../train/trace.ts";
import type { Claim } from "../core/verdict.ts";

/** One training, with all its replicas. */
export interface LossFloorRun {
  /** The record. All its probes have spectra and floors. */
  readonly trace: Trace;
  /** Replicas that diverged and do not count. */
  readonly leftOut: ReadonlySet<number>;
  /** Widths of all layers, inputs and outputs included. */
  readonly widths: readonly number[];
}

/**
 * States the claims: no loss lies below its floor; for the smallest ε floors fall as ranks rise; no
 * loss lies below the least that any output layer could reach.
 *
 * @param trace Record of a training with floors at all probes.
 * @param leftOut Replicas that do not count.
 * @returns The claims.
 */
export function floorClaims(trace: Trace, leftOut: ReadonlySet<number> = new Set()): Claim[] {
  const replicas = replicasOf(trace, leftOut);
  const smallest = trace.epsilons.indexOf(Math.min(...trace.epsilons));
  return [
    {
      text: "the loss lies on or above its floor",
      statistic: "probes below it",
      values: replicas.map((probes) =>
        probes.filter(({ floors, loss }) => floors!.some((floor) => floor > loss)).length
      ),
      demand: { equals: 0 },
    },
    {
      text: `the floor falls as the ε-rank rises, ε = ${trace.epsilons[smallest]}`,
      statistic: "Spearman's ρ of rank and floor",
      values: replicas.map((probes) =>
        spearman(
          probes.map((probe) => rankOf(probe, smallest)),
          probes.map(({ floors }) => floors![smallest]),
        )
      ),
      kind: "correlation",
      demand: { below: 0 },
    },
    {
      text: "the loss lies on or above what any output layer could reach",
      statistic: "probes below it",
      values: replicas.map((probes) =>
        probes.filter(({ projectionError, loss }) => projectionError! > loss * (1 + 1e-5)).length
      ),
      demand: { equals: 0 },
    },
  ];
}

/** Lists the probes of each replica that counts. */
export function replicasOf(trace: Trace, leftOut: ReadonlySet<number>): SpectrumProbe[][] {
  return Array.from({ length: trace.replicas }, (_, replica) => replica)
    .filter((replica) => !leftOut.has(replica))
    .map((replica) => spectrumProbes(trace).filter((probe) => probe.replica === replica))
    .filter((probes) => probes.length > 0);
}

/** Gives the ε-rank of the last hidden layer, for the threshold of that index. */
export function rankOf({ layers }: SpectrumProbe, e: number): number {
  return layers[layers.length - 1].ranks[e].rank;
}

/**
 * Divides the loss by its floor. The quotient is at least 1, and near 1 if the floor explains the
 * loss; `null` if the floor is 0.
 */
export function tightness({ loss }: SpectrumProbe, floor: number): number | null {
  return floor > 0 ? loss / floor : null;
}
