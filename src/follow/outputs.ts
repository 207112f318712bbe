/**
 * The files of a run that was recorded of another program's training, made of its journal.
 *
 * @module
 */
import { join } from "node:path";
import { figureMakers } from "../convert/draw.ts";
import { figureFiles, type FigureFormat } from "../convert/formats.ts";
import { textTable } from "../display/text_table.ts";
import type { FileError } from "../errors.ts";
import { count, formatNumber, shown } from "../format.ts";
import {
  type FileMaker,
  journalChunks,
  prettyJson,
  readJournal,
  snakeCase,
  spectraPieces,
} from "../io/mod.ts";
import { RUN_FILE, SPECTRA_FILE, TRACE_FILE } from "../io/run_files.ts";
import type { RunTexts } from "../train/run_texts.ts";
import { type ReplicaSummary, summarize, type TraceSummary } from "../train/summary.ts";
import type { Trace } from "../train/trace.ts";
import type { LayerRecord } from "./layer_record.ts";
import type { Recorder } from "./recorder.ts";
import type { FollowSettings } from "./settings.ts";
import { wholeChunks, wholeProbe } from "./whole_trace.ts";

/** Names of the figure and of the page. */
const FIGURE = "staircase.svg", REPORT = "report.html";

/** Characters of the name of a layer in a figure. */
const MOST_NAME = 60;

/**
 * Lists the files of a run beside its record and its table.
 *
 * @param hasReport Whether it has a page.
 * @param formats Formats of its figure.
 * @returns Their names.
 */
export function filesOf(hasReport: boolean, formats: readonly FigureFormat[]): string[] {
  return [...figureFiles([FIGURE], formats), SPECTRA_FILE, ...hasReport ? [REPORT] : []];
}

/** How a run ended. */
export interface RunEnd {
  /** Its status. */
  readonly status: "done" | "stopped" | "failed";
  /** What else the record says. */
  readonly facts: object;
  /** Formats of its figure. */
  readonly formats: readonly FigureFormat[];
}

/** A run whose files are written. */
export interface FinishedRun {
  /** The content of `run.json`. */
  readonly record: object;
  /** Lines for a terminal. */
  readonly lines: readonly string[];
  /** Paths of the files. */
  readonly paths: readonly string[];
  /** Names the files that were not written; `null` if all were. */
  readonly error: FileError | null;
}

/**
 * Writes the texts of a figure and of a page.
 *
 * @param settings What was read.
 * @param layers The layers.
 * @returns The texts.
 */
export function textsOf(
  { source }: Pick<FollowSettings, "source">,
  layers: readonly LayerRecord[],
): RunTexts {
  const [first] = source, name = first === "-" ? "a stream" : shown(first, MOST_NAME);
  const names = layers.map(({ name }) => shown(name, MOST_NAME));
  const widths = layers.map(({ neurons }, i) => `${names[i]} ${neurons}`);
  const some = widths.length > 8 ? [...widths.slice(0, 4), "…", ...widths.slice(-3)] : widths;
  return {
    title: `Loss and ε-rank: ${name}${source.length > 1 ? ` and ${source.length - 1} more` : ""}`,
    subtitle: some.length === 0
      ? "no features"
      : `features of ${count(layers.length, "layer")}: ${some.join(" · ")}`,
    lossName: "loss",
    layers: layers.map(({ neurons }, i) => ({ name: names[i], width: neurons })),
  };
}

/** What figure and page are made of. */
export interface PictureInput {
  /** The record. Layers without a rank at a step may be missing in its probes. */
  readonly trace: Trace;
  /** The layers. */
  readonly layers: readonly LayerRecord[];
  /** What was read, and the thresholds. */
  readonly settings: FollowSettings;
  /** How the run ended. */
  readonly status: string;
  /** Formats of the figure. */
  readonly formats: readonly FigureFormat[];
  /** Whether there is a page. */
  readonly hasReport: boolean;
}

/** Figure and page, and what they show in a few numbers. */
export interface Pictures {
  /** The files, by their names. */
  readonly makers: Record<string, FileMaker>;
  /** The summary for `run.json`. */
  readonly summary: object;
  /** Lines for a terminal. */
  readonly lines: readonly string[];
}

/**
 * Makes figure and page of a record.
 *
 * @param input The record.
 * @returns Figure, page, summary.
 */
