/**
 * Writes features as a tracker does, for tests.
 *
 * @module
 */
import { npy } from "../../src/io/npy.ts";
import { zipPieces } from "../../src/io/zip_writer.ts";
import { joined } from "../../src/io/bytes.ts";
import { randomFloats } from "./arrays.ts";

/** Features of a layer. */
export interface TestLayer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
}

/** An uncompressed `.npz` file. */
export function npzFile(layers: readonly TestLayer[]): Uint8Array<ArrayBuffer> {
  const pieces = [...zipPieces(layers.map(({ name, shape, data }) => {
    const bytes = npy([...shape], data);
    return { name: `${name}.npy`, size: bytes.length, pieces: () => [bytes] };
  }))].map((piece) => piece.slice());
  return joined(pieces, pieces.reduce((sum, { length }) => sum + length, 0)) as Uint8Array<ArrayBuffer>;
}

/** A number as an array without axes. */
export const scalar = (name: string, value: number): TestLayer => ({
  name,
  shape: [],
  data: Float64Array.of(value),
});

/** A matrix of some rank, the same each time. */
export function lowRank(name: string, rows: number, columns: number, rank: number, seed: number): TestLayer {
  const random = randomFloats(seed), left = random(rows * rank), right = random(rank * columns);
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < rank; k++) data[i * columns + j] += left[i * rank + k] * right[k * columns + j];
    }
  }
  return { name, shape: [rows, columns], data };
}

/** The layers of a step of a training whose ranks rise by stairs. */
export function trainingLayers(step: number): TestLayer[] {
  const rank = 2 + Math.floor(step / 100);
  return [
    lowRank("conv1", 30, 8, Math.min(8, rank), step),
    lowRank("fc", 20, 12, Math.min(12, rank), step + 7),
  ];
}

/** Its loss. */
export const trainingLoss = (step: number) => 3 * 0.99 ** step;

/** Writes the features of a step as a tracker does: under another name, renamed when whole. */
export function writeStep(
  folder: string,
  step: number,
  layers: readonly TestLayer[] = trainingLayers(step),
): void {
  Deno.mkdirSync(`${folder}/features`, { recursive: true });
  const half = `${folder}/features/.tmp-1-${step}`;
  const all = [...layers, scalar("loss", trainingLoss(step)), scalar("step", step)];
  Deno.writeFileSync(half, npzFile(all));
  Deno.renameSync(half, `${folder}/features/step_${String(step).padStart(9, "0")}.npz`);
}

/**
 * Begins a training in a folder: one before it loses its end, and its steps from the first new one.
 */
export function beginTraining(folder: string, pid: number, first = 0): void {
  Deno.mkdirSync(`${folder}/features`, { recursive: true });
  for (
    const name of [
      "end.json",
      ...[...Deno.readDirSync(`${folder}/features`)].map(({ name }) => `features/${name}`),
    ]
  ) {
    const step = /step_(\d+)/.exec(name)?.[1];
    if (step !== undefined && Number(step) < first) continue;
    try {
      Deno.removeSync(`${folder}/${name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  Deno.writeTextFileSync(
    `${folder}/.tracker`,
    JSON.stringify({ format: 1, every: 10, layers: ["conv1", "fc"], pid }),
  );
  Deno.renameSync(`${folder}/.tracker`, `${folder}/tracker.json`);
}

/** Writes the last file of a training. */
export function writeEnd(folder: string, end: object = { status: "done", last_step: 0, dropped: 0 }): void {
  Deno.writeTextFileSync(`${folder}/.end`, JSON.stringify(end));
  Deno.renameSync(`${folder}/.end`, `${folder}/end.json`);
}

/** A frame of a stream. */
export function frame(step: number, layers: readonly TestLayer[] = trainingLayers(step)): Uint8Array {
  const line = JSON.stringify({
    step,
    loss: trainingLoss(step),
    layers: layers.map(({ name, shape, data }) => ({
      name,
      shape,
      dtype: data instanceof Float32Array ? "<f4" : "<f8",
    })),
  });
  const pieces = [
    new TextEncoder().encode(`${line}\n`),
    ...layers.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  return joined(pieces, pieces.reduce((sum, { length }) => sum + length, 0));
}
