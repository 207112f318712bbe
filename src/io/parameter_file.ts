/**
 * Parameters of networks in files, by the names and in the layout of PyTorch's `nn.Sequential`.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { listed, quoted, shown } from "../format.ts";
import { transposed } from "../linalg/matrix.ts";
import { parseActivation } from "../nn/activation.ts";
import { type LayerParameters, type Skip, skipText } from "../nn/layout.ts";
import { layerNames, PARAMETER_NAME } from "./parameter_names.ts";
import { openArrays, readMetadata } from "./array_file.ts";
import { writeAtomically } from "./atomic.ts";
import { unwritable } from "./file_reason.ts";
import type { FloatArray } from "./floats.ts";
import { BEHIND, checkTensor, ENCODER_PARTS, type LayerTensors, readNetwork } from "./read_network.ts";
import { safetensorsPieces } from "./safetensors_writer.ts";
import { wholeArray } from "./stored_array.ts";

/** Networks of one shape with their parameters. */
export interface NetworkParameters {
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  /** Activations of the hidden layers; `null` where they are not known. */
  readonly activations: readonly string[] | null;
  /**
   * Skip connections around hidden layers as wide as the layer below, or the input. Default:
   * `false`.
   */
  readonly skip?: Skip;
  /**
   * For each network, for each of its layers, W, b, and α of an adaptive skip connection; then
   * those of the encoders of gates.
   */
  readonly networks: readonly (readonly LayerParameters[])[];
}

/** Names that an error lists. */
const MOST_LISTED = 8;

/**
 * Names the parameters of networks as PyTorch does. Those of one network have the keys of
 * `nn.Sequential(Linear, activation, Linear, …)`: `0.weight`, `0.bias`, `2.weight` … Those of
 * several have the keys of an `nn.ModuleList` of such, `0.0.weight` …, the number of the network in
 * front. A hidden layer with a skip connection is one module of the `nn.Sequential`, whose part
 * `layer` is an `nn.Sequential(Linear, activation)`: its keys are `2.layer.0.weight` …, so that no
 * plain `nn.Sequential` takes them. An adaptive one has `2.alpha` as well. With gates the
 * `nn.Sequential` is the part `layers` of a module, whose parts `u` and `v` are the encoders:
 * `layers.0.weight` …, `u.0.weight` ….
 *
 * @param parameters The networks.
 * @returns The tensors: weights `outputs × inputs`, biases and α with one axis.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parameterTensors } from "./parameter_file.ts";
 *
 * const layers = [
 *   { weights: Float32Array.of(1, 2), biases: Float32Array.of(3, 4) },
 *   { weights: Float32Array.of(5, 6), biases: Float32Array.of(7) },
 * ];
 * const parameters = { widths: [1, 2, 1], activations: null, networks: [layers] };
 * const tensors = new Map(parameterTensors(parameters));
 * assert.deepEqual([...tensors.keys()], ["0.weight", "0.bias", "2.weight", "2.bias"]);
 * assert.deepEqual(tensors.get("2.weight"), { shape: [1, 2], data: Float32Array.of(5, 6) });
 * ```
 */
export function parameterTensors(
  { widths, skip = false, networks }: NetworkParameters,
): [string, FloatArray][] {
  const names = layerNames(widths, skip);
  return networks.flatMap((layers, network) =>
    layers.flatMap(({ weights, biases, alpha }, index): [string, FloatArray][] => {
      // Encoders, behind the layers, have the shape of the first.
      const at = index < widths.length - 1 ? index : 0, inputs = widths[at], outputs = widths[at + 1];
      const front = networks.length > 1 ? `${network}.` : "", key = `${front}${names[index]}`;
      const weight = alpha === undefined ? null : { shape: [1], data: Float32Array.of(alpha) };
      return [
        [`${key}.weight`, { shape: [outputs, inputs], data: transposed(weights, inputs, outputs) }],
        [`${key}.bias`, { shape: [outputs], data: biases }],
        ...weight ? [[`${front}${parseInt(names[index])}.alpha`, weight] as [string, FloatArray]] : [],
      ];
    })
  );
}

/**
 * Writes the parameters of networks as a safetensors file that PyTorch loads, see
 * {@linkcode parameterTensors}. Its metadata have the widths and the activations, which layers of
 * PyTorch's own do not know all of. The file is never there in part.
 *
 * @param path Path of the file. A file there is replaced.
 * @param parameters The networks.
 * @param notes Further texts for the metadata. Default: none.
 * @throws {FileError} If it cannot be written.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readParameters, writeParameters } from "./parameter_file.ts";
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * const layers = [
 *   { weights: Float32Array.of(1, 2), biases: Float32Array.of(3, 4) },
 *   { weights: Float32Array.of(5, 6), biases: Float32Array.of(7) },
 * ];
 * const parameters = { widths: [1, 2, 1], activations: ["tanh"], networks: [layers] };
 * await writeParameters(path, parameters);
 * assert.deepEqual(await readParameters(path), parameters);
 * await Deno.remove(path);
 * ```
 */
