/**
 * The record of a submission as bytes. Nothing is rounded: what is read is what was written, to the
 * bit.
 *
 * @module
 */
import { FileError, ShapeError } from "../errors.ts";
import { lossShares } from "../nn/loss/loss_shares.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import type { DivergedLayer, TraceChunk } from "../train/state.ts";
import type { LayerProbe, LayerSpectrum, Probe, ProbeBase } from "../train/trace.ts";
import { ByteReader, type ByteWriter } from "./words.ts";

/** What all chunks of a run share. */
export interface TraceShape {
  /** Number of replicas. */
  readonly replicas: number;
  /** Thresholds ε. */
  readonly epsilons: readonly number[];
}

// Fields of a probe that it has, by the bits of its first byte.
const SPECTRUM = 1,
  ACCURACY = 2,
  TRAINING_ACCURACY = 4,
  RELATIVE_ERROR = 8,
  FLOORS = 16,
  PROJECTION_ERROR = 32;
// Those of a layer.
const DOUBLE = 2;
// Bit of the number of steps: what follows are quantiles of the losses. Files without are as ever.
const QUANTILES = 2 ** 31;
// The layer in which a network diverged, where it has no number.
const UNKNOWN = 0, OUTPUT = 2 ** 32 - 1;

function layerOf(word: number): DivergedLayer {
  if (word === UNKNOWN) return null;
  return word === OUTPUT ? "output" : word;
}

/** Writes the ranks of a layer: three words for each threshold. */
function writeRanks(to: ByteWriter, ranks: readonly RankInterval[], epsilons: readonly number[]): void {
  if (ranks.length !== epsilons.length || ranks.some(({ epsilon }, i) => epsilon !== epsilons[i])) {
    throw new ShapeError(`ranks at ${ranks.map(({ epsilon }) => epsilon)}: give them at ${epsilons}`);
  }
  for (const { rank, low, high } of ranks) {
    to.word(rank);
    to.word(low);
    to.word(high);
  }
}

function writeLayer(to: ByteWriter, layer: LayerProbe, epsilons: readonly number[]): void {
  const isSpectrum = layer.kind === "spectrum";
  to.byte((isSpectrum ? SPECTRUM : 0) | (layer.precision === "double" ? DOUBLE : 0));
  to.word(layer.layer);
  writeRanks(to, layer.ranks, epsilons);
  if (!isSpectrum) return;
  to.word(layer.eigenvalues.length);
  to.array(layer.eigenvalues);
  to.word(layer.bounds.length);
  to.array(layer.bounds);
}

function writeProbe(to: ByteWriter, probe: Probe, epsilons: readonly number[]): void {
  const { step, replica, loss, accuracy, trainingAccuracy, relativeError, layers } = probe;
  const { floors, projectionError } = probe.kind === "spectrum" ? probe : { floors: null };
  const fields: readonly (readonly [bit: number, value: number | null | undefined])[] = [
    [ACCURACY, accuracy],
    [TRAINING_ACCURACY, trainingAccuracy],
    [RELATIVE_ERROR, relativeError],
    [PROJECTION_ERROR, projectionError],
  ];
  const there = fields.filter(([, value]) => value !== null && value !== undefined);
  to.byte(
    (probe.kind === "spectrum" ? SPECTRUM : 0) | (floors ? FLOORS : 0) |
      there.reduce((bits, [bit]) => bits | bit, 0),
  );
  to.double(step);
  to.word(replica);
  to.double(loss);
  for (const [, value] of there) to.double(value!);
  if (floors) {
    to.word(floors.length);
    to.array(Float64Array.from(floors));
  }
  to.word(layers.length);
  for (const layer of layers) writeLayer(to, layer, epsilons);
}

/**
 * Writes a chunk. Its state is left out.
 *
 * @param to Where the bytes go.
 * @param chunk The chunk.
 * @param shape Replicas and thresholds of the run.
 * @throws {ShapeError} If the chunk has others.
 */
