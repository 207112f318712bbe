/**
 * The record of a training that another program runs: a journal and a table that grow in the folder
 * of a run.
 *
 * @module
 */
import { join } from "node:path";
import type { Gpu } from "../gpu/device.ts";
import {
  type FilePosition,
  type FolderMode,
  Journal,
  journalChunks,
  journalPath,
  type Provenance,
  provenance,
  RunFolder,
  TraceFile,
} from "../io/mod.ts";
import { holdsRun, TRACE_FILE } from "../io/run_files.ts";
import { traceColumns } from "../io/trace_csv.ts";
import { rankIntervals } from "../rank/certificates/rank_interval.ts";
import type { LayerSpectrum, Probe } from "../train/trace.ts";
import { readFound } from "./found_run.ts";
import { layerColumns, type LayerRecord, numberLayer, type SolvedStep } from "./layer_record.ts";
import { readProgress } from "./read_progress.ts";
import type { FollowSettings } from "./settings.ts";

/** A run, as far as it is known before its first step. */
export interface RecorderOptions {
  /** Name of the program. */
  readonly experiment: "trace" | "watch";
  /** Folder of the run, or a folder in which one is made. */
  readonly place: { readonly folder: string; readonly mode: FolderMode | "continue" } | {
    readonly parent: string;
  };
  /** Where the features come from, and how they are read and solved. */
  readonly settings: FollowSettings;
  /** Names of the files that are written at the end. */
  readonly files: readonly string[];
}

/** A run that is recorded. Dispose of it at the end. */
export class Recorder implements AsyncDisposable {
  /** What was asked for. */
  readonly options: RecorderOptions;
  readonly #gpu: Gpu;
  readonly #folder: RunFolder;
  readonly #layers: LayerRecord[] = [];
  readonly #provenance: Provenance;
  #journal!: Journal;
  #table!: TraceFile;
  #before: readonly number[] = [];
  #session: string | null = null;
  #turns = 0;
  #count = 0;
  #last = -1;

  private constructor(gpu: Gpu, folder: RunFolder, options: RecorderOptions, origin: Provenance) {
    this.#gpu = gpu;
    this.#folder = folder;
    this.options = options;
    this.#provenance = origin;
  }

