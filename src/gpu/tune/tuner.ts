/**
 * Choices of the fastest ways to compute on an adapter.
 *
 * @module
 */
import { VERSION } from "../../version.ts";
import type { AdapterInfo } from "../adapter.ts";
import type { GpuContext } from "../context.ts";
import { runtimeVersion } from "../environment.ts";
import type { Candidate } from "./candidate.ts";
import type { ChoiceStore } from "./choice_store.ts";
import { race, winner } from "./race.ts";

/**
 * Values of a question; numbers are rounded up to powers of two, so that a choice serves
 * neighbours.
 */
export type QuestionShape = Readonly<Record<string, number | string | boolean>>;

/** A kernel and the sizes that it is to be chosen for. */
export interface Question {
  /** Name of the kernel. */
  readonly kernel: string;
  /** Sizes, and other values that decide which candidate is fastest. */
  readonly shape: QuestionShape;
}

/** A question of a caller who knows how much is to be computed. */
export interface WeighedQuestion extends Question {
  /**
   * About how long the default takes for all of it, in milliseconds. Where that is so little that a
   * choice cannot save the time that it takes, none is made. Default: long enough.
   */
  readonly work?: number;
}

/**
 * Least work to choose for, in milliseconds. A choice takes about half a second where kernels have
 * been compiled before, and few save more than a quarter.
 */
const LEAST_WORK = 2000;

/** One of several ways to compute something, chosen for a question. */
export interface Choice extends Question {
  /** Name of the candidate. */
  readonly chosen: string;
  /**
   * Origin of the choice. `measured`: timed in this run; `remembered`: timed in an earlier run;
   * `default`: not timed, since no candidate could be run, the work is too short for a choice to
   * pay, or a profile is being taken, in which the timing would show.
   */
  readonly source: "measured" | "remembered" | "default";
  /** Time of each candidate in milliseconds; `null` for one that could not be run. */
  readonly milliseconds: Readonly<Record<string, number | null>>;
  /** Time that the choice took in this run, in milliseconds, compilation included. */
  readonly tuningMilliseconds: number;
}

/** Chooser of candidates, which keeps its choices. */
export class Tuner {
  /** Choices of this run, in the order in which they were made. */
  readonly choices: Choice[] = [];
  readonly #gpu: GpuContext;
  readonly #adapter: readonly string[];
  readonly #store: ChoiceStore | null;
  readonly #pending = new Map<string, Promise<Choice>>();
  /** Ends when the last race has: two at a time would time each other. */
  #races: Promise<unknown> = Promise.resolve();
  /** Races that have not ended. */
  #running = 0;

  /**
   * Starts without choices.
   *
   * @param gpu Device.
   * @param info Its adapter. WebGPU gives the driver's version only if the description has it.
   * @param store Memory for later runs, if there is one.
   */
  constructor(gpu: GpuContext, info: AdapterInfo, store: ChoiceStore | null) {
    const { vendor = "", architecture = "", device = "", description = "" } = info;
    this.#gpu = gpu;
    this.#adapter = [gpu.implementation, vendor, architecture, device, description];
    this.#store = store;
  }

  /** Whether candidates are timed. */
  get isRacing(): boolean {
    return this.#running > 0;
  }

  /**
   * Chooses a candidate. The same question gets the same answer from then on.
   *
   * @param question Kernel and sizes to choose for.
   * @param candidates Ways to choose from; the first is the default.
   * @returns The choice.
   */
  choose(question: WeighedQuestion, candidates: readonly Candidate<unknown>[]): Promise<Choice> {
    const shape = Object.fromEntries(
      Object.entries(question.shape).map(([name, value]) => [name, bucket(value)]).toSorted(),
    );
    const names = candidates.map(({ name }) => name);
    const { kernel } = question;
    const key = { adapter: this.#adapter, version: VERSION, deno: runtimeVersion(), kernel, shape, names };
    const isShort = (question.work ?? Infinity) < LEAST_WORK;
    // More work asks again; less takes what was chosen for more.
    const long = JSON.stringify(key), text = isShort ? `short ${long}` : long;
    let pending = this.#pending.get(long) ?? this.#pending.get(text);
    if (!pending) {
      pending = this.#choose({ kernel, shape }, key, candidates, isShort);
      this.#pending.set(text, pending);
      // A failure is not kept: the next request tries again.
      pending.catch(() => this.#pending.delete(text));
    }
    return pending;
  }

  /**
   * Measures figures of the adapter, such as rates, in no other's way, and keeps them as choices
   * are kept.
   *
   * @param kernel Name of what they are of.
   * @param names Names of the figures.
   * @param measure Measures them.
   * @returns The figures: those of an earlier run where there are any.
   */
  async figures<Name extends string>(
    kernel: string,
    names: readonly Name[],
    measure: () => Promise<Readonly<Record<Name, number>>>,
  ): Promise<Readonly<Record<Name, number>>> {
    const key = { adapter: this.#adapter, version: VERSION, deno: runtimeVersion(), kernel, names };
    const remembered = await this.#store?.recall(key) ?? null;
    const known = remembered?.milliseconds ?? {};
    if (names.every((name) => typeof known[name] === "number")) return known as Record<Name, number>;
    const turn = this.#races.then(measure);
    this.#races = turn.catch(() => {});
    const figures = await turn;
    await this.#store?.remember(key, { chosen: "measured", milliseconds: figures });
    return figures;
  }

  async #choose(
    question: Question,
    key: Readonly<Record<string, unknown>>,
    candidates: readonly Candidate<unknown>[],
    isShort: boolean,
  ): Promise<Choice> {
    const start = performance.now();
    const remembered = await this.#store?.recall(key) ?? null;
    let found: Pick<Choice, "chosen" | "source" | "milliseconds">;
    if (remembered && candidates.some(({ name }) => name === remembered.chosen)) {
      found = { ...remembered, source: "remembered" };
    } else if (this.#gpu.profiler || isShort) {
      found = { chosen: candidates[0].name, source: "default", milliseconds: {} };
    } else {
      this.#running++;
      const turn = this.#races.then(() => race(this.#gpu, candidates)).finally(() => this.#running--);
      this.#races = turn.catch(() => {});
      const times = await turn;
      const isTimed = times.some((time) => time !== null);
      const { name: chosen } = candidates[winner(times)];
      const milliseconds = Object.fromEntries(candidates.map(({ name }, index) => [name, times[index]]));
      found = { chosen, source: isTimed ? "measured" : "default", milliseconds };
      if (isTimed) await this.#store?.remember(key, { chosen, milliseconds });
    }
    const choice = { ...question, ...found, tuningMilliseconds: performance.now() - start };
    this.choices.push(choice);
    return choice;
  }
}

/** A number rounded up to a power of two; anything else as it is. */
function bucket(value: number | string | boolean): number | string | boolean {
  return typeof value === "number" && value > 0 ? 2 ** Math.ceil(Math.log2(value)) : value;
}
