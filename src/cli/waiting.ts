/**
 * The line that a program shows on a terminal before its run begins.
 *
 * @module
 */
import type { Standing } from "./output.ts";

/** A line that stands until it is disposed of, which leaves nothing of it. */
export interface Waiting extends Disposable {
  /** Whether there is a terminal that shows the line. */
  readonly isShown: boolean;
  /**
   * Says what the program does now.
   *
   * @param what What it does, in a few words.
   */
  tell(what: string): void;
}

/** A terminal to show a line on. */
export interface WaitingOutlet {
  /** Writes text, with control sequences. */
  readonly write: (text: string) => void;
  /** Lets a display stand below all that is written, until it is disposed of. */
  readonly stand: (display: Standing) => Disposable;
  /** Calls an action ten times a second, until it is disposed of. */
  readonly tick: (action: () => void) => Disposable;
}

/** Pictures of the mark that moves. */
const MARKS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
/** Goes to the beginning of the line and clears it. */
const CLEAR = "\r\x1b[K";

/**
 * Shows a line at once, with a mark that turns whenever the event loop does: it stands still while
 * the driver compiles a kernel or Deno waits for the GPU.
 *
 * @param label Name of the job.
 * @param outlet Where the line is drawn.
 * @returns The line.
 */
export function waitingLine(label: string, { write, stand, tick }: WaitingOutlet): Waiting {
  let what = "getting ready", turn = 0, finished = false;
  const draw = () => write(`${CLEAR}${MARKS[turn % MARKS.length]} ${label}: ${what} …`);
  const standing = stand({ clear: () => write(CLEAR), draw });
  draw();
  const ticking = tick(() => {
    turn++;
    draw();
  });
  return {
    isShown: true,
    tell(now) {
      what = now;
      if (!finished) draw();
    },
    [Symbol.dispose]() {
      if (finished) return;
      finished = true;
      ticking[Symbol.dispose]();
      standing[Symbol.dispose]();
      write(CLEAR);
    },
  };
}
