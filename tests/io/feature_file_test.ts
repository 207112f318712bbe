import { openFeatures, readFeatures, readWeights } from "../../src/io/feature_file.ts";
import { npy } from "../../src/io/npy.ts";
import { assert, fc } from "../deps.ts";
import { temporaryDirectory } from "../support/idx_files.ts";
import { inputError } from "../support/input_error.ts";
import { bytesOf, npyFile, npyOfBytes, safetensorsFile, zipArchive } from "../support/array_files.ts";

const data = Float32Array.of(1, 2, 3, 4, 5, 6);
const matrix = npy([3, 2], data), vector = npy([3], Float64Array.of(0.5, 0.25, 0.25));

function safetensors(): Uint8Array {
  const header = {
    phi: { dtype: "F32", shape: [3, 2], data_offsets: [0, 24] },
    "a:b/c": { dtype: "F32", shape: [2, 3], data_offsets: [24, 48] },
  };
  return safetensorsFile(header, bytesOf(Float32Array.of(...data, ...data)));
}

Deno.test("feature_file: the format is told by the content, whatever the name", async () => {
  using directory = temporaryDirectory();
  const npz = await zipArchive([{ name: "phi.npy", content: matrix, deflate: true }]);
  const files = {
    "a.npz": matrix,
    "b.safetensors": npz,
    "c.npy": safetensors(),
    "no extension: any": matrix,
  };
  for (const [name, bytes] of Object.entries(files)) {
    const path = directory.write(name, bytes) + (name === "c.npy" ? ":phi" : "");
    assert.deepEqual(await readFeatures(path), { rows: 3, columns: 2, data, name: path });
  }
});

Deno.test("feature_file: big-endian, Fortran order and double precision arrive as they are", async () => {
  using directory = temporaryDirectory();
  const file = npyFile([2, 3], [1, 4, 2, 5, 3, 6], { descr: ">f8", fortranOrder: true });
  const features = await readFeatures(directory.write("f.npy", file));
  assert.deepEqual([features.rows, features.columns], [2, 3]);
  assert.deepEqual(features.data, Float64Array.of(1, 2, 3, 4, 5, 6));
});

Deno.test("feature_file: one of several arrays follows a colon; file and array may hold colons", async () => {
  using directory = temporaryDirectory();
  const tensors = directory.write("f:1.bin", safetensors());
  assert.deepEqual((await readFeatures(`${tensors}:phi`)).rows, 3);
  assert.deepEqual((await readFeatures(`${tensors}:a:b/c`)).rows, 2);
  const files = [{ name: "phi.npy", content: matrix }, { name: "w.npy", content: vector }];
  const npz = directory.write("f.npz", await zipArchive(files));
  assert.deepEqual((await readFeatures(`${npz}:phi`)).data, data);
  assert.deepEqual(await readWeights(`${npz}:w`, 3), Float64Array.of(0.5, 0.25, 0.25));
  await assert.rejects(
    readFeatures(npz),
    inputError(/f\.npz: holds 2 arrays \(phi, w\); name one, as in .*npz:phi$/),
  );
  await assert.rejects(
    readFeatures(`${npz}:`),
    inputError(/f\.npz: holds no array ""; name one of /),
  );
  await assert.rejects(
    readFeatures(`${npz}:x`),
    inputError(/f\.npz: holds no array x; name one of/),
  );
  const plain = directory.write("f.npy", matrix);
  await assert.rejects(
    readFeatures(`${plain}:phi`),
    inputError(/f\.npy: is a \.npy file, whose array has no name.*leave out/),
  );
});

Deno.test("feature_file: what is no matrix is refused with its shape; more axes are samples or chosen", async () => {
  using directory = temporaryDirectory();
  for (const shape of [[], [6]]) {
    const count = shape.reduce((product, size) => product * size, 1);
    const path = directory.write("f.npy", npy(shape, new Float32Array(count)));
    await assert.rejects(
      readFeatures(path),
      inputError(
        /f\.npy: an array of shape \(.*\) is no matrix; give samples along one axis, features along another$/,
      ),
    );
  }
  const images = directory.write("f.npy", npy([2, 3, 1, 2], Float32Array.from({ length: 12 }, (_, e) => e)));
  assert.deepEqual((await readFeatures(images)).columns, 2);
  assert.deepEqual([...(await readFeatures(images, { layout: "NCHW" })).data.subarray(0, 3)], [0, 2, 4]);
  for (const shape of [[0, 3], [3, 0], [0]]) {
    const path = directory.write("f.npy", npy(shape, new Float32Array()));
    await assert.rejects(readFeatures(path), inputError(/f\.npy: is empty, of shape \(/));
  }
});

Deno.test("feature_file: the first entry that is not finite is named by row and column from 0", async () => {
  using directory = temporaryDirectory();
  const wrong = fc.constantFrom(NaN, Infinity, -Infinity);
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.nat(2), wrong, fc.boolean(), async (row, column, value, fortranOrder) => {
      const values = Array.from({ length: 12 }, (_, i) => i);
      values[fortranOrder ? column * 4 + row : row * 3 + column] = value;
      values[11] = NaN;
      const path = directory.write("f.npy", npyFile([4, 3], values, { fortranOrder }));
      const last = row === 3 && column === 2;
      const message = `${path}: ${last ? NaN : value} in row ${row}, column ${column} (counted from 0); ` +
        "give finite features";
      await assert.rejects(readFeatures(path), { name: "InputError", message });
    }),
    { numRuns: 50 },
  );
});

