/**
 * The staircase figure: ranks and losses of a run as an SVG document. This is the only door that
 * loads d3.
 *
 * @example Draw a run.
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/mod.ts";
 * import { loadTask } from "../tasks/mod.ts";
 * import { Training } from "../train/mod.ts";
 * import { staircaseData, staircaseFigure } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const task = await loadTask("cosines");
 * const options = { task, hidden: [20, 20], steps: 20, probeEvery: 10 };
 * using training = await Training.create(gpu, options);
 * const trace = await training.finish();
 * const texts = { title: "Ranks", subtitle: task.description, lossName: "squared error" };
 * const svg = staircaseFigure(staircaseData(trace, { ...texts, threshold: "absolute" }));
 * assert.match(svg, /^<svg /);
 * ```
 *
 * @module
 */
export type { MimeBundle } from "../display/view.ts";
export { show, type Shown, type ShowOptions } from "./show.ts";
export { staircaseData, type StaircaseDataOptions } from "./staircase/figure_data.ts";
export { staircaseFigure } from "./staircase/staircase.ts";
export type { StripStair } from "./core/stair_strip.ts";
export type {
  LayerSeries,
  RankSeries,
  ReplicaSeries,
  StaircaseFigureData,
} from "./staircase/staircase_data.ts";
