/**
 * What a page of a run shows: signals, and their text in the fragment of its address.
 *
 * @module
 */
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import { thresholdNames } from "../rank/certificates/rank_interval.ts";
import { batch, type Signal, signal } from "./deps.ts";
import { type AxisKind, axisKinds } from "./views/axes.ts";

/** What there is to show, of one run or of several side by side. */
export interface ViewShape {
  /** Most replicas of a run. */
  readonly replicas: number;
  /** Thresholds of all runs. */
  readonly epsilons: readonly number[];
  /** Kind of these. */
  readonly threshold: Threshold;
  /** Most hidden layers of a run. */
  readonly layers: number;
  /** Steps that an address can name, ascending; none while a run grows. */
  readonly steps: ArrayLike<number>;
}

/** What is shown. */
export interface ViewState {
  /** The threshold ε. */
  readonly epsilon: Signal<number>;
  /** Whether it is absolute or a share of λ₁. */
  readonly threshold: Signal<Threshold>;
  /** Thresholds of the run that have lines of their own. */
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
  /** Step at the time cursor; `null` for the last one, which it follows while a run grows. */
  readonly cursor: Signal<number | null>;
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
 * @param shape What there is.
 * @returns Signals.
 */
export function initialState({ epsilons, threshold, replicas, layers }: ViewShape): ViewState {
  const all = Array.from({ length: layers }, (_, l) => l);
  return {
    epsilon: signal(Math.min(...epsilons)),
    threshold: signal(threshold),
    epsilons: signal(epsilons),
    replica: signal(replicas > 1 ? null : 0),
    hasBand: signal(replicas > 1),
    hasTrends: signal(false),
    layers: signal(layers <= MOST_LAYERS ? all : [0, ...all.slice(1 - MOST_LAYERS)]),
    layer: signal(Math.max(0, layers - 1)),
    cursor: signal(null),
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

/** Some of the thresholds, written by their indices. */
function someOf(epsilons: readonly number[]): Codec<readonly number[]> {
  const { write, read } = listOf(epsilons.length);
  return {
    write: (values) => write(values.map((value) => epsilons.indexOf(value)).filter((e) => e >= 0)),
    read: (text) => read(text)?.map((e) => epsilons[e]),
  };
}

/** Codecs by the names in a fragment. */
function codecsOf({ epsilons, replicas, layers, steps }: ViewShape) {
  const known = (step: number) => Array.prototype.includes.call(steps, step);
  const codecs: { readonly [Key in keyof ViewState]: Codec<ViewState[Key]["value"]> } = {
    epsilon: {
      write: String,
      read: (text) => Number(text) > 0 && Number(text) < Infinity ? Number(text) : undefined,
    },
    threshold: oneOf(thresholdNames),
    epsilons: someOf(epsilons),
    replica: {
      write: (replica) => replica === null ? "median" : String(replica),
      read: (text) => text === "median" && replicas > 1 ? null : index(replicas).read(text),
    },
    hasBand: yesOrNo,
    hasTrends: yesOrNo,
    layers: listOf(layers),
    layer: index(layers),
    cursor: {
      write: (step) => step !== null && known(step) ? String(step) : "",
      read: (text) => text !== "" && known(Number(text)) ? Number(text) : undefined,
    },
    lossAxis: oneOf(axisKinds),
    stepAxis: oneOf(axisKinds),
  };
  return codecs;
}

/**
 * Writes what is shown as the fragment of an address, without what a run begins with.
 *
 * @param shape What there is.
 * @param state What is shown.
 * @param prefix Letters before each name. Default: none.
 * @returns The fragment without `#`; empty at the start.
 */
export function fragmentOf(shape: ViewShape, state: ViewState, prefix = ""): string {
  const begin = initialState(shape), codecs = codecsOf(shape), parts = new URLSearchParams();
  for (const key of Object.keys(state) as (keyof ViewState)[]) {
    const { write } = codecs[key] as Codec<unknown>, text = write(state[key].value);
    if (text !== write(begin[key].value)) parts.set(prefix + key, text);
  }
  return parts.toString();
}

/**
 * Shows what the fragment of an address says. What it does not say, or what does not fit the run,
 * is shown as at the start.
 *
 * @param shape What there is.
 * @param state What is shown.
 * @param fragment The fragment, with or without `#`.
 * @param prefix Letters before each name. Default: none.
 */
export function applyFragment(shape: ViewShape, state: ViewState, fragment: string, prefix = ""): void {
  const begin = initialState(shape), codecs = codecsOf(shape);
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  batch(() => {
    for (const key of Object.keys(state) as (keyof ViewState)[]) {
      const text = parts.get(prefix + key), { read } = codecs[key] as Codec<unknown>;
      const found = text === null ? undefined : read(text);
      (state[key] as Signal<unknown>).value = found === undefined ? begin[key].value : found;
    }
  });
}
