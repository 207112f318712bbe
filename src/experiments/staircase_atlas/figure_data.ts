/**
 * Data of the figure of the atlas of staircases.
 *
 * @module
 */
import type { AtlasFigureCell } from "./panel.ts";
import type { AtlasFigureData } from "./figure.ts";
import { mean } from "../../stats/mean.ts";
import type { Task } from "../../tasks/task.ts";
import type { Probe } from "../../train/trace.ts";
import { type AtlasVariant, isTrainable, nameOfCell, namesOfVariant } from "./cells.ts";
import type { AtlasPlan } from "./plan.ts";
import { atlasClaims, type AtlasRun, judgeCell } from "./claims.ts";

/**
 * Arranges cells in rows of tasks and columns of networks.
 *
 * @param plan The atlas.
 * @param runs Its cells.
 * @param lost Names of cells all of whose networks diverged.
 * @returns Data of the figure: loss, and ranks at the first threshold.
 */
export function atlasFigureData(
  { tasks, variants, width, epsilons, replicas, seed }: AtlasPlan,
  runs: readonly AtlasRun[],
  lost: ReadonlySet<string>,
): AtlasFigureData {
  const trained = new Map(runs.map((run) => [nameOfCell(run.cell), run]));
  const cellOf = (task: Task, variant: AtlasVariant) => {
    const name = nameOfCell({ task, ...variant });
    const run = trained.get(name);
    if (run) return figureCell(run);
    if (!isTrainable(task, variant)) return "no second derivatives";
    return lost.has(name) ? "diverged" : "not trained";
  };
  const probes = runs[0]?.trace.probes ?? [];
  return {
    title: "The staircase across tasks, activations, depths and optimisers",
    subtitle: `${width} neurons a layer, full batches · ${replicas} networks a cell, seed ${seed}`,
    epsilon: epsilons[0],
    replicas,
    steps: probes.filter(({ replica }) => replica === probes[0].replica).map(({ step }) => step),
    columns: variants.map(namesOfVariant),
    rows: tasks.map((task) => ({
      label: task.name,
      cells: variants.map((variant) => cellOf(task, variant)),
    })),
  };
}

function figureCell(run: AtlasRun): AtlasFigureCell {
  const { trace: { probes }, summary, cell: { depth } } = run;
  const own = Map.groupBy(probes, ({ replica }) => replica);
  const series = (value: (probe: Probe) => number) =>
    summary.replicas.map(({ replica }) => (own.get(replica) ?? []).map(value));
  const ramp = judgeCell(run, atlasClaims.find(({ key }) => key === "ramp")!, 0);
  const stairs = mean(
    summary.replicas.map(({ layers }) => layers[layers.length - 1].ranks[0].staircase.stairs.length),
  );
  const p = ramp && !Number.isNaN(ramp.value) ? `p ${Number(ramp.value.toPrecision(1))}` : "no p-value";
  return {
    heading: `${Number(stairs.toFixed(1))} stairs · ${p}`,
    holds: ramp?.holds ?? false,
    loss: series(({ loss }) => loss),
    terminal: series(({ layers }) => layers[layers.length - 1].ranks[0].rank),
    first: depth > 1 ? series(({ layers }) => layers[0].ranks[0].rank) : null,
  };
}
