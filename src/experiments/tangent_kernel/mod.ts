/**
 * Ranks of the empirical neural tangent kernel while networks train, beside those of their features
 * (Jacot, Gabriel, Hongler, arXiv:1806.07572; Chizat, Oyallon, Bach, arXiv:1812.07956).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { table } from "../../io/table.ts";
import { antisymmetricStart } from "../../nn/antisymmetric.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { tangentRanks } from "../../rank/tangent/tangent_ranks.ts";
import { norm } from "../../stats/norm.ts";
import { terminalRank } from "../../train/trace.ts";
import { defineExperiment, type Experiment, type Run } from "../core/experiment.ts";
import { rankColumns } from "../core/rank_columns.ts";
import { trainingPart, trainingRun } from "../core/training_run.ts";
import { tangentKernelClaims, type TangentRow } from "./claims.ts";
import {
  type TangentCase,
  type TangentKernelOptions,
  tangentKernelOptions,
  type TangentKernelPlan,
  tangentKernelPlan,
} from "./plan.ts";

/**
 * Trains networks and counts the eigenvalues of their tangent kernels above ε at every probe. In
 * the control outputs start at 0 and are multiplied by a large factor, so that the kernel stays.
 */
export const tangentKernel: Experiment<TableOf<TangentKernelOptions>, TangentKernelPlan, TangentRow> =
  defineExperiment({
    name: "tangent-kernel",
    summary: "compare the ranks of tangent kernel and features while networks train",
    source: "Jacot, Gabriel, Hongler, arXiv:1806.07572; Chizat, Oyallon, Bach, arXiv:1812.07956",
    examples: [
      { args: "--tasks runge --activation relu", help: "train networks of ReLU on one function" },
      { args: "--epsilon 1e-4 --scale 10", help: "take a larger threshold and a smaller factor" },
    ],
    options: tangentKernelOptions,
    plan: tangentKernelPlan,
    runs: (plan) => plan.cases.map((kind) => tangentRun(plan, kind)),
    claims: (rows, plan) => tangentKernelClaims(rows, plan),
    tables: {
      "tangent_kernel.csv": ({ rows }) =>
        table(rows, {
          name: "task, and the factor α of outputs that start at 0",
          replica: "network of this case, from 0",
          step: "updates made",
          loss: "loss over all training samples",
          ...rankColumns("kernel_rank", "eigenvalues of the tangent kernel above ε", ({ kernel }) => kernel),
          ...rankColumns("rank", "ε-rank of the last hidden layer", ({ features }) => features),
          moved: "distance of the kernel's eigenvalues from those at the start, divided by their norm",
        }),
    },
    figures: {
      "tangent_kernel.svg": async (result) => (await import("./figure.ts")).drawTangentKernel(result),
    },
  });

/** Makes the training of a case. Networks that diverge have no rows. */
function tangentRun(
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
      const { activations, skips } = network;
      const { train: { x, count, weights } } = training.task;
      const samples = { rows: count, columns: x.length / count, data: x };
      const rows: TangentRow[] = [], starts = new Map<number, Float64Array>();
      for (const [step, found] of networks) {
        const at = { activations, skips, readAllParameters: () => Promise.resolve(found) };
        const kernels = await tangentRanks(at, samples, { epsilons: [epsilon], weights, signal });
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
