/**
 * A run as a few lines of text.
 *
 * @module
 */
import type { KernelTime } from "../../gpu/measure/profiler.ts";
import { textTable } from "../../cli/text_table.ts";
import type { LayerSummary } from "../../train/summary.ts";
import type { RunRecord } from "./run_record.ts";

/**
 * Writes what a run came to: losses, and for the first replica the ranks of each layer.
 *
 * @param record The run.
 * @returns Lines for a terminal.
 */
export function reportText(record: RunRecord): string {
  const { summary, timings, configuration, adapter } = record;
  const { task, replicas } = configuration;
  const accuracy = summary.accuracy === null ? "" : `, accuracy ${(100 * summary.accuracy).toFixed(2)} %`;
  const error = summary.relativeError === null
    ? ""
    : `, relative error of the solution ${summary.relativeError.toExponential(3)}`;
  const seconds = (timings.milliseconds / 1000).toFixed(1);
  const lines = [
    `${task.name} on ${adapter.name}${adapter.software ? " (software: the CPU, no GPU)" : ""}`,
    `${timings.steps} steps in ${seconds} s, ${
      timings.millisecondsPerStep.toFixed(2)
    } ms a step with its probes`,
    `final loss ${summary.loss.toExponential(3)}${accuracy}${error}${
      replicas > 1 ? ` (median of ${replicas} replicas)` : ""
    }`,
  ];
  for (const { replica, divergedAt } of summary.replicas) {
    if (divergedAt !== null) {
      lines.push(`replica ${replica} diverged at step ${divergedAt}; its trace ends there`);
    }
  }
  const [first] = summary.replicas;
  if (first) {
    const rows = first.layers.flatMap((layer) => rankRows(layer));
    const header = [
      "layer",
      "ε",
      "rank at start",
      "at end",
      "certified",
      "largest",
      "stairs",
      "ρ(rank, log loss)",
    ];
    lines.push(
      "",
      replicas > 1 ? `ranks of replica ${first.replica}:` : "ranks:",
      ...textTable([header, ...rows], 1),
    );
  }
  const layers = summary.replicas.flatMap((replica) => replica.layers);
  const double = layers.reduce((sum, layer) => sum + layer.doubleShare, 0) / layers.length;
  if (double > 0) {
    lines.push("", `spectra solved in double-single arithmetic: ${(100 * double).toFixed(2)} %`);
  }
  if (timings.kernels) lines.push("", "GPU time by kernel:", ...kernelTable(timings.kernels));
  return lines.join("\n");
}

function rankRows({ layer, ranks }: LayerSummary): string[][] {
  return ranks.map(({ epsilon, initial, final, largestRank, staircase, spearman }) => [
    String(layer),
    epsilon.toExponential(),
    String(initial),
    String(final.rank),
    final.low === final.high ? "certain" : `${final.low} to ${final.high}`,
    String(largestRank),
    String(staircase.stairs.length),
    Number.isNaN(spearman) ? "none" : spearman.toFixed(3),
  ]);
}

function kernelTable(kernels: readonly KernelTime[]): string[] {
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = kernels.map(({ name, count, milliseconds }) => [
    name,
    String(count),
    milliseconds.toFixed(1),
    (1000 * milliseconds / count).toFixed(1),
    `${(100 * milliseconds / total).toFixed(1)} %`,
  ]);
  return textTable([["kernel", "timed dispatches", "ms", "µs each", "share"], ...rows], 1);
}
