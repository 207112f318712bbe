/**
 * The networks of a run as a file that PyTorch loads.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { InputError } from "../../errors.ts";
import { shown } from "../../format.ts";
import { checkWritable, readRunParameters, writeParameters } from "../../io/mod.ts";
import { VERSION } from "../../version.ts";

const SUFFIX = ".safetensors";

/**
 * Checks, before a run, that its networks can be written to a file.
 *
 * @param path Path of the file.
 * @throws {InputError} If it has another suffix, or cannot be written.
 */
export async function checkExport(path: string): Promise<void> {
  if (!basename(path).endsWith(SUFFIX)) {
    throw new InputError(`--export ${shown(path)}: writes safetensors; give a name that ends in ${SUFFIX}`);
  }
  await checkWritable(dirname(path), [basename(path)]);
}

/**
 * Writes the networks of a run, as they are at its last checkpoint.
 *
 * @param folder Folder of the run.
 * @param path Path of the file; one that is there is replaced.
 * @returns A line on what was left as it is; `null` if there is nothing to say.
 * @throws {InputError} If the run has no checkpoint.
 * @throws {FileError} If the file cannot be written, or the checkpoints cannot be read.
 */
export async function exportNetworks(folder: string, path: string): Promise<string | null> {
  const { step, task, diverged, ...parameters } = await readRunParameters(folder);
  await writeParameters(path, parameters, {
    staircase: VERSION,
    task,
    step: String(step),
    ...diverged.length > 0 && { diverged: diverged.join() },
  });
  return diverged.length === 0
    ? null
    : `replica ${diverged.join(", ")} of ${path} diverged; its parameters are the last ones`;
}
