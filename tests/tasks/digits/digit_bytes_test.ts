import { FileError } from "../../../src/errors.ts";
import { digitBytes, readDigitBytes } from "../../../src/tasks/digits/digit_bytes.ts";
import type { DigitImages } from "../../../src/tasks/digits/digit_images.ts";
import { assert } from "../../deps.ts";

/** Made-up images: every pixel differs from its neighbours. */
function images(count: number, size: number): DigitImages {
  return {
    size,
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
    pixels: Uint8Array.from({ length: count * size }, (_, i) => 37 * i),
  };
}

Deno.test("digit bytes: images of any size and number come back; none, one pixel, odd ones", () => {
  for (const [train, test, size] of [[3, 2, 9], [1, 0, 1], [0, 0, 784], [11, 7, 5], [2, 2, 0]]) {
    const sets = { train: images(train, size), test: images(test, size) };
    assert.deepEqual(readDigitBytes(digitBytes(sets)), sets);
    // Bytes that do not begin their buffer.
    const all = new Uint8Array([1, 2, 3, ...digitBytes(sets)]);
    assert.deepEqual(readDigitBytes(all.subarray(3)), sets);
  }
});

Deno.test("digit bytes: what is cut off, longer or something else is refused", () => {
  const bytes = digitBytes({ train: images(3, 4), test: images(1, 4) });
  const other = bytes.slice();
  other[0] ^= 1;
  const wrong = [
    new Uint8Array(0),
    bytes.slice(0, 15),
    bytes.slice(0, -1),
    new Uint8Array([...bytes, 0]),
    other,
  ];
  for (const each of wrong) {
    assert.throws(() => readDigitBytes(each), (error) => {
      assert.ok(error instanceof FileError);
      assert.match(error.message, /are no images, or are cut off; load the page again/);
      return true;
    });
  }
});
