import { FileError } from "../../src/errors.ts";
import { parameterTensors, readParameters, writeParameters } from "../../src/io/parameter_file.ts";
import { npy } from "../../src/io/npy.ts";
import { safetensors } from "../../src/io/safetensors_writer.ts";
import { assert } from "../deps.ts";
import { bytesOf, safetensorsFile, zipArchive } from "../support/array_files.ts";
import { inputError } from "../support/input_error.ts";
import { temporaryFolder } from "../support/program.ts";

/** Parameters of a network, each number another. */
function layersOf(widths: readonly number[], seed = 0) {
  const numbers = (length: number, at: number) =>
    Float32Array.from({ length }, (_, k) => Math.sin(seed + 100 * at + k));
  return widths.slice(1).map((outputs, index) => ({
    weights: numbers(widths[index] * outputs, 2 * index),
    biases: numbers(outputs, 2 * index + 1),
  }));
}

const widths = [3, 5, 2, 1];
const network = { widths, activations: ["relu^2", "sine"], networks: [layersOf(widths)] };

Deno.test("parameterTensors: names, shapes and order of nn.Sequential and of an nn.ModuleList of such", () => {
  const one = parameterTensors(network);
  assert.deepEqual(one.map(([name, { shape }]) => [name, shape]), [
    ["0.weight", [5, 3]],
    ["0.bias", [5]],
    ["2.weight", [2, 5]],
    ["2.bias", [2]],
    ["4.weight", [1, 2]],
    ["4.bias", [1]],
  ]);
  const [[, { data }]] = one, [{ weights }] = network.networks[0];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 5; j++) assert.equal(data[3 * j + i], weights[5 * i + j]);
  }
  const two = parameterTensors({ ...network, networks: [layersOf(widths), layersOf(widths, 7)] });
  assert.deepEqual(two.map(([name]) => name).filter((name) => name.endsWith("weight")), [
    "0.0.weight",
    "0.2.weight",
    "0.4.weight",
    "1.0.weight",
    "1.2.weight",
    "1.4.weight",
  ]);
});

Deno.test("parameterTensors: a layer with a skip connection is one module of the nn.Sequential", () => {
  const widths = [3, 5, 5, 2, 2, 1], activations = ["tanh", "tanh", "tanh", "tanh"];
  const tensors = parameterTensors({ widths, activations, skip: true, networks: [layersOf(widths)] });
  assert.deepEqual(tensors.map(([name, { shape }]) => [name, shape]), [
    ["0.weight", [5, 3]],
    ["0.bias", [5]],
    ["2.layer.0.weight", [5, 5]],
    ["2.layer.0.bias", [5]],
    ["3.weight", [2, 5]],
    ["3.bias", [2]],
    ["5.layer.0.weight", [2, 2]],
    ["5.layer.0.bias", [2]],
    ["6.weight", [1, 2]],
    ["6.bias", [1]],
  ]);
});

Deno.test("parameterTensors: an adaptive skip connection has α beside its layer", () => {
  const widths = [2, 2, 5, 5, 1], layers = layersOf(widths), alphas = [0.25, undefined, -1.5, undefined];
  const adaptive = layers.map((layer, l) => alphas[l] === undefined ? layer : { ...layer, alpha: alphas[l] });
  const tensors = parameterTensors({ widths, activations: null, skip: "adaptive", networks: [adaptive] });
  assert.deepEqual(tensors.map(([name]) => name), [
    ...["0.layer.0.weight", "0.layer.0.bias", "0.alpha", "1.weight", "1.bias"],
    ...["3.layer.0.weight", "3.layer.0.bias", "3.alpha", "4.weight", "4.bias"],
  ]);
  assert.deepEqual(new Map(tensors).get("3.alpha"), { shape: [1], data: Float32Array.of(-1.5) });
  const two = parameterTensors({
    widths,
    activations: null,
    skip: "adaptive",
    networks: [adaptive, adaptive],
  });
  assert(two.map(([name]) => name).includes("1.3.alpha"));
});

Deno.test("parameterTensors: layers with gates are a part beside the encoders", () => {
  const widths = [2, 5, 3, 5, 1],
    networks = [[...layersOf(widths), ...layersOf([2, 5]), ...layersOf([2, 5])]];
  const tensors = parameterTensors({ widths, activations: null, skip: "gated", networks });
  assert.deepEqual(tensors.map(([name, { shape }]) => [name, shape]).filter((_, i) => i % 2 === 0), [
    ...[["layers.0.weight", [5, 2]], ["layers.2.weight", [3, 5]], ["layers.4.weight", [5, 3]]],
    ...[["layers.6.weight", [1, 5]], ["u.0.weight", [5, 2]], ["v.0.weight", [5, 2]]],
  ]);
});

