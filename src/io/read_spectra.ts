/**
 * Reads `spectra.npz`.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { lossShares } from "../nn/loss/loss_shares.ts";
import { CompactProbes } from "../train/compact.ts";
import type { LayerProbe, LayerSpectrum, Probe, ProbeBase, Trace } from "../train/trace.ts";
import { viewTrace } from "../train/trace_view.ts";
import { openArrays } from "./array_file.ts";
import type { DtypeName, Floats } from "./dtypes.ts";
import { countEntries, shapeText } from "./floats.ts";
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
import type { StoredArray } from "./stored_array.ts";
import { givesTurns } from "../gpu/turns.ts";

const DTYPES: Readonly<Record<Descr, DtypeName>> = {
  "<f8": "f64",
  "<f4": "f32",
  "<i8": "i64",
  "<u4": "u32",
  "|u1": "u8",
  "|b1": "bool",
};

/** Probes that are read at once, and entries of the losses. */
const BLOCK = 1024, ENTRIES = 2 ** 18;

/** An array that is read from its begin to its end. */
class Column {
  /** Size along each axis. */
  readonly shape: readonly number[];
  readonly #array: StoredArray;
  readonly #row: number;
  #at = 0;

  constructor(array: StoredArray) {
    this.#array = array;
    this.shape = array.shape;
    this.#row = countEntries(array.shape.slice(1));
  }

  /** The next rows; the next call overwrites them. */
  next(rows: number): Floats {
    const entries = rows * this.#row;
    this.#at += entries;
    return this.#array.read(this.#at - entries, entries);
  }
}

/**
 * Reads the trace that `spectra.npz` holds, to the bit.
 *
 * @param path Path of the file.
 * @returns The trace.
 * @throws {InputError} If it cannot be read, or is not such a file.
 */
export async function readSpectra(path: string): Promise<Trace> {
  const arrays = new Map((await openArrays(path)).map((array) => [array.name!, array]));
  try {
    return await read(arrays, shown(path));
  } finally {
    for (const array of arrays.values()) array[Symbol.dispose]();
  }
}

async function read(arrays: ReadonlyMap<string, StoredArray>, path: string): Promise<Trace> {
  const refuse = (why: string): never => {
    throw new InputError(`${path}: ${why}; give spectra.npz as a run of staircase wrote it`);
  };
  const column = (name: string, descr: Descr, axes: number): Column => {
    const array = arrays.get(name) ?? refuse(`has no array ${name}`);
    if (
      array.dtype !== DTYPES[descr] || array.shape.length !== axes ||
      array.strides.at(-1) !== (axes > 0 ? 1 : undefined)
    ) {
      refuse(`its array ${name} has entries of another type, or other axes`);
    }
    return new Column(array);
  };
  const version = column("format_version", COLUMNS.format_version, 0).next(1)[0];
  if (version !== SPECTRA_VERSION) {
    refuse(`has version ${version} of the format, and this program reads ${SPECTRA_VERSION}`);
  }
  const axes = (name: ColumnName) => name.startsWith("ranks") ? 3 : /losses|floors|is_/.test(name) ? 2 : 1;
  const columns = Object.fromEntries(
    (Object.entries(COLUMNS) as [ColumnName, Descr][]).filter(([name]) => name !== "format_version")
      .map(([name, descr]) => [name, column(name, descr, axes(name))]),
  ) as Record<ColumnName, Column>;
  const quantiles = arrays.has(LOSS_QUANTILES.name)
    ? column(LOSS_QUANTILES.name, LOSS_QUANTILES.descr, 2)
    : null;
  const [E] = columns.epsilons.shape, [S, W] = columns.losses.shape, [P, L] = columns.is_solved.shape;
  const [R] = quantiles ? columns.loss_counts.shape : [W];
  const expect = (name: string, { shape }: Column, wanted: readonly number[]) => {
    if (shape.some((size, axis) => size !== wanted[axis])) {
      refuse(`its array ${name} has shape ${shapeText(shape)}, not ${shapeText(wanted)}`);
    }
  };
  expect("loss_counts", columns.loss_counts, [R]);
  for (const name of Object.keys(columns) as ColumnName[]) {
    const wanted = [[P], name === "probe_floors" ? [P, E] : [P, L], [P, L, E]];
    if (/^(probe|ranks|is)_?/.test(name)) expect(name, columns[name], wanted[axes(name) - 1]);
  }
  const epsilons = [...columns.epsilons.next(E)];
  if (quantiles) {
    expect("losses", columns.losses, [S, 0]);
    expect(LOSS_QUANTILES.name, quantiles, [S, lossShares.length]);
  }
  const losses = quantiles
    ? { losses: [], lossQuantiles: readRows(quantiles, new Array<number>(lossShares.length).fill(S), S) }
    : { losses: readRows(columns.losses, lossCounts(columns, { steps: S, replicas: R }, refuse), S) };
  const layers = Array.from({ length: P > 0 ? L : 0 }, (_, l) => {
    const of = (name: LayerColumnName, axes: number) => column(`${name}_${l + 1}`, LAYER_COLUMNS[name], axes);
    const layer = {
      spectrum_probe: of("spectrum_probe", 1),
      eigenvalues: of("eigenvalues", 2),
      bounds: of("bounds", 2),
    };
    const [count] = layer.spectrum_probe.shape, [, length] = layer.eigenvalues.shape;
    for (const name of ["eigenvalues", "bounds"] as const) {
      expect(`${name}_${l + 1}`, layer[name], [count, length]);
    }
    return { ...layer, left: count, length };
  });
  const probes: Probe[] = [], compact = new CompactProbes(), turn = givesTurns();
  for (let first = 0; first < P; first += BLOCK) {
    const count = Math.min(BLOCK, P - first);
    for (const probe of readProbes(columns, layers, { first, count, epsilons }, refuse)) {
      probes.push(compact.pack(probe));
    }
    await turn();
  }
  if (layers.some(({ left }) => left > 0)) refuse("has spectra of no probe");
  if (probes.some(({ replica }) => replica >= R)) refuse("has probes of a replica without losses");
  return viewTrace({ replicas: R, epsilons, ...losses, probes });
}

