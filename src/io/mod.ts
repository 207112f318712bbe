/**
 * Files: features and weights from .npy, .npz and safetensors, tables as CSV, JSON, the folder of a
 * run, and the cache of chosen kernels. This room needs a file system.
 *
 * @example Write an array as NumPy does, and read it again.
 * ```ts
 * import assert from "node:assert/strict";
 * import { npy, parseNpy } from "./mod.ts";
 *
 * const bytes = npy([2, 2], Float32Array.of(1, 2, 3, 4));
 * assert.deepEqual(parseNpy(bytes, "matrix.npy").shape, [2, 2]);
 * ```
 *
 * @module
 */
export { openArrays } from "./array_file.ts";
export { ArrayView } from "./array_view.ts";
export { type FileContent, writeAtomically } from "./atomic.ts";
export { FILE_START, type FilePosition } from "./append_file.ts";
export {
  type Checkpoint,
  type CheckpointInfo,
  type FoundCheckpoint,
  journalPath,
  listCheckpoints,
  readCheckpoint,
  writeCheckpoint,
} from "./checkpoint.ts";
export { choiceFiles } from "./choice_file.ts";
export type { TraceShape } from "./chunk_bytes.ts";
export { csv, type CsvColumn, csvLine, type CsvValue } from "./csv.ts";
export type { DtypeName, Floats } from "./dtypes.ts";
export { featureAxes, type FeatureAxesOptions } from "./feature_axes.ts";
export {
  type NamedFeatures,
  openFeatures,
  readFeatures,
  readWeights,
  type StoredFeatures,
} from "./feature_file.ts";
export { compareNames, findFiles } from "./find_files.ts";
export type { FloatArray } from "./floats.ts";
export type { LockOwner } from "./folder_lock.ts";
export type { GitState } from "./git.ts";
export { type ArrayInfo, listArrays, type ListArraysOptions } from "./list_arrays.ts";
export { readTask } from "./data_task.ts";
export { Journal } from "./journal.ts";
export {
  journalChunks,
  type JournalContent,
  type JournalRecord,
  journalRecords,
  journalShape,
  readJournal,
} from "./read_journal.ts";
export { camelCase, compactJson, prettyJson, snakeCase, snakeName } from "./json.ts";
export { type Normalization, normalizationText, volumeOf } from "./normalization.ts";
export { npy, parseNpy } from "./npy.ts";
export { parseNpz } from "./npz.ts";
export {
  type NetworkParameters,
  parameterTensors,
  readParameters,
  writeParameters,
} from "./parameter_file.ts";
export { readRun } from "./read_run.ts";
export { type OpenedRun, type OpenedStatus, openRun } from "./open_run.ts";
export { readOutcome, writeOutcome } from "./outcome_file.ts";
export { type DescribedGpu, type Provenance, provenance, zonedDate } from "./provenance.ts";
export { parseTrace, type TraceRow } from "./read_trace.ts";
export { type RankCertificate, writeCertificate } from "./rank_certificate.ts";
export { type NamedRanks, rankJson } from "./rank_json.ts";
export {
  type FileMaker,
  type FolderMode,
  RunFolder,
  type RunFolderOptions,
  type SavedFiles,
} from "./run_folder.ts";
export { readRunParameters, type RunParameters } from "./run_parameters.ts";
export { configurationHash, differenceOf, type RunIdentity } from "./run_identity.ts";
export { readSpectra } from "./read_spectra.ts";
export { readSnapshots, type Snapshot, writeSnapshot } from "./snapshot_file.ts";
export { spectraPieces, type TraceSource, writeSpectra } from "./spectra_file.ts";
export { chunksOf } from "./trace_chunks.ts";
export { parseSafetensors } from "./safetensors.ts";
export { type NamedTensors, safetensors, safetensorsPieces } from "./safetensors_writer.ts";
export type { StoredArray } from "./stored_array.ts";
export { type CamelCase, type Column, type Columns, type GivenColumns, type Table, table } from "./table.ts";
export { type OtherColumns, type SweptValues, traceCsv, traceTable } from "./trace_csv.ts";
export { type ResumedTrace, TraceFile } from "./trace_file.ts";
export { checkWritable } from "./writable_folder.ts";
