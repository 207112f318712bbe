import { npy, parseNpy } from "../../src/io/npy.ts";
import { ShapeError } from "../../src/errors.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { npyFile, npyOfBytes } from "../support/array_files.ts";

const sides = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
const count = (shape: number[]) => shape.reduce((product, size) => product * size, 1);

Deno.test("npy: arrays of any shape come back bit by bit as they were written", () => {
  fc.assert(fc.property(sides, fc.infiniteStream(fc.double()), fc.boolean(), (shape, numbers, single) => {
    const values = [...numbers.take(count(shape))];
    const data = single ? Float32Array.from(values) : Float64Array.from(values);
    const bytes = npy(shape, data);
    assert.equal((bytes.length - data.byteLength) % 64, 0);
    const parsed = parseNpy(bytes, "f");
    assert.deepEqual(parsed, { shape, data });
    assert.deepEqual(npy(parsed.shape, parsed.data), bytes);
  }));
});

Deno.test("npy: byte orders, entry orders and versions all say the same", () => {
  const order = fc.constantFrom("<", ">", "=", "|", "");
  const version = fc.constantFrom<[number, number][]>([1, 0], [2, 0], [3, 0]);
  fc.assert(
    fc.property(
      sides,
      order,
      fc.constantFrom(4, 8),
      version,
      fc.boolean(),
      (shape, o, size, v, fortranOrder) => {
        // Entry (i, j, k, …) is the number with these digits.
        const digits = (index: number[]) => index.reduce((number, digit) => 10 * number + digit, 0) - 0.25;
        const indices = (sizes: number[]): number[][] =>
          sizes.length === 0
            ? [[]]
            : Array.from({ length: sizes[0] }, (_, i) => indices(sizes.slice(1)).map((rest) => [i, ...rest]))
              .flat();
        const rowMajor = indices(shape).map(digits);
        const columnMajor = indices(shape.toReversed()).map((index) => digits(index.reverse()));
        const options = { version: v, descr: `${o}f${size}`, fortranOrder };
        const { shape: parsed, data } = parseNpy(
          npyFile(shape, fortranOrder ? columnMajor : rowMajor, options),
          "f",
        );
        assert.deepEqual(parsed, shape);
        assert.deepEqual(data, size === 4 ? Float32Array.from(rowMajor) : Float64Array.from(rowMajor));
      },
    ),
  );
});

Deno.test("npy: big-endian floats keep all their bits, NaN's payload too", () => {
  const file = npyFile([3], [Math.PI, 0, -0], { descr: ">f8" });
  file.set([0x7f, 0xf8, 1, 2, 3, 4, 5, 6], file.length - 16);
  const { data } = parseNpy(file, "f");
  assert.equal(data[0], Math.PI);
  assert(Object.is(data[2], -0));
  assert.deepEqual([...new Uint8Array(data.buffer, 8 + data.byteOffset, 8)], [6, 5, 4, 3, 2, 1, 0xf8, 0x7f]);
});

