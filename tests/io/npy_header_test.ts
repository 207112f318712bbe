import { parseNpy } from "../../src/io/npy.ts";
import { assert } from "../deps.ts";
import { npyFile } from "../support/array_files.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("npy: messages stay short, whatever a header holds", () => {
  const long = "x".repeat(4000), axes = new Array<number>(4900).fill(1);
  const refused = (file: Uint8Array, message: RegExp) =>
    assert.throws(() => parseNpy(file, "f"), (error: Error) => {
      assert(error.message.length <= 300, `${error.message.length} characters`);
      return inputError(message)(error);
    });
  refused(npyFile(axes, [1]), /^f: malformed \.npy header of 14\d+ bytes; save/);
  refused(npyFile(axes.slice(0, 65), [1]), /^f: has 65 dimensions, and NumPy allows 64; save/);
  assert.deepEqual(parseNpy(npyFile(axes.slice(0, 64), [1]), "f").data, Float64Array.of(1));
  refused(
    npyFile(axes.slice(0, 64).fill(2 ** 53 - 1), [1]),
    /^f: truncated .* more than 2⁵³ bytes that shape \(9.*…/,
  );
  refused(npyFile([1], [1], { descr: long }), /^f: holds entries of an unknown type \("x+…x+"\), not/);
  refused(npyFile([1], [1], { dictionary: `{'${long}': 1}` }), /^f: malformed .* not "'x+…x+'"; save/);
});
