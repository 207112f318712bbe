/**
 * Writes the images of handwritten digits that the toolkit trains on into an archive for NumPy:
 * 8,000 for training and 2,000 held out, as bytes. digits.py runs it at its first use.
 *
 *     deno run -A examples/python/digits.ts digits.npz
 */
import { writeAtomically } from "../../src/io/atomic.ts";
import { npyHeader } from "../../src/io/npy.ts";
import { zipPieces } from "../../src/io/zip_writer.ts";
import { packagedDigits } from "../../src/tasks/digits/digit_images.ts";

const [path = "digits.npz"] = Deno.args;
const file = (name: string, shape: readonly number[], bytes: Uint8Array) => {
  const header = npyHeader("|u1", shape);
  return { name: `${name}.npy`, size: header.length + bytes.length, pieces: () => [header, bytes] };
};
const files = Object.entries(await packagedDigits()).flatMap(([set, { pixels, labels }]) => [
  file(`x_${set}`, [labels.length, 28, 28], pixels),
  file(`y_${set}`, [labels.length], labels),
]);
await writeAtomically(path, zipPieces(files));
