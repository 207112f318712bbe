/**
 * What an adapter was found to compute fastest with.
 *
 * @module
 */
import { VERSION } from "../../version.ts";
import type { Candidate } from "./autotune.ts";
import { recallChoice, rememberChoice } from "./choice_file.ts";
import type { Gpu } from "../device.ts";
import { race, winner } from "./race.ts";

/** Values of a question; numbers are rounded up to powers of two, so that a choice serves neighbours. */
export type QuestionShape = Readonly<Record<string, number | string | boolean>>;

/** What to choose for. */
export interface Question {
  /** Name of the kernel. */
  readonly kernel: string;
  /** Sizes, and whatever else decides which candidate is fastest. */
  readonly shape: QuestionShape;
}

/** Which of several ways to compute something was taken. */
export interface Choice extends Question {
  /** Name of the candidate. */
  readonly chosen: string;
  /**
   * Where it is from: timed in this run or an earlier one, or the default, since nothing could be timed or a profile, in
   * which that would show, is being taken.
   */
  readonly source: "measured" | "remembered" | "default";
  /** Time of each candidate in milliseconds; `null` for one that could not be run. */
  readonly milliseconds: Readonly<Record<string, number | null>>;
  /** Time that choosing took in this run, in milliseconds, with what was compiled for it. */
  readonly tuningMilliseconds: number;
}

/** Chooses, and remembers. */
export class Tuner {
  /** The choices of this run, in the order in which they were made. */
  readonly choices: Choice[] = [];
  readonly #gpu: Gpu;
  readonly #adapter: readonly string[];
  readonly #pending = new Map<string, Promise<Choice>>();
  /** Ends when the last race has: two at a time would time each other. */
  #races: Promise<unknown> = Promise.resolve();

  /**
   * Starts with nothing chosen.
   *
   * @param gpu Device.
   * @param info Its adapter. WebGPU tells of the driver what its maker puts into the description.
   */
  constructor(gpu: Gpu, info: GPUAdapterInfo) {
    this.#gpu = gpu;
    this.#adapter = [info.vendor, info.architecture, info.device, info.description];
  }

  /**
   * Chooses a candidate, the first time; later the same again.
   *
   * @param question What to choose for.
   * @param candidates What to choose from; the first is the default.
   * @returns The choice.
   */
  choose(question: Question, candidates: readonly Candidate<unknown>[]): Promise<Choice> {
    const shape = Object.fromEntries(
      Object.entries(question.shape).map(([name, value]) => [name, bucket(value)]).toSorted(),
    );
    const names = candidates.map(({ name }) => name);
    const { kernel } = question;
    const key = { adapter: this.#adapter, version: VERSION, deno: Deno.version.deno, kernel, shape, names };
    const text = JSON.stringify(key);
    let pending = this.#pending.get(text);
    if (!pending) {
      pending = this.#choose({ kernel, shape }, key, candidates);
      this.#pending.set(text, pending);
      // A device that is lost is no reason to fail the next time with the same words.
      pending.catch(() => this.#pending.delete(text));
    }
    return pending;
  }

  async #choose(
    question: Question,
    key: Readonly<Record<string, unknown>>,
    candidates: readonly Candidate<unknown>[],
  ): Promise<Choice> {
    const start = performance.now();
    const remembered = await recallChoice(key);
    let found: Pick<Choice, "chosen" | "source" | "milliseconds">;
    if (remembered && candidates.some(({ name }) => name === remembered.chosen)) {
      found = { ...remembered, source: "remembered" };
    } else if (this.#gpu.profiler) {
      found = { chosen: candidates[0].name, source: "default", milliseconds: {} };
    } else {
      const turn = this.#races.then(() => race(this.#gpu, candidates));
      this.#races = turn.catch(() => {});
      const times = await turn;
      const isTimed = times[0] !== null;
      const { name: chosen } = candidates[winner(times)];
      const milliseconds = Object.fromEntries(candidates.map(({ name }, index) => [name, times[index]]));
      found = { chosen, source: isTimed ? "measured" : "default", milliseconds };
      if (isTimed) await rememberChoice(key, { chosen, milliseconds });
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
