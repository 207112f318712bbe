/**
 * Trainings whose tangent kernels are ranked on the way.
 *
 * @module
 */
import type { LayerParameters } from "../../nn/layout.ts";
import { tangentRanks } from "../../rank/tangent/tangent_ranks.ts";
import { norm } from "../../stats/norm.ts";
import { terminalRank } from "../../train/trace.ts";
import type { Run } from "../core/experiment.ts";
import type { CertifiedRank } from "../core/rank_columns.ts";
import { trainingPart, trainingRun } from "../core/training_run.ts";
import { antisymmetricStart, type TangentCase, type TangentKernelPlan } from "./plan.ts";

/** A network at a step. */
export interface TangentRow {
  /** Name of its case. */
  readonly name: string;
  /** Network of this case, from 0. */
  readonly replica: number;
  /** Step. */
  readonly step: number;
  /** Loss. */
  readonly loss: number;
  /** ε-rank of the last hidden layer. */
  readonly features: CertifiedRank;
  /** ε-rank of the tangent kernel. */
  readonly kernel: CertifiedRank;
  /** How far its eigenvalues are from those at step 0, as a share of their norm. */
  readonly moved: number;
}

/**
 * Makes the training of a case. Networks that diverge have no rows.
 *
 * @param plan The experiment.
 * @param kind The case.
 * @returns The run.
 */
export function tangentRun(
  { steps, probeEvery, epsilon }: Pick<TangentKernelPlan, "steps" | "probeEvery" | "epsilon">,
  { name, scale, training }: TangentCase,
): Run<TangentRow> {
  const waypoints = Array.from({ length: Math.ceil(steps / probeEvery) }, (_, i) => i * probeEvery);
  return trainingRun<TangentRow, readonly (readonly LayerParameters[])[] | null>({
    label: name,
    training: trainingPart(training),
    nameOf: (replica) => `${name}, replica ${replica}`,
    networksAt: [...waypoints, steps],
    prepare: async ({ network }) => {
      if (scale === null) return null;
      return (await network.readAllParameters()).map((each) => antisymmetricStart(each, scale));
    },
    apply: ({ network }, starts) =>
      starts?.forEach((start, replica) => network.writeParameters(start, replica)),
    measure: async ({ network, status, diverged, trace: { probes } }, _, { signal }, networks) => {
      if (status !== "done") return { rows: [] };
      const { train: { x, count, weights } } = training.task;
      const samples = { rows: count, columns: x.length / count, data: x };
      const rows: TangentRow[] = [], starts = new Map<number, Float64Array>();
      for (const [step, found] of networks) {
        const at = { activations: network.activations, skips: network.skips };
        const kernels = await tangentRanks(
          { ...at, readAllParameters: () => Promise.resolve(found.map((each) => [...each])) },
          samples,
          { epsilons: [epsilon], weights, signal },
        );
        kernels.forEach(({ ranks: [kernel], eigenvalues }, replica) => {
          const probe = probes.find((each) => each.step === step && each.replica === replica);
          if (!probe || diverged.has(replica)) return;
          if (step === 0) starts.set(replica, eigenvalues);
          const start = starts.get(replica)!, change = eigenvalues.map((value, i) => value - start[i]);
          const features = terminalRank(probe), moved = norm(change) / norm(start);
          rows.push({ name, replica, step, loss: probe.loss, features, kernel, moved });
        });
      }
      return { rows };
    },
  });
}
