/**
 * The atlas of staircases: while a network learns, its ε-rank rises in stairs, whatever the task, the activation, the depth and the
 * optimiser (Yang, Zhao, Zhu, arXiv:2412.05144).
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { staircaseAtlasFigure } from "./figure.ts";
import { summarize } from "../../train/summary.ts";
import { Training } from "../../train/training.ts";
import type { Divergence, ExperimentResult } from "../core/record.ts";
import { follow } from "../../train/follow.ts";
import { atlasFigureData } from "./figure_data.ts";
import {
  atlasCells,
  type AtlasOptions,
  type CompleteAtlasOptions,
  completeAtlasOptions,
  nameOfCell,
  trainingOf,
} from "./options.ts";
import { type AtlasRun, atlasVerdicts } from "./statistics.ts";
import { atlasCellTable, atlasTable } from "./tables.ts";

/** A finished atlas: its cells, its verdicts, its tables and its picture. */
export interface StaircaseAtlasResult extends ExperimentResult<CompleteAtlasOptions> {
  /** Cells that were trained to the end, without networks that diverged. */
  readonly cells: readonly AtlasRun[];
  /** The table of ranks, as CSV. */
  readonly table: string;
  /** The table of cells, as CSV. */
  readonly cellTable: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Trains networks on each task, one cell after the other: some of each activation, each depth and each optimiser, side by side, and
 * watches the ε-ranks of their hidden layers.
 *
 * Equations are not given to networks with piecewise linear activations, which have no second derivatives.
 *
 * @param gpu Device.
 * @param options What to train, and how.
 * @param onProgress Called as results arrive, with the number of updates made in all cells, and the name of the cell.
 * @returns The atlas. One that the signal stopped has the cells that were done by then.
 * @throws {InputError} Where an option is out of range, or there is no cell.
 */
export async function staircaseAtlas(
  gpu: Gpu,
  options: AtlasOptions,
  onProgress: (steps: number, cell: string) => void = () => {},
): Promise<StaircaseAtlasResult> {
  const complete = completeAtlasOptions(options);
  const { updates, replicas, epsilons } = complete;
  const { signal } = options;
  const cells: AtlasRun[] = [];
  const lost = new Set<string>();
  const diverged: Divergence[] = [];
  let steps = 0, milliseconds = 0;
  for (const [index, cell] of atlasCells(complete).entries()) {
    if (signal?.aborted) break;
    const name = nameOfCell(cell);
    using training = await Training.create(gpu, { ...trainingOf(complete, cell), ...signal && { signal } });
    await follow(training, ({ replica, step }) => {
      if (replica === 0) onProgress(steps + step, name);
    });
    milliseconds += training.milliseconds;
    const isOver = training.diverged.size === replicas;
    // Nobody waits for the rest of a cell of which nothing is left.
    steps += isOver ? updates : training.updates;
    for (const [replica, step] of training.diverged) {
      const description = `${name}, seed ${replica}, diverged at step ${step}`;
      diverged.push({ replica: index * replicas + replica, step, description });
    }
    if (isOver) lost.add(name);
    if (isOver || training.status === "stopped") continue;
    const probes = training.trace.probes.filter(({ replica }) => !training.diverged.has(replica));
    const trace = { ...training.trace, probes };
    cells.push({ cell, trace, summary: summarize(trace) });
  }
  return {
    options: complete,
    cells,
    verdicts: atlasVerdicts(cells, epsilons),
    diverged,
    table: atlasTable(cells),
    cellTable: atlasCellTable(cells, complete),
    figure: staircaseAtlasFigure(atlasFigureData(complete, cells, lost)),
    timing: { steps, milliseconds },
  };
}
