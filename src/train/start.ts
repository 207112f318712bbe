/**
 * Parameters that the networks of a training begin with, where they are given.
 *
 * @module
 */
import { checkNumber } from "../check.ts";
import { InputError, ShapeError } from "../errors.ts";
import { count } from "../format.ts";
import { type LayerParameters, type Skip, skipConnections, skipText } from "../nn/layout.ts";
import type { Network } from "../nn/network.ts";
import type { Task } from "../tasks/task.ts";

/** For each network, the parameters of each of its layers. One network stands for all replicas. */
export type NetworkStart = readonly (readonly LayerParameters[])[];

/** The networks that are to begin with them. */
interface StartedShape {
  readonly task: Pick<Task, "inputs" | "outputs">;
  readonly hidden: readonly number[];
  readonly skip: Skip;
  readonly replicas: number;
}

/**
 * Checks parameters that networks are to begin with.
 *
 * @param start The parameters.
 * @param shape The networks.
 * @throws {InputError} If they are not those of a list of networks, or one is not finite.
 * @throws {ShapeError} If there are neither those of one network nor of each replica, or a layer
 * has another shape.
 */
export function checkStart(start: NetworkStart, { task, hidden, skip, replicas }: StartedShape): void {
  if (!Array.isArray(start) || !start.every(Array.isArray)) {
    throw new InputError("start must be a list of networks, each a list of layers");
  }
  if (start.length !== 1 && start.length !== replicas) {
    throw new ShapeError(
      `start has ${count(start.length, "network")} for ${
        count(replicas, "replica")
      }: give one, or one for each`,
    );
  }
  const widths = [task.inputs, ...hidden, task.outputs], skips = skipConnections(widths, skip);
  for (const [network, layers] of start.entries()) {
    const where = `network ${network} of start`;
    const expected = widths.length - 1 + (skips.includes("gated") ? 2 : 0);
    if (layers.length !== expected) {
      throw new ShapeError(
        `${where} has ${count(layers.length, "layer")}: a network ${widths.join("-")}${
          skipText(skip)
        } has ${expected}`,
      );
    }
    for (const [index, { weights, biases, alpha }] of layers.entries()) {
      // Encoders, behind the layers, have the shape of the first.
      const at = index < widths.length - 1 ? index : 0;
      if (alpha !== undefined) {
        const what = `alpha of layer ${index + 1} of ${where}`;
        if (skips[index] !== "adaptive") {
          throw new ShapeError(`${what}: that layer has no adaptive skip connection; give the option skip`);
        }
        checkNumber(what, alpha, {});
      }
      const each = [
        ["weights", weights, widths[at] * widths[at + 1]],
        ["biases", biases, widths[at + 1]],
      ] as const;
      for (const [name, values, length] of each) {
        const what = `${name} of layer ${index + 1} of ${where}`;
        if (!(values instanceof Float32Array)) throw new InputError(`${what} are no Float32Array: give one`);
        if (values.length !== length) {
          throw new ShapeError(
            `${what}: ${values.length} numbers, and a network ${widths.join("-")} has ${length} there`,
          );
        }
        const wrong = values.findIndex((value) => !Number.isFinite(value));
        if (wrong >= 0) {
          throw new InputError(`${what}: number ${wrong} is ${values[wrong]}: give finite numbers`);
        }
      }
    }
  }
}

/**
 * Gives networks the parameters that they begin with, before any work submitted later.
 *
 * @param network The networks.
 * @param start The parameters.
 */
export function writeStart(network: Network, start: NetworkStart): void {
  for (let replica = 0; replica < network.replicas; replica++) {
    network.writeParameters(start.length > 1 ? start[replica] : start[0], replica);
  }
}
