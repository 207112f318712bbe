/**
 * From the cells of an atlas to what its figure shows.
 *
 * @module
 */
import type { AtlasFigureCell } from "../../plot/atlas_panel.ts";
import type { AtlasFigureData } from "../../plot/staircase_atlas.ts";
import type { Task } from "../../tasks/task.ts";
import type { Probe } from "../../train/trace.ts";
import { type AtlasVariant, type CompleteAtlasOptions, isTrainable, nameOfVariant } from "./options.ts";
import { atlasClaims, type AtlasRun, judgeCell } from "./statistics.ts";

/**
 * Arranges cells in rows of tasks and columns of networks.
 *
 * @param options Options of the atlas.
 * @param runs Its cells.
 * @returns What to draw: loss, and ranks at the first threshold.
 */
export function atlasFigureData(options: CompleteAtlasOptions, runs: readonly AtlasRun[]): AtlasFigureData {
  const { tasks, variants, width, epsilons, replicas, seed } = options;
  const cellOf = (task: Task, variant: AtlasVariant) => {
    const name = nameOfVariant(variant);
    const run = runs.find(({ cell }) => cell.task === task && nameOfVariant(cell) === name);
    if (run) return figureCell(run);
    return isTrainable(task, variant) ? "not trained to the end" : "no second derivatives";
  };
  const steps = runs[0]?.trace.probes.filter(({ replica }, _, [first]) => replica === first.replica)
    .map(({ step }) => step) ?? [];
  return {
    title: "The staircase across tasks, activations, depths and optimisers",
    subtitle: `${width} neurons a layer, full batches · ${replicas} networks a cell, seed ${seed} · ` +
      "ρ: Spearman's, of rank and loss · means over networks",
    epsilon: epsilons[0],
    replicas,
    steps,
    columns: variants.map(nameOfVariant),
    rows: tasks.map((task) => ({
      label: task.name,
      cells: variants.map((variant) => cellOf(task, variant)),
    })),
  };
}

function figureCell(run: AtlasRun): AtlasFigureCell {
  const { trace: { probes }, summary, cell: { depth } } = run;
  const series = (value: (probe: Probe) => number) =>
    summary.replicas.map((network) => probes.filter(({ replica }) => replica === network.replica).map(value));
  const verdicts = atlasClaims.map((claim) => judgeCell(run, claim, 0)).filter((verdict) => verdict !== null);
  const [correlation, stairs] = verdicts;
  return {
    heading: `ρ ${correlation.value.toFixed(2).replace("-", "−")} · ${
      Number(stairs.value.toFixed(1))
    } stairs`,
    holds: verdicts.every(({ holds }) => holds),
    loss: series(({ loss }) => loss),
    terminal: series(({ layers }) => layers[layers.length - 1].ranks[0].rank),
    first: depth > 1 ? series(({ layers }) => layers[0].ranks[0].rank) : null,
  };
}