  /**
   * Opens the folder of a run, and begins the run or goes on with it.
   *
   * @param gpu Device, which the record describes.
   * @param options The run.
   * @returns The recorder.
   * @throws {InputError} If the folder holds another run, or cannot be used.
   * @throws {FileError} If it cannot be written to.
   */
  static async open(gpu: Gpu, options: RecorderOptions): Promise<Recorder> {
    const { place, files } = options;
    let folder: RunFolder, isOld = false;
    if ("parent" in place) {
      folder = await RunFolder.create(place.parent, { files });
    } else {
      isOld = place.mode === "continue" && await holdsRun(place.folder, files) !== null;
      const mode = place.mode === "continue" ? isOld ? "resume" : "new" : place.mode;
      folder = await RunFolder.open(place.folder, { mode, files });
    }
    try {
      const recorder = new Recorder(gpu, folder, options, await provenance(gpu));
      await recorder.#begin(isOld);
      return recorder;
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #begin(isOld: boolean): Promise<void> {
    const { epsilons } = this.options.settings, path = this.journal;
    if (isOld) {
      const found = await readFound(this.path, this.options);
      for (const layer of found.layers) this.#layers.push(layer);
      this.#session = found.session;
    }
    await this.#folder.begin();
    const hasJournal = isOld && await Deno.stat(path).then(() => true, () => false);
    const found = hasJournal ? readProgress(path) : null, position = found?.position ?? null;
    this.#before = found?.steps ?? [];
    [this.#count, this.#last] = [this.#before.length, this.#before.at(-1) ?? -1];
    // The record comes first: without it, a run that is killed now could not go on.
    await this.writeRecord({ status: "running" });
    this.#journal = position
      ? await Journal.resume(path, position)
      : await Journal.create(path, { replicas: 1, epsilons });
    this.#table = await this.#openTable(position);
  }

  /** Writes the table of what is in the journal up to a place. */
  #openTable(position: FilePosition | null): Promise<TraceFile> {
    return TraceFile.resume(join(this.path, TRACE_FILE), {
      position: null,
      layers: layerColumns(this.#layers),
      chunks: () => position ? journalChunks(this.journal, position.bytes) : [],
    });
  }

  /**
   * Goes back: a training that was resumed makes some steps again.
   *
   * @param step The first step that is made again.
   * @param session What tells the process that makes it apart.
   * @throws {FileError} If the files cannot be written.
   */
  async goBack(step: number, session: string): Promise<void> {
    this.#session = session;
    if (step <= this.#last) {
      const found = readProgress(this.journal, step), position = found?.position ?? null;
      if (position) await this.#journal.truncate(position);
      else {
        await this.#journal.close();
        this.#journal = await Journal.create(this.journal, this.#journal.shape);
      }
      await this.#table.close();
      this.#table = await this.#openTable(position);
      [this.#count, this.#last] = [found?.steps.length ?? 0, found?.steps.at(-1) ?? -1];
      this.#turns++;
    }
    await this.writeRecord({ status: "running" });
  }

  /** Explanations of the columns of `trace.csv`. */
  get tableColumns(): Readonly<Record<string, string>> {
    return traceColumns({ layers: layerColumns(this.#layers) });
  }

  /** The folder of the run. */
  get folder(): RunFolder {
    return this.#folder;
  }

  /** Path of that folder. */
  get path(): string {
    return this.#folder.path;
  }

  /** Path of the journal. */
  get journal(): string {
    return journalPath(this.#folder.state, 0);
  }

  /** The layers so far. */
  get layers(): readonly LayerRecord[] {
    return this.#layers;
  }

  /** Steps that were recorded when the run went on. */
  get before(): readonly number[] {
    return this.#before;
  }

  /** What tells the training's process apart; `null` if it is not known. */
  get session(): string | null {
    return this.#session;
  }

  /** How often the run went back to an earlier step. */
  get turns(): number {
    return this.#turns;
  }

  /** Number of steps that are recorded. */
  get count(): number {
    return this.#count;
  }

  /** The last step that is recorded; −1 before the first. */
  get last(): number {
    return this.#last;
  }

  /**
   * Records steps, and waits until they are on the disk.
   *
   * @param steps Steps in ascending order, behind those before.
   * @returns What is recorded of each.
   * @throws {FileError} If they cannot be written.
   */
  async append(steps: readonly SolvedStep[]): Promise<Probe[]> {
    const before = JSON.stringify(this.#layers);
    const probes = steps.map((step) => this.#probeOf(step));
    // Names come before what is numbered by them.
    if (JSON.stringify(this.#layers) !== before) await this.writeRecord({ status: "running" });
    for (const probe of probes) {
      this.#journal.append({
        first: this.#count++,
        count: 1,
        losses: [Float32Array.of(probe.loss)],
        probes: [probe],
        diverged: [],
        state: null,
      });
      this.#last = probe.step;
    }
    await this.#journal.flush({ sync: true });
    this.#table.append(probes);
    await this.#table.flush();
    return probes;
  }

  #probeOf({ step, loss, layers }: SolvedStep): Probe {
    const { epsilons, threshold } = this.options.settings;
    const solved = layers.map((layer): LayerSpectrum => {
      const { eigenvalues, bounds, precision } = layer.spectrum;
      return {
        kind: "spectrum",
        layer: numberLayer(this.#layers, layer),
        eigenvalues,
        bounds,
        precision,
        ranks: rankIntervals(layer.spectrum, epsilons, threshold),
      };
    }).sort((a, b) => a.layer - b.layer);
    // One without all layers is no probe of spectra: those have them all.
    return { kind: "count", step, replica: 0, loss, accuracy: null, layers: solved };
  }

  /**
   * Describes the run.
   *
   * @param facts What is known of its state, and of its results.
   * @returns The content of `run.json`.
   */
  record(facts: object): Record<string, unknown> {
    const { experiment, settings, files } = this.options;
    const { adapterName: name, software, implementation } = this.#gpu;
    const { versions } = this.#provenance;
    return {
      experiment,
      ...facts,
      configuration: settings,
      layers: this.#layers,
      probes: this.#count,
      session: this.#session,
      versions,
      adapter: { name, software, implementation },
      provenance: this.#provenance,
      columns: { [TRACE_FILE]: this.tableColumns },
      files,
    };
  }

  /**
   * Writes `run.json`.
   *
   * @param facts See {@linkcode Recorder.record}.
   * @throws {FileError} If it cannot be written.
   */
  async writeRecord(facts: object): Promise<void> {
    await this.#folder.writeRun(this.record(facts));
  }

  /** Closes the files, and lets other processes open the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal.close();
    await this.#table.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}
