/**
 * A display that draws loss and ranks of a training in the terminal while it trains.
 *
 * @module
 */
import type { Probe } from "../../train/trace.ts";
import type { Standing } from "../output.ts";
import { durationText, leftText, timeLeft } from "../time_left.ts";
import { drawFrame } from "./frame.ts";
import type { Paint } from "./panel.ts";
import { ProbeSeries } from "./probe_series.ts";
import type { Progress, ProgressOptions, WatchedRun } from "../display.ts";

/** A terminal. */
export interface Terminal {
  /** Writes text, with control sequences. */
  readonly write: (text: string) => void;
  /** Milliseconds from any start. */
  readonly now: () => number;
  /** Its size in characters, as it is now. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Whether it is to have colours. */
  readonly hasColor: boolean;
  /** Lets a display stand below all that is written, until it is disposed of. */
  readonly stand: (display: Standing) => Disposable;
}

/** Shortest time between two pictures, in milliseconds. */
const PAUSE_MS = 200;
/** Characters of the bar: fewest and most. */
const BAR = [4, 24] as const;
/** Codes of the colours of layers: cyan, yellow, green, magenta, red in any theme. */
const COLORS = [36, 33, 32, 35, 31];
/** Begins and ends a picture that a terminal shows at once. Others ignore it. */
const [BEGIN, END] = ["\x1b[?2026h", "\x1b[?2026l"];
/** Clears the rest of a line, and all below it. */
const CLEAR_LINE = "\x1b[K", CLEAR_BELOW = "\x1b[J";

/**
 * Draws loss and ranks of a training, with a bar of the progress below. The cursor stays visible,
 * and rests below the picture after each write: whatever ends the process leaves the terminal as it
 * should be.
 *
 * @param options Job to show.
 * @param terminal Where it is drawn.
 * @returns The display.
 */
export function watchDisplay(
  { total, label, heading }: ProgressOptions,
  { write, now, size, hasColor, stand }: Terminal,
): Progress {
  const start = now(), left = timeLeft(total);
  let series = new ProbeSeries(), run: WatchedRun | null = null;
  let done = 0,
    text = "",
    end = "",
    drawnAt = -Infinity,
    standing: Disposable | null = null,
    finished = false;
  /** Characters in the lines of the picture that stands there. */
  let widths: readonly number[] = [];
  const paint: Paint = (words, ink) =>
    hasColor && ink > 0 ? `\x1b[${COLORS[(ink - 1) % COLORS.length]}m${words}\x1b[39m` : words;

  const room = () => {
    const { columns, rows } = size();
    // The last column and the last row stay free: a full one would move all lines.
    return { columns: (columns || 80) - 1, rows: (rows || 24) - 2 };
  };
  /** Goes to the beginning of the picture. A terminal that is narrower now has broken its lines. */
  const toBeginning = (columns: number) => {
    const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / (columns + 1))), 0);
    return rows > 0 ? `\r\x1b[${rows}A` : "\r";
  };
  const draw = () => {
    const space = room();
    const lines = [...run ? drawFrame(series, run, space, paint) : [], bar(space.columns)];
    const picture = lines.map((line) => `${line}${CLEAR_LINE}\n`).join("");
    write(`${BEGIN}${toBeginning(space.columns)}${picture}${CLEAR_BELOW}${END}`);
    // deno-lint-ignore no-control-regex
    widths = lines.map((line) => line.replaceAll(/\x1b\[\d+m/g, "").length);
    drawnAt = now();
  };
  const clear = () => {
    write(`${toBeginning(room().columns)}${CLEAR_BELOW}`);
    widths = [];
  };
  const bar = (columns: number) => {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const words = [`${Math.floor(100 * share)} % ${done}/${total}`, text, end].filter((word) => word !== "");
    const others = `${label}  ${words.join(", ")}`.length;
    const length = Math.min(BAR[1], Math.max(BAR[0], columns - others)), full = Math.round(share * length);
    const drawn = "█".repeat(full) + "░".repeat(length - full);
    return `${label} ${drawn} ${words.join(", ")}`.slice(0, columns);
  };
  const drawSoon = () => {
    if (now() - drawnAt >= PAUSE_MS) draw();
  };
  const finish = () => {
    if (finished) return;
    finished = true;
    if (!standing) return;
    end = `in ${durationText(now() - start)}`;
    draw();
    standing[Symbol.dispose]();
  };
  return {
    update(nowDone, nowText = "") {
      if (finished) return;
      [done, text] = [nowDone, nowText];
      const estimate = left.at(now(), done);
      end = done < total ? leftText(estimate) : "";
      if (!standing) {
        if (heading !== undefined) write(`${heading}\n`);
        standing = stand({ clear, draw });
      }
      drawSoon();
    },
    probe(probe: Probe, of: WatchedRun) {
      if (finished) return;
      if (of !== run) [run, series] = [of, new ProbeSeries()];
      series.add(probe);
    },
    finish,
    [Symbol.dispose]: finish,
  };
}
