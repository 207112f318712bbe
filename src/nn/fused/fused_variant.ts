/**
 * Choice of the variant of the fused step that is fastest on an adapter.
 *
 * @module
 */
import { autotune, type Candidate } from "../../gpu/tune/autotune.ts";
import { gradientTiles, ROWS } from "./fused_shape.ts";
import type { FusedArrangement, FusedStepOptions, FusedVariant } from "./fused_operands.ts";
import { bindFusedStep } from "./fused_step.ts";
import { scratchNetwork, stepShape } from "./scratch.ts";
import type { Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";

/**
 * Sides of tiles, and the time that one takes on lavapipe for 4 samples, in microseconds of 8
 * invocations' time.
 */
const TILES = [[8, 0.46], [16, 1.3], [32, 3.5]] as const;

/**
 * Chooses a variant by shape, without timing any.
 *
 * @param network Network to train.
 * @param arrangement How the work is shared out.
 * @returns The variant. A GPU gets tiles of 8 × 8, since it has no registers for larger ones. A CPU
 * that poses as a GPU gets those that take the least time, counting padding and idle cores.
 */
export function defaultVariant(
  { gpu, layout, replicas }: Network,
  arrangement: FusedArrangement,
): FusedVariant {
  const times = TILES.map(([side, time]) => {
    const groups = replicas * Math.ceil(gradientTiles(layout, side).all / 8);
    return Math.ceil(groups / navigator.hardwareConcurrency) * time;
  });
  const [side] = TILES[gpu.software ? times.indexOf(Math.min(...times)) : 0];
  return { arrangement, weights: "uniform", side };
}

/**
 * Lists the variants that may be the fastest, the default first. They agree to the bit, so the
 * choice may depend on the number of replicas. Samples with derivatives go all the way together.
 */
function variants(
  network: Network,
  count: number,
  arrangement: FusedArrangement,
  derivatives: boolean,
): FusedVariant[] {
  const { gpu: { software }, replicas } = network;
  const first = defaultVariant(network, arrangement);
  // Without barriers, for so many replicas that they fill a GPU.
  if (!software) return [first, { ...first, arrangement: "own-rows" }];
  const all: FusedVariant[] = [first, { ...first, side: first.side === 16 ? 8 : 16 }];
  if (derivatives) return all;
  // A group of 8 tiles of rows keeps one core busy, and leaves the others idle.
  const groups = Math.ceil(count / ROWS / 8) * replicas;
  if (arrangement === "own-rows" && groups < 2) all.push({ ...first, arrangement: "by-layers" });
  return all;
}

/** Operations in a millisecond at most, and milliseconds that a step takes at least. */
const RATES = { software: { operations: 1e7, least: 0 }, hardware: { operations: 1e10, least: 0.01 } };

/** Estimates how long a step takes, rather too short than too long. */
function stepMilliseconds({ gpu: { software }, replicas, layout }: Network, count: number): number {
  const { operations, least } = RATES[software ? "software" : "hardware"];
  const products = layout.layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  return Math.max(least, 6 * replicas * count * products / operations);
}

/**
 * Times the variants of a fused step where the device tunes, and chooses the fastest.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param arrangement How the work is shared out by default.
 * @param options What the step computes. None of its arrays is written.
 * @param steps Number of steps that are to be made.
 * @returns The variant.
 */
export async function chooseVariant(
  network: Network,
  samples: SampleArrays,
  arrangement: FusedArrangement,
  options: Omit<FusedStepOptions, "variant">,
  steps: number,
): Promise<FusedVariant> {
  const { gpu, replicas } = network;
  const { loss } = options;
  const count = options.batch ?? samples.count;
  const candidates = variants(network, count, arrangement, typeof loss !== "string").map((
    variant,
  ): Candidate<FusedVariant> => ({
    name: `${variant.arrangement}, ${variant.side}x${variant.side}`,
    value: variant,
    bind: async (stack) => {
      // The timed steps train, so they get a network of their own.
      const scratch = await scratchNetwork(network, options, replicas, stack);
      const timed = { ...options, variant, arrays: scratch.arrays };
      const step = await bindFusedStep(scratch.network, samples, timed, stack);
      return [...step.forward, ...step.update];
    },
  }));
  const shape = stepShape(network, count, options);
  const work = steps * stepMilliseconds(network, count);
  return await autotune(gpu, { kernel: "fused_step", shape, work }, candidates);
}
