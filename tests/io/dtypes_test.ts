import { type DtypeName, dtypes, type Floats, swapBytes } from "../../src/io/dtypes.ts";
import { assert, fc } from "../deps.ts";
import { bytesOfDtype, entryAt, ladder } from "../reference/dtypes.ts";

const names = Object.keys(bytesOfDtype) as DtypeName[];

/** Converts entries, and gives the index of the first that is no float64, or −1. */
function converted(dtype: DtypeName, raw: Uint8Array<ArrayBuffer>): { values: Floats; wrong: number } {
  const { bytes, precision, convert } = dtypes[dtype], count = raw.length / bytes;
  const values = precision === "single" ? new Float32Array(count) : new Float64Array(count);
  return { values, wrong: convert(raw, values) };
}

Deno.test("dtypes: every pattern of 8 and 16 bits is its value, zeros with their sign", () => {
  for (const dtype of names.filter((name) => bytesOfDtype[name] <= 2)) {
    const bytes = bytesOfDtype[dtype], count = 256 ** bytes;
    const raw = new Uint8Array(
      bytes === 1 ? Uint8Array.from({ length: count }, (_, i) => i) : new Uint16Array(
        Uint16Array.from({ length: count }, (_, i) => i),
      ).buffer,
    );
    const { values, wrong } = converted(dtype, raw), view = new DataView(raw.buffer);
    assert.equal(wrong, -1);
    for (let i = 0; i < count; i++) {
      const expected = entryAt(dtype, view, bytes * i, true);
      if (!Object.is(values[i], expected)) assert.fail(`${dtype} ${i}: ${values[i]}, not ${expected}`);
    }
  }
});

Deno.test("dtypes: small floats rise in steps that double at powers of two", () => {
  const formats: [DtypeName, exponent: number, mantissa: number][] = [
    ["f8_e5m2", 5, 2],
    ["bf16", 8, 7],
    ["f16", 5, 10],
    ["f8_e4m3", 4, 3],
  ];
  for (const [dtype, exponent, mantissa] of formats) {
    // Finite patterns; of f8_e4m3 all but the last.
    const count = dtype === "f8_e4m3" ? 0x7f : (2 ** exponent - 1) * 2 ** mantissa;
    const expected = ladder(exponent, mantissa, count);
    const raw = new Uint8Array(
      bytesOfDtype[dtype] === 1
        ? Uint8Array.from(expected, (_, i) => i)
        : Uint16Array.from(expected, (_, i) => i).buffer,
    );
    assert.deepEqual([...converted(dtype, raw).values], expected, dtype);
  }
  const largest: [DtypeName, number[], number][] = [
    ["f8_e4m3", [0x7e], 448],
    ["f8_e5m2", [0x7b], 57344],
    ["f16", [0xff, 0x7b], 65504],
  ];
  for (const [dtype, raw, value] of largest) {
    assert.deepEqual([...converted(dtype, Uint8Array.from(raw)).values], [value]);
  }
});

Deno.test("dtypes: wider entries keep every bit", () => {
  for (const dtype of ["i32", "u32", "f32", "f64"] as const) {
    const bytes = bytesOfDtype[dtype];
    fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 64 }), (list) => {
      const raw = Uint8Array.from(list.subarray(0, list.length - list.length % bytes));
      const { values, wrong } = converted(dtype, raw), view = new DataView(raw.buffer);
      assert.equal(wrong, -1);
      values.forEach((value, i) => assert(Object.is(value, entryAt(dtype, view, bytes * i, true))));
    }));
  }
});

Deno.test("dtypes: an integer of 64 bits is exact, or found as none of float64", () => {
  const edges = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 54n, 2n ** 62n, 2n ** 63n, 2n ** 64n];
  const near = fc.tuple(fc.constantFrom(...edges), fc.bigInt({ min: -3000n, max: 3000n }))
    .map(([edge, distance]) => edge + distance);
  const signed = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), near, near.map((x) => -x));
  for (const dtype of ["i64", "u64"] as const) {
    fc.assert(
      fc.property(fc.array(signed, { minLength: 1, maxLength: 8 }), (list) => {
        const words = dtype === "i64" ? BigInt64Array.from(list) : BigUint64Array.from(list);
        const { values, wrong } = converted(dtype, new Uint8Array(words.buffer));
        const expected = words.findIndex((word) => BigInt(Number(word)) !== word);
        assert.equal(wrong, expected);
        const valid = [...words].slice(0, wrong < 0 ? words.length : wrong);
        assert.deepEqual([...values.subarray(0, valid.length)], valid.map(Number));
      }),
      { numRuns: 2000 },
    );
  }
});

Deno.test("dtypes: swapped bytes are those of the other order", () => {
  for (const size of [1, 2, 4, 8] as const) {
    fc.assert(fc.property(fc.nat(5), fc.infiniteStream(fc.nat(255)), (count, stream) => {
      const list = [...stream.take(size * count)], bytes = Uint8Array.from(list);
      swapBytes(bytes, size);
      const words = Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size).reverse());
      assert.deepEqual([...bytes], words.flat());
    }));
  }
});
