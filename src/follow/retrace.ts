/**
 * Ranks of a run of `trace` or `watch` at other thresholds, from the spectra that it kept.
 *
 * @module
 */
import { join } from "node:path";
import { print } from "../cli/output.ts";
import { formatsFlag } from "../cli/program_flags.ts";
import type { RetraceRequest } from "../cli/retrace_request.ts";
import { loadFormats } from "../convert/draw.ts";
import { parseFormats } from "../convert/formats.ts";
import { InputError } from "../errors.ts";
import { formatNumber, shown } from "../format.ts";
import {
  compactJson,
  journalPath,
  openRun,
  prettyJson,
  readJournal,
  RunFolder,
  snakeCase,
} from "../io/mod.ts";
import { RUN_FILE, SPECTRA_FILE, STATE_FOLDER, TRACE_FILE } from "../io/run_files.ts";
import { traceColumns, traceHeader, traceLines } from "../io/trace_csv.ts";
import { rankIntervals, type Threshold } from "../rank/certificates/rank_interval.ts";
import type { LayerProbe, Probe } from "../train/trace.ts";
import { layerColumns, type LayerRecord } from "./layer_record.ts";
import { filesOf, picturesOf } from "./outputs.ts";
import type { FollowSettings } from "./settings.ts";

/** The part of `run.json` that is read. */
interface FollowedRecord {
  readonly experiment?: unknown;
  readonly configuration?: FollowSettings;
  readonly layers?: readonly LayerRecord[];
}

/**
 * Tells whether a folder holds a run of `trace` or `watch`.
 *
 * @param path Path of the folder.
 * @returns Whether it does.
 */
export async function isFollowed(path: string): Promise<boolean> {
  const { experiment, layers } = await openRun(path).then(
    ({ record }) => record ?? {},
    () => ({}),
  ) as FollowedRecord;
  return (experiment === "trace" || experiment === "watch") && Array.isArray(layers);
}

/** Counts the ranks of a probe anew. Layers without a spectrum are left out. */
function recounted(probe: Probe, epsilons: readonly number[], threshold: Threshold): Probe {
  const layers = probe.layers.flatMap((layer): LayerProbe[] => {
    if (layer.kind !== "spectrum" || Number.isNaN(layer.eigenvalues[0])) return [];
    return [{ ...layer, ranks: rankIntervals(layer, epsilons, threshold) }];
  });
  return { kind: "count", step: probe.step, replica: 0, loss: probe.loss, accuracy: null, layers };
}

/**
 * Counts the ranks of a run at other thresholds, without a GPU.
 *
 * @param request What is asked for.
 * @throws {InputError} If it has no spectra yet.
 * @throws {FileError} If files cannot be written.
 */
export async function retrace({ run: path, ...request }: RetraceRequest): Promise<void> {
  const { record, status, trace: read } = await openRun(path);
  const { configuration: had, layers, experiment } = record as Required<FollowedRecord>;
  const { epsilons = had.epsilons, threshold = had.threshold } = {
    ...request.epsilons && { epsilons: request.epsilons },
    ...request.threshold && { threshold: request.threshold },
  };
  const settings: FollowSettings = { ...had, epsilons, threshold };
  // The journal has spectra as they were solved; those of spectra.npz have one length.
  const journal = journalPath(join(path, STATE_FOLDER), 0);
  const hasJournal = await Deno.stat(journal).then(() => true, () => false);
  const found = hasJournal ? (await readJournal(journal)).trace : await read();
  if (!found || found.probes.length === 0) {
    throw new InputError(`${shown(path)}: has no spectra yet; wait for its first steps`);
  }
  const trace = {
    ...found,
    epsilons,
    probes: found.probes.map((probe) => recounted(probe, epsilons, threshold)),
  };
  const formats = parseFormats(request.formats ?? formatsFlag.default);
  await loadFormats(formats);
  const { report: hasReport, out, overwrite } = request;
  const files = filesOf(hasReport, formats).filter((name) => name !== SPECTRA_FILE);
  const kind = threshold === "relative" ? "-relative" : "";
  const own = join(path, `epsilons-${epsilons.map(formatNumber).join("-")}${kind}`);
  // A folder in that of the run holds nothing that could not be made again.
  const mode = out === null || overwrite ? "overwrite" : "new";
  await using folder = await RunFolder.open(out ?? own, { mode, files });
  await folder.begin();
  const { makers, summary, lines } = picturesOf({ trace, layers, settings, status, formats, hasReport });
  const columns = { layers: layerColumns(layers) };
  const made = {
    experiment: "trace",
    status: "done",
    of: { run: path, experiment, status },
    configuration: settings,
    layerNames: layers.map(({ name }) => name),
    summary,
    columns: { [TRACE_FILE]: traceColumns(columns) },
    files,
  };
  const saved = await folder.save({
    [TRACE_FILE]: function* () {
      yield traceHeader(columns);
      yield* traceLines(trace.probes, columns);
    },
    ...makers,
    [RUN_FILE]: prettyJson(snakeCase(made)),
  });
  if (!request.quiet) print([...lines, "", ...saved.paths].join("\n"));
  if (request.json) print(compactJson(snakeCase(made)));
  if (saved.error) throw saved.error;
}
