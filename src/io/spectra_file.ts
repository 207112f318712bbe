/**
 * `spectra.npz`: all that a run recorded, as arrays for NumPy.
 *
 * @module
 */
import { dirname } from "node:path";
import { ShapeError } from "../errors.ts";
import type { TraceChunk } from "../train/state.ts";
import type { LayerProbe, Probe, Trace } from "../train/trace.ts";
import { lossShares } from "../nn/loss/loss_shares.ts";
import { writeAtomically } from "./atomic.ts";
import type { TraceShape } from "./chunk_bytes.ts";
import { unwritable } from "./file_reason.ts";
import { npyHeader } from "./npy.ts";
import {
  type ColumnName,
  COLUMNS,
  type Descr,
  LAYER_COLUMNS,
  type LayerColumnName,
  LOSS_QUANTILES,
  PROBE_FIELDS,
  SPECTRA_VERSION,
} from "./spectra_columns.ts";
import { Spool } from "./spool.ts";
import { chunksOf } from "./trace_chunks.ts";
import { givesTurns } from "../gpu/turns.ts";
import { type ZipContent, zipPieces } from "./zip_writer.ts";

/** A record that need not be in memory. */
export interface TraceSource extends TraceShape {
  /** Its chunks, in order, as those of a journal. */
  readonly chunks: Iterable<TraceChunk>;
}

/**
 * Writes `spectra.npz`. Arrays that outgrow a part of the memory lie in temporary files beside it
 * until they are in it.
 *
 * @param path Path of the file, in a folder that exists.
 * @param source The trace, or the chunks of a journal.
 * @throws {ShapeError} If the spectra of a layer differ in length, or layers are not numbered from
 * 1.
 * @throws {FileError} If it cannot be written.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readSpectra } from "./read_spectra.ts";
 * import { writeSpectra } from "./spectra_file.ts";
 *
 * const folder = await Deno.makeTempDir(), path = `${folder}/spectra.npz`;
 * const trace = { replicas: 1, epsilons: [1e-6], losses: [Float32Array.of(1, 0.5)], probes: [] };
 * await writeSpectra(path, trace);
 * assert.deepEqual(await readSpectra(path), trace);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeSpectra(path: string, source: Trace | TraceSource): Promise<void> {
  try {
    await writeAtomically(path, spectraPieces(source, dirname(path)));
  } catch (error) {
    throw error instanceof ShapeError ? error : unwritable(path, error);
  }
}

/**
 * Makes `spectra.npz` piece by piece.
 *
 * @param source The trace, or the chunks of a journal.
 * @param folder Folder for temporary files.
 * @returns Pieces, in order, each of which the next one may overwrite.
 * @throws {ShapeError} If the spectra of a layer differ in length, or layers are not numbered from
 * 1.
 */
export async function* spectraPieces(
  source: Trace | TraceSource,
  folder: string,
): AsyncGenerator<Uint8Array, void, void> {
  using arrays = new SpectraArrays(source, folder);
  const turn = givesTurns();
  for (const chunk of "chunks" in source ? source.chunks : chunksOf(source)) {
    arrays.add(chunk);
    await turn();
  }
  yield* zipPieces(arrays.files());
}

/** The arrays in collection. */
class SpectraArrays implements Disposable {
  readonly #shape: TraceShape;
  readonly #folder: string;
  readonly #columns: Readonly<Record<ColumnName, Spool>>;
  /** Quantiles of the losses, where there are any. */
  #quantiles: Spool | null = null;
  readonly #layers: { columns: Record<LayerColumnName, Spool>; length: number; count: number }[] = [];
  /** Steps before a replica diverged; those so far if it has not. */
  readonly #counts: number[];
  readonly #diverged = new Set<number>();
  #steps = 0;
  #probes = 0;

  constructor({ replicas, epsilons }: TraceShape, folder: string) {
    this.#shape = { replicas, epsilons };
    this.#folder = folder;
    this.#columns = this.#spools(COLUMNS);
    this.#counts = new Array<number>(replicas).fill(0);
  }

