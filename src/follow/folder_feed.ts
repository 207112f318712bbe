/**
 * Steps from a folder that a training program writes to. The folder is looked at from time to time:
 * network disks tell of no changes.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { openArrays } from "../io/array_file.ts";
import { fileReason } from "../io/file_reason.ts";
import type { Backlog } from "./backlog.ts";
import { stepOfName } from "../io/step_names.ts";
import type { FedStep, FeedOptions, StepFeed } from "./step_feed.ts";
import { isFeatures, type OpenStep, readLoss } from "./step_source.ts";
import {
  FEATURES_FOLDER,
  HalfFileError,
  readEnd,
  readTracker,
  type TrackerEnd,
  type TrackerFacts,
} from "./tracker_files.ts";

/** How a folder is followed. */
export interface FolderFeedOptions extends FeedOptions {
  /** Milliseconds from one look to the next. */
  readonly every: number;
  /** Arrays of each file; `null` for all features. */
  readonly tensor: string | null;
  /** Pattern of the names; `null` for the default. */
  readonly pattern: string | null;
  /** Whether features are deleted once their ranks are on the disk. */
  readonly isConsumed: boolean;
}

/** Files of features. Others, hidden ones and those in the making among them, are left alone. */
const FEATURES = /^[^.].*\.(?:npz|npy|safetensors)$/i;

/** Milliseconds without a change after which a file that can not be read is given up. */
const PATIENCE = 10_000;

/** Waits for what does not change. */
class Patience {
  #text = "";
  #since = 0;

  /** Whether what a text describes has lasted for so many milliseconds. */
  hasLasted(text: string, milliseconds: number): boolean {
    const now = performance.now();
    if (text !== this.#text) [this.#text, this.#since] = [text, now];
    return now - this.#since >= milliseconds;
  }
}

/** The feed of a folder. */
export class FolderFeed implements StepFeed {
  facts: TrackerFacts | null = null;
  end: TrackerEnd | null = null;
  readonly #folder: string;
  readonly #options: FolderFeedOptions;
  #session: string | null;
  #since = -Infinity;
  #seen: number;
  /** Steps that were recorded before, whose files may still have to be deleted. */
  readonly #left: Set<number>;
  readonly #patience = new Patience();
  #isEndSeen = false;
  readonly #said = new Set<string>();

  /**
   * Looks at nothing yet.
   *
   * @param folder The folder, which may not exist yet.
   * @param options How it is followed.
   */
  constructor(folder: string, options: FolderFeedOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#seen = options.recorded.at(-1) ?? -1;
    this.#session = options.session;
    this.#left = new Set(options.isConsumed ? options.recorded : []);
  }

