/**
 * Third-party code of this room. Import it dynamically, where it is used: most runs need none of it.
 *
 * @module
 */
import cliProgress from "npm:cli-progress@3.12.0";

/** What is used of a progress bar. */
export interface Bar {
  /** Draws the bar. */
  start(total: number, done: number, payload: Record<string, string>): void;
  /** Redraws the bar, at most ten times a second. */
  update(done: number, payload: Record<string, string>): void;
  /** Draws the bar a last time and leaves its line. */
  stop(): void;
}

/**
 * Makes a progress bar on stderr. The library comes without types, and those published for it bring in all of Node's.
 *
 * @param options Options of the library.
 * @returns The bar.
 */
export function createBar(options: Record<string, string | number | boolean>): Bar {
  return new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
}
