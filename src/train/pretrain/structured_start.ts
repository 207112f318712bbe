/**
 * Networks that start with a structured first layer.
 *
 * @module
 */
import { parseInitializer } from "../../nn/initializer.ts";
import type { Network } from "../../nn/network.ts";
import type { Task } from "../../tasks/task.ts";
import { rankedSamples } from "../equation.ts";
import { structuredLayer } from "./structured_layer.ts";

/** Name of the initialiser that places the neurons of the first layer, see `structuredLayer`. */
export const STRUCTURED = "structured";

/**
 * Names the initialiser that parameters are drawn by before a structured layer replaces the first.
 *
 * @param name An initialiser, or `structured`.
 * @returns The initialiser; `xavier-normal` for `structured`.
 */
export function drawnInitializer(name: string): string {
  return name === STRUCTURED ? "xavier-normal" : name;
}

/**
 * Checks the name of an initialiser of a training.
 *
 * @param name The name.
 * @throws {InputError} If there is no such initialiser.
 */
export function checkInitializer(name: string): void {
  parseInitializer(drawnInitializer(name));
}

/**
 * Replaces the first layer of each replica by a structured one, from the replica's random stream.
 * Waits for the GPU.
 *
 * @param network The network, with its parameters drawn.
 * @param task What it is to learn.
 * @throws {InputError} If its first activation has no structured start, or all samples are the
 * same.
 */
export async function structureFirstLayer(network: Network, task: Task): Promise<void> {
  const { count } = rankedSamples(task);
  const samples = { count, x: task.train.x.subarray(0, count * task.inputs) };
  const options = { samples, width: network.widths[1], activation: network.activations[0].name };
  const drawn = await network.readAllParameters();
  for (const [replica, { seed, stream }] of network.streams.entries()) {
    // Multiples of 2¹⁶ keep the streams of neighbouring seeds apart.
    const first = structuredLayer({ ...options, seed: seed * 2 ** 16 + stream });
    network.writeParameters([first, ...drawn[replica].slice(1)], replica);
  }
}
