/**
 * The study of rank methods on a GPU: the accuracy and the cost of every method on families of
 * matrices.
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { defineExperiment, type Experiment } from "../core/experiment.ts";
import { type Columns, table } from "../../io/table.ts";
import { readEntrants, readPeers } from "./entrants.ts";
import {
  type KernelStudyOptions,
  kernelStudyOptions,
  type KernelStudyPlan,
  kernelStudyPlan,
  studyParts,
} from "./plan.ts";
import { kernelStudyReport, summarizeStudy } from "./report.ts";
import type { CostRow } from "./rows.ts";
import { type KernelStudy, kernelStudy as study } from "./study.ts";

/** Columns that name the method of a row. */
const method = {
  method: "name of the method",
  precision: "arithmetic: single, double or auto",
};

const size: Columns<{ readonly columns: number; readonly rows: number }> = {
  n: { help: "neurons", value: ({ columns }) => columns },
  m: { help: "samples", value: ({ rows }) => rows },
};

const family = {
  family: "family of the matrix",
  ...size,
};

const cost = {
  ...method,
  ...size,
  batch: "matrices solved together",
  milliseconds: "least time of a call, features in and ranks out",
  gpu_milliseconds: "part of that time on the GPU; empty without timestamps, or without a dispatch",
  milliseconds_per_matrix: {
    help: "milliseconds divided by the batch",
    value: ({ milliseconds, batch }: CostRow) => milliseconds / batch,
  },
  dispatches: "dispatches of a call",
  submissions: "submissions of a call",
  waits: "number of times that the host waits in a call",
  flops: "operations of the algorithm; empty if they depend on the data",
  peak_share: "operations per second as a share of the adapter's measured peak",
  certain: "share of the ranks that are certain",
  repeats: "calls timed",
};

/**
 * Runs every method in every precision on eight families of features, and measures the error of
 * ranks and eigenvalues, their certificates, and the cost.
 */
export const kernelStudy: Experiment<TableOf<KernelStudyOptions>, KernelStudyPlan, KernelStudy> =
  defineExperiment({
    name: "kernel-study",
    summary: "study how ranks are computed on a GPU: the accuracy and the cost of each method",
    source: null,
    examples: [
      { args: "--methods naive,gram-jacobi --orders 64,256", help: "compare two methods on larger matrices" },
      {
        args: "--batches 1 --growth-orders 64 --growth-samples 1000",
        help: "study accuracy, with few timings",
      },
    ],
    label: "study",
    options: kernelStudyOptions,
    async plan(options) {
      // What is wrong with the options is said before anything is loaded.
      kernelStudyPlan(options);
      const modules = await readEntrants(options.with);
      const { here, missing } = await readPeers(options.peers);
      return kernelStudyPlan(options, [...here, ...modules], missing);
    },
    runs: (plan) => [{
      label: "study",
      steps: studyParts(plan),
      networks: 0,
      async execute({ gpu, signal, onProgress }) {
        let steps = 0;
        const result = await study(gpu, plan, {
          signal,
          onProgress: (done, text) => onProgress(steps = done, text),
        });
        const { complete, milliseconds } = result;
        return { rows: [result], diverged: [], status: complete ? "done" : "stopped", steps, milliseconds };
      },
    }],
    tables: {
      "counts.csv": ({ rows }) =>
        table(rows.flatMap(({ counts }) => counts), {
          ...family,
          ...method,
          epsilon: { help: "threshold as a share of the largest eigenvalue", value: ({ share }) => share },
          rank: "rank that the method reports",
          rank_low: {
            help: "lower end of its certified interval; empty if nothing is proven",
            value: ({ low }) => low,
          },
          rank_high: { help: "upper end of that interval", value: ({ high }) => high },
          true_low: {
            help: "smallest rank that float64, with its own error, allows",
            value: ({ truthLow }) => truthLow,
          },
          true_high: {
            help: "largest rank that float64, with its own error, allows",
            value: ({ truthHigh }) => truthHigh,
          },
          error: "rank less the nearest rank that float64 allows",
        }),
      "eigenvalues.csv": ({ rows }) =>
        table(rows.flatMap(({ eigenvalues }) => eigenvalues), {
          ...family,
          ...method,
          index: "number of the eigenvalue, descending",
          value: "eigenvalue by float64, as a share of the largest",
          computed: "eigenvalue by the method, as the same share",
          error: "absolute difference of the two",
          bound: "certified bound on the error; empty if nothing is proven",
          reference_error: "bound on the error of float64 itself",
        }),
      "cost.csv": ({ rows }) => table(rows.flatMap(({ cost }) => cost), cost),
      "growth.csv": ({ rows }) =>
        table(rows.flatMap(({ growth }) => growth), {
          axis: { help: "what grows: n or m", value: ({ axis }) => axis === "columns" ? "n" : "m" },
          ...cost,
        }),
      "convergence.csv": ({ rows }) =>
        table(rows.flatMap(({ sweeps }) => sweeps), {
          ...family,
          sweep: "sweeps of two-sided rotations made",
          off_diagonal: {
            help: "norm off the diagonal, as a share of the norm of the matrix",
            value: ({ off }) => off,
          },
          digits: "certified decimal digits of the eigenvalues, as shares of the norm of the matrix",
        }),
      "tall.csv": ({ rows }) => table(rows.flatMap(({ tall }) => tall), cost),
    },
    figures: Object.fromEntries(
      (["counts", "eigenvalues", "cost", "growth", "roofline", "convergence"] as const).map((name) => [
        `${name}.svg`,
        async ({ rows: [result] }: { readonly rows: readonly KernelStudy[] }) =>
          (await import("./figures/mod.ts")).kernelStudyFigures[name](result),
      ]),
    ),
    summarize: ({ rows: [result] }) => summarizeStudy(result),
    report: ({ rows: [result] }) => kernelStudyReport(result),
  });
