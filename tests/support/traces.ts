/**
 * Traces with everything that a run may record, for tests of the files that keep them.
 *
 * @module
 */
import type { TraceShape } from "../../src/io/chunk_bytes.ts";
import type { TraceChunk } from "../../src/train/state.ts";
import type { LayerProbe, LayerSpectrum, Probe } from "../../src/train/trace.ts";

/** A generator of numbers from 0 to 1 that always gives the same. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Words that no arithmetic keeps: NaN with payloads, both zeros, infinities, subnormal numbers. */
const ODD_WORDS = [0x7fc00001, 0xffc12345, 0x7f800001, 0x80000000, 0, 0x7f800000, 0xff800000, 1, 0x807fffff];

/** Floats in single precision, odd ones among them. */
function singles(count: number, random: () => number): Float32Array {
  const values = Float32Array.from({ length: count }, () => random() * 2);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < count; i++) {
    if (random() < 0.2) words[i] = ODD_WORDS[Math.floor(random() * ODD_WORDS.length)];
  }
  return values;
}

/** Floats in double precision, NaN with payloads among them. */
function doubles(count: number, random: () => number): Float64Array {
  const values = Float64Array.from({ length: count }, () => random());
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < count; i++) {
    if (random() > 0.2) continue;
    words[2 * i] = Math.floor(random() * 2 ** 32);
    words[2 * i + 1] = ODD_WORDS[Math.floor(random() * ODD_WORDS.length)];
  }
  return values;
}

/** How a trace is made up. */
export interface MadeUpTrace extends TraceShape {
  /** Hidden widths. */
  readonly widths: readonly number[];
  /** Steps of each chunk. */
  readonly counts: readonly number[];
  /** Steps from one probe to the next. */
  readonly every: number;
  readonly seed: number;
}

/** A small trace of three replicas, one of which diverges. */
export const SMALL: MadeUpTrace = {
  replicas: 3,
  epsilons: [1e-2, 0.1 + 0.2, 5e-324],
  widths: [5, 3],
  counts: [1, 7, 4, 12, 2],
  every: 3,
  seed: 1,
};

/** Makes chunks up: all kinds of probes, with and without what a task may lack. */
export function madeUpChunks(wanted: MadeUpTrace): TraceChunk[] {
  const { replicas, epsilons, widths, counts, every, seed } = wanted;
  const random = numbers(seed), whole = (n: number) => Math.floor(random() * n);
  const maybe = <T>(value: T) => random() < 0.5 ? value : null;
  const odd = (value: number) => random() < 0.2 ? [NaN, Infinity, -0, 5e-324][whole(4)] : value;
  const ranks = (n: number) =>
    epsilons.map((epsilon) => ({ epsilon, rank: whole(n + 1), low: whole(n + 1), high: whole(n + 1) }));
  const spectrum = (n: number, index: number): LayerSpectrum => ({
    kind: "spectrum",
    layer: index + 1,
    eigenvalues: doubles(n, random),
    bounds: doubles(n, random),
    ranks: ranks(n),
    precision: random() < 0.5 ? "single" : "double",
  });
  const layer = (n: number, index: number): LayerProbe =>
    random() < 0.3
      ? spectrum(n, index)
      : { kind: "count", layer: index + 1, ranks: ranks(n), precision: "double" };
  const probeOf = (step: number, replica: number): Probe => {
    const training = maybe(odd(random())), relative = maybe(odd(random())), projection = maybe(odd(random()));
    const base = {
      step,
      replica,
      loss: odd(random()),
      accuracy: maybe(odd(random())),
      ...training !== null && { trainingAccuracy: training },
      ...relative !== null && { relativeError: relative },
    };
    if (random() < 0.5) return { kind: "count", ...base, layers: widths.map(layer) };
    const floors = maybe(epsilons.map(() => odd(random())));
    return {
      kind: "spectrum",
      ...base,
      floors,
      layers: widths.map(spectrum),
      ...projection !== null && { projectionError: projection },
    };
  };
  const last = replicas - 1,
    end = counts.reduce((sum, count) => sum + count, 0),
    broken = Math.floor(0.7 * end);
  let first = 0;
  return counts.map((count): TraceChunk => {
    const steps = Array.from({ length: count }, (_, i) => first + i);
    const isDiverging = replicas > 1 && steps.includes(broken);
    const probes = steps.filter((step) => step % every === 0).flatMap((step) =>
      Array.from({ length: replicas }, (_, replica) => replica)
        .filter((replica) => replica !== last || replicas === 1 || step < broken)
        .map((replica) => probeOf(step, replica))
    );
    const losses = Array.from({ length: replicas }, () => singles(count, random));
    const chunk = {
      first,
      count,
      losses,
      probes,
      diverged: isDiverging ? [{ replica: last, step: broken, layer: 2 }] : [],
    };
    first += count;
    return { ...chunk, state: null };
  });
}

/** Words of all arrays in a value, beside the value itself: a comparison to the bit. */
export function bitsOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return [value.constructor.name, ...new Uint8Array(buffer, byteOffset, byteLength)];
  }
  if (Array.isArray(value)) return value.map(bitsOf);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bitsOf(item)]));
  }
  return value;
}

/** Runs a test in a folder that is removed at its end. */
export async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "staircase-io-" });
  try {
    await work(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Names of all that lies in a folder, hidden files and folders too; none where there is none. */
export function entriesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
