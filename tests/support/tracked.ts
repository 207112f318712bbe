/**
 * Features as programs hold them, and their eigenvalues in float64.
 *
 * @module
 */
import { Matrix, SingularValueDecomposition } from "../deps.ts";
import { normals } from "../reference/random.ts";

/** Where features lie. */
export interface Place {
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly stride: number;
}

/** Puts entries where a place says, among words that are NaN. */
export function placed(
  entries: Float32Array,
  { rows, columns, offset, stride }: Place,
): Float32Array<ArrayBuffer> {
  const words = new Float32Array(offset + (rows - 1) * stride + columns).fill(NaN);
  for (let row = 0; row < rows; row++) {
    words.set(entries.subarray(row * columns, (row + 1) * columns), offset + row * stride);
  }
  return words;
}

/** Eigenvalues of ΦᵀΦ / m, descending, as many as the shorter side. */
export function eigenvaluesOf(
  { rows, columns, data }: { readonly rows: number; readonly columns: number; readonly data: Float32Array },
): Float64Array {
  const values = new SingularValueDecomposition(Matrix.from1DArray(rows, columns, data), {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  }).diagonal;
  return Float64Array.from(values, (sigma) => sigma * sigma / rows).sort().reverse();
}

/** A buffer with words, as another program would have it. */
export function bufferOf(device: GPUDevice, words: Float32Array<ArrayBuffer>, usage = 0): GPUBuffer {
  const buffer = device.createBuffer({
    size: words.byteLength,
    usage: usage || GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | GPUBufferUsage.STORAGE,
  });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}

/** Features of a rank, with a layer's worth of noise far below. */
export function lowRank(
  rows: number,
  columns: number,
  rank: number,
  seed: number,
): Float32Array<ArrayBuffer> {
  const left = normals(rows * rank, seed), right = normals(rank * columns, seed + 1);
  const noise = normals(rows * columns, seed + 2);
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const i = Math.floor(at / columns), j = at % columns;
    let sum = 1e-5 * noise[at];
    for (let k = 0; k < rank; k++) sum += left[i * rank + k] * right[k * columns + j] / 3 ** k;
    return sum;
  });
}
