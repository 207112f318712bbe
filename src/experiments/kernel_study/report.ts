/**
 * The summary of a study, and its report for a terminal.
 *
 * @module
 */
import type { Peak } from "../../gpu/measure/peak.ts";
import { textTable } from "../../display/text_table.ts";
import type { CostRow, Exponent } from "./rows.ts";
import type { Failure, KernelStudy } from "./study.ts";
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
  /** Failures of the methods of modules. */
  readonly failures: readonly Failure[];
}

/**
 * Sums up a study.
 *
 * @param study The study.
 * @returns The summary.
 */
export function summarizeStudy(
  { peak, methods, exponents, tall, omissions, failures }: KernelStudy,
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
    failures,
  };
}

/**
 * Writes the report of a study.
 *
 * @param study The study.
 * @returns Lines for a terminal.
 */
export function kernelStudyReport(study: KernelStudy): string[] {
  const { peak, certainButWrong, methods, exponents, tall, omissions, failures } = summarizeStudy(study);
  const hasEntrants = study.options.entrants.length > 0;
  const giga = (rate: number) => (rate / 1e9).toFixed(1);
  const share = (part: number, all: number) => `${part} of ${all}`;
  const accuracy = methods.map((each) => [
    `${each.method} ${each.precision}`,
    share(each.wrong, each.ranks),
    share(each.deep.wrong, each.deep.ranks),
    each.certain === null ? "nothing proven" : `${(100 * each.certain).toFixed(1)} %`,
    each.certain === null ? "" : String(each.certainButWrong),
    ...(hasEntrants ? [each.certain === null ? "" : String(each.outside + each.beyondBounds)] : []),
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
          ...(hasEntrants ? ["promises broken"] : []),
          "largest error / λ₁",
          "δ / error",
        ],
        ...accuracy,
      ], 1),
    ]),
    ...(study.cost.length === 0 ? [] : ["", ...costLines(study.cost)]),
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
    ...(failures.length === 0 ? [] : [
      "",
      "failed:",
      ...failures.map(({ what, kind, reason }) =>
        `  ${what}: ${reason}${kind === "ended" ? "; it is left out from there on" : ""}`
      ),
    ]),
  ];
}

/** Writes the cost of each method for the largest matrices, in the largest batch that was timed. */
function costLines(cost: readonly CostRow[]): string[] {
  const columns = Math.max(...cost.map((row) => row.columns));
  const own = cost.filter((row) => row.columns === columns);
  const groups = Map.groupBy(own, ({ method, precision }) => `${method} ${precision}`);
  const lines = [...groups].map(([name, rows]) => {
    const { batch, milliseconds, gpuMilliseconds, peakShare } = rows.at(-1)!;
    return [
      name,
      String(batch),
      (milliseconds / batch).toPrecision(3),
      gpuMilliseconds === null ? "" : (gpuMilliseconds / batch).toPrecision(3),
      peakShare === null ? "" : `${(100 * peakShare).toPrecision(2)} %`,
    ];
  });
  const head = ["method", "batch", "ms a matrix", "on the GPU", "share of the peak"];
  return [`cost of ${own[0].rows} samples of ${columns} neurons:`, ...textTable([head, ...lines], 1)];
}
