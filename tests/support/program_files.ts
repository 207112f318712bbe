/**
 * Which tests run programs: ours, a browser, Slurm, Jupyter.
 *
 * @module
 */

/** Folders of tests of experiments and programs. */
const FOLDERS = ["tests/acceptance/", "tests/examples/", "tests/experiments/"];

/** Modules of this folder that start another program. A test of one imports its module. */
const DRIVERS = /from "[./]*support\/(chromium|slurm|notebook)\.ts"/;

/**
 * Whether the tests of a file run programs.
 *
 * @param path Path of the file, relative to the root.
 * @param source Its text.
 * @returns Whether they do.
 */
export function runsPrograms(path: string, source: string): boolean {
  return FOLDERS.some((folder) => path.startsWith(folder)) || DRIVERS.test(source);
}
