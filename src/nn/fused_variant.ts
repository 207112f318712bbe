/**
 * Which of the variants of the fused step an adapter is fastest with.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import { autotune, type Candidate } from "../gpu/autotune.ts";
import { gradientTiles, ROWS } from "./fused_shape.ts";
import {
  bindFusedStep,
  type FusedArrangement,
  type FusedStepOptions,
  type FusedVariant,
  type StepArrays,
} from "./fused_step.ts";
import { Network } from "./network.ts";
import type { SampleArrays } from "./samples.ts";

/** Time of a tile of a gradient of 16 × 16 on lavapipe, in those of one of 8 × 8; it has four times the entries. */
const LARGE_TILE = 2.9;

/**
 * The variant to take untimed.
 *
 * @param network Network to train.
 * @param arrangement How the work is shared out.
 * @returns The variant: large tiles on a CPU that poses as a GPU, where less than a quarter of them would be padding.
 */
export function defaultVariant({ gpu, layout }: Network, arrangement: FusedArrangement): FusedVariant {
  const tiles = (side: number) => gradientTiles(layout, side).all;
  const large = gpu.software && tiles(8) > LARGE_TILE * tiles(16);
  return { arrangement, weights: "uniform", side: large ? 16 : 8 };
}

/** The variants that may be the fastest, the default first. They agree to the bit, so that replicas may have a say. */
function variants(network: Network, count: number, arrangement: FusedArrangement): FusedVariant[] {
  const { gpu: { software }, replicas } = network;
  const first = defaultVariant(network, arrangement);
  const all = [first];
  // Registers of a GPU do not hold 16 × 16 sums.
  if (software) all.push({ ...first, side: first.side === 8 ? 16 : 8 });
  // On two cores 64 samples keep one busy, a group of 8 tiles of rows.
  const idle = Math.ceil(count / ROWS / 8) * replicas < 2;
  if (arrangement !== "by-layers" && (idle || !software)) all.push({ ...first, arrangement: "by-layers" });
  if (arrangement === "shared-rows") all.push({ ...first, arrangement: "own-rows" });
  return all;
}

/**
 * Chooses how a fused step is computed.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param arrangement How the work is shared out by default.
 * @param options What the step computes.
 * @param arrays Arrays of the step; none is written.
 * @returns The variant.
 */
export async function chooseVariant(
  network: Network,
  samples: SampleArrays,
  arrangement: FusedArrangement,
  options: Omit<FusedStepOptions, "variant">,
  arrays: StepArrays,
): Promise<FusedVariant> {
  const { gpu, widths, replicas, activations } = network;
  const { batch, loss, optimizer } = options;
  const count = batch ?? samples.count;
  const candidates = variants(network, count, arrangement).map((variant): Candidate<FusedVariant> => ({
    name: `${variant.arrangement}, ${variant.side}x${variant.side}`,
    value: variant,
    bind: async (stack) => {
      // A network of its own, for a step that is timed is a step that trains.
      const scratch = stack.use(
        await Network.create(gpu, {
          inputs: widths[0],
          hidden: widths.slice(1, -1),
          outputs: widths.at(-1)!,
          activation: activations.map(({ name }) => name),
          initializer: "pytorch",
          replicas,
        }),
      );
      const own = (label: string, { length }: GpuArray) => stack.use(new GpuArray(gpu, label, length));
      const { hypers, states, moments, losses } = arrays;
      const scratchArrays = {
        hypers,
        states: own("scratch states", states),
        moments: own("scratch moments", moments),
        losses: own("scratch losses", losses),
      };
      const step = await bindFusedStep(scratch, samples, { ...options, variant }, scratchArrays, stack);
      return [...step.forward, ...step.update];
    },
  }));
  const shape = {
    widths: widths.join("-"),
    activations: activations.map(({ name }) => name).join(),
    count,
    drawn: batch !== null,
    replicas,
    loss,
    optimizer,
  };
  return await autotune(gpu, { kernel: "fused_step", shape }, candidates);
}
