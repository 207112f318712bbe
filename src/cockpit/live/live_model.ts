/**
 * What the views of the live page share: its runs, and the axes on which they lie side by side.
 *
 * @module
 */
import { intervalsOf, ranksAt, type RankSeries } from "../data/ranks_at.ts";
import { columnsOf, type RunColumns } from "../data/run_columns.ts";
import { computed, type ReadonlySignal, type Signal, signal } from "../deps.ts";
import { extent } from "../../stats/extent.ts";
import { spectrumDomain } from "../views/spectrum_views.ts";
import type { WatchedRun } from "./watched_run.ts";

/** A run and its record as columns. */
export interface ShownRun {
  /** The run. */
  readonly run: WatchedRun;
  /** Its record so far; `null` before the first probe. */
  readonly columns: ReadonlySignal<RunColumns | null>;
  /** Ranks of its layers at its thresholds: `[layer][threshold]`. */
  readonly ranks: ReadonlySignal<readonly (readonly RankSeries[])[]>;
}

/** Ends of the axes that runs share. */
export interface SharedDomains {
  /** Last step of all. */
  readonly lastStep: number;
  /** Losses to show. */
  readonly losses: readonly number[];
  /** Highest ranks of the layers of all. */
  readonly ranks: readonly number[];
  /** Least and greatest eigenvalue of the terminal layers, as powers of ten. */
  readonly eigenvalues: readonly [number, number];
}

/** The runs of the page. */
export interface LiveModel {
  /** One run, or two. */
  readonly runs: Signal<readonly ShownRun[]>;
  /** Ends of their axes. */
  readonly domains: ReadonlySignal<SharedDomains>;
  /** Whether all of them have ended. */
  readonly haveEnded: ReadonlySignal<boolean>;
}

/**
 * Arranges the record of a run.
 *
 * @param run The run.
 * @returns The run with its columns.
 */
export function shownRun(run: WatchedRun): ShownRun {
  const columns = computed(() => {
    const trace = run.trace.value, facts = run.facts.peek();
    return trace && facts && columnsOf(trace, facts.threshold);
  });
  const ranks = computed(() => {
    const found = columns.value;
    if (!found) return [];
    const { layers, epsilons, threshold } = found;
    return layers.map((_, l) => epsilons.map((epsilon) => ranksAt(found, l, { epsilon, threshold })));
  });
  return { run, columns, ranks };
}

/**
 * Makes the model of the page.
 *
 * @returns The model, without runs.
 */
export function liveModel(): LiveModel {
  const runs = signal<readonly ShownRun[]>([]);
  const domains = computed((): SharedDomains => {
    let lastStep = 1;
    const losses: number[] = [], ranks: number[] = [], ends: number[] = [];
    for (const { columns, ranks: series } of runs.value) {
      const found = columns.value;
      if (!found) continue;
      lastStep = Math.max(lastStep, found.steps[found.steps.length - 1]);
      for (const loss of found.loss) losses.push(loss);
      for (const each of series.value.flat()) ranks.push(extent(each.high)[1]);
      const solved = intervalsOf(found, found.layers.length - 1).filter((_, i) => found.isSolved[i]);
      ends.push(...spectrumDomain(solved, found.epsilons));
    }
    const eigenvalues = ends.length > 0
      ? [Math.min(...ends), Math.max(...ends)] as const
      : [1e-16, 1] as const;
    return { lastStep, losses, ranks, eigenvalues };
  });
  const hasEnded = ({ run }: ShownRun) => ["done", "diverged", "failed"].includes(run.status.value);
  return { runs, domains, haveEnded: computed(() => runs.value.length > 0 && runs.value.every(hasEnded)) };
}
