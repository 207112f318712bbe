/**
 * How far a long job is: on stderr, as a bar on a terminal and as sparse lines elsewhere.
 *
 * @module
 */
import type { Bar } from "./deps.ts";

/** Shows how far a job is. Nothing is shown before the first update: a job that cannot start leaves no trace. */
export interface Progress extends Disposable {
  /**
   * Says how far the job is. Cheap: call it as often as you like.
   *
   * @param done How much of the total is done.
   * @param text A few words on how it goes, such as the loss.
   */
  update(done: number, text?: string): void;
  /** Ends the display with what is done by now. Further calls do nothing. */
  finish(): void;
}

/** Where a display writes to and what time it is there. */
export interface ProgressOutlet {
  /** Writes one line, given without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds from any start. */
  readonly now: () => number;
}

/** What is to be shown. */
export interface ProgressOptions {
  /** How much there is to do: steps, for instance. */
  readonly total: number;
  /** Name of the job, in a word or two. */
  readonly label: string;
  /** A line that comes before all others, such as what the job runs on. None by default. */
  readonly heading?: string;
  /** Whether to show nothing. @default false */
  readonly quiet?: boolean;
}

/** No line sooner than this after another. */
const MIN_PAUSE_MS = 5_000;
/** No line later than this after another, while updates come. */
const MAX_PAUSE_MS = 60_000;

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/**
 * Shows progress as lines of text: at most one every five seconds, and that only when a tenth more is done or a minute
 * has passed; and one at the end.
 *
 * @param options What is to be shown.
 * @param outlet Where it goes.
 * @returns The display.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { progressLines } from "./progress.ts";
 *
 * let time = 0;
 * const lines: string[] = [];
 * const outlet = { write: (line: string) => void lines.push(line), now: () => time };
 * {
 *   using progress = progressLines({ total: 200, label: "training" }, outlet);
 *   time = 6000;
 *   progress.update(50, "loss 0.3");
 *   time = 20000;
 *   progress.update(200, "loss 0.1");
 * }
 * assert.deepEqual(lines, [
 *   "training: 25 % (50/200), loss 0.3, 18 s left",
 *   "training: 100 % (200/200), loss 0.1, in 20 s",
 * ]);
 * ```
 */
export function progressLines(options: ProgressOptions, outlet: ProgressOutlet): Progress {
  const { total, label, heading } = options;
  const start = outlet.now();
  let done = 0, text = "", saidDone = 0, saidAt = start, started = false, finished = false;
  const say = (end: (elapsed: number) => string) => {
    const percent = total > 0 ? Math.floor(100 * done / total) : 100;
    const parts = [`${label}: ${percent} % (${done}/${total})`, text, end(outlet.now() - start)];
    outlet.write(parts.filter((part) => part !== "").join(", "));
  };
  const finish = () => {
    if (finished) return;
    finished = true;
    if (started) say((elapsed) => `in ${seconds(elapsed)}`);
  };
  return {
    update(nowDone, nowText = "") {
      if (finished) return;
      if (!started && heading !== undefined) outlet.write(heading);
      started = true;
      [done, text] = [nowDone, nowText];
      const pause = outlet.now() - saidAt;
      const due = pause >= MAX_PAUSE_MS || pause >= MIN_PAUSE_MS && done - saidDone >= total / 10;
      // The end has a line of its own.
      if (!due || done >= total) return;
      [saidDone, saidAt] = [done, outlet.now()];
      say((elapsed) => done > 0 ? `${seconds(elapsed * (total - done) / done)} left` : "");
    },
    finish,
    [Symbol.dispose]: finish,
  };
}

/** A name and no literal: Deno fetches what a literal names with the program, and most runs need no bar. */
const THIRD_PARTY: string = "./deps.ts";

/** Shows progress as a bar on a terminal. The library is loaded meanwhile: what comes earlier is not lost. */
function progressBar({ total, label, heading }: ProgressOptions): Progress {
  let done = 0, text = "", started = false, finished = false;
  let bar: Bar | undefined;
  const load = async () => {
    const { createBar } = await import(THIRD_PARTY) as typeof import("./deps.ts");
    if (finished) return;
    bar = createBar({
      format: `${label} {bar} {percentage} % {value}/{total} {text} {eta_formatted} left`,
      barsize: 24,
      // Both would have to be undone, which a program ended by a second Ctrl-C cannot.
      hideCursor: false,
      linewrap: true,
      gracefulExit: false,
    });
    bar.start(total, done, { text });
  };
  const finish = () => {
    if (finished) return;
    finished = true;
    bar?.update(done, { text });
    bar?.stop();
  };
  return {
    update(nowDone, nowText = "") {
      [done, text] = [nowDone, nowText];
      if (finished) return;
      if (!started) {
        started = true;
        if (heading !== undefined) console.error(heading);
        // Without the library (no network, say) the job goes on all the same.
        load().catch(() => {});
      }
      bar?.update(done, { text });
    },
    finish,
    [Symbol.dispose]: finish,
  };
}

/**
 * Shows on stderr how far a job is: as a bar if that is a terminal, as sparse lines otherwise.
 *
 * @param options What is to be shown.
 * @returns The display; end it with `finish()` or `using`.
 *
 * @example
 * ```ts
 * import { createProgress } from "./progress.ts";
 *
 * using progress = createProgress({ total: 1000, label: "training", quiet: true });
 * for (let step = 0; step <= 1000; step += 100) progress.update(step, `loss ${1 / (1 + step)}`);
 * ```
 */
export function createProgress(options: ProgressOptions): Progress {
  const nothing = () => {};
  if (options.quiet) return { update: nothing, finish: nothing, [Symbol.dispose]: nothing };
  if (Deno.stderr.isTerminal()) return progressBar(options);
  // Unlike a write to stderr itself, this does not mind if nobody listens any more.
  return progressLines(options, { write: (line) => console.error(line), now: () => performance.now() });
}
