/**
 * What `run.json` says of a study, and a terminal.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Peak } from "../../gpu/measure/peak.ts";
import type { Choice } from "../../gpu/tune/tuner.ts";
import { textTable } from "../../cli/text_table.ts";
import type { PrecisionSelfTest } from "../../linalg/double_single/double_single_self_test.ts";
import { VERSION } from "../../version.ts";
import { precisionSelfTest } from "../core/run_record.ts";
import type { CompleteStudyOptions } from "./options.ts";
import type { CostRow, Exponent } from "./rows.ts";
import type { KernelStudy } from "./study.ts";
import type { MethodSummary } from "./summary.ts";

/** The record of a study. */
export interface KernelStudyRecord {
  /** `done`, or `interrupted`. */
  readonly status: "done" | "interrupted";
  /** What was studied. */
  readonly configuration: CompleteStudyOptions;
  /** Versions of Staircase and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The GPU. */
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** Whether the adapter keeps the digits of double-single arithmetic, and in which form; why not, if it does not. */
  readonly precisionSelfTest: PrecisionSelfTest | string;
  /** Variants of kernels that were chosen by timing, and the time that it took. */
  readonly choices: readonly Choice[];
  /** What the adapter can do at its best; `null` where no cost was to be measured. */
  readonly peak: Peak | null;
  /** The study in a few numbers. */
  readonly summary: {
    /** Certain ranks that are wrong, of all methods: none, or there is a defect. */
    readonly certainButWrong: number;
    /** Intervals without the true rank, and eigenvalues beyond their bounds: likewise. */
    readonly brokenPromises: number;
    /** How right each method was. */
    readonly methods: readonly MethodSummary[];
    /** How the time of each method grows. */
    readonly exponents: readonly Exponent[];
    /** What ranks of the tall matrix took. */
    readonly tall: readonly CostRow[];
    /** What was left out, and why. */
    readonly omissions: readonly string[];
  };
  /** Time that the study took. */
  readonly timings: { readonly milliseconds: number };
}

/**
 * Describes a study.
 *
 * @param gpu Device that it ran on.
 * @param study The study.
 * @returns What to write to `run.json`.
 */
export async function kernelStudyRecord(gpu: Gpu, study: KernelStudy): Promise<KernelStudyRecord> {
  const { options, adapter, peak, methods, exponents, tall, omissions, complete, milliseconds } = study;
  const sum = (of: (method: MethodSummary) => number) => methods.reduce((total, each) => total + of(each), 0);
  return {
    status: complete ? "done" : "interrupted",
    configuration: options,
    versions: { staircase: VERSION, ...Deno.version },
    adapter,
    precisionSelfTest: await precisionSelfTest(gpu),
    choices: gpu.choices,
    peak,
    summary: {
      certainButWrong: sum(({ certainButWrong }) => certainButWrong),
      brokenPromises: sum(({ outside, beyondBounds }) => outside + beyondBounds),
      methods,
      exponents,
      tall,
      omissions,
    },
    timings: { milliseconds },
  };
}

/**
 * Writes what a study came to.
 *
 * @param record The study.
 * @returns Lines for a terminal.
 */
export function kernelStudyText(record: KernelStudyRecord): string {
  const { adapter, peak, summary, timings } = record;
  const { methods, exponents, tall, omissions } = summary;
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
    `${adapter.name}${adapter.software ? " (software: the CPU, no GPU)" : ""}`,
    ...(peak === null ? [] : [
      `at its best ${giga(peak.flopsPerSecond)} GFLOP/s, ${giga(peak.bytesPerSecond)} GB/s, ` +
      `${(1000 * peak.dispatchMilliseconds).toFixed(0)} µs a dispatch, ${
        peak.waitMilliseconds.toFixed(1)
      } ms a wait`,
    ]),
    `studied in ${
      (timings.milliseconds / 1000).toFixed(1)
    } s; certain ranks that are wrong: ${summary.certainButWrong}`,
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
  ].join("\n");
}