  /** Adds a chunk. */
  add({ first, count, losses, lossQuantiles, probes, diverged }: TraceChunk): void {
    this.#steps = first + count;
    for (const { replica, step } of diverged) {
      this.#diverged.add(replica);
      this.#counts[replica] = step;
    }
    for (let replica = 0; replica < this.#shape.replicas; replica++) {
      if (!this.#diverged.has(replica)) this.#counts[replica] = this.#steps;
    }
    if (lossQuantiles) {
      this.#quantiles ??= new Spool(this.#folder);
      this.#quantiles.latest.array(transposed(lossQuantiles, count, () => count));
    } else {
      const ends = (replica: number) => this.#counts[replica] - first;
      this.#columns.losses.latest.array(transposed(losses, count, ends));
    }
    for (const probe of probes) this.#addProbe(probe);
    for (const spool of this.#all()) spool.settle();
  }

  #addProbe(probe: Probe): void {
    const { step, replica, loss, accuracy, trainingAccuracy, relativeError, layers } = probe;
    const { floors, projectionError } = probe.kind === "spectrum" ? probe : { floors: null };
    const columns = this.#columns;
    let fields = probe.kind === "spectrum" ? PROBE_FIELDS.spectrum : 0;
    const optional = (column: ColumnName, bit: number, value: number | null | undefined) => {
      const isThere = value !== null && value !== undefined;
      if (isThere) fields |= bit;
      columns[column].latest.double(isThere ? value : NaN);
    };
    optional("probe_accuracy", PROBE_FIELDS.accuracy, accuracy);
    optional("probe_training_accuracy", PROBE_FIELDS.trainingAccuracy, trainingAccuracy);
    optional("probe_relative_error", PROBE_FIELDS.relativeError, relativeError);
    optional("probe_projection_error", PROBE_FIELDS.projectionError, projectionError);
    if (floors) fields |= PROBE_FIELDS.floors;
    for (let e = 0; e < this.#shape.epsilons.length; e++) {
      columns.probe_floors.latest.double(floors?.[e] ?? NaN);
    }
    columns.probe_step.latest.long(step);
    columns.probe_replica.latest.word(replica);
    columns.probe_fields.latest.byte(fields);
    columns.probe_loss.latest.double(loss);
    if (this.#probes === 0) this.#layers.push(...layers.map(() => this.#layer()));
    if (layers.length !== this.#layers.length) {
      throw new ShapeError(
        `a probe of ${layers.length} layers after those of ${this.#layers.length}: give all`,
      );
    }
    for (const [index, layer] of layers.entries()) this.#addLayer(layer, index);
    this.#probes++;
  }

  #addLayer(layer: LayerProbe, index: number): void {
    const { ranks, ranks_low, ranks_high, is_solved, is_double } = this.#columns;
    if (layer.layer !== index + 1) {
      throw new ShapeError(`layer ${layer.layer} at place ${index + 1}: number them from 1`);
    }
    for (const { rank, low, high } of layer.ranks) {
      ranks.latest.word(rank);
      ranks_low.latest.word(low);
      ranks_high.latest.word(high);
    }
    is_solved.latest.byte(layer.kind === "spectrum" ? 1 : 0);
    is_double.latest.byte(layer.precision === "double" ? 1 : 0);
    if (layer.kind !== "spectrum") return;
    const { eigenvalues, bounds } = layer, spectra = this.#layers[index];
    if (spectra.count === 0) spectra.length = eigenvalues.length;
    if (eigenvalues.length !== spectra.length || bounds.length !== spectra.length) {
      throw new ShapeError(
        `a spectrum of ${eigenvalues.length} eigenvalues and ${bounds.length} bounds after those of ${spectra.length}`,
      );
    }
    spectra.columns.spectrum_probe.latest.long(this.#probes);
    spectra.columns.eigenvalues.latest.array(eigenvalues);
    spectra.columns.bounds.latest.array(bounds);
    spectra.count++;
  }

  /** The files of the archive. */
  *files(): Generator<ZipContent> {
    const { replicas, epsilons } = this.#shape, columns = this.#columns;
    columns.format_version.latest.word(SPECTRA_VERSION);
    columns.epsilons.latest.array(Float64Array.from(epsilons));
    for (const count of this.#counts) columns.loss_counts.latest.long(count);
    const P = [this.#probes], L = this.#layers.length, E = epsilons.length;
    const shapes: Readonly<Record<ColumnName, readonly number[]>> = {
      format_version: [],
      epsilons: [E],
      losses: [this.#steps, this.#quantiles ? 0 : replicas],
      loss_counts: [replicas],
      probe_step: P,
      probe_replica: P,
      probe_fields: P,
      probe_loss: P,
      probe_accuracy: P,
      probe_training_accuracy: P,
      probe_relative_error: P,
      probe_projection_error: P,
      probe_floors: [...P, E],
      ranks: [...P, L, E],
      ranks_low: [...P, L, E],
      ranks_high: [...P, L, E],
      is_solved: [...P, L],
      is_double: [...P, L],
    };
    for (const [name, descr] of Object.entries(COLUMNS) as [ColumnName, Descr][]) {
      yield arrayFile(name, descr, shapes[name], columns[name]);
    }
    if (this.#quantiles) {
      const { name, descr } = LOSS_QUANTILES;
      yield arrayFile(name, descr, [this.#steps, lossShares.length], this.#quantiles);
    }
    for (const [index, { columns, length, count }] of this.#layers.entries()) {
      for (const [name, descr] of Object.entries(LAYER_COLUMNS) as [LayerColumnName, Descr][]) {
        const shape = name === "spectrum_probe" ? [count] : [count, length];
        yield arrayFile(`${name}_${index + 1}`, descr, shape, columns[name]);
      }
    }
  }

  /** Deletes the temporary files. */
  [Symbol.dispose](): void {
    for (const spool of this.#all()) spool[Symbol.dispose]();
  }

  #layer() {
    return { columns: this.#spools(LAYER_COLUMNS), length: 0, count: 0 };
  }

  #spools<Name extends string>(columns: Readonly<Record<Name, Descr>>): Record<Name, Spool> {
    return Object.fromEntries(Object.keys(columns).map((name) => [name, new Spool(this.#folder)])) as Record<
      Name,
      Spool
    >;
  }

  *#all(): Generator<Spool> {
    yield* Object.values(this.#columns);
    if (this.#quantiles) yield this.#quantiles;
    for (const { columns } of this.#layers) yield* Object.values(columns);
  }
}

/** Losses step by step, NaN from the end of each row on. */
function transposed(
  rows: readonly Float32Array[],
  count: number,
  endOf: (row: number) => number,
): Float32Array<ArrayBuffer> {
  const width = rows.length, all = new Float32Array(count * width).fill(NaN);
  // On words, because numbers lose the payload of a NaN.
  const words = new Uint32Array(all.buffer);
  for (const [row, some] of rows.entries()) {
    const from = new Uint32Array(some.buffer, some.byteOffset, some.length);
    const until = Math.min(some.length, endOf(row));
    for (let i = 0; i < until; i++) words[i * width + row] = from[i];
  }
  return all;
}

/** An array as a file of the archive. */
function arrayFile(name: string, descr: Descr, shape: readonly number[], spool: Spool): ZipContent {
  const header = npyHeader(descr, shape);
  return {
    name: `${name}.npy`,
    size: header.length + spool.size,
    *pieces() {
      yield header;
      yield* spool.pieces();
    },
  };
}
