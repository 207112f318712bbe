/**
 * The parameters of the networks of a run.
 *
 * @module
 */
import { join } from "node:path";
import { FileError, InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { parameterLayout, type Skip, unpackParameters } from "../nn/layout.ts";
import { latestCheckpoint } from "./checkpoint.ts";
import type { NetworkParameters } from "./parameter_file.ts";
import { readRun } from "./read_run.ts";
import { STATE_FOLDER } from "./run_files.ts";
import { differenceOf, type RunIdentity } from "./run_identity.ts";

/** The networks of a run at its last checkpoint. */
export interface RunParameters extends NetworkParameters {
  /** Updates that they have made. */
  readonly step: number;
  /** Name of the task that they learn. */
  readonly task: string;
  /** Networks that had diverged: their parameters are the last ones, and may not be finite. */
  readonly diverged: readonly number[];
}

/** What `run.json` is read for. */
interface RunRecord {
  readonly experiment?: string;
  readonly status?: string;
  readonly timings?: { readonly steps?: number };
  readonly identity?: RunIdentity;
  readonly configuration?: {
    readonly task?: { readonly name: string; readonly inputs: number; readonly outputs: number };
    readonly hidden?: readonly number[];
    readonly activation?: string | readonly string[];
    readonly skip?: Skip;
    readonly replicas?: number;
  };
}

/**
 * Reads the parameters of the networks of a run of `staircase` at its last checkpoint: at its end
 * if it is done, or where it was stopped. Nothing is locked or changed.
 *
 * @param folder Folder of the run.
 * @returns The networks.
 * @throws {InputError} If there is no such run, or it has no checkpoint yet.
 * @throws {FileError} If its checkpoints cannot be read, or are those of another run.
 */
export async function readRunParameters(folder: string): Promise<RunParameters> {
  const { experiment, status, timings, identity, configuration = {} } = await readRun<RunRecord>(folder);
  const { task, hidden, activation, skip, replicas } = configuration;
  if (experiment !== "staircase" || !identity || !task || !hidden || !activation || !replicas) {
    throw new InputError(
      `${shown(folder)}: is a run of ${shown(experiment ?? "something else")}; give one of staircase`,
    );
  }
  const checkpoint = await latestCheckpoint(join(folder, STATE_FOLDER), 0);
  if (!checkpoint) {
    throw new InputError(`${shown(folder)}: has no checkpoint yet; wait for one, or go on with --resume`);
  }
  const { state: { step, diverged, arrays: { parameters } } } = checkpoint;
  const widths = [task.inputs, ...hidden, task.outputs], layout = parameterLayout(widths, skip);
  const isOther = differenceOf(checkpoint.identity, identity) !== null;
  if (isOther || parameters?.length !== 4 * layout.size * replicas) {
    throw new FileError(`the last checkpoint in ${shown(folder)} is not of the run that its run.json names`);
  }
  if (status === "done" && timings?.steps !== step) {
    throw new FileError(
      `the last checkpoint in ${shown(folder)} is of step ${step}, and the run ended at ${timings?.steps}; ` +
        "train again where there is room for checkpoints",
    );
  }
  const floats = new Float32Array(parameters.buffer, parameters.byteOffset, parameters.length);
  return {
    widths,
    activations: typeof activation === "string" ? hidden.map(() => activation) : activation,
    ...skip && { skip },
    networks: Array.from({ length: replicas }, (_, replica) => unpackParameters(layout, floats, replica)),
    step,
    task: task.name,
    diverged: diverged.map(({ replica }) => replica),
  };
}