Deno.test("parameters come back to the bit: one network, eleven, one neuron a layer", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/w.safetensors`;
  const many = Array.from({ length: 11 }, (_, seed) => layersOf(widths, seed));
  for (
    const parameters of [
      network,
      { ...network, networks: many },
      { widths: [1, 1, 1], activations: null, networks: [layersOf([1, 1, 1])] },
      { widths: [1, 1, 1], activations: null, skip: true, networks: [layersOf([1, 1, 1])] },
      {
        widths: [2, 4, 4, 1],
        activations: null,
        skip: true,
        networks: [0, 1].map((s) => layersOf([2, 4, 4, 1], s)),
      },
      {
        widths: [2, 4, 4, 1],
        activations: null,
        skip: "gated" as const,
        networks: [0, 1].map((
          s,
        ) => [...layersOf([2, 4, 4, 1], s), ...layersOf([2, 4], 2), ...layersOf([2, 4])]),
      },
      {
        widths: [2, 4, 4, 1],
        activations: ["tanh", "relu"],
        skip: "adaptive" as const,
        networks: [0, 1].map((s) =>
          layersOf([2, 4, 4, 1], s).map((layer, l) => l === 1 ? { ...layer, alpha: s - 0.5 } : layer)
        ),
      },
    ]
  ) {
    await writeParameters(path, parameters, { step: "3" });
    assert.deepEqual(await readParameters(path), parameters);
  }
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["w.safetensors"]);
});

Deno.test("writeParameters: a file that cannot be written is an error, and the old one stays", async () => {
  using folder = temporaryFolder();
  await assert.rejects(writeParameters(`${folder.path}/none/w.safetensors`, network), FileError);
  await Deno.mkdir(`${folder.path}/w.safetensors`);
  await assert.rejects(writeParameters(`${folder.path}/w.safetensors`, network), /cannot write/);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["w.safetensors"]);
});

Deno.test("readParameters: other types, other numbers of layers, .npz", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/w`;
  const values = { weight: [0.5, -1.5], bias: [2, 0.25], last: [1, 4], end: [-8] };
  const layers = [
    { weights: Float32Array.of(0.5, -1.5), biases: Float32Array.of(2, 0.25) },
    { weights: Float32Array.of(1, 4), biases: Float32Array.of(-8) },
  ];
  const expected = { widths: [1, 2, 1], activations: null, networks: [layers] };
  // All of these numbers are exact in bfloat16 and in float16.
  const bf16 = (numbers: number[]) =>
    Uint16Array.from(new Uint32Array(Float32Array.from(numbers).buffer), (word) => word >>> 16);
  const f16 = (numbers: number[]) => new Uint16Array(Float16Array.from(numbers).buffer);
  const types = { BF16: bf16, F16: f16, F64: (numbers: number[]) => Float64Array.from(numbers) };
  for (const [dtype, encode] of Object.entries(types)) {
    const parts = Object.values(values).map((numbers) => {
      const { buffer } = encode(numbers);
      return new Uint8Array(buffer as ArrayBuffer);
    });
    const header: Record<string, unknown> = {};
    let at = 0;
    const shapes = [[2, 1], [2], [1, 2], [1]], names = ["1.weight", "1.bias", "10.weight", "10.bias"];
    for (const [i, part] of parts.entries()) {
      header[names[i]] = { dtype, shape: shapes[i], data_offsets: [at, at += part.length] };
    }
    await Deno.writeFile(path, safetensorsFile(header, Uint8Array.from(parts.flatMap((part) => [...part]))));
    assert.deepEqual(await readParameters(path), expected, dtype);
  }
  const archive = await zipArchive([
    { name: "0.weight.npy", content: npy([2, 1], Float64Array.from(values.weight)) },
    { name: "0.bias.npy", content: npy([2], Float64Array.from(values.bias)), deflate: true },
    { name: "3.weight.npy", content: npy([1, 2], Float64Array.from(values.last)) },
    { name: "3.bias.npy", content: npy([1], Float64Array.from(values.end)) },
  ]);
  await Deno.writeFile(path, archive);
  assert.deepEqual(await readParameters(path), expected);
});

