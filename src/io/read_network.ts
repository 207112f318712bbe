/**
 * Networks from the tensors of a file.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count, shown } from "../format.ts";
import { transposed } from "../linalg/matrix.ts";
import { type LayerParameters, type Skip, skipConnections } from "../nn/layout.ts";
import { type FloatArray, shapeText } from "./floats.ts";

/** What the names of the encoders u and v begin with. */
export const ENCODER_PARTS: readonly string[] = ["u.", "v."];

/** Keys of encoders among the layers: those of u lie this far behind, those of v twice as far. */
export const BEHIND = 2 ** 32;

/** A tensor of a file, rounded to single precision. */
export interface NamedTensor extends FloatArray {
  /** Its name there. */
  readonly name: string;
  /** `layers.`, `u.` or `v.` of a network with gates; nothing for others. */
  readonly part: string;
  /** Whether a skip connection leads past its layer. */
  readonly isSkipped: boolean;
  /** Its numbers. */
  readonly data: Float32Array;
}

/** The tensors of the layers of a network, by the numbers of the layers. */
export type LayerTensors = Map<number, { weight?: NamedTensor; bias?: NamedTensor; alpha?: NamedTensor }>;

/**
 * Checks a tensor by itself.
 *
 * @param tensor The tensor.
 * @param axes Axes that it must have.
 * @param file Name of the file, for errors.
 * @throws {InputError} If it has others, or a number is not finite.
 */
export function checkTensor({ name, shape, data }: NamedTensor, axes: number, file: string): void {
  if (shape.length !== axes || shape.includes(0)) {
    throw new InputError(
      `${file}: ${shown(name)} has shape ${shapeText(shape)}, and that of a Linear layer ${
        axes === 2 ? "two axes" : "one axis"
      }; give networks of Linear layers alone`,
    );
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  const place = axes === 2 ? [Math.floor(wrong / shape[1]), wrong % shape[1]] : [wrong];
  throw new InputError(
    `${file}: ${shown(name)} is ${data[wrong]} at ${
      shapeText(place)
    }, in single precision; give finite parameters`,
  );
}

/**
 * Joins the tensors of a network.
 *
 * @param tensors The tensors of its layers.
 * @param file Name of the file, for errors.
 * @returns Widths, skip connections and parameters.
 * @throws {InputError} If they are not those of layers that follow each other.
 */
export function readNetwork(
  tensors: LayerTensors,
  file: string,
): { readonly widths: number[]; readonly skip: Skip; readonly layers: LayerParameters[] } {
  const widths: number[] = [], layers: LayerParameters[] = [], skips: Skip[] = [];
  const encoders: LayerParameters[] = [], parts = new Set<string>();
  let before = "";
  for (const [number, { weight, bias, alpha }] of [...tensors].sort(([a], [b]) => a - b)) {
    if (!weight || !bias || weight.isSkipped !== bias.isSkipped) {
      const { name } = weight ?? bias ?? alpha!;
      const missing = name.replace(/\w+$/, weight ? "bias" : "weight");
      throw new InputError(
        `${file}: has ${shown(name)} and no ${shown(missing)}; save layer ${number} with both`,
      );
    }
    const [outputs, inputs] = weight.shape;
    if (bias.data.length !== outputs) {
      throw new InputError(
        `${file}: ${shown(bias.name)} has ${bias.data.length} entries, and ${
          shown(weight.name)
        } ${outputs} rows; give as many`,
      );
    }
    const linear = { weights: transposed(weight.data, outputs, inputs), biases: bias.data };
    parts.add(weight.part);
    if (ENCODER_PARTS.includes(weight.part)) {
      if (inputs !== widths[0] || outputs !== widths[1]) {
        throw new InputError(
          `${file}: ${shown(weight.name)} has shape ${
            shapeText(weight.shape)
          }; give encoders of the shape of the first layer`,
        );
      }
      encoders.push(linear);
      continue;
    }
    if (widths.length > 0 && widths.at(-1) !== inputs) {
      throw new InputError(
        `${file}: ${shown(weight.name)} takes ${inputs} inputs, and ${shown(before)} has ${
          widths.at(-1)
        } outputs; give layers that follow each other`,
      );
    }
    if (widths.length === 0) widths.push(inputs);
    widths.push(outputs);
    if (alpha && (!weight.isSkipped || alpha.data.length > 1)) {
      throw new InputError(
        `${file}: ${shown(alpha.name)} has ${
          count(alpha.data.length, "entry", "entries")
        }, and layer ${number} ${
          weight.isSkipped ? "one skip connection" : "no skip connection"
        }; give one for each skip connection`,
      );
    }
    skips.push(alpha ? "adaptive" : weight.isSkipped);
    before = weight.name;
    layers.push({ ...linear, ...alpha && { alpha: alpha.data[0] } });
  }
  if (layers.length < 2) {
    throw new InputError(
      `${file}: holds ${layers.length} layer; give a network with at least one hidden layer`,
    );
  }
  if (parts.size > 1 || parts.has("layers.")) {
    const hasAll = [...parts].join() === ["layers.", ...ENCODER_PARTS].join() && encoders.length === 2;
    if (!hasAll || skips.some(Boolean) || !skipConnections(widths, "gated").some(Boolean)) {
      throw new InputError(
        `${file}: is no network with gates; give layers, one of the width of the first after it, and u and v`,
      );
    }
    return { widths, skip: "gated", layers: [...layers, ...encoders] };
  }
  const skip: Skip = skips.includes("adaptive") ? "adaptive" : skips.includes(true);
  if (skips.join() !== [...skipConnections(widths, skip), false].join()) {
    throw new InputError(
      `${file}: its skip connections are not around all hidden layers as wide as the layer below; ` +
        "give a network that has them there, or none",
    );
  }
  return { widths, skip, layers };
}