export async function writeParameters(
  path: string,
  parameters: NetworkParameters,
  notes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { widths, activations } = parameters;
  const metadata = {
    // Other programs ask for it before they load a file into PyTorch.
    format: "pt",
    ...notes,
    widths: widths.join(),
    ...activations && { activations: activations.join() },
  };
  const pieces = safetensorsPieces(parameterTensors(parameters), metadata);
  try {
    await writeAtomically(path, pieces);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Reads the parameters of networks from a safetensors or `.npz` file with the names and the layout
 * of {@linkcode parameterTensors}. The numbers of the layers need only ascend, so that the
 * `nn.Sequential` may hold a `Flatten` or a `Dropout` as well.
 *
 * @param path Path of the file. Its numbers may be of any real type, and are rounded to single
 * precision.
 * @returns The networks.
 * @throws {InputError} If the file cannot be read or is malformed, holds other tensors, a number
 * that is not finite, or layers that do not follow each other.
 */
export async function readParameters(path: string): Promise<NetworkParameters> {
  const file = shown(path);
  const { activations } = await readMetadata(path);
  const found = await readTensors(path);
  const numbers = [...found.keys()].sort((a, b) => a - b);
  const gap = numbers.findIndex((number, index) => number !== index);
  if (gap >= 0) throw new InputError(`${file}: holds no network ${gap}; number them from 0 without gaps`);
  const read = numbers.map((number) => readNetwork(found.get(number)!, file));
  const [{ widths, skip }] = read;
  const shapeOf = (of: typeof read[number]) => of.widths.join("-") + skipText(of.skip);
  const other = read.findIndex((each) => shapeOf(each) !== shapeOf(read[0]));
  if (other >= 0) {
    throw new InputError(
      `${file}: holds a network ${shapeOf(read[0])} and one ${shapeOf(read[other])}; save one shape per file`,
    );
  }
  const names = activations?.split(",") ?? null;
  if (names) checkActivations(names, widths.length - 2, file);
  return { widths, activations: names, ...skip && { skip }, networks: read.map(({ layers }) => layers) };
}

function checkActivations(names: readonly string[], hidden: number, file: string): void {
  if (names.length !== hidden) {
    throw new InputError(
      `${file}: its metadata name ${names.length} activations for ${hidden} hidden layers; name one for each`,
    );
  }
  for (const name of names) {
    try {
      parseActivation(name);
    } catch (cause) {
      throw new InputError(`${file}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** Reads all tensors, by the numbers of their networks. */
async function readTensors(path: string): Promise<Map<number, LayerTensors>> {
  const file = shown(path);
  const arrays = await openArrays(path);
  using stack = new DisposableStack();
  arrays.forEach((array) => stack.use(array));
  const parts = arrays.map(({ name }) => PARAMETER_NAME.exec(name ?? ""));
  const odd = parts.findIndex((part) => part === null);
  if (odd >= 0) {
    throw new InputError(
      `${file}: holds ${
        arrays[odd].name === null ? "an array without a name" : quoted(arrays[odd].name)
      }, which is no parameter of an nn.Sequential of Linear layers; save its state_dict alone`,
    );
  }
  if (new Set(parts.map((part) => part![1] === undefined)).size > 1) {
    throw new InputError(
      `${file}: holds one network without a number and others with one (${
        listed(arrays.map(({ name }) => name!), MOST_LISTED)
      }); number all or none`,
    );
  }
  const networks = new Map<number, LayerTensors>();
  for (const [i, array] of arrays.entries()) {
    const [, network = "0", part = "", layer, skipped, kind] = parts[i]!;
    const { shape, data } = wholeArray(array);
    const tensor = {
      name: array.name!,
      part,
      isSkipped: skipped !== undefined,
      shape,
      data: Float32Array.from(data),
    };
    checkTensor(tensor, kind === "weight" ? 2 : 1, file);
    const layers: LayerTensors = networks.get(Number(network)) ?? new Map();
    const number = Number(layer) + BEHIND * (1 + ENCODER_PARTS.indexOf(part));
    networks.set(Number(network), layers.set(number, { ...layers.get(number), [kind]: tensor }));
  }
  return networks;
}
