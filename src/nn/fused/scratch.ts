/**
 * Steps to time and compare: networks in the place of the one to train, and what choices hold for.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Network } from "../network.ts";
import { type OptimizerArrays, STATE_WORDS } from "../optim/update.ts";
import type { FusedStepOptions } from "./fused_operands.ts";

/** A network that steps may train, and what they change beside it. */
export interface Scratch {
  /** The network. */
  readonly network: Network;
  /** Its arrays; the settings are those of the network to train. */
  readonly arrays: OptimizerArrays;
}

/**
 * Describes a step for choices between kernels, which hold for all steps of one description.
 *
 * @param network Network to train.
 * @param count Samples of a step.
 * @param options What a step computes.
 * @returns The description.
 */
export function stepShape(
  { widths, activations, replicas }: Network,
  count: number,
  { batch, loss, optimizer }: Pick<FusedStepOptions, "batch" | "loss" | "optimizer">,
) {
  return {
    widths: widths.join("-"),
    activations: activations.map(({ name }) => name).join(),
    count,
    drawn: batch !== null,
    replicas,
    loss: typeof loss === "string" ? loss : "residual",
    optimizer,
  };
}

/**
 * Makes a network of the shape of another, with arrays of its own.
 *
 * @param network Network to train. Nothing of it is changed.
 * @param options What a step computes.
 * @param replicas Number of replicas.
 * @param stack Owner of the network and the arrays.
 * @returns The network, at the start of a run.
 */
export async function scratchNetwork(
  { gpu, widths, activations }: Network,
  { arrays: { hypers, layerRates }, logCapacity }: Pick<FusedStepOptions, "arrays" | "logCapacity">,
  replicas: number,
  stack: DisposableStack,
): Promise<Scratch> {
  const network = stack.use(
    await Network.create(gpu, {
      inputs: widths[0],
      hidden: widths.slice(1, -1),
      outputs: widths.at(-1)!,
      activation: activations.map(({ name }) => name),
      initializer: "pytorch",
      replicas,
    }),
  );
  const own = (label: string, length: number) => stack.use(new GpuArray(gpu, label, length));
  const states = own("scratch states", replicas * STATE_WORDS);
  const moments = own("scratch moments", replicas * network.layout.size * 8);
  const losses = own("scratch losses", replicas * logCapacity);
  return { network, arrays: { hypers, layerRates, states, moments, losses } };
}
