/**
 * Ranks of the empirical neural tangent kernel while networks train, beside those of their features
 * (Jacot, Gabriel, Hongler, arXiv:1806.07572; Chizat, Oyallon, Bach, arXiv:1812.07956).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { type Columns, table } from "../../io/table.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { rankColumns } from "../core/rank_columns.ts";
import { compareCourses, tangentKernelClaims } from "./claims.ts";
import { type TangentRow, tangentRun } from "./networks.ts";
import {
  type TangentKernelOptions,
  tangentKernelOptions,
  type TangentKernelPlan,
  tangentKernelPlan,
} from "./plan.ts";

const place: Columns<Pick<TangentRow, "name" | "replica">> = {
  case: { help: "task, and the factor α of outputs that start at 0", value: ({ name }) => name },
  replica: { help: "network of this case, from 0", value: ({ replica }) => replica },
};

const known = (value: number) => Number.isNaN(value) ? null : value;

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
          ...place,
          step: { help: "updates made", value: ({ step }) => step },
          loss: { help: "loss over all training samples", value: ({ loss }) => loss },
          ...rankColumns("kernel_rank", "eigenvalues of the tangent kernel above ε", ({ kernel }) => kernel),
          ...rankColumns("rank", "ε-rank of the last hidden layer", ({ features }) => features),
          moved: {
            help: "distance of the kernel's eigenvalues from those at the start, divided by their norm",
            value: ({ moved }) => moved,
          },
        }),
      "networks.csv": ({ rows }) =>
        table(
          [...Map.groupBy(rows, ({ name, replica }) => `${name} ${replica}`).values()]
            .map((own) => ({ ...own[0], course: compareCourses(own) })),
          {
            ...place,
            jumps: {
              help: "jumps of the kernel's rank; empty where stairs cannot be told",
              value: ({ course: { jumps } }) => jumps?.length ?? null,
            },
            ramp_p: {
              help: "p-value of its stairs against a smooth trend",
              value: ({ course }) => known(course.rampP),
            },
            lag: {
              help: "lag of the features' rises behind these jumps, in probes",
              value: ({ course }) => known(course.response.lag),
            },
            lag_p: {
              help: "p-value of the rises there against jumps shifted in time",
              value: ({ course }) => known(course.response.lagPValue),
            },
            lead: {
              help: "by how much of its rise the kernel's rank is ahead of the features', on average",
              value: ({ course }) => known(course.lead),
            },
          },
        ),
    },
    figures: {
      "tangent_kernel.svg": async (result) => (await import("./figure.ts")).drawTangentKernel(result),
    },
  });
