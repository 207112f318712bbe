/**
 * What the programs of experiments that judge claims do alike: adapter, progress, files, report.
 *
 * @module
 */
import { type AdapterPreference, Gpu } from "../../gpu/device.ts";
import { choiceFiles } from "../../io/choice_file.ts";
import { compactJson } from "../../io/json.ts";
import { createProgress } from "../../cli/progress.ts";
import { RunFolder } from "../../io/run_folder.ts";
import {
  experimentRecord,
  type ExperimentResult,
  experimentText,
  failIfDiverged,
  type RecordedOptions,
} from "./record.ts";

/** Flags that every such program has. */
export interface ExperimentProgramFlags {
  /** Which GPU to take. */
  readonly adapter: AdapterPreference;
  /** Whether kernels are chosen by timing. */
  readonly autotune: boolean;
  /** Whether nothing is printed but errors and what `json` asks for. */
  readonly quiet: boolean;
  /** Whether the record goes to standard output as one line of JSON. */
  readonly json: boolean;
  /** Folder of the files. */
  readonly out: string;
}

/** An experiment that is to be run. */
export interface ExperimentRun<Options extends RecordedOptions, Result extends ExperimentResult<Options>> {
  /** Label of the progress bar. */
  readonly label: string;
  /** Updates that there are to make, all runs together. */
  readonly steps: number;
  /**
   * Runs it.
   *
   * @param gpu Device.
   * @param onProgress To be called with the number of updates made, and what there is to say of them.
   * @returns What came of it.
   */
  run(gpu: Gpu, onProgress: (steps: number, text?: string) => void): Promise<Result>;
  /**
   * Names what it leaves behind besides `run.json`.
   *
   * @param result The experiment.
   * @returns Contents of files by their names, in the order in which they are told of.
   */
  files(result: Result): Readonly<Record<string, string>>;
}

/**
 * Runs an experiment as a program does: opens adapter and folder, shows progress, writes `run.json` and the other files, and
 * tells the verdicts.
 *
 * @param flags Flags of the program.
 * @param experiment What to run.
 * @throws {InputError} Where the folder can not be written, or an option is out of range.
 * @throws {StaircaseError} Where every network diverged, when all files are written.
 */
export async function runExperiment<
  Options extends RecordedOptions,
  Result extends ExperimentResult<Options>,
>(
  { adapter, autotune, quiet, json, out }: ExperimentProgramFlags,
  { label, steps, run, files }: ExperimentRun<Options, Result>,
): Promise<void> {
  using gpu = await Gpu.open({ adapter, autotune: autotune && choiceFiles });
  const folder = await RunFolder.open(out);
  const heading = `adapter: ${gpu.adapterName}${gpu.software ? " (software: the CPU, no GPU)" : ""}`;

  using progress = createProgress({ total: steps, label, heading, quiet });
  const result = await run(gpu, (made, text) => progress.update(made, text));
  progress.finish();

  const record = await experimentRecord(gpu, result);
  const paths = [await folder.writeRun(record)];
  for (const [name, content] of Object.entries(files(result))) paths.push(await folder.write(name, content));
  if (!quiet) console.log([experimentText(record), "", ...paths].join("\n"));
  if (json) console.log(compactJson(record));
  failIfDiverged(record);
}
