/**
 * A texture that kernels load operands from, for CPUs in place of GPUs.
 *
 * @module
 */
import type { GpuArray } from "./array.ts";
import type { GpuContext } from "./context.ts";

/** Vectors of four in a row of the texture, and rows: 32 MiB. Kernels know the first number. */
const WIDTH = 4096, HEIGHT = 512;

/** Most words that the texture of operands holds. */
export const TEXTURE_WORDS: number = 4 * WIDTH * HEIGHT;

/** Words of a row of the texture: where a second operand can begin. */
export const TEXTURE_ROW: number = 4 * WIDTH;

/**
 * A part of an array that a kernel loads in vectors of four from its device's texture of operands;
 * it is copied there each time, right before the kernel runs. All kernels share the texture.
 *
 * Kernels read it as a storage texture: lavapipe then tests the coordinates, finds the texels of
 * all lanes, and transposes them. Levels of detail, as a `texture_2d` has, make a load 2.5 times as
 * long; one from a buffer, which tests each word of each lane, takes 3.5 times as long. On a GPU
 * nothing is gained.
 */
export interface TextureWindow {
  /** The array. */
  readonly textured: GpuArray;
  /** Index of the first word, a multiple of 4. */
  readonly first: number;
  /** Number of words, a multiple of 4. */
  readonly length: number;
  /** Index of the first word in the texture, a multiple of {@linkcode TEXTURE_ROW}. */
  readonly at: number;
}

/** The textures of devices that have one; each is collected with its device. */
const textures = new WeakMap<GpuContext, GPUTexture>();

/**
 * Finds the texture that kernels of a device load operands from, or allocates it.
 *
 * @param gpu Device.
 * @returns The texture; vector i lies at (i mod 4096, ⌊i / 4096⌋).
 * @throws {StaircaseError} If the device failed or was disposed.
 */
export function operandTexture(gpu: GpuContext): GPUTexture {
  const known = textures.get(gpu);
  if (known) return known;
  const usage = GPUTextureUsage.STORAGE_BINDING | GPUTextureUsage.COPY_DST;
  const texture = gpu.watch(
    "texture of operands",
    () =>
      gpu.device.createTexture({ label: "operands", size: [WIDTH, HEIGHT], format: "rgba32float", usage }),
  );
  textures.set(gpu, texture);
  return texture;
}

/**
 * Records the copy of a part of an array to a texture of operands.
 *
 * @param encoder Encoder, outside of passes.
 * @param window The part.
 * @param texture The texture.
 */
export function copyToTexture(
  encoder: GPUCommandEncoder,
  { textured, first, length, at }: TextureWindow,
  texture: GPUTexture,
): void {
  const rows = Math.floor(length / (4 * WIDTH)), rest = length / 4 - rows * WIDTH;
  const copy = (row: number, width: number, height: number) =>
    encoder.copyBufferToTexture(
      { buffer: textured.buffer, offset: 4 * first + 16 * WIDTH * row, bytesPerRow: 16 * WIDTH },
      { texture, origin: [0, at / TEXTURE_ROW + row] },
      [width, height],
    );
  if (rows > 0) copy(0, WIDTH, rows);
  if (rest > 0) copy(rows, rest, 1);
}
