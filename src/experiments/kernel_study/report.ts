/**
 * The summary of a study, and its report for a terminal.
 *
 * @module
 */
import type { Peak } from "../../gpu/measure/peak.ts";
import { textTable } from "../../display/text_table.ts";
import type { CostRow, Exponent } from "./rows.ts";
import type { KernelStudy } from "./study.ts";
import type { MethodSummary } from "./summary.ts";

/** A study in a few numbers. */
export interface KernelStudySummary {
  /** Peak rates of the adapter; `null` if no cost is measured. */
  readonly peak: Peak | null;
  /** Number of certain ranks that are wrong, of all methods. Any is a defect. */
  readonly certainButWrong: number;
  /** Number of intervals without the true rank and eigenvalues beyond bounds. Any is a defect. */
  readonly brokenPromises: number;
  /** Accuracy of each method. */
  readonly methods: readonly MethodSummary[];
  /** Growth of the time of each method. */
  readonly exponents: readonly Exponent[];
  /** Times of the tall matrix. */
  readonly tall: readonly CostRow[];
  /** Omissions and their reasons. */
  readonly omissions: readonly string[];
}

/**
 * Sums up a study.
 *
 * @param study The study.
 * @returns The summary.
 */
export function summarizeStudy(
  { peak, methods, exponents, tall, omissions }: KernelStudy,
): KernelStudySummary {
  const sum = (of: (method: MethodSummary) => number) => methods.reduce((total, each) => total + of(each), 0);
  return {
    peak,
    certainButWrong: sum(({ certainButWrong }) => certainButWrong),
    brokenPromises: sum(({ outside, beyondBounds }) => outside + beyondBounds),
    methods,
    exponents,
    tall,
    omissions,
  };
}

/**
 * Writes the report of a study.
 *
 * @param study The study.
 * @returns Lines for a terminal.
 */
export function kernelStudyReport(study: KernelStudy): string[] {
  const { peak, certainButWrong, methods, exponents, tall, omissions } = summarizeStudy(study);
  const giga = (rate: number) => (rate / 1e9).toFixed(1);
  const share = (part: number, all: number) => `${part} of ${all}`;
  const accuracy = methods.map((each) => [
    `${each.method} ${each.precision}`,
    share(each.wrong, each.ranks),
    share(each.deep.wrong, each.deep.ranks),
    each.certain === null ? "nothing proven" : `${(100 * each.certain).toFixed(1)} %`,
    each.certain === null ? "" : String(each.certainButWrong),
    each.largestError === null ? "" : each.largestError.toExponential(1),
    each.slack === null ? "" : each.slack.toExponential(0),
  ]);
  const growth = exponents.map(({ method, precision, axis, exponent, low, high, theory, model }) => [
    `${method} ${precision}`,
    axis === "columns" ? "n" : "m",
    exponent.toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
    model?.toFixed(2) ?? "",
    String(theory),
  ]);
  const seconds = (milliseconds: number | null) =>
    milliseconds === null ? "" : (milliseconds / 1000).toFixed(1);
  const times = tall.map(({ method, precision, milliseconds, gpuMilliseconds, submissions, dispatches }) => [
    `${method} ${precision}`,
    seconds(milliseconds),
    seconds(gpuMilliseconds),
    String(submissions),
    String(dispatches),
  ]);
  return [
    ...(peak === null ? [] : [
      `at its best ${giga(peak.flopsPerSecond)} GFLOP/s, ${giga(peak.bytesPerSecond)} GB/s, ` +
      `${(1000 * peak.dispatchMilliseconds).toFixed(0)} µs a dispatch, ${
        peak.waitMilliseconds.toFixed(1)
      } ms a wait`,
    ]),
    `certain ranks that are wrong: ${certainButWrong}`,
    ...(methods.length === 0 ? [] : [
      "",
      "ranks:",
      ...textTable([
        [
          "method",
          "wrong",
          "wrong below 1e-7 λ₁",
          "certain",
          "certain and wrong",
          "largest error / λ₁",
          "δ / error",
        ],
        ...accuracy,
      ], 1),
    ]),
    ...(growth.length === 0 ? [] : [
      "",
      "growth of the time:",
      ...textTable([
        ["method", "with", "exponent", "95 % interval", "of the operations", "theory"],
        ...growth,
      ], 1),
    ]),
    ...(tall.length === 0 ? [] : [
      "",
      `ranks of ${tall[0].rows} samples of ${tall[0].columns} neurons:`,
      ...textTable([["method", "seconds", "on the GPU", "submissions", "dispatches"], ...times], 1),
    ]),
    ...(omissions.length === 0 ? [] : ["", "left out:", ...omissions.map((line) => `  ${line}`)]),
  ];
}
