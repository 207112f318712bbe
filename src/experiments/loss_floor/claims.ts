/**
 * The claims about the loss floor.
 *
 * @module
 */
import { testFloor } from "../../rank/stairs/coupling.ts";
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import { oppositeChanges } from "../../stats/shifts.ts";
import { type SpectrumProbe, spectrumProbes, terminalRank, type Trace } from "../../train/trace.ts";
import { byReplica, type Claim, SIGNIFICANT } from "../core/verdict.ts";

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
 * States the claims: no loss lies below its floor; for the smallest ε floors fall where ranks rise,
 * and the loss waits at its floor; no loss lies below the least that any output layer could reach.
 *
 * @param trace Record of a training with floors at all probes.
 * @param leftOut Replicas that do not count.
 * @returns The claims.
 */
export function floorClaims(trace: Trace, leftOut: ReadonlySet<number> = new Set()): Claim[] {
  const all = replicasOf(trace, leftOut).flat();
  const of = (statistic: (probes: readonly SpectrumProbe[]) => number) =>
    byReplica(trace.replicas, all, statistic);
  const smallest = trace.epsilons.indexOf(Math.min(...trace.epsilons));
  return [
    {
      text: "the loss lies on or above its floor",
      statistic: "probes below it",
      values: of((probes) =>
        probes.filter(({ floors, loss }) => floors!.some((floor) => floor > loss)).length
      ),
      demand: { equals: 0 },
    },
    {
      text: `the floor falls where the ε-rank rises, trends apart, ε = ${trace.epsilons[smallest]}`,
      statistic: "changes of rank and log floor against circular shifts",
      values: of((probes) => {
        const bounded = probes.filter(({ floors }) => floors![smallest] > 0);
        return oppositeChanges(
          bounded.map((probe) => rankOf(probe, smallest)),
          bounded.map(({ floors }) => Math.log(floors![smallest])),
        ).pValue;
      }),
      kind: "p-value",
      demand: SIGNIFICANT,
    },
    {
      text: `the loss waits at its floor until the ε-rank rises, ε = ${trace.epsilons[smallest]}`,
      statistic: "falls behind jumps less falls before them against circular shifts",
      values: of((probes) => {
        const steps = probes.map(({ step }) => step);
        const { jumps } = findStairs(
          steps,
          probes.map(({ layers }) => layers[layers.length - 1].ranks[smallest]),
        );
        const floors = probes.map((probe) => probe.floors![smallest]);
        return testFloor({ steps, losses: probes.map(({ loss }) => loss), jumps, floors }).pValue;
      }),
      kind: "p-value",
      demand: SIGNIFICANT,
    },
    {
      text: "the loss lies on or above what any output layer could reach",
      statistic: "probes below it",
      values: of((probes) =>
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
export function rankOf(probe: SpectrumProbe, e: number): number {
  return terminalRank(probe, e).rank;
}

/**
 * Divides the loss by its floor. The quotient is at least 1, and near 1 if the floor explains the
 * loss; `null` if the floor is 0.
 */
export function tightness({ loss }: SpectrumProbe, floor: number): number | null {
  return floor > 0 ? loss / floor : null;
}