export function writeChunk(to: ByteWriter, chunk: TraceChunk, { replicas, epsilons }: TraceShape): void {
  const { first, count, losses, lossQuantiles, probes, diverged } = chunk;
  if (lossQuantiles ? lossQuantiles.length !== lossShares.length : losses.length !== replicas) {
    throw new ShapeError(`losses of ${losses.length} replicas: give those of all ${replicas}`);
  }
  to.double(first);
  to.word(lossQuantiles ? QUANTILES + count : count);
  for (const some of lossQuantiles ?? losses) {
    if (some.length !== count) {
      throw new ShapeError(`${some.length} losses of ${count} steps: give one for each`);
    }
    to.array(some);
  }
  to.word(diverged.length);
  for (const { replica, step, layer } of diverged) {
    to.word(replica);
    to.double(step);
    to.word(layer === "output" ? OUTPUT : layer ?? UNKNOWN);
  }
  to.word(probes.length);
  for (const probe of probes) writeProbe(to, probe, epsilons);
}

function readLayer(from: ByteReader, epsilons: readonly number[]): LayerProbe {
  const bits = from.byte(), layer = from.word();
  const ranks = epsilons.map((epsilon): RankInterval => ({
    epsilon,
    rank: from.word(),
    low: from.word(),
    high: from.word(),
  }));
  if (!(bits & SPECTRUM)) return { kind: "count", layer, ranks, precision: "double" };
  const eigenvalues = from.doubles(from.word()), bounds = from.doubles(from.word());
  const precision = bits & DOUBLE ? "double" : "single";
  return { kind: "spectrum", layer, eigenvalues, bounds, ranks, precision };
}

function readProbe(from: ByteReader, epsilons: readonly number[]): Probe {
  const bits = from.byte(), step = from.double(), replica = from.word(), loss = from.double();
  const field = (bit: number) => bits & bit ? from.double() : null;
  const accuracy = field(ACCURACY), trainingAccuracy = field(TRAINING_ACCURACY);
  const relativeError = field(RELATIVE_ERROR), projectionError = field(PROJECTION_ERROR);
  const base: ProbeBase = {
    step,
    replica,
    loss,
    accuracy,
    ...trainingAccuracy !== null && { trainingAccuracy },
    ...relativeError !== null && { relativeError },
  };
  const floors = bits & FLOORS ? [...from.doubles(from.word())] : null;
  const layers = times(from.word(), () => readLayer(from, epsilons));
  if (!(bits & SPECTRUM)) return { kind: "count", ...base, layers };
  // A probe that solved for spectra has those of all layers.
  const spectra = layers as LayerSpectrum[];
  return {
    kind: "spectrum",
    ...base,
    layers: spectra,
    floors,
    ...projectionError !== null && { projectionError },
  };
}

/** Calls a function so many times. Each call reads bytes, so that it ends with them. */
function times<T>(count: number, make: () => T): T[] {
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(make());
  return items;
}

/**
 * Reads a chunk.
 *
 * @param bytes What {@linkcode writeChunk} wrote.
 * @param shape Replicas and thresholds of the run.
 * @param name Name of the file, for errors.
 * @returns The chunk, without a state.
 * @throws {FileError} If the bytes are no chunk.
 */
export function readChunk(bytes: Uint8Array, { replicas, epsilons }: TraceShape, name: string): TraceChunk {
  const from = new ByteReader(bytes, name);
  const first = from.double(), word = from.word(), isReduced = word >= QUANTILES;
  const count = isReduced ? word - QUANTILES : word;
  const rows = times(isReduced ? lossShares.length : replicas, () => from.singles(count));
  const losses = isReduced ? { losses: [], lossQuantiles: rows } : { losses: rows };
  const diverged = times(from.word(), () => ({
    replica: from.word(),
    step: from.double(),
    layer: layerOf(from.word()),
  }));
  const probes = times(from.word(), () => readProbe(from, epsilons));
  if (from.left > 0) throw new FileError(`${name}: has ${from.left} bytes too many in a record`);
  return { first, count, ...losses, probes, diverged, state: null };
}
