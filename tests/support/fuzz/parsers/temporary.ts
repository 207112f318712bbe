/**
 * Folders for the files of parsers that read files.
 *
 * @module
 */

/** Makes a folder that is removed when the process ends. */
export function temporaryFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "staircase-fuzz-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  return folder;
}
