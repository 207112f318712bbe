/**
 * Names of the parameters of networks, as PyTorch's `nn.Sequential` has them.
 *
 * @module
 */
import { type Skip, skipConnections } from "../nn/layout.ts";

/**
 * `0.weight`, with a skip connection `0.layer.0.weight`, for its weight `0.alpha`, with gates
 * `layers.0.weight` and `u.0.weight`, or with the number of the network in front `3.0.weight`: the
 * number of the network, the part of one with gates, the number of the module, what leads past a
 * skip connection, the kind.
 */
export const PARAMETER_NAME =
  /^(?:(\d+)\.)?(layers\.|u\.|v\.)?(\d+)\.(layer\.0\.(?!alpha))?(weight|bias|alpha)$/;

/**
 * Names the layers of a network as modules of an `nn.Sequential(Linear, activation, Linear, …)`. A
 * hidden layer with a skip connection is one module, whose part `layer` is an
 * `nn.Sequential(Linear, activation)`. With gates the `nn.Sequential` is the part `layers` of a
 * module, whose parts `u` and `v` are encoders.
 *
 * @param widths Widths from the input to the output.
 * @param skip Skip connections of the network.
 * @returns What stands before `.weight` and `.bias` of each layer, and of the encoders.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(layerNames([1, 50, 50, 1], false), ["0", "2", "4"]);
 * assert.deepEqual(layerNames([1, 50, 50, 1], true), ["0", "2.layer.0", "3"]);
 * ```
 */
export function layerNames(widths: readonly number[], skip: Skip): string[] {
  const skips = skipConnections(widths, skip);
  if (skips.includes("gated")) {
    return [...widths.slice(1).map((_, index) => `layers.${2 * index}`), "u.0", "v.0"];
  }
  let module = 0;
  const hidden = skips.map((isSkipped) => {
    const name = isSkipped ? `${module}.layer.0` : `${module}`;
    module += isSkipped ? 1 : 2;
    return name;
  });
  return [...hidden, `${module}`];
}
