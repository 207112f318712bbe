import { parseSafetensors } from "../../src/io/safetensors.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { bytesOf, safetensorsFile } from "../support/array_files.ts";

const single = Float32Array.of(1, 2, 3, 4, 5, 6), double = Float64Array.of(0.1, 0.2);
const header = {
  __metadata__: { format: "pt" },
  "layers.0": { dtype: "F32", shape: [2, 3], data_offsets: [16, 40] },
  w: { dtype: "F64", shape: [2], data_offsets: [0, 16] },
};
const file = safetensorsFile(header, Uint8Array.of(...bytesOf(double), ...bytesOf(single)));

Deno.test("safetensors: tensors come back by name, a single one without", () => {
  assert.deepEqual(parseSafetensors(file, "f", "layers.0"), { shape: [2, 3], data: single });
  assert.deepEqual(parseSafetensors(file, "f", "w"), { shape: [2], data: double });
  const one = { x: { dtype: "F64", shape: [], data_offsets: [0, 8] } };
  assert.deepEqual(parseSafetensors(safetensorsFile(one, bytesOf(Float64Array.of(7))), "f"), {
    shape: [],
    data: Float64Array.of(7),
  });
  assert.throws(
    () => parseSafetensors(file, "f"),
    inputError(/^f: holds 2 arrays \(layers\.0, w\); name one, as in f:layers\.0$/),
  );
  for (const name of ["", "x", "__metadata__", "__proto__", "toString"]) {
    assert.throws(
      () => parseSafetensors(file, "f", name),
      inputError(/^f: holds no array .*; name one of layers\.0, w$/),
    );
  }
});

Deno.test("safetensors: the data may lie anywhere and be padded by the header's spaces", () => {
  fc.assert(fc.property(fc.nat(20), fc.nat(7), (spaces, offset) => {
    const padded = safetensorsFile(
      JSON.stringify(header) + " ".repeat(spaces),
      file.subarray(file.length - 40),
    );
    const larger = new Uint8Array(padded.length + 8);
    larger.set(padded, offset);
    const part = larger.subarray(offset, offset + padded.length);
    assert.deepEqual(parseSafetensors(part, "f", "w").data, double);
    assert.deepEqual(parseSafetensors(part, "f", "layers.0").data, single);
  }));
});

Deno.test("safetensors: a header may stand between blanks, tabs and line ends, and be padded with NULs", () => {
  const blank = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 9 });
  const data = file.subarray(file.length - 40), zeros = fc.nat(9).map((count) => "\0".repeat(count));
  fc.assert(fc.property(blank, blank, zeros, (before, after, padding) => {
    const padded = safetensorsFile(before + JSON.stringify(header) + after + padding, data);
    assert.deepEqual(parseSafetensors(padded, "f", "w").data, double);
  }));
  for (const [padding, named] of [["\0 ", "U+0000"], ["\ufeff", "U+FEFF"], ["x", '"x"']]) {
    assert.throws(
      () => parseSafetensors(safetensorsFile(JSON.stringify(header) + padding, data), "f", "w"),
      inputError(
        new RegExp(
          `^f: malformed safetensors header: ${named.replace("+", "\\+")} follows its JSON object; save`,
        ),
      ),
    );
  }
  for (const [before, named] of [["\0", "U+0000"], ["\ufeff", "U+FEFF"], ["x", '"x"']]) {
    assert.throws(
      () => parseSafetensors(safetensorsFile(before + JSON.stringify(header), data), "f", "w"),
      inputError(
        new RegExp(
          `^f: malformed safetensors header: it begins with ${named.replace("+", "\\+")}, not with \\{; save`,
        ),
      ),
    );
  }
});

