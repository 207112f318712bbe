/**
 * Which tests run programs: ours, a browser, Slurm, Jupyter, PyTorch.
 *
 * @module
 */

/** Folders and files of tests of experiments and programs. */
const STARTS = ["tests/acceptance/", "tests/examples/", "tests/experiments/", "tests/recipes_test.ts"];

/** Modules of this folder that start another program. A test of one imports its module. */
const DRIVERS = /from "[./]*support\/(chromium|slurm|notebook|python)\.ts"/;

/**
 * Whether the tests of a file run programs.
 *
 * @param path Path of the file, relative to the root.
 * @param source Its text.
 * @returns Whether they do.
 */
export function runsPrograms(path: string, source: string): boolean {
  return STARTS.some((start) => path.startsWith(start)) || DRIVERS.test(source);
}
