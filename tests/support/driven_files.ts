/**
 * Which tests drive other programs: a browser, Slurm, Jupyter.
 *
 * @module
 */

/** Modules of this folder that start such a program. A test of one imports its module. */
const DRIVERS = /from "[./]*support\/(chromium|slurm|notebook)\.ts"/;

/**
 * Whether the tests of a file drive another program.
 *
 * @param source Text of the file.
 * @returns Whether they do.
 */
export function drivesPrograms(source: string): boolean {
  return DRIVERS.test(source);
}
