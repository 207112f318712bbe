/**
 * The panels of a run of the live page: loss, ranks of its layers, eigenvalues.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { lineStyle } from "../../plot/core/palette.ts";
import { rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { drawStairStrip, stripHeight } from "../../plot/core/stair_strip.ts";
import { significantStairs } from "../../rank/stairs/significant_stairs.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { intervalsOf, singleSeries, stairsOf } from "../data/ranks_at.ts";
import type { RunColumns } from "../data/run_columns.ts";
import { computed } from "../deps.ts";
import type { PanelParts } from "../page/panel.ts";
import { valueAxis } from "../views/axes.ts";
import { drawFloor, drawLoss } from "../views/loss_view.ts";
import { drawRanks, ranksOverSteps } from "../views/rank_view.ts";
import { lineAndBand, type Picked, rowsOf } from "../views/series.ts";
import { drawThreshold, drawWaterfall, spectrumAxis } from "../views/spectrum_views.ts";
import type { LiveModel, ShownRun } from "./live_model.ts";

/** Room above a panel of ranks for the strip of stairs. */
const STRIP = stripHeight + 6;

/** What of the replicas is drawn: their median and their band. */
function pickedOf({ replicas }: RunColumns): Picked & { readonly replicas: number } {
  return { replica: replicas > 1 ? null : 0, hasBand: replicas > 1, replicas };
}

/** Indices of the thresholds, the smallest first: their styles are in this order. */
function ordered({ epsilons }: RunColumns): number[] {
  return [...epsilons.keys()].sort((a, b) => epsilons[a] - epsilons[b]);
}

/**
 * Makes the panel of the loss, with its floor by the rank at the smallest ε.
 *
 * @param model The page.
 * @param shown The run.
 * @returns The panel.
 */
export function liveLossPanel({ domains }: LiveModel, { columns }: ShownRun): PanelParts {
  const loss = computed(() => {
    const found = columns.value;
    return found && {
      steps: found.steps,
      values: lineAndBand(rowsOf(found.loss, found.replicas), pickedOf(found)),
    };
  });
  const floor = computed(() => {
    const found = columns.value, values = found?.floors?.[ordered(found)[0]];
    if (!found || !values) return null;
    return lineAndBand(rowsOf(values, found.replicas), { ...pickedOf(found), hasBand: false }).line;
  });
  return {
    name: "loss",
    heading: () =>
      floor.value ? ["Loss, and its floor by the rank (dotted)", "Loss, floor dotted", "Loss"] : ["Loss"],
    describe: () => {
      const line = loss.value?.values.line ?? [];
      return line.length > 0 ? `From ${scientific(line[0])} to ${scientific(line.at(-1)!)}.` : "Nothing yet.";
    },
    height: 150,
    xName: null,
    axes: (width, height) => ({
      x: stepAxis([0, domains.value.lastStep], width),
      y: valueAxis(domains.value.losses, height, "log"),
    }),
    layers: [
      (parent, frame) => {
        if (floor.value && loss.value) drawFloor(parent, loss.value.steps, floor.value, frame);
        if (loss.value) drawLoss(parent, loss.value, frame);
      },
    ],
  };
}

/**
 * Makes the panel of the ranks of a layer at all thresholds, with the stairs at the smallest.
 *
 * @param model The page.
 * @param shown The run.
 * @param l Index of the layer, from 0.
 * @param name Name of the layer.
 * @returns The panel.
 */
export function liveRankPanel({ domains }: LiveModel, shown: ShownRun, l: number, name: string): PanelParts {
  const { columns, ranks } = shown;
  const lines = computed(() => {
    const found = columns.value;
    if (!found) return [];
    return ordered(found).map((e) => ranksOverSteps(found.steps, ranks.value[l][e], pickedOf(found)));
  });
  const stairs = computed(() => {
    const found = columns.value;
    if (!found || found.steps.length < 2) return null;
    const series = ranks.value[l][ordered(found)[0]];
    return stairsOf(found, singleSeries(found, series, pickedOf(found).replica));
  });
  return {
    name: `ranks-${l + 1}`,
    heading: () => [`ε-rank, ${name}`],
    describe: () => {
      const { values } = lines.value[0] ?? {};
      return values ? `At the smallest ε from ${values.line[0]} to ${values.line.at(-1)}.` : "Nothing yet.";
    },
    height: 150,
    head: STRIP,
    xName: null,
    axes: (width, height) => ({
      x: stepAxis([0, domains.value.lastStep], width),
      y: rankAxis(domains.value.ranks, height),
    }),
    layers: [
      (parent, frame) => {
        for (const [i, each] of [...lines.value.entries()].reverse()) {
          drawRanks(parent, each, frame, { ...lineStyle(i), width: i === 0 ? 2.4 : 1.6 });
        }
      },
    ],
    over: (parent, { x }) => {
      // Where no level can be told, all probes are one stair.
      if (!stairs.value || stairs.value.doubt !== null && stairs.value.stairs.length < 2) return;
      drawStairStrip(appendGroup(parent, "strip", 0, -STRIP), significantStairs(stairs.value), x);
    },
  };
}

/**
 * Makes the panel of the eigenvalues of a layer of the first replica.
 *
 * @param model The page.
 * @param shown The run.
 * @param l Index of the layer, from 0.
 * @param name Name of the layer.
 * @returns The panel.
 */
export function liveSpectrumPanel(
  model: LiveModel,
  { columns }: ShownRun,
  l: number,
  name: string,
): PanelParts {
  const spectra = computed(() => {
    const found = columns.value;
    if (!found) return [];
    return intervalsOf(found, l).slice(0, found.spectrumAt.length).map((each, s) =>
      found.isSolved[s] ? each : null
    );
  });
  const at = () => Array.from(columns.value?.spectrumAt ?? [], (p) => columns.value!.steps[p]);
  return {
    name: "waterfall",
    heading: () => {
      const full = `Eigenvalues λ, ${name}`;
      return (columns.value?.replicas ?? 1) > 1 ? [`${full}, replica 0`, full] : [full];
    },
    describe: () => `${thousands(spectra.value.length)} spectra.`,
    height: 190,
    xName: "optimisation step",
    axes: (width, height) => ({
      x: stepAxis([0, model.domains.value.lastStep], width),
      y: spectrumAxis(model.domains.value.eigenvalues, height),
    }),
    layers: [
      (parent, frame) => {
        if (!columns.value) return;
        drawWaterfall(parent, at(), spectra.value, frame);
        const epsilon = Math.min(...columns.value.epsilons);
        drawThreshold(parent, [], [], { epsilon, threshold: "absolute" }, frame);
      },
    ],
  };
}
