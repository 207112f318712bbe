import { checkEntries, findInputs, openFeaturesOf } from "../../../src/cli/rank/inputs.ts";
import { InputError } from "../../../src/errors.ts";
import { npy } from "../../../src/io/npy.ts";
import { assert } from "../../deps.ts";
import { zipArchive } from "../../support/array_files.ts";
import { temporaryFolder } from "../../support/program.ts";

/** A folder with checkpoints of layers of 4 samples, and images. */
async function checkpoints() {
  const folder = temporaryFolder(), { path } = folder;
  const layer = (columns: number) =>
    npy([4, columns], Float32Array.from({ length: 4 * columns }, (_, e) => e));
  for (const step of [9, 10]) {
    const members = [["layer10", layer(3)], ["layer2", layer(2)], [
      "loss",
      npy([1], Float32Array.of(1)),
    ]] as const;
    const files = members.map(([name, content]) => ({ name: `${name}.npy`, content, deflate: step === 10 }));
    await Deno.writeFile(`${path}/step${step}.npz`, await zipArchive(files));
  }
  await Deno.writeFile(`${path}/one.npy`, layer(5));
  await Deno.writeFile(
    `${path}/images.npy`,
    npy([2, 3, 1, 2], Float32Array.from({ length: 12 }, (_, e) => e)),
  );
  return folder;
}

Deno.test("findInputs: files and arrays in natural order, whoever expands the pattern", async () => {
  using folder = await checkpoints();
  const { path } = folder;
  const names = async (paths: string[], options = {}) =>
    (await findInputs(paths.map((each) => `${path}/${each}`), options)).map(({ name }) =>
      name.slice(path.length + 1)
    );
  const all = ["step9.npz:layer2", "step9.npz:layer10", "step10.npz:layer2", "step10.npz:layer10"];
  assert.deepEqual(await names(["step*.npz"], { tensor: "layer*" }), all);
  // As a shell expands it.
  assert.deepEqual(await names(["step10.npz", "step9.npz"], { tensor: "layer*" }), all);
  assert.deepEqual(await names(["step*.npz:layer*"]), all);
  // The order of a user who has one stays.
  const chosen = ["step9.npz:layer2", "one.npy", "step10.npz:layer2"];
  assert.deepEqual(await names(chosen), chosen);
  const [input] = await findInputs([`${path}/step9.npz:layer2`], {});
  assert.deepEqual([input.file, input.tensor, input.shape, input.axes], [
    `${path}/step9.npz`,
    "layer2",
    [4, 2],
    [1],
  ]);
  const [image] = await findInputs([`${path}/images.npy`], { layout: "NCHW" });
  assert.deepEqual([image.rows, image.columns, image.axes], [4, 3, [1]]);
  using opened = await openFeaturesOf(image, false);
  assert.deepEqual(opened.features, {
    rows: 4,
    columns: 3,
    data: Float32Array.of(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11),
  });
});

Deno.test("findInputs: what can be told before any work is refused in one line", async () => {
  using folder = await checkpoints();
  const { path } = folder;
  const wrong: [paths: string[], options: Parameters<typeof findInputs>[1], message: string][] = [
    [
      ["step9.npz"],
      {},
      "step9.npz: holds 3 arrays (layer10, layer2, loss); name one, as in FOLDER/step9.npz:layer10",
    ],
    [
      ["one.npy", "step9.npz"],
      { tensor: "layer2" },
      "one.npy: is a .npy file, whose array has no name; leave out layer2",
    ],
    [
      ["step9.npz"],
      { tensor: "*" },
      "step9.npz:loss: an array of shape (1,) is no matrix; give samples along one axis, features along another",
    ],
    [
      ["step9.npz"],
      { tensor: "w*" },
      "step9.npz: holds no array that fits w*; it holds layer10, layer2, loss",
    ],
    [
      ["images.npy", "one.npy"],
      { layout: "NCHW" },
      "one.npy: an array of shape (4, 5) does not fit the layout NCHW; give a letter for each axis",
    ],
  ];
  for (const [paths, options, message] of wrong) {
    await assert.rejects(findInputs(paths.map((each) => `${path}/${each}`), options), {
      name: InputError.name,
      message: `${path}/${message.replace("FOLDER", path)}`,
    });
  }
});

Deno.test("checkEntries: names the first array that is not finite", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  await Deno.writeFile(`${path}/a.npy`, npy([2, 2], Float32Array.of(1, 2, 3, 4)));
  await Deno.writeFile(`${path}/b.npy`, npy([2, 2], Float32Array.of(1, 2, NaN, 4)));
  const inputs = await findInputs([`${path}/?.npy`], {});
  await checkEntries(inputs.slice(0, 1));
  await assert.rejects(checkEntries(inputs), {
    name: InputError.name,
    message: `${path}/b.npy: NaN in row 1, column 0 (counted from 0); give finite features`,
  });
});

Deno.test({
  name: "findInputs: a pipe is read once, and opened as often as need be",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const [inputs] = await Promise.all([
      findInputs([path], {}),
      Deno.writeFile(path, npy([2, 2], Float32Array.of(1, 2, 3, 4))),
    ]);
    await checkEntries(inputs);
    for (const inMemory of [true, false]) {
      using opened = await openFeaturesOf(inputs[0], inMemory);
      assert.deepEqual(opened.features, { rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, 4) });
    }
  },
});

Deno.test("openFeaturesOf: what is too large for memory is named where the method needs it there", async () => {
  const input = {
    name: "huge.npy",
    file: "huge.npy",
    tensor: null,
    dtype: "f32",
    shape: [2 ** 20, 2 ** 9],
    axes: [1],
    rows: 2 ** 20,
    columns: 2 ** 9,
    open: () => Promise.reject(new Error("not opened")),
  } as const;
  await assert.rejects(openFeaturesOf(input, true), {
    name: InputError.name,
    message: "huge.npy: 1048576 × 512 features are too many to hold in memory; use --rank-method gram-jacobi",
  });
});