Deno.test("feature_file: tiles of any rows, in any order, are those of the whole matrix", async () => {
  using directory = temporaryDirectory();
  const kind = fc.record({ rows: fc.integer({ min: 1, max: 40 }), columns: fc.integer({ min: 1, max: 5 }) });
  const ranges = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      kind,
      ranges,
      fc.boolean(),
      fc.boolean(),
      async ({ rows, columns }, list, fortranOrder, f4) => {
        const stored = Array.from({ length: rows * columns }, (_, i) => i);
        const path = directory.write(
          "f.npy",
          npyFile([rows, columns], stored, { fortranOrder, descr: f4 ? "<f4" : ">f8" }),
        );
        const entry = (row: number, column: number) =>
          fortranOrder ? column * rows + row : row * columns + column;
        using features = await openFeatures(path);
        assert.deepEqual([features.rows, features.columns, features.name], [rows, columns, path]);
        for (const [a, b] of list) {
          const first = a % rows, count = 1 + b % (rows - first), tile = features.tile(first, count);
          const expected = Array.from(
            { length: count * columns },
            (_, i) => entry(first + Math.floor(i / columns), i % columns),
          );
          assert.deepEqual(tile, (f4 ? Float32Array : Float64Array).from(expected));
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("feature_file: columns in blocks give the same rows as columns at once", async () => {
  using directory = temporaryDirectory();
  // More than one block of 2²³ entries.
  const rows = 100_003, columns = 97;
  const bytes = new Uint8Array(rows * columns).map((_, i) => (i * 31) >> 5);
  const path = directory.write(
    "f.npy",
    npyOfBytes([rows, columns], bytes, { descr: "|u1", fortranOrder: true }),
  );
  using features = await openFeatures(path);
  for (const first of [0, 40_000, 86_000, 100_000, 5]) {
    const tile = features.tile(first, 3);
    for (let i = 0; i < tile.length; i++) {
      assert.equal(tile[i], bytes[(i % columns) * rows + first + Math.floor(i / columns)]);
    }
  }
});

Deno.test("feature_file: an entry that is not finite is found wherever a tile begins, again and again", async () => {
  using directory = temporaryDirectory();
  const values = Array.from({ length: 60 }, (_, i) => i).with(47, -Infinity);
  using features = await openFeatures(directory.write("f.npy", npyFile([20, 3], values)));
  const message = /f\.npy: -Infinity in row 15, column 2 \(counted from 0\); give finite features$/;
  assert.throws(() => features.tile(14, 6), inputError(message));
  for (let pass = 0; pass < 2; pass++) {
    for (let first = 0; first < 15; first += 5) assert.equal(features.tile(first, 5)[0], 3 * first);
    assert.throws(() => features.tile(15, 5), inputError(message));
    assert.throws(() => features.tile(10, 10), inputError(message));
    assert.equal(features.tile(16, 4)[0], 48);
  }
});

Deno.test("feature_file: features larger than memory are read by rows", async () => {
  using directory = temporaryDirectory();
  const rows = 2 ** 30, columns = 64, path = `${directory.path}/f.npy`;
  {
    // A file with a hole, which takes no room.
    using file = await Deno.open(path, { write: true, createNew: true });
    const header = npyOfBytes([rows, columns], new Uint8Array(), { descr: "<f4" });
    await file.write(header);
    await file.seek(header.length + 4 * columns * (rows - 1), Deno.SeekMode.Start);
    await file.write(bytesOf(new Float32Array(columns).fill(0.5)));
  }
  using features = await openFeatures(path);
  assert.deepEqual([features.rows, features.columns], [rows, columns]);
  const last = features.tile(rows - 2, 2);
  assert.deepEqual(last, Float32Array.from({ length: 128 }, (_, i) => i < 64 ? 0 : 0.5));
  await assert.rejects(
    readFeatures(path),
    inputError(/f\.npy: 68719476736 entries are too many to hold in memory;/),
  );
  // Its shape is looked at first.
  await assert.rejects(
    readWeights(path, 3),
    inputError(/f\.npy: an array of shape \(1073741824, 64\) cannot hold/),
  );
});

Deno.test("feature_file: weights of another number are not read", async () => {
  using directory = temporaryDirectory();
  const path = directory.write("f.npy", npyOfBytes([2 ** 33], new Uint8Array(), { descr: "<f8" }));
  Deno.truncateSync(path, Deno.statSync(path).size + 2 ** 36);
  await assert.rejects(
    readWeights(path, 3),
    inputError(/f\.npy: 8589934592 weights for 3 samples; give one/),
  );
});

Deno.test("feature_file: what is not there, not readable or not of a known format is refused", async () => {
  using directory = temporaryDirectory();
  const none = `${directory.path}/none.npy`;
  await assert.rejects(
    readFeatures(none),
    inputError(/\/none\.npy: no such file; give the path of a \.npy, \.npz/),
  );
  await assert.rejects(readFeatures(`${none}:a`), inputError(/\/none\.npy:a: no such file/));
  await assert.rejects(readFeatures(directory.path), inputError(/: is a directory; give the path of/));
  await assert.rejects(readFeatures(`${directory.path}:a`), inputError(/:a: no such file/));
  await assert.rejects(readFeatures("/dev/null"), inputError(/^\/dev\/null: is a device; give the path of/));
  await assert.rejects(readFeatures(""), inputError(/^the path of a file is empty; give the path of/));
  await assert.rejects(readFeatures("two\nlines"), inputError(/^"two\\nlines": no such file/));
  await assert.rejects(readFeatures("a\0b"), inputError(/^"a\\u0000b": cannot be read \(.*\); give/));
  await assert.rejects(readFeatures("x".repeat(5000)), inputError(/: cannot be read \(.*\); give/));
  const below = directory.write("file", matrix);
  await assert.rejects(
    readFeatures(`${below}/f.npy`),
    inputError(/file\/f\.npy: cannot be read \(.*\); give/),
  );
  await assert.rejects(
    readFeatures(directory.write("f", new Uint8Array())),
    inputError(/\/f: is empty; give a/),
  );
  for (const text of ["1,2\n3,4\n", "x", "\x89HDF\r\n\x1a\n and so on", "\u0080\u0004\u0095"]) {
    await assert.rejects(
      readFeatures(directory.write("f.npy", new TextEncoder().encode(text))),
      inputError(
        /f\.npy: is not a \.npy, \.npz or safetensors file; save the features with/,
      ),
    );
  }
});

Deno.test({
  name: "feature_file: without permission to read, Deno's flag is named",
  permissions: { read: false },
  fn: async () => {
    await assert.rejects(
      readFeatures("f.npy"),
      inputError(/^f\.npy: Deno may not read it; run Deno with --allow-read$/),
    );
  },
});

Deno.test("feature_file: every beginning of a file, and any bytes, are refused in one line", async () => {
  using directory = temporaryDirectory();
  const npz = await zipArchive([{ name: "phi.npy", content: matrix }]);
  for (const file of [matrix, npz, safetensors()]) {
    for (let length = 0; length < file.length; length++) {
      const path = directory.write("f", file.subarray(0, length));
      await assert.rejects(readFeatures(`${path}:phi`), inputError(/\/f[: ]/));
    }
  }
  await fc.assert(fc.asyncProperty(fc.uint8Array(), async (bytes) => {
    await assert.rejects(readFeatures(directory.write("f", bytes)), inputError(/\/f: /));
  }));
});

Deno.test("feature_file: weights are one positive number per sample", async () => {
  using directory = temporaryDirectory();
  const write = (shape: number[], ...values: number[]) =>
    directory.write("w.npy", npy(shape, Float32Array.from(values)));
  assert.deepEqual(await readWeights(write([2], 0.5, 2), 2), Float64Array.of(0.5, 2));
  assert.deepEqual(await readWeights(write([2, 1], 0.5, 2), 2), Float64Array.of(0.5, 2));
  assert.deepEqual(await readWeights(write([1, 1], 3), 1), Float64Array.of(3));
  for (const shape of [[1, 2], [2, 1, 1]]) {
    await assert.rejects(
      readWeights(write(shape, 1, 2), 2),
      inputError(/w\.npy: an array of shape .* cannot hold weig/),
    );
  }
  await assert.rejects(
    readWeights(write([], 1), 1),
    inputError(/an array of shape \(\) cannot hold weights; give one/),
  );
  await assert.rejects(
    readWeights(write([2], 1, 2), 3),
    inputError(/w\.npy: 2 weights for 3 samples; give one we/),
  );
  for (const value of [0, -0, -1, NaN, Infinity]) {
    await assert.rejects(
      readWeights(write([3], 1, value, -7), 3),
      inputError(
        /w\.npy: weight 1 \(counted from 0\) is (0|-1|NaN|Infinity); give positive fin/,
      ),
    );
  }
  await assert.rejects(readWeights(`${directory.path}/none`, 3), inputError(/\/none: no such file/));
});