Deno.test("safetensors: tensors follow each other; those that overlap or leave bytes out are refused", () => {
  const tensor = (...data_offsets: number[]) => ({
    dtype: "U8",
    shape: [data_offsets[1] - data_offsets[0]],
    data_offsets,
  });
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);
  const read = (tensors: unknown) => parseSafetensors(safetensorsFile(tensors, bytes), "f", "b");
  const empty = { ...tensor(2, 2), shape: [0, 3] };
  const { shape, data } = read({ z: tensor(2, 5), e: empty, b: tensor(0, 2), last: tensor(5, 5) });
  assert.deepEqual([shape, data], [[2], Float32Array.of(1, 2)]);
  const refused: [tensors: unknown, message: RegExp][] = [
    [{ a: tensor(0, 3), b: tensor(2, 5) }, /header: the bytes of tensor b overlap those of a; save/],
    [{ a: tensor(0, 5), b: tensor(0, 5) }, /header: the bytes of tensor b overlap those of a;/],
    [{ a: tensor(0, 5), b: tensor(1, 2) }, /header: the bytes of tensor b overlap those of a;/],
    [{ a: tensor(0, 2), b: tensor(3, 5) }, /header: 1 byte before tensor b belong to none;/],
    [{ b: tensor(2, 5) }, /header: 2 bytes before tensor b belong to none;/],
    [{ a: tensor(0, 2), b: tensor(2, 6) }, /f: truncated after \d+ of \d+ bytes/],
    [{ a: tensor(0, 2), b: tensor(2, 4) }, /f: 1 trailing byte after/],
  ];
  for (const [tensors, message] of refused) assert.throws(() => read(tensors), inputError(message));
});

Deno.test("safetensors: a name or field that the header has twice is refused", () => {
  const x = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  const read = (text: string) => parseSafetensors(safetensorsFile(text, Uint8Array.of(7)), "f");
  assert.deepEqual(read(`{"x":${x},"__metadata__":{"x":"{\\"x\\":1}","y":"x"}}`).data, Float32Array.of(7));
  const twice: [text: string, name: RegExp][] = [
    [`{"x":${x},"x":${x}}`, /^f: malformed safetensors header: it names x twice; save/],
    [`{"x":${x},"\\u0078" :${x}}`, /names x twice/],
    [`{"x":{"dtype":"U8","shape":[2],"shape":[1],"data_offsets":[0,1]}}`, /names shape twice/],
    [`{"__metadata__":{"a":"1","a":"2"},"x":${x}}`, /names a twice/],
    [`{"x":[{"y":1},{"y":1,"z":"y","y":2}]}`, /names y twice/],
  ];
  for (const [text, message] of twice) assert.throws(() => read(text), inputError(message));
});

Deno.test("safetensors: names like those of an object's own properties are names", () => {
  const text = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const { data } = parseSafetensors(safetensorsFile(text, bytesOf(Float32Array.of(3))), "f", "__proto__");
  assert.deepEqual(data, Float32Array.of(3));
});

