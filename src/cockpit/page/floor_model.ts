/**
 * Floors of the loss in a page: those of the run at its own thresholds, others from its networks.
 *
 * @module
 */
import { computed, effect, type ReadonlySignal, signal } from "../deps.ts";
import { floorAt, type FloorBasis, floorBasis, hasFloors } from "../data/floors.ts";
import type { NetworkColumns } from "../data/networks.ts";
import { recordedIndex, type ThresholdAt } from "../data/ranks_at.ts";
import { lineAndBand, rowsOf } from "../views/series.ts";
import type { Run } from "./run.ts";

/** Floors of the loss at some steps. */
export interface FloorSeries {
  /** The steps, ascending. */
  readonly steps: ArrayLike<number>;
  /** Floors there; NaN where there is none. */
  readonly values: readonly number[];
}

/**
 * Makes the signal of the floor at the threshold.
 *
 * @param run The run.
 * @param replica Replica that is picked; `null` for the median.
 * @param at The threshold.
 * @returns The floor; `null` where there is none.
 */
export function floorModel(
  run: Run,
  replica: ReadonlySignal<number | null>,
  at: ReadonlySignal<ThresholdAt>,
): ReadonlySignal<FloorSeries | null> {
  const recorded = computed(() => recordedIndex(run.columns.value, at.value));
  const between = floorsOfNetworks(run, replica, recorded);
  return computed(() => {
    if (recorded.value < 0) return between.value && between.value(at.value);
    const { floors, replicas, steps } = run.columns.value, own = floors?.[recorded.value];
    if (!own) return null;
    return {
      steps,
      values: lineAndBand(rowsOf(own, replicas), { replica: replica.value, hasBand: false }).line,
    };
  });
}

/** Milliseconds from one network to the next, at least; and times as long as a network takes. */
const PREPARE_EVERY = 25, SHARE = 3;

/** Most neurons of the last hidden layer whose floors are computed: about 20 ms a network. */
const MOST_NEURONS = 128;

/** What floors of one network depend on, by its replica and its step. */
type Bases = ReadonlyMap<string, FloorBasis>;

const keyOf = (replica: number, step: number) => `${replica} ${step}`;

/**
 * Computes floors at thresholds that the run did not have, from its networks. These are prepared
 * one by one when first asked for, and between them the page can be used.
 */
function floorsOfNetworks(
  { networks, columns }: Run,
  picked: ReadonlySignal<number | null>,
  recorded: ReadonlySignal<number>,
): ReadonlySignal<((at: ThresholdAt) => FloorSeries) | null> {
  const usable = computed((): NetworkColumns | null => {
    const own = networks.value;
    const can = own && columns.value.floors && hasFloors(own) && own.widths.at(-2)! <= MOST_NEURONS;
    return can ? own : null;
  });
  /** The replicas whose floors are shown; none where their networks are not all there. */
  const shown = computed((): readonly number[] => {
    const { replicas } = columns.value, held = usable.value?.replicas ?? 0;
    const wanted = picked.value === null ? Array.from({ length: replicas }, (_, r) => r) : [picked.value];
    return wanted.every((replica) => replica < held) ? wanted : [];
  });
  const ready = signal<Bases>(new Map());
  const bases = new Map<string, FloorBasis>();
  effect(() => {
    const own = usable.value, replicas = shown.value;
    if (recorded.value >= 0 || own === null || replicas.length === 0) return;
    const all = replicas.flatMap((replica) =>
      Array.from(own.steps, (step, snapshot) => ({ replica, snapshot, key: keyOf(replica, step) }))
    );
    const missing = all.filter(({ key }) => !bases.has(key));
    // What was prepared before more networks came is shown meanwhile.
    if (bases.size !== ready.peek().size) ready.value = new Map(bases);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const prepare = () => {
      const next = missing.shift();
      if (!next) {
        const wanted = new Set(all.map(({ key }) => key));
        for (const key of bases.keys()) if (!wanted.has(key)) bases.delete(key);
        ready.value = new Map(bases);
        return;
      }
      const begin = performance.now();
      bases.set(next.key, floorBasis(own, next));
      timer = setTimeout(prepare, Math.max(PREPARE_EVERY, SHARE * (performance.now() - begin)));
    };
    if (missing.length > 0) timer = setTimeout(prepare);
    return () => clearTimeout(timer);
  });
  return computed(() => {
    const own = usable.value, known = ready.value, replicas = shown.value;
    if (own === null || replicas.length === 0) return null;
    // While a run grows, floors of its newest networks follow a little later.
    const steps = own.steps.filter((step) => replicas.every((replica) => known.has(keyOf(replica, step))));
    if (steps.length === 0) return null;
    return ({ epsilon, threshold }) => {
      const rows = replicas.map((replica) =>
        Array.from(
          steps,
          (step) => floorAt(known.get(keyOf(replica, step))!, epsilon, threshold === "relative"),
        )
      );
      return {
        steps,
        values: lineAndBand(rows, { replica: rows.length > 1 ? null : 0, hasBand: false }).line,
      };
    };
  });
}
