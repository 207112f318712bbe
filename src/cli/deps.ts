/**
 * Third-party code of this room. Import it dynamically, where it is used: most runs need none of
 * it.
 *
 * @module
 */
import process from "node:process";
import cliProgress from "npm:cli-progress@3.12.0";

/** Dawn, once created: it must not be collected while its devices or promises are in use. */
let dawn: GPU | undefined;

/**
 * Creates Dawn, the implementation of WebGPU that Chrome and Edge use, once for the process. The
 * package is downloaded only when this is called: 51 MB, with programs for five systems.
 *
 * @returns Its counterpart of `navigator.gpu`.
 */
export async function createDawn(): Promise<GPU> {
  // A literal would be downloaded with this file. The package's types would collide with Deno's.
  const specifier: string = "npm:webgpu@0.6.2";
  const { create } = await import(specifier) as { create(options: readonly string[]): GPU };
  return dawn ??= create([]);
}

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
  // A terminal that has hung up loses the bar. Without a listener it would end the program.
  process.stderr.on("error", () => {});
  return new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
}
