/**
 * Which tests are fast.
 *
 * @module
 */

/** Folders of tests that run programs or train networks for long. */
const SLOW_FOLDERS = ["tests/acceptance/", "tests/examples/", "tests/experiments/"];

/**
 * Files of more than 3 s of processor time on lavapipe, measured one by one with `time deno test
 * FILE`. Measure a new test of kernels, and add it here where it takes longer.
 */
const SLOW_FILES: readonly string[] = [];

/**
 * Tells whether a file of tests belongs to `deno task test:fast`.
 *
 * @param file Path from the root.
 * @returns Whether its tests are fast.
 */
export function isFast(file: string): boolean {
  return !SLOW_FOLDERS.some((folder) => file.startsWith(folder)) && !SLOW_FILES.includes(file);
}