Deno.test("npy: the bytes may be part of a larger buffer, anywhere, and are left as they are", () => {
  for (const descr of ["<f4", ">f4", "<f8", ">f8"]) {
    const file = npyFile([2, 3], [1, 2, 3, 4, 5, 6], { descr });
    for (let offset = 0; offset < 8; offset++) {
      const larger = new Uint8Array(file.length + 20);
      larger.set(file, offset);
      const part = larger.subarray(offset, offset + file.length);
      assert.deepEqual([...parseNpy(part, "f").data], [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(part, file);
    }
  }
});

Deno.test("npy: the dictionary may be written as Python allows", () => {
  for (
    const dictionary of [
      `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1)}`,
      `{"shape":(2,1,),"descr":"<f8","fortran_order":False,}`,
      `  { 'fortran_order' : False , 'shape' :( 2L , 1L ) ,\n'descr':\t'f8' }          `,
    ]
  ) {
    const { shape, data } = parseNpy(npyFile([], [7, 8], { dictionary }), "f");
    assert.deepEqual([shape, [...data]], [[2, 1], [7, 8]]);
  }
});

Deno.test("npy: another dictionary is refused, and says where it goes wrong", () => {
  const malformed: [dictionary: string, message: RegExp][] = [
    ["", /expected \{, but it ends; save/],
    ["None", /expected \{, not "None"; save/],
    ["{", /descr, fortran_order or shape in quotes, but it ends/],
    ["{}", /descr, fortran_order and shape, once each, not "\}"/],
    ["{'descr': '<f8', 'fortran_order': False}", /once each, not "\}"/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'x': 1}", /once each, not "'x'"/],
    ["{'descr': '<f8', 'descr': '<f8'}", /once each, not "'descr'"/],
    ["{'descr': '<f8' 'fortran_order': False}", /expected ,, not "'fortran_order'"/],
    ["{'descr': '<f8', 'fortran_order': 0}", /True or False, not "0"/],
    ["{'descr': <f8}", /a type in quotes, not "<"/],
    ["{'shape': (2)}", /expected ,, not "\)"/],
    ["{'shape': (,)}", /a size, not ","/],
    ["{'shape': (2,,)}", /a size, not ","/],
    ["{'shape': (-2,)}", /a size, not "-"/],
    ["{'shape': (2.5,)}", /expected ,, not "\."/],
    ["{'shape': (2, 'x')}", /a size, not "'x'"/],
    ["{'shape': (99999999999999999999,)}", /a size, not "99999999999999999999"/],
    ["{'shape': [2]}", /expected \(, not "\["/],
    ["{'shape': (2", /expected ,, but it ends/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", /nothing after \}, not "x"/],
    ["{'descr': '<f8\\'}", /a type in quotes, not "'"/],
    ["(".repeat(9000), /expected \{, not "\("/],
    ["{'shape': " + "(".repeat(9000), /a size, not "\("/],
    [" ".repeat(9000), /but it ends/],
    [" ".repeat(11_000), /malformed \.npy header of 11001 bytes/],
  ];
  for (const [dictionary, message] of malformed) {
    const file = npyFile([], [1], { dictionary });
    assert.throws(() => parseNpy(file, "some/file.npy"), inputError(message), dictionary.slice(0, 80));
    assert.throws(
      () => parseNpy(file, "some/file.npy"),
      inputError(/^some\/file\.npy: malformed \.npy header/),
    );
  }
});

Deno.test("npy: another type is refused by name", () => {
  const types: [descr: string, kind: string][] = [
    ["<i16", "integers of an unknown size"],
    ["|u3", "integers of an unknown size"],
    ["<b4", "booleans of an unknown size"],
    ["<f16", "floats of more than 64 bits, or of an unknown size"],
    ["<f1", "floats of more than 64 bits, or of an unknown size"],
    ["<c8", "complex numbers"],
    [">c16", "complex numbers"],
    ["|O", "Python objects"],
    ["|S5", "text"],
    ["<U3", "text"],
    ["|T16", "text"],
    ["|V8", "records"],
    ["<M8[ns]", "dates"],
    ["<m8[s]", "durations"],
    ...["", "<x4", "<f8x", "bfloat16", "bool", "float8_e4m3fn", "__proto__", "toString"].map((
      descr,
    ): [string, string] => [descr, "entries of an unknown type"]),
  ];
  for (const [descr, kind] of types) {
    const start = `f: holds ${kind} (${JSON.stringify(descr)}), not real numbers; `;
    const read = () => parseNpy(npyFile([1], [1], { descr }), "f");
    assert.throws(read, inputError(/; (convert them with \.astype\("f[48]"\)|save )/));
    assert.throws(read, (error: Error) => error.message.startsWith(start));
  }
  for (const descr of ["|V1", "<V1"]) {
    assert.throws(
      () => parseNpy(npyFile([1], [1], { descr }), "f"),
      inputError(/^f: holds single bytes without a type .* 8-bit floats; convert them with .*safetensors$/),
    );
  }
  const dictionary = "{'descr': [('a', '<f4'), ('b', '<f8')], 'fortran_order': False, 'shape': (2,), }";
  assert.throws(
    () => parseNpy(npyFile([], [], { dictionary }), "f"),
    inputError(/^f: holds records, not real numbers; save one of their fields/),
  );
});

Deno.test("npy: a file cut off at any byte or continued is refused by name", () => {
  for (const version of [[1, 0], [2, 0], [3, 0]] as [number, number][]) {
    const file = npyFile([3, 2], [1, 2, 3, 4, 5, 6], { version, descr: ">f4" });
    for (let length = 0; length < file.length; length++) {
      assert.throws(
        () => parseNpy(file.subarray(0, length), "some/file"),
        inputError(
          /^some\/file: truncated after \d+ of the (header's )?\d+ bytes( that shape \(3, 2\) needs)?; save/,
        ),
      );
    }
    assert.throws(
      () => parseNpy(Uint8Array.of(...file, 0), "f"),
      inputError(/^f: 1 trailing byte after the \d+ that shape \(3, 2\) needs; save/),
    );
  }
});

Deno.test("npy: arrays may have no entries, and never more than the file", () => {
  for (const shape of [[0], [0, 3], [3, 0], [2, 0, 5]]) {
    for (const fortranOrder of [false, true]) {
      const parsed = parseNpy(npyFile(shape, [], { fortranOrder }), "f");
      assert.deepEqual(parsed, { shape, data: new Float64Array() });
    }
  }
  const side = 2 ** 32;
  assert.throws(() => parseNpy(npyFile([side, side], [1]), "f"), inputError(/of the more than 2⁵³ bytes/));
  // In 64 bits the product wraps around to 0.
  const wide = Array.from({ length: 60 }, () => Number.MAX_SAFE_INTEGER);
  assert.throws(() => parseNpy(npyFile(wide, [1]), "f"), inputError(/of the more than 2⁵³ bytes/));
  assert.deepEqual(parseNpy(npyFile([0, ...wide], []), "f").data, new Float64Array());
});

Deno.test("npy: a size whose digits are in groups is found where the joined shape fits the file", () => {
  const file = (sizes: string, entries: number) =>
    npyOfBytes([], new Uint8Array(4 * entries), {
      dictionary: `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`,
    });
  const grouped: [sizes: string, joined: string, entries: number][] = [
    ["2,621, 401", "\\(2621, 401\\)", 2621 * 401],
    ["2,621, 3", "\\(2621, 3\\)", 7863],
    ["3, 2,621", "\\(3, 2621\\)", 7863],
    ["10,000,", "\\(10000,\\)", 10_000],
    ["1,048,576, 2", "\\(1048576, 2\\)", 2 ** 21],
    ["1,000, 1,200", "\\(1000, 1200\\)", 1_200_000],
  ];
  for (const [sizes, joined, entries] of grouped) {
    const message = `^f: its ${
      4 * entries
    } bytes of entries fit shape ${joined}, but its header has the digits`;
    assert.throws(() => parseNpy(file(sizes, entries), "f"), inputError(new RegExp(message)), sizes);
  }
  // Three axes, as the header says, and neither of the two.
  assert.deepEqual(parseNpy(file("2,621, 3", 2 * 621 * 3), "f").shape, [2, 621, 3]);
  assert.throws(
    () => parseNpy(file("2,621, 401", 2621), "f"),
    inputError(/^f: truncated after .* that shape \(2, 621, 401\) needs/),
  );
  assert.throws(() => parseNpy(file("2, 621, 3", 2621 * 3), "f"), inputError(/ trailing bytes after the /));
});

Deno.test("npy: digits that are grouped by other signs than commas are named", () => {
  for (const sizes of ["2.621, 401", "2'621, 401", "2_621, 401", "2 621, 401", "2\u00a0621, 401"]) {
    const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
    assert.throws(
      () => parseNpy(npyOfBytes([], new Uint8Array(8), { dictionary, version: [3, 0] }), "f"),
      inputError(
        /^f: malformed \.npy header, .*; the digits of a size may be in groups, by a locale; save it/,
      ),
      sizes,
    );
  }
});

Deno.test("npy: what is of another format or version is refused", () => {
  const text = new TextEncoder().encode("1, 2, 3\n4, 5, 6\n");
  assert.throws(
    () => parseNpy(text, "f.csv"),
    inputError(/^f\.csv: does not begin as a \.npy file does; save/),
  );
  for (const version of [[0, 1], [1, 1], [4, 0]] as [number, number][]) {
    const message = new RegExp(`^f: is of version ${version.join("\\.")} of the \\.npy format; save`);
    assert.throws(() => parseNpy(npyFile([1], [1], { version }), "f"), inputError(message));
  }
});

Deno.test("npy: changed bytes give an array of as many numbers or one line of refusal", () => {
  const files = [
    npyFile([3, 2], [1, 2, 3, 4, 5, 6]),
    npyFile([2, 2], [1, 2, 3, 4], { version: [3, 0], descr: ">f4", fortranOrder: true }),
  ];
  const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (file, changes) => {
        const bytes = file.slice();
        for (const [at, bits] of changes) bytes[at % bytes.length] ^= bits;
        try {
          const { shape, data } = parseNpy(bytes, "f");
          assert.equal(count([...shape]), data.length);
        } catch (error) {
          inputError(/^f: /)(error);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("npy: the writer refuses shapes that do not fit the data", () => {
  const data = Float64Array.of(1, 2, 3, 4);
  for (const shape of [[], [3], [2, 3], [-2, -2], [0.5, 8], [NaN], new Array<number>(65).fill(1)]) {
    assert.throws(() => npy(shape, shape.length > 64 ? data.subarray(0, 1) : data), ShapeError);
  }
  assert.deepEqual([...parseNpy(npy(new Array(64).fill(1), data.subarray(1, 2)), "f").data], [2]);
});
