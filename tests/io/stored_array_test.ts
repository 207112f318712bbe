import { openArrays } from "../../src/io/array_file.ts";
import { heldBytes } from "../../src/io/bytes.ts";
import type { DtypeName } from "../../src/io/dtypes.ts";
import { openNpy } from "../../src/io/npy.ts";
import { ArrayOfBytes, stridesOf } from "../../src/io/stored_array.ts";
import { ShapeError } from "../../src/errors.ts";
import { assert, fc } from "../deps.ts";
import { bytesOfDtype, entryAt } from "../reference/dtypes.ts";
import { npyOfBytes, safetensorsFile, zipArchive } from "../support/array_files.ts";
import { temporaryDirectory } from "../support/idx_files.ts";
import { inputError } from "../support/input_error.ts";

const names = Object.keys(bytesOfDtype) as DtypeName[];
const product = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Type as NumPy writes it. */
const descr = (dtype: DtypeName, order: string) =>
  order + (dtype === "bf16" ? "V2" : `${dtype.charAt(0)}${bytesOfDtype[dtype]}`);

/** How an array is stored. */
const kinds = fc.record({
  dtype: fc.constantFrom(...names),
  shape: fc.array(fc.nat(4), { maxLength: 4 }),
  container: fc.constantFrom("npy", "npz", "deflated npz", "safetensors"),
  bigEndian: fc.boolean(),
  fortranOrder: fc.boolean(),
  version: fc.constantFrom<[number, number][]>([1, 0], [2, 0], [3, 0]),
  zip: fc.record({ descriptor: fc.boolean(), zip64: fc.boolean() }),
});

Deno.test("stored_array: any range of any type, shape and order comes from any container", async () => {
  using directory = temporaryDirectory();
  await fc.assert(
    fc.asyncProperty(
      kinds,
      fc.infiniteStream(fc.nat(255)),
      fc.nat(),
      fc.nat(),
      async (kind, stream, a, b) => {
        const { dtype, shape, version, zip } = kind, size = bytesOfDtype[dtype], total = product(shape);
        // NumPy has no 8-bit floats, and safetensors have one order.
        const isNpy = kind.container !== "safetensors" && !dtype.startsWith("f8_");
        const bigEndian = isNpy && kind.bigEndian, fortranOrder = isNpy && kind.fortranOrder;
        const raw = Uint8Array.from(stream.take(size * total)), view = new DataView(raw.buffer);
        // Integers of 64 bits that are floats.
        if (dtype === "i64" || dtype === "u64") {
          for (let i = 0; i < total; i++) {
            raw.fill(
              0,
              8 * i + (bigEndian ? 0 : 6),
              8 * i + (bigEndian ? 2 : 8),
            );
          }
        }
        let file: Uint8Array = safetensorsFile(
          { x: { dtype: dtype.toUpperCase(), shape, data_offsets: [0, raw.length] } },
          raw,
        );
        if (isNpy) {
          file = npyOfBytes(shape, raw, {
            version,
            descr: descr(dtype, bigEndian ? ">" : "<"),
            fortranOrder,
          });
        }
        if (isNpy && kind.container !== "npy") {
          const member = {
            name: "x.npy",
            content: Uint8Array.from(file),
            deflate: kind.container !== "npz",
            ...zip,
          };
          file = await zipArchive([member], { zip64: zip.zip64, comment: "a comment" });
        }
        const path = directory.write("f", file), arrays = await openArrays(path);
        using array = arrays[0];
        assert.equal(arrays.length, 1);
        const name = isNpy && kind.container === "npy" ? null : "x";
        assert.deepEqual([array.file, array.name, array.dtype], [path, name, dtype]);
        assert.deepEqual([array.shape, array.strides], [shape, stridesOf(shape, fortranOrder)]);
        const first = total === 0 ? 0 : a % total, count = b % (total - first + 1);
        for (const [from, length] of [[0, total], [first, count], [0, total]]) {
          const values = array.read(from, length);
          assert.equal(values.length, length);
          values.forEach((value, i) =>
            assert(Object.is(value, Number(entryAt(dtype, view, size * (from + i), !bigEndian))))
          );
        }
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("stored_array: strides count entries from one index to the next", () => {
  assert.deepEqual(stridesOf([2, 3, 5]), [15, 5, 1]);
  assert.deepEqual(stridesOf([2, 3, 5], true), [1, 2, 6]);
  assert.deepEqual([stridesOf([]), stridesOf([7], true)], [[], [1]]);
});

Deno.test("stored_array: precision is the lowest that holds all values", () => {
  const singles = names.filter((dtype) => {
    using array = new ArrayOfBytes(heldBytes(new Uint8Array(8)), {
      file: "f",
      name: null,
      dtype,
      shape: [1],
      begin: 0,
    });
    return array.read(0, 1) instanceof Float32Array;
  });
  assert.deepEqual(singles, ["bool", "i8", "i16", "u8", "u16", "f8_e4m3", "f8_e5m2", "bf16", "f16", "f32"]);
});

Deno.test("stored_array: an integer that is no float64 is refused with its value and place", () => {
  const words = BigInt64Array.of(0n, 2n ** 53n + 2n, -(2n ** 53n) - 1n, 5n, 2n ** 62n, -(2n ** 63n));
  for (const [fortranOrder, place] of [[false, "\\(0, 2\\)"], [true, "\\(0, 1\\)"]] as const) {
    const file = npyOfBytes([2, 3], new Uint8Array(words.buffer), { descr: "<i8", fortranOrder });
    using array = openNpy(heldBytes(file), "f", "x");
    assert.deepEqual([...array.read(3, 3)], [5, 2 ** 62, -(2 ** 63)]);
    const message = new RegExp(
      `^f:x: entry ${place} \\(counted from 0\\) is -9007199254740993, which no float64`,
    );
    assert.throws(() => array.read(1, 5), inputError(message));
  }
  const file = npyOfBytes([1], new Uint8Array(BigUint64Array.of(2n ** 64n - 1n).buffer), { descr: "<u8" });
  using array = openNpy(heldBytes(file), "f");
  assert.throws(() => array.read(0, 1), inputError(/^f: entry \(0,\) .* is 18446744073709551615, which no/));
});

Deno.test("stored_array: more entries than are converted at once come in one read", () => {
  const count = 300_001, words = Uint16Array.from({ length: count }, (_, i) => i);
  using array = openNpy(heldBytes(npyOfBytes([count], new Uint8Array(words.buffer), { descr: "<u2" })), "f");
  assert.deepEqual(array.read(0, count), Float32Array.from(words));
  assert.deepEqual(array.read(200_000, 100_001), Float32Array.from(words.subarray(200_000)));
});

Deno.test("stored_array: what is no range of it, or of one that was disposed of, is refused", () => {
  const array = openNpy(heldBytes(npyOfBytes([3], new Uint8Array(3), { descr: "|u1" })), "f");
  for (const [first, count] of [[-1, 1], [0, 4], [3, 1], [0.5, 1], [0, NaN], [0, -1], [2 ** 60, 2 ** 60]]) {
    assert.throws(() => array.read(first, count), ShapeError);
  }
  assert.deepEqual([...array.read(3, 0)], []);
  array[Symbol.dispose]();
  array[Symbol.dispose]();
  assert.throws(() => array.read(0, 1), ShapeError);
});
