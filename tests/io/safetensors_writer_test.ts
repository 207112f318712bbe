import { ShapeError } from "../../src/errors.ts";
import { parseSafetensors } from "../../src/io/safetensors.ts";
import { safetensors, safetensorsPieces } from "../../src/io/safetensors_writer.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

/** Reads a file by the format's own description: length, JSON, bytes. */
function read(file: Uint8Array<ArrayBuffer>) {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const text = new TextDecoder().decode(file.subarray(8, 8 + length));
  return { start: 8 + length, header: JSON.parse(text), text };
}

Deno.test("safetensors: what is written is read again to the bit, by name", () => {
  const shapes = fc.array(fc.nat(4), { maxLength: 4 });
  const name = fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__");
  const tensors = fc.uniqueArray(fc.tuple(name, shapes, fc.boolean()), {
    minLength: 1,
    selector: ([name]) => name,
    maxLength: 6,
  });
  fc.assert(fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (described, metadata) => {
    const all = described.map(([name, shape, isDouble], i) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const value = (_: unknown, k: number) => k === 0 ? NaN : Math.sin(i + k);
      const data = isDouble ? Float64Array.from({ length }, value) : Float32Array.from({ length }, value);
      return [name, { shape, data }] as const;
    });
    const file = safetensors(all, metadata);
    for (const [name, tensor] of all) assert.deepEqual(parseSafetensors(file, "f", name), tensor);
    const { start, header } = read(file);
    const { __metadata__: written = {}, ...entries } = header;
    assert.deepEqual({ ...written }, { ...metadata });
    assert.equal(start % 8, 0);
    for (
      const [, { dtype, data_offsets: [begin] }] of Object.entries<{ dtype: string; data_offsets: number[] }>(
        entries,
      )
    ) {
      assert.equal(begin % (dtype === "F64" ? 8 : 4), 0);
    }
  }));
});

Deno.test("safetensors: the bytes of a small file are those of the format", () => {
  const file = safetensors([
    ["b", { shape: [1], data: Float32Array.of(1) }],
    ["a", { shape: [], data: Float64Array.of(-2) }],
  ]);
  const { header, text, start } = read(file);
  assert.deepEqual(header, {
    b: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
    a: { dtype: "F64", shape: [], data_offsets: [0, 8] },
  });
  assert.match(text, /^\{.*\} *$/);
  const view = new DataView(file.buffer, start);
  assert.deepEqual([view.getFloat64(0, true), view.getFloat32(8, true), view.byteLength], [-2, 1, 12]);
});

Deno.test("safetensors: entries are handed on without a copy; none at all is a file as well", () => {
  const data = new Float32Array(6).subarray(2);
  const [, piece] = safetensorsPieces([["x", { shape: [2, 2], data }]]);
  assert.deepEqual([piece.buffer === data.buffer, piece.byteOffset, piece.length], [true, 8, 16]);
  assert.deepEqual(read(safetensors([])).header, {});
});

Deno.test("safetensors: one line for what no file can hold", () => {
  const one = { shape: [1], data: Float32Array.of(1) };
  for (const names of [["a", "a"], ["__metadata__"]]) {
    assert.throws(() => safetensors(names.map((name) => [name, one])), inputError(/name .*; give another$/));
  }
  for (const shape of [[], [0], [2], [-1], [1.5], [NaN]]) {
    const wrong = { shape, data: new Float32Array(3) };
    assert.throws(() => safetensors([["x", wrong]]), ShapeError);
    assert.throws(
      () => safetensors([["x", wrong]]),
      inputError(/^tensor x of shape .* cannot have 3 entries; /),
    );
  }
  const deep = { shape: new Array(65).fill(1), data: new Float32Array(1) };
  assert.throws(
    () => safetensors([["x", deep]]),
    inputError(/^tensor x has 65 dimensions; give at most 64$/),
  );
});