Deno.test("safetensors: a file cut off at any byte or continued is refused by name", () => {
  for (let length = 0; length < file.length; length++) {
    for (const tensor of ["w", "layers.0"]) {
      assert.throws(
        () => parseSafetensors(file.subarray(0, length), "some/f", tensor),
        inputError(/^some\/f: truncated after \d+ of (the header's )?\d+ bytes.*; save it again$/),
      );
    }
  }
  assert.throws(
    () => parseSafetensors(Uint8Array.of(...file, 0, 0), "f", "w"),
    inputError(/^f: 2 trailing bytes after the \d+ of its tensors; save/),
  );
});

Deno.test("safetensors: types that are no real numbers are refused by name", () => {
  for (
    const dtype of ["C64", "C128", "F4", "F8_E8M0", "F8_E4M3FNUZ", "f32", "", "constructor", "two\nlines"]
  ) {
    const other = { x: { dtype, shape: [2], data_offsets: [0, 4] } };
    assert.throws(
      () => parseSafetensors(safetensorsFile(other, new Uint8Array(4)), "f"),
      inputError(
        /^f:x: holds (complex numbers|an unknown type) \(.*\), not real numbers of type BOOL, .*, F64; convert/,
      ),
    );
  }
});

Deno.test("safetensors: a malformed header is refused", () => {
  const tensor = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const refused = (content: unknown, message: RegExp, bytes = 8) =>
    assert.throws(
      () => parseSafetensors(safetensorsFile(content, new Uint8Array(bytes)), "f"),
      inputError(message),
      JSON.stringify(content),
    );
  for (const content of ["{", "{'x': 1}", '{"x": 1']) {
    refused(content, /^f: malformed .* header: it is not JSON;/);
  }
  for (const [open, close] of [["[", "]"], ['{"x":', "}"]]) {
    const deep = open.repeat(1e5) + "1" + close.repeat(1e5);
    refused(`{"y":${deep}}`, /^f: malformed .* header: it is nested too deep;/);
    refused(`{"y":${open.repeat(1e5)}`, /^f: malformed .* header: it (is nested too deep|is not JSON);/);
  }
  for (const content of ['{"x', '{"x\\', '{"\\u00":1}', '{"x":1', "{]]}"]) {
    refused(content, /header: it is not JSON;|follows/);
  }
  const long = "\\\\".repeat(1e6);
  refused(`{"__metadata__":{"a":"${long}"},"x":1}`, /header: tensor x lacks a dtype/);
  for (const content of ["", " \n"]) refused(content, /^f: malformed .* header: it is blank; save/);
  for (const content of ["null", "[]", "3", "\xff"]) {
    refused(content, /header: it begins with ("[n[3]"|U\+00FF), not with \{; save it again$/);
  }
  refused({}, /^f: holds no arrays; save the features in it$/, 0);
  refused({ __metadata__: {} }, /^f: holds no arrays/, 0);
  for (
    const wrong of [
      null,
      7,
      [],
      { ...tensor, dtype: 32 },
      { ...tensor, shape: 2 },
      { ...tensor, shape: [2.5] },
      { ...tensor, shape: [-2] },
      { ...tensor, shape: ["2"] },
      { ...tensor, shape: [2 ** 60] },
      { ...tensor, data_offsets: [0] },
      { ...tensor, data_offsets: [0, 4, 8] },
      { ...tensor, data_offsets: [8, 0] },
      { ...tensor, data_offsets: [-1, 7] },
      { ...tensor, data_offsets: undefined },
    ]
  ) {
    refused(
      { x: wrong },
      /^f: malformed .* header: tensor x lacks a dtype, a shape or two data_offsets in order;/,
    );
  }
  refused(
    { x: { ...tensor, shape: [3] } },
    /^f:x: has 8 bytes, but F32 of shape \(3,\) needs 12; save it again$/,
  );
  refused({ x: { ...tensor, dtype: "F64" } }, /^f:x: has 8 bytes, but F64 of shape \(2,\) needs 16/);
  refused({ x: { ...tensor, shape: [2 ** 50, 2 ** 50] } }, /^f:x: has 8 bytes, but F32 of shape/);
  refused({ x: { ...tensor, data_offsets: [0, 2 ** 52] } }, /^f: truncated/);
  const huge = file.slice();
  huge.fill(0xff, 0, 8);
  assert.throws(
    () => parseSafetensors(huge, "f"),
    inputError(/^f: malformed safetensors header: it claims \d+ bytes;/),
  );
});

Deno.test("safetensors: changed bytes give an array or one line of refusal", () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("w", "layers.0"),
      (changes, name) => {
        const bytes = file.slice();
        for (const [at, bits] of changes) bytes[at % bytes.length] ^= bits;
        try {
          const { shape, data } = parseSafetensors(bytes, "f", name);
          assert.equal(shape.reduce((product, size) => product * size, 1), data.length);
        } catch (error) {
          inputError(/^f[:.]/)(error);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
