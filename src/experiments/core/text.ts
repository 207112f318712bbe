/**
 * The report of an experiment for a terminal.
 *
 * @module
 */
import { count, firstLines } from "../../format.ts";
import { divergencePlace } from "../../train/divergence.ts";
import type { ExperimentPlan } from "./experiment.ts";
import type { ExperimentRecord } from "./record.ts";
import { verdictLines } from "./verdict.ts";

/** Names an adapter, and says if it is the CPU, or not reached by Deno's implementation. */
export function adapterText({ name, software, implementation }: ExperimentRecord["adapter"]): string {
  const through = implementation === "wgpu" ? "" : ` through ${implementation}`;
  return `${name}${through}${software ? " (software: the CPU, no GPU)" : ""}`;
}

/**
 * Writes the report of an experiment.
 *
 * @param record The experiment.
 * @param more Lines that go before the verdicts.
 * @returns Lines for a terminal.
 */
export function experimentText(
  { configuration, adapter, timings, verdict, diverged }: ExperimentRecord<ExperimentPlan>,
  more: readonly string[] = [],
): string {
  const { task, tasks = [], replicas } = configuration;
  const names = [...new Set((task ? [task] : tasks).map(({ name }) => name))].join(", ");
  const where = adapterText(adapter);
  return [
    names === "" ? `on ${where}` : `${names} on ${where}`,
    ...(replicas === undefined ? [] : [
      `${count(timings.steps, "step")} of ${count(replicas, "replica")}, ` +
      `${timings.millisecondsPerStep.toPrecision(3)} ms a step with its probes`,
    ]),
    ...firstLines(diverged.map(({ replica, step, layer = null, description }) => {
      const what = description ?? `replica ${replica} diverged ${divergencePlace({ step, layer })}`;
      return `${what}, and does not count`;
    })),
    ...(more.length === 0 ? [] : ["", ...more]),
    ...(verdict === null ? [] : ["", ...verdictLines(verdict.claims)]),
  ].join("\n");
}
