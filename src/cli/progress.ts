/**
 * Progress of a long job on stderr: a bar on a terminal, a few lines elsewhere.
 *
 * @module
 */
import type { Bar } from "./deps.ts";
import { say, show, stand } from "./output.ts";
import { durationText, leftText, timeLeft } from "./time_left.ts";
import type { Progress, ProgressOptions } from "./display.ts";
import { type Waiting, waitingLine } from "./waiting.ts";
import { watchDisplay } from "./watch/watch_display.ts";

export type { Bar, Progress, ProgressOptions };

/** Place that a display writes to, and its clock. */
export interface ProgressOutlet {
  /** Writes one line, given without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds from any start. */
  readonly now: () => number;
}

/** Place that a bar is drawn on. */
export interface BarOutlet extends ProgressOutlet {
  /** Loads the library and makes a bar of a format. */
  readonly createBar: (format: string) => Promise<Bar>;
}

/** Shortest time between two lines, in milliseconds. */
const MIN_PAUSE_MS = 5_000;
/** Time between two pictures of what moves while a job gets ready, in milliseconds. */
const TICK_MS = 100;
/** Longest time between two lines while updates come, in milliseconds. */
const MAX_PAUSE_MS = 60_000;

/**
 * Module of the progress bar. It is a name and no literal, because Deno downloads what a literal
 * names before it starts the program, and most runs need no bar.
 */
const THIRD_PARTY: string = "./deps.ts";

/**
 * Shows progress as lines of text. Two lines are at least five seconds apart, and a tenth of the
 * work or a minute. One more comes at the end.
 *
 * @param options Job to show.
 * @param outlet Where the lines go.
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
 *   time = 12000;
 *   progress.update(100, "loss 0.2");
 *   time = 24000;
 *   progress.update(200, "loss 0.1");
 * }
 * assert.deepEqual(lines, [
 *   "training: 25 % (50/200), loss 0.3",
 *   "training: 50 % (100/200), loss 0.2, 12 s left",
 *   "training: 100 % (200/200), loss 0.1, in 24 s",
 * ]);
 * ```
 */
export function progressLines(options: ProgressOptions, outlet: ProgressOutlet): Progress {
  const { total, label, heading } = options;
  const start = outlet.now();
  const left = timeLeft(total);
  let done = 0, text = "", saidDone = 0, saidAt = start, started = false, finished = false;
  const say = (end: string) => {
    const percent = total > 0 ? Math.floor(100 * done / total) : 100;
    const parts = [`${label}: ${percent} % (${done}/${total})`, text, end];
    outlet.write(parts.filter((part) => part !== "").join(", "));
  };
  const finish = () => {
    if (finished) return;
    finished = true;
    if (started) say(`in ${durationText(outlet.now() - start)}`);
  };
  return {
    update(nowDone, nowText = "") {
      if (finished) return;
      if (!started && heading !== undefined) outlet.write(heading);
      started = true;
      [done, text] = [nowDone, nowText];
      const now = outlet.now();
      const estimate = left.at(now, done);
      const pause = now - saidAt;
      const due = pause >= MAX_PAUSE_MS || pause >= MIN_PAUSE_MS && done - saidDone >= total / 10;
      // The end has a line of its own.
      if (!due || done >= total) return;
      [saidDone, saidAt] = [done, now];
      say(leftText(estimate));
    },
    probe() {},
    finish,
    [Symbol.dispose]: finish,
  };
}

/**
 * Shows progress as a bar. The library is loaded meanwhile, and draws the latest update when it is
 * there. Without it, for instance without a network, the job goes on all the same.
 *
 * @param options Job to show.
 * @param outlet Where the bar is drawn.
 * @returns The display.
 */
export function progressBar({ total, label, heading }: ProgressOptions, outlet: BarOutlet): Progress {
  const start = outlet.now();
  const left = timeLeft(total);
  let done = 0, text = "", end = "", started = false, finished = false;
  let bar: Bar | undefined;
  // The library's own estimate counts the start-up, so the texts come from here.
  const notes = () => ({
    notes: [text, end].filter((part) => part !== "").map((part) => `, ${part}`).join(""),
  });
  const load = async () => {
    const loaded = await outlet.createBar(`${label} {bar} {percentage} % {value}/{total}{notes}`);
    if (finished) return;
    bar = loaded;
    bar.start(total, done, notes());
  };
  const finish = () => {
    if (finished) return;
    finished = true;
    end = `in ${durationText(outlet.now() - start)}`;
    bar?.update(done, notes());
    bar?.stop();
  };
  return {
    update(nowDone, nowText = "") {
      if (finished) return;
      [done, text] = [nowDone, nowText];
      const estimate = left.at(outlet.now(), done);
      end = done < total ? leftText(estimate) : "";
      if (!started) {
        started = true;
        if (heading !== undefined) outlet.write(heading);
        load().catch(() => {});
      }
      bar?.update(done, notes());
    },
    probe() {},
    finish,
    [Symbol.dispose]: finish,
  };
}

/**
 * Shows the progress of a job on stderr: as a bar on a terminal, or as a drawing of loss and ranks
 * if it is to be watched, and as a few lines elsewhere.
 *
 * @param options Job to show.
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
  if (options.quiet) {
    return { update: nothing, probe: nothing, finish: nothing, [Symbol.dispose]: nothing };
  }
  const outlet = { write: say, now: () => performance.now() };
  if (!Deno.stderr.isTerminal() || isDumb()) return progressLines(options, outlet);
  if (options.watch) {
    return watchDisplay(options, {
      write: show,
      now: outlet.now,
      size: terminalSize,
      hasColor: !Deno.noColor,
      stand,
    });
  }
  const createBar = async (format: string) => {
    const { createBar } = await import(THIRD_PARTY) as typeof import("./deps.ts");
    return createBar(format);
  };
  return progressBar(options, { ...outlet, createBar });
}

/**
 * Shows on a terminal that a job gets ready: it loads data, opens the GPU, compiles kernels.
 * Dispose of it before the first update of the job's progress. Elsewhere it shows nothing.
 *
 * @param label Name of the job.
 * @param quiet Whether to show nothing on a terminal as well.
 * @returns The display.
 */
export function createWaiting(label: string, quiet: boolean): Waiting {
  if (quiet || !Deno.stderr.isTerminal() || isDumb()) {
    return { isShown: false, tell: () => {}, [Symbol.dispose]: () => {} };
  }
  const tick = (action: () => void) => {
    const timer = setInterval(action, TICK_MS);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  };
  return waitingLine(label, { write: show, stand, tick });
}

/** Size of the terminal in characters; 0 by 0 if it is not known. */
function terminalSize(): { readonly columns: number; readonly rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 0, rows: 0 };
  }
}

/** Whether the terminal cannot move its cursor, which a bar needs. */
function isDumb(): boolean {
  if (Deno.permissions.querySync({ name: "env", variable: "TERM" }).state !== "granted") return false;
  const terminal = Deno.env.get("TERM") ?? "";
  return terminal === "dumb" || terminal === "" && Deno.build.os !== "windows";
}
