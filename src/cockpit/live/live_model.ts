/**
 * The runs of the live page, and the one view of all of them.
 *
 * @module
 */
import { columnsOf, MOST_REPLICAS } from "../data/run_columns.ts";
import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from "../deps.ts";
import { type RunModel, runModel, type View } from "../page/run_model.ts";
import { scope } from "../scope.ts";
import { applyFragment, fragmentOf, initialState, type ViewShape } from "../state.ts";
import type { RunFacts } from "./run_facts.ts";
import type { WatchedRun } from "./watched_run.ts";

/** Letters before what is shown in the address, beside which the settings of the runs stand. */
const PREFIX = "view.";

/** A run in the page. */
export interface ShownRun {
  /** The run. */
  readonly run: WatchedRun;
  /** Its model; `null` until its facts are known. */
  readonly model: ReadonlySignal<RunModel | null>;
  /** Ends what its model follows. */
  readonly end: () => void;
}

/** The runs of the page. */
export interface LiveModel {
  /** One run, or two. */
  readonly shown: Signal<readonly ShownRun[]>;
  /** What is shown of them. */
  readonly view: View;
  /** Whether all of them have ended. */
  readonly haveEnded: ReadonlySignal<boolean>;
  /** What is shown as a part of the fragment of the address; empty at the start. */
  readonly fragment: () => string;
  /** Shows what a fragment says: at once, or once other runs are known that it tells of. */
  readonly apply: (fragment: string, hasOtherRuns: boolean) => void;
}

/** What there is to show before a run is known. */
const NOTHING: ViewShape = { replicas: 1, epsilons: [1e-6], threshold: "absolute", layers: 0, steps: [] };

/** What there is to show of several runs. */
function shapeOf(all: readonly RunFacts[]): ViewShape {
  return {
    replicas: Math.min(MOST_REPLICAS, Math.max(...all.map(({ replicas }) => replicas))),
    epsilons: [...new Set(all.flatMap(({ epsilons }) => epsilons))],
    threshold: all[0].threshold,
    layers: Math.max(...all.map(({ hidden }) => hidden.length)),
    steps: [],
  };
}

/**
 * Begins to show a run.
 *
 * @param run The run.
 * @param view What is shown.
 * @returns The run with its model.
 */
export function shownRun(run: WatchedRun, view: View): ShownRun {
  const model = signal<RunModel | null>(null);
  const end = scope(() => {
    effect(() => {
      const facts = run.facts.value;
      if (!facts) return;
      const { hidden, threshold, epsilons, replicas } = facts;
      // Steps between two probes change nothing that is drawn.
      const probes = computed(() => run.trace.value?.probes.length ?? 0);
      const columns = computed(() => {
        const trace = probes.value > 0 ? run.trace.peek() : null;
        return columnsOf(trace ?? { replicas, epsilons, losses: [], probes: [] }, threshold, hidden);
      });
      const own = {
        facts: { ...facts, replicaNames: [] },
        columns,
        networks: run.networks,
        recordedStairs: [],
      };
      return scope(() => model.value = runModel(own, view));
    });
  });
  return { run, model, end };
}

/**
 * Makes the model of the page.
 *
 * @param fragment Fragment of the address to begin with.
 * @returns The model, without runs.
 */
export function liveModel(fragment: string): LiveModel {
  const shown = signal<readonly ShownRun[]>([]);
  /** What there is, once all runs have said what they are, or have failed; as text, to compare. */
  const known = computed(() => {
    const all = shown.value.map(({ run: { facts, status } }) => ({
      facts: facts.value,
      isOpen: facts.value === null && status.value !== "failed",
    }));
    const facts = all.flatMap(({ facts }) => facts ? [facts] : []);
    return facts.length === 0 || all.some(({ isOpen }) => isOpen) ? "" : JSON.stringify(shapeOf(facts));
  });
  const shape = signal(NOTHING), state = initialState(NOTHING);
  /** What is shown once the next runs are known; `null` for what is shown of these. */
  let wanted: string | null = fragment;
  effect(() => {
    if (known.value === "") return;
    const next: ViewShape = JSON.parse(known.value);
    untracked(() => {
      const before = shape.peek(), isSame = JSON.stringify(next) === JSON.stringify(before);
      // What was shown of other runs is shown of these, as far as it fits.
      if (wanted !== null || !isSame) {
        applyFragment(next, state, wanted ?? fragmentOf(before, state, PREFIX), PREFIX);
      }
      wanted = null;
      if (!isSame) shape.value = next;
    });
  });
  const runs = computed(() => shown.value.flatMap(({ model }) => model.value ? [model.value] : []));
  const steps = computed(() => {
    const all = runs.value.map(({ columns }) => columns.value.steps);
    if (all.length === 1) return all[0];
    return Float64Array.from(new Set(all.flatMap((steps) => [...steps]))).sort();
  });
  const hasEnded = ({ run }: ShownRun) => ["done", "diverged", "failed"].includes(run.status.value);
  return {
    shown,
    view: { state, shape, runs, steps, isLive: true },
    haveEnded: computed(() => shown.value.length > 0 && shown.value.every(hasEnded)),
    fragment: () => {
      const own = fragmentOf(shape.value, state, PREFIX);
      return shape.value === NOTHING ? viewPart(wanted ?? "") : own;
    },
    apply: (next, hasOtherRuns) => {
      if (hasOtherRuns || shape.peek() === NOTHING) wanted = next;
      else applyFragment(shape.peek(), state, next, PREFIX);
    },
  };
}

/** The part of a fragment that says what is shown. */
function viewPart(fragment: string): string {
  const parts = [...new URLSearchParams(fragment.replace(/^#/, ""))];
  return new URLSearchParams(parts.filter(([name]) => name.startsWith(PREFIX))).toString();
}