export function picturesOf({ trace, layers, settings, status, formats, hasReport }: PictureInput): Pictures {
  const { epsilons, threshold } = settings, texts = textsOf(settings, layers);
  const filled = (rank: number, isPadded: boolean): Trace => ({
    ...trace,
    probes: trace.probes.map((probe) => wholeProbe(probe, layers, epsilons, { rank, isPadded })),
  });
  const shownTrace = filled(NaN, false), summary = summarize(shownTrace);
  const drawn = async () => {
    const [{ staircaseData }, { staircaseFigure }] = await Promise.all([
      import("../plot/staircase/figure_data.ts"),
      import("../plot/staircase/staircase.ts"),
    ]);
    return staircaseFigure(staircaseData(shownTrace, { ...texts, threshold }));
  };
  const page = async () => {
    const [{ runReport }, { reportPage }] = await Promise.all([
      import("../report/run_report.ts"),
      import("../report/report_page.ts"),
    ]);
    const sections = sectionsOf(settings, layers, status);
    const facts = { ...texts, replicaNames: [""], command: null, sections };
    return await reportPage(runReport({ trace: filled(-1, true), summary, threshold, facts }));
  };
  return {
    makers: { ...figureMakers(FIGURE, drawn, formats), ...hasReport && { [REPORT]: page } },
    summary: named(summary, layers),
    lines: linesOf(summary.replicas, layers),
  };
}

/**
 * Writes the files of a run: the figure, the spectra, the page, and at last its record.
 *
 * @param recorder The run.
 * @param end How it ended.
 * @returns The run.
 * @throws {FileError} If the journal cannot be read.
 */
export async function finishRun(
  recorder: Recorder,
  { status, facts, formats }: RunEnd,
): Promise<FinishedRun> {
  const { journal, folder, layers, options: { settings, files } } = recorder, { epsilons } = settings;
  const { trace } = await readJournal(journal), hasReport = files.includes(REPORT);
  const { makers, summary, lines } = picturesOf({ trace, layers, settings, status, formats, hasReport });
  const record = recorder.record({ status, ...facts, summary });
  const saved = await folder.save({
    ...makers,
    [SPECTRA_FILE]: () =>
      spectraPieces({
        replicas: 1,
        epsilons,
        chunks: wholeChunks(journalChunks(journal), layers, epsilons, { rank: -1, isPadded: true }),
      }, folder.state),
  });
  // The record comes last: it says that the others are there.
  const last = await folder.save({ [RUN_FILE]: () => prettyJson(snakeCase(record)) });
  return {
    record,
    lines,
    paths: [...last.paths, join(folder.path, TRACE_FILE), ...saved.paths],
    error: saved.error ?? last.error,
  };
}

/** A summary with the names of the layers. */
function named({ replicas, ...others }: TraceSummary, layers: readonly LayerRecord[]): object {
  const withName = ({ layers: all, ...replica }: ReplicaSummary) => ({
    ...replica,
    layers: all.map((layer) => ({ name: layers[layer.layer - 1].name, ...layer })),
  });
  return { ...others, replicas: replicas.map(withName) };
}

/** Facts of the page. */
function sectionsOf(settings: FollowSettings, layers: readonly LayerRecord[], status: string) {
  const { source: _, ...told } = settings;
  const rows = Object.entries(told).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, Array.isArray(value) ? value.join(", ") : String(value)]]
  );
  return [
    {
      title: "Layers",
      rows: layers.map(({ layer, name, neurons, samples }): [string, string] => [
        `layer ${layer}`,
        `${shown(name)}: ${count(neurons, "neuron")}, ${count(samples, "sample")}`,
      ]),
    },
    { title: "Configuration", rows },
    { title: "Outcome", rows: [["status", status]] as [string, string][] },
  ];
}

/** A row for each layer and threshold. */
function linesOf(replicas: readonly ReplicaSummary[], layers: readonly LayerRecord[]): string[] {
  const [run] = replicas;
  if (!run || run.layers.length === 0) return ["no features have a rank"];
  const rows = run.layers.flatMap(({ layer, ranks, effectiveRank }) => {
    const { name, neurons, samples } = layers[layer - 1];
    return ranks.map(({ epsilon, initial, final, largestRank, staircase }) => [
      shown(name, MOST_NAME),
      String(samples),
      String(neurons),
      formatNumber(epsilon),
      String(initial),
      final.low === final.high ? String(final.rank) : `${final.low}–${final.high}`,
      String(largestRank),
      String(staircase.jumps.filter(({ isSignificant }) => isSignificant).length),
      effectiveRank.toPrecision(3),
    ]);
  });
  const header = ["layer", "samples", "neurons", "ε", "first", "last", "highest", "jumps", "effective rank"];
  return [
    ...Number.isNaN(run.loss) ? [] : [`last loss ${run.loss.toExponential(3)}`, ""],
    "ε-ranks of the features:",
    ...textTable([header, ...rows], 1),
    "",
    "  first, last, highest: ranks at the first and the last step, and the highest of all; a–b is not certain.",
    "  jumps: those between stairs that neither flicker nor a trend makes; run.json has their p-values.",
  ];
}
