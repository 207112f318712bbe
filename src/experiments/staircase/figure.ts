/**
 * The figure of a training: loss and ranks of each hidden layer.
 *
 * @module
 */
import { staircaseData } from "../../plot/staircase/figure_data.ts";
import { staircaseFigure } from "../../plot/staircase/staircase.ts";
import type { CompleteOptions } from "../../train/options.ts";
import type { Trace } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { StaircaseRun } from "./report.ts";
import { sweptBy, sweptGroups } from "./swept.ts";
import { staircaseTexts } from "./texts.ts";

/**
 * Draws a training. Networks that differ in their learning rate or weight decay have panels of
 * their own, one for each value.
 *
 * @param result The training.
 * @returns A standalone SVG document.
 */
export function drawStaircase(result: ExperimentResult<CompleteOptions, StaircaseRun>): string {
  const { plan, rows: [{ trace }] } = result;
  const texts = { ...staircaseTexts(result), threshold: plan.threshold };
  return staircaseFigure(
    sweptGroups(sweptBy(plan), trace.replicas).map(({ label, replicas }) =>
      staircaseData(tracePart(trace, replicas), { ...texts, part: label })
    ),
  );
}

/** Takes some replicas of a trace, numbered anew. */
function tracePart(trace: Trace, replicas: readonly number[]): Trace {
  if (replicas.length === trace.replicas) return trace;
  const places = new Map(replicas.map((replica, place) => [replica, place]));
  return {
    ...trace,
    replicas: replicas.length,
    losses: replicas.flatMap((replica) => trace.losses.slice(replica, replica + 1)),
    probes: trace.probes.filter(({ replica }) => places.has(replica))
      .map((probe) => ({ ...probe, replica: places.get(probe.replica)! })),
  };
}