  /** Looks for new steps; see {@linkcode StepFeed.poll}. */
  async poll(backlog: Backlog<FedStep>): Promise<void> {
    let end: TrackerEnd | null = null;
    try {
      await this.#readTracker();
      // What was written before the end is there once the end is.
      end = await readEnd(this.#folder);
    } catch (error) {
      if (!(error instanceof HalfFileError) || this.#patience.hasLasted(error.message, PATIENCE)) throw error;
      return;
    }
    this.#isEndSeen = end !== null;
    backlog.isLast = this.#isEndSeen;
    const hasAll = await this.#look(backlog);
    if (end && hasAll) this.end = end;
  }

  /** Reads the tracker's file, which says whether another process writes to the folder by now. */
  async #readTracker(): Promise<void> {
    const tracker = await readTracker(this.#folder);
    if (!tracker) return;
    if (this.#session !== null && tracker.session !== this.#session) {
      // That one goes on from any step. Files that are older than its own are of the one before.
      [this.#seen, this.#since] = [-1, tracker.written];
      this.#left.clear();
    }
    [this.facts, this.#session] = [tracker.facts, tracker.session];
  }

  /** Adds new files, up to one that can not be read yet. Returns whether there is none such. */
  async #look(backlog: Backlog<FedStep>): Promise<boolean> {
    const { folder, names } = await this.#list();
    for (const { name, step } of this.#stepsOf(names)) {
      const path = join(folder, name);
      // The process may have been killed between its last record and here.
      if (this.#left.delete(step)) await Deno.remove(path).catch(() => {});
      if (step <= this.#seen) continue;
      const source = await this.#check(path, name, step);
      if (source === "wait") return false;
      this.#seen = step;
      if (source) backlog.push(source);
    }
    return true;
  }

  /** Lists files. A folder that is not there yet is waited for. */
  async #list(): Promise<{ folder: string; names: string[] }> {
    const tracked = join(this.#folder, FEATURES_FOLDER);
    const folder = await Deno.stat(tracked).then(() => tracked, () => this.#folder), names: string[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(folder)) {
        if (!isDirectory && FEATURES.test(name)) names.push(name);
      }
    } catch (error) {
      // A disk may be away for a while.
      if (!(error instanceof Deno.errors.NotFound)) {
        this.#say("folder", `${shown(folder)} cannot be read: ${fileReason(error)}`);
      }
    }
    return { folder, names };
  }

  /** Finds the steps of files, ascending; of those that have one name, the first counts. */
  #stepsOf(names: readonly string[]): { name: string; step: number }[] {
    const found = names.map((name) => ({ name, step: stepOfName(name, this.#options.pattern) }));
    const some = found.filter((each): each is { name: string; step: number } => each.step !== null);
    const odd = found.find(({ step }) => step === null);
    if (odd) {
      this.#say(
        "names",
        `${shown(odd.name)} has no step in its name and is left out; say where with --pattern`,
      );
    }
    return some.sort((a, b) => a.step - b.step);
  }

  /** Opens a new file to see whether it is whole. */
  async #check(path: string, name: string, step: number): Promise<FedStep | "wait" | null> {
    let text = "";
    try {
      const { isFile, size, mtime } = await Deno.stat(path);
      // Its name is that of a folder, or it is of an earlier process.
      if (!isFile || (mtime?.getTime() ?? Infinity) < this.#since) return null;
      text = `${name} ${size} ${mtime?.getTime()}`;
      using _open = await this.#open(path, false);
      const discard = () => Deno.remove(path).catch(() => {});
      const session = this.#session;
      return { step, session, name: path, bytes: size, open: () => this.#open(path, true), discard };
    } catch (error) {
      // After the end nothing is written any more.
      const patience = this.#isEndSeen ? Math.min(PATIENCE, 2 * this.#options.every) : PATIENCE;
      if (!this.#patience.hasLasted(text, patience)) return "wait";
      const why = error instanceof InputError ? error.message : `${shown(path)}: ${fileReason(error)}`;
      this.#options.onNotice(`step ${step} is left out: ${why}`);
      return null;
    }
  }

  /** Says something of a kind once. */
  #say(kind: string, line: string): void {
    if (!this.#said.has(kind)) this.#options.onNotice(line);
    this.#said.add(kind);
  }

  /** Opens the features of a file. */
  async #open(path: string, hasLoss: boolean): Promise<OpenStep> {
    const { tensor } = this.#options;
    using stack = new DisposableStack();
    const arrays = await openArrays(path, tensor === null ? {} : { tensor });
    arrays.forEach((array) => stack.use(array));
    const chosen = tensor === null ? arrays.filter(isFeatures) : arrays;
    const layers = chosen.map((array) => ({ layer: array.name ?? "features", array }));
    const loss = hasLoss ? await readLoss(path) : NaN;
    const owned = stack.move();
    return { loss, layers, [Symbol.dispose]: () => owned.dispose() };
  }

  /** Waits until the next look; see {@linkcode StepFeed.wait}. */
  async wait(signal: AbortSignal): Promise<void> {
    await wait(this.#options.every, undefined, { signal }).catch(() => {});
  }

  /** Holds nothing. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