/** Reads how many losses each replica has, up to where it diverged. */
function lossCounts(
  columns: Record<ColumnName, Column>,
  { steps, replicas }: { readonly steps: number; readonly replicas: number },
  refuse: (why: string) => never,
): readonly number[] {
  const counts = [...columns.loss_counts.next(replicas)];
  if (counts.some((count) => !(count >= 0 && count <= steps))) refuse("counts losses that it does not have");
  return counts;
}

/** Reads losses that lie step by step, of each row as many as it has. */
function readRows(column: Column, counts: readonly number[], steps: number): Float32Array[] {
  const width = counts.length, losses = counts.map((count) => new Float32Array(count));
  // On words, because numbers lose the payload of a NaN.
  const words = losses.map(({ buffer }) => new Uint32Array(buffer));
  const most = Math.max(1, Math.floor(ENTRIES / Math.max(1, width)));
  for (let first = 0; first < steps; first += most) {
    const count = Math.min(most, steps - first), block = column.next(count);
    const from = new Uint32Array(block.buffer, block.byteOffset, block.length);
    for (let row = 0; row < width; row++) {
      const end = Math.min(count, counts[row] - first), to = words[row];
      for (let i = 0; i < end; i++) to[first + i] = from[i * width + row];
    }
  }
  return losses;
}

/** Spectra of a layer that are left to be read. */
interface LayerColumns extends Readonly<Record<LayerColumnName, Column>> {
  readonly length: number;
  left: number;
}

/** Reads some probes. */
function* readProbes(
  columns: Record<ColumnName, Column>,
  layers: readonly LayerColumns[],
  { first, count, epsilons }: {
    readonly first: number;
    readonly count: number;
    readonly epsilons: readonly number[];
  },
  refuse: (why: string) => never,
): Generator<Probe, void, void> {
  const E = epsilons.length, L = layers.length;
  const next = (name: ColumnName) => columns[name].next(count);
  const solved = next("is_solved"), double = next("is_double"), fields = next("probe_fields");
  const ranks = next("ranks"), low = next("ranks_low"), high = next("ranks_high");
  const steps = next("probe_step"), replicas = next("probe_replica"), losses = next("probe_loss");
  const accuracies = next("probe_accuracy"), trainings = next("probe_training_accuracy");
  const relatives = next("probe_relative_error"), projections = next("probe_projection_error");
  const floors = next("probe_floors");
  const spectra = layers.map((layer, l) => {
    let own = 0;
    for (let p = 0; p < count; p++) own += solved[p * L + l];
    if (own > layer.left) refuse(`has too few spectra of layer ${l + 1}`);
    layer.left -= own;
    const [places, eigenvalues, bounds] = [layer.spectrum_probe, layer.eigenvalues, layer.bounds].map((c) =>
      c.next(own)
    );
    return { places, eigenvalues, bounds, at: 0 };
  });
  const readLayer = (p: number, l: number): LayerProbe => {
    const at = (p * L + l) * E, precision = double[p * L + l] ? "double" : "single", layer = l + 1;
    const own = epsilons.map((epsilon, e) => ({
      epsilon,
      rank: ranks[at + e],
      low: low[at + e],
      high: high[at + e],
    }));
    if (!solved[p * L + l]) return { kind: "count", layer, ranks: own, precision: "double" };
    const { length } = layers[l], found = spectra[l], begin = found.at++ * length;
    if (found.places[found.at - 1] !== first + p) refuse(`has a spectrum of layer ${layer} at another probe`);
    const part = (values: Floats) => values.slice(begin, begin + length) as Float64Array;
    const eigenvalues = part(found.eigenvalues), bounds = part(found.bounds);
    return { kind: "spectrum", layer, eigenvalues, bounds, ranks: own, precision };
  };
  for (let p = 0; p < count; p++) {
    const has = (bit: number) => (fields[p] & bit) !== 0;
    if (!(Number.isSafeInteger(steps[p]) && steps[p] >= 0)) refuse(`has a probe at step ${steps[p]}`);
    const base: ProbeBase = {
      step: steps[p],
      replica: replicas[p],
      loss: losses[p],
      accuracy: has(PROBE_FIELDS.accuracy) ? accuracies[p] : null,
      ...has(PROBE_FIELDS.trainingAccuracy) && { trainingAccuracy: trainings[p] },
      ...has(PROBE_FIELDS.relativeError) && { relativeError: relatives[p] },
    };
    const all = layers.map((_, l) => readLayer(p, l));
    if (!has(PROBE_FIELDS.spectrum)) {
      yield { kind: "count", ...base, layers: all };
      continue;
    }
    if (all.some(({ kind }) => kind === "count")) refuse("has a probe with a spectrum of some layers alone");
    yield {
      kind: "spectrum",
      ...base,
      floors: has(PROBE_FIELDS.floors) ? Array.from(floors.subarray(p * E, (p + 1) * E)) : null,
      layers: all as LayerSpectrum[],
      ...has(PROBE_FIELDS.projectionError) && { projectionError: projections[p] },
    };
  }
}
