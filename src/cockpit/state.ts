/**
 * What a page of a run shows: signals, and their text in the fragment of its address.
 *
 * @module
 */
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import { thresholdNames } from "../rank/certificates/rank_interval.ts";
import { type Signal, signal } from "./deps.ts";
import type { RunColumns } from "./data/run_columns.ts";
import { type AxisKind, axisKinds } from "./views/axes.ts";

/** What is shown. */
export interface ViewState {
  /** The threshold ε. */
  readonly epsilon: Signal<number>;
  /** Whether it is absolute or a share of λ₁. */
  readonly threshold: Signal<Threshold>;
  /** Indices of the thresholds of the run that have lines of their own. */
  readonly epsilons: Signal<readonly number[]>;
  /** Index of the replica that is a line; `null` for the median of all. */
  readonly replica: Signal<number | null>;
  /** Whether all replicas are a band. */
  readonly hasBand: Signal<boolean>;
  /** Whether smooth trends that are rounded are drawn beside the ranks. */
  readonly hasTrends: Signal<boolean>;
  /** Indices of the layers whose ranks are shown, from 0. */
  readonly layers: Signal<readonly number[]>;
  /** Index of the layer whose spectra are shown. */
  readonly layer: Signal<number>;
  /** Index of the step at the time cursor. */
  readonly cursor: Signal<number>;
  /** Kind of the axis of the loss. */
  readonly lossAxis: Signal<AxisKind>;
  /** Kind of the axis of steps. */
  readonly stepAxis: Signal<AxisKind>;
}

/** Most layers that are all shown at the start. */
const MOST_LAYERS = 4;

/**
 * Begins with what a run is first seen with: its smallest threshold, all layers, the last step.
 *
 * @param columns The run.
 * @returns Signals.
 */
export function initialState({ epsilons, threshold, replicas, layers, steps }: RunColumns): ViewState {
  const L = layers.length, all = Array.from({ length: L }, (_, l) => l);
  return {
    epsilon: signal(Math.min(...epsilons)),
    threshold: signal(threshold),
    epsilons: signal(Array.from(epsilons, (_, e) => e)),
    replica: signal(replicas > 1 ? null : 0),
    hasBand: signal(replicas > 1),
    hasTrends: signal(false),
    layers: signal(L <= MOST_LAYERS ? all : [0, ...all.slice(1 - MOST_LAYERS)]),
    layer: signal(Math.max(0, L - 1)),
    cursor: signal(Math.max(0, steps.length - 1)),
    lossAxis: signal("log"),
    stepAxis: signal("linear"),
  };
}

/** How a value is written in a fragment, and read. `undefined` where the text is none. */
interface Codec<T> {
  readonly write: (value: T) => string;
  readonly read: (text: string) => T | undefined;
}

function oneOf<T extends string>(names: readonly T[]): Codec<T> {
  return { write: (name) => name, read: (text) => names.find((name) => name === text) };
}

const yesOrNo: Codec<boolean> = {
  write: (is) => is ? "yes" : "no",
  read: (text) => text === "yes" ? true : text === "no" ? false : undefined,
};

/** A whole number below a limit. */
function index(count: number): Codec<number> {
  return {
    write: String,
    read: (text) => /^\d{1,15}$/.test(text) && Number(text) < count ? Number(text) : undefined,
  };
}

function listOf(count: number): Codec<readonly number[]> {
  return {
    write: (values) => values.join("."),
    read: (text) => {
      const values = text === "" ? [] : text.split(".").map(index(count).read);
      return values.some((value) => value === undefined) ? undefined : [...new Set(values as number[])];
    },
  };
}

/** Codecs by the letters of a fragment; the cursor is given as the step itself. */
function codecsOf({ epsilons, replicas, layers, steps }: RunColumns) {
  const E = epsilons.length, L = layers.length;
  const codecs: { readonly [Key in keyof ViewState]: Codec<ViewState[Key]["value"]> } = {
    epsilon: {
      write: String,
      read: (text) => Number(text) > 0 && Number(text) < Infinity ? Number(text) : undefined,
    },
    threshold: oneOf(thresholdNames),
    epsilons: listOf(E),
    replica: {
      write: (replica) => replica === null ? "median" : String(replica),
      read: (text) => text === "median" && replicas > 1 ? null : index(replicas).read(text),
    },
    hasBand: yesOrNo,
    hasTrends: yesOrNo,
    layers: listOf(L),
    layer: index(L),
    cursor: {
      write: (p) => String(steps[p]),
      read: (text) => {
        const p = text === "" ? -1 : steps.indexOf(Number(text));
        return p < 0 ? undefined : p;
      },
    },
    lossAxis: oneOf(axisKinds),
    stepAxis: oneOf(axisKinds),
  };
  return codecs;
}

/**
 * Writes what is shown as the fragment of an address, without what a run begins with.
 *
 * @param columns The run.
 * @param state What is shown.
 * @returns The fragment without `#`; empty at the start.
 */
export function fragmentOf(columns: RunColumns, state: ViewState): string {
  const begin = initialState(columns), codecs = codecsOf(columns), parts = new URLSearchParams();
  for (const key of Object.keys(state) as (keyof ViewState)[]) {
    const { write } = codecs[key] as Codec<unknown>, text = write(state[key].value);
    if (text !== write(begin[key].value)) parts.set(key, text);
  }
  return parts.toString();
}

/**
 * Shows what the fragment of an address says. What it does not say, or what does not fit the run,
 * is shown as at the start.
 *
 * @param columns The run.
 * @param state What is shown.
 * @param fragment The fragment, with or without `#`.
 */
export function applyFragment(columns: RunColumns, state: ViewState, fragment: string): void {
  const begin = initialState(columns), codecs = codecsOf(columns);
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  for (const key of Object.keys(state) as (keyof ViewState)[]) {
    const text = parts.get(key), { read } = codecs[key] as Codec<unknown>;
    const found = text === null ? undefined : read(text);
    (state[key] as Signal<unknown>).value = found === undefined ? begin[key].value : found;
  }
}
