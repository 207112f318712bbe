/**
 * Third-party code of this room. Import it dynamically, where it is used: most runs need none of
 * it.
 *
 * @module
 */
import cliProgress from "npm:cli-progress@3.12.0";

/** The methods of a progress bar that this room calls. */
export interface Bar {
  /** Draws the bar. */
  start(total: number, done: number, payload: Record<string, string>): void;
  /** Redraws the bar, at most ten times a second. */
  update(done: number, payload: Record<string, string>): void;
  /** Draws the bar a last time and leaves its line. */
  stop(): void;
}

/**
 * Makes a progress bar on stderr. The library has no types of its own, and those published for it
 * bring in all of Node's.
 *
 * @param format Its line, with `{bar}`, `{percentage}`, `{value}`, `{total}` and the keys of the
 * payload.
 * @returns The bar.
 */
export function createBar(format: string): Bar {
  const options = {
    format,
    barsize: 24,
    // A program that a second Ctrl-C ends could not undo these.
    hideCursor: false,
    linewrap: true,
    gracefulExit: false,
  };
  return new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
}