Deno.test("readParameters: one line for each file that holds no such networks", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/w`;
  const good = new Map(parameterTensors(network));
  const tensor = (shape: number[], value = 1) => ({
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
  });
  const without = (...names: string[]) => [...good].filter(([name]) => !names.includes(name));
  const nan = tensor([2, 5]);
  nan.data[7] = NaN;
  const cases: [
    tensors: Iterable<readonly [string, { shape: number[]; data: Float32Array | Float64Array }]>,
    RegExp,
  ][] = [
    [[...good, ["norm", tensor([3])]] as never, /holds "norm", which is no parameter of an nn\.Sequential/],
    [[...good, ["1.running_mean", tensor([3])]] as never, /holds "1\.running_mean"/],
    [
      [...good, ["1.weight", tensor([5])]] as never,
      /1\.weight has shape \(5,\), and that of a Linear layer two axes/,
    ],
    [[...good, ["1.0.weight", tensor([5, 3])]] as never, /one network without a number and others with one/],
    [
      [...good].map(([name, tensor]) => [name.replace(/^2\./, "2.layer.0."), tensor]) as never,
      /skip connections are not/,
    ],
    [
      [...good].map(([name, tensor]) => [name.replace(/^2\.w/, "2.layer.0.w"), tensor]) as never,
      /save layer 2 with both/,
    ],
    [
      [...good, ["2.alpha", tensor([1])]] as never,
      /2\.alpha has 1 entry, and layer 2 no skip connection; give one for each skip connection/,
    ],
    [[...good, ["2.alpha", tensor([1, 1])]] as never, /2\.alpha has shape \(1, 1\)/],
    [[...good, ["2.layer.0.alpha", tensor([1])]] as never, /holds "2\.layer\.0\.alpha", which is no/],
    [
      [...good, ["u.0.weight", tensor([5, 3])], ["u.0.bias", tensor([5])]] as never,
      /is no network with gates; give layers, .* and u and v/,
    ],
    [
      [...good].map(([name, tensor]) => [`layers.${name}`, tensor]) as never,
      /is no network with gates/,
    ],
    [
      [...good, ["u.0.weight", tensor([4, 3])], ["u.0.bias", tensor([4])]] as never,
      /u\.0\.weight has shape \(4, 3\); give encoders of the shape of the first layer/,
    ],
    [[...good, ["6.alpha", tensor([1])]] as never, /has 6\.alpha and no 6\.weight/],
    [without("2.bias") as never, /has 2\.weight and no 2\.bias; save layer 2 with both$/],
    [without("2.weight") as never, /has 2\.bias and no 2\.weight/],
    [without("2.weight", "2.bias") as never, /4\.weight takes 2 inputs, and 0\.weight has 5 outputs/],
    [without("0.weight", "0.bias", "2.weight", "2.bias") as never, /holds 1 layer; /],
    [new Map(good).set("2.bias", tensor([3])) as never, /2\.bias has 3 entries, and 2\.weight 2 rows/],
    [new Map(good).set("2.weight", nan) as never, /2\.weight is NaN at \(1, 2\), in single precision/],
    [
      new Map(good).set("0.bias", { shape: [5], data: Float64Array.of(0, 0, 1e39, 0, 0) }) as never,
      /0\.bias is Infinity at \(2,\), in single precision/,
    ],
    [[...good].map(([name, each]) => [`1.${name}`, each]) as never, /holds no network 0; number them from 0/],
    [
      [
        ...[...good].map(([name, each]) => [`0.${name}`, each]),
        ["1.0.weight", tensor([1, 3])],
        ["1.0.bias", tensor([1])],
        ["1.2.weight", tensor([1, 1])],
        ["1.2.bias", tensor([1])],
      ] as never,
      /holds a network 3-5-2-1 and one 3-1-1; save one shape per file/,
    ],
  ];
  for (const [tensors, message] of cases) {
    await Deno.writeFile(path, safetensors(tensors));
    await assert.rejects(readParameters(path), inputError(message));
  }
  const tensors = parameterTensors(network);
  for (
    const [activations, message] of [
      ["tanh", /metadata name 1 activations for 2 hidden layers/],
      ["tanh,swish", /w: .*activation.*swish/],
    ] as const
  ) {
    await Deno.writeFile(path, safetensors(tensors, { activations }));
    await assert.rejects(readParameters(path), inputError(message));
  }
  await Deno.writeFile(path, npy([2, 2], new Float32Array(4)));
  await assert.rejects(readParameters(path), inputError(/holds an array without a name/));
  await Deno.writeFile(path, safetensorsFile({ __metadata__: { a: 1 } }, bytesOf(new Float32Array())));
  await assert.rejects(readParameters(path), inputError(/its metadata are not texts by their names/));
  await assert.rejects(readParameters(`${path}s`), inputError(/no such file/));
});
