/**
 * Choice of the kernel that makes many steps in a dispatch.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { autotune, type Candidate } from "../../gpu/tune/autotune.ts";
import type { Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";
import { bindGroups, groupsFit } from "./fused_group.ts";
import { bindLanes, lanesFit, lanesPay } from "./fused_lane.ts";
import type { FusedVariant } from "./fused_operands.ts";
import { bindFusedStep } from "./fused_step.ts";
import { buffersFit, type ManyOptions, type ManySteps } from "./many_operands.ts";
import { scratchNetwork, stepShape } from "./scratch.ts";

/** A kernel that makes many steps: an invocation a network, or a workgroup. */
export type ManyVariant = "lanes" | "groups";

/** Replicas and steps of which the bits are compared. */
const COMPARED = { replicas: 8, steps: 3 };
/** Steps that are timed at once. */
const TIMED = 16;

/**
 * Binds a kernel that makes many steps.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param options What a step computes.
 * @param variant Which kernel.
 * @returns The commands of any number of steps; `null` if the network does not fit the kernel, or
 * the kernel the adapter.
 */
export async function bindManySteps(
  network: Network,
  samples: SampleArrays,
  options: ManyOptions,
  variant: ManyVariant,
): Promise<ManySteps | null> {
  const count = options.batch ?? samples.count;
  if (!buffersFit(network.gpu, options.arrays)) return null;
  if (variant === "groups") {
    return groupsFit(network, count) ? await bindGroups(network, samples, options) : null;
  }
  return lanesFit(network, count) ? await bindLanes(network, samples, options) : null;
}

/**
 * Chooses the kernel that makes many steps faster than the fused step makes them one by one, if
 * there is one that has the same bits on the device in hand.
 *
 * @param network Network to train. Nothing of it is changed.
 * @param samples Training samples.
 * @param options What a step computes, and the steps of the run. None of the arrays is written.
 * @param single The fused step.
 * @returns The kernel; `null` for none. On a CPU that poses as a GPU by the size of the work, on a
 * GPU by timing both, so none without tuning.
 */
export async function chooseManySteps(
  network: Network,
  samples: SampleArrays,
  options: ManyOptions & { readonly steps: number },
  single: FusedVariant,
): Promise<ManyVariant | null> {
  const { gpu, replicas } = network;
  const { optimizer, batch, steps } = options;
  const count = batch ?? samples.count;
  if (!buffersFit(gpu, options.arrays)) return null;
  if (gpu.software) {
    if (!lanesPay(network, { count, steps, optimizer })) return null;
    return await haveSameBits(network, samples, options, { single, many: "lanes" }) ? "lanes" : null;
  }
  if (!gpu.tuner || steps < TIMED || !groupsFit(network, count)) return null;
  const bind = async (which: FusedVariant | ManyVariant, stack: DisposableStack) =>
    (await bindScratch(network, samples, { ...options, replicas, which }, stack)).run(TIMED);
  const candidates: Candidate<ManyVariant | null>[] = [
    { name: "step by step", value: null, bind: (stack) => bind(single, stack) },
    { name: "a workgroup a network", value: "groups", bind: (stack) => bind("groups", stack) },
  ];
  const shape = stepShape(network, count, options);
  const many = await autotune(gpu, { kernel: "fused_group", shape }, candidates);
  return many && await haveSameBits(network, samples, options, { single, many }) ? many : null;
}

/** Steps of a network like the one to train. */
interface ScratchSteps {
  /** Lists the commands of some steps. */
  readonly run: (steps: number) => readonly Dispatch[];
  /** All that they change. */
  readonly arrays: readonly GpuArray[];
}

/** Binds steps to a network that they may train. */
async function bindScratch(
  network: Network,
  samples: SampleArrays,
  { replicas, which, ...options }: ManyOptions & {
    readonly replicas: number;
    readonly which: FusedVariant | ManyVariant;
  },
  stack: DisposableStack,
): Promise<ScratchSteps> {
  const scratch = await scratchNetwork(network, options, replicas, stack);
  const { network: own, arrays: { states, moments, losses } } = scratch;
  const arrays = [own.parameters, states, moments, losses];
  const changed = { ...options, arrays: scratch.arrays };
  if (typeof which === "string") {
    const many = await bindManySteps(own, samples, changed, which);
    return { run: (steps) => many!(steps), arrays };
  }
  const step = await bindFusedStep(own, samples, { ...changed, variant: which }, stack);
  const commands = [...step.forward, ...step.update];
  return { run: (steps) => Array.from({ length: steps }, () => commands).flat(), arrays };
}

/**
 * Compares two kernels on the device in hand: drivers are free in the order in which they add up
 * the products of matrices, and in whether they round a product before a sum.
 *
 * @param network Network to train. Nothing of it is changed.
 * @param samples Training samples.
 * @param options What a step computes. None of its arrays is written.
 * @param kernels The fused step, and the kernel that makes many.
 * @returns Whether parameters, moments, states and losses are the same to the bit after some steps.
 */
async function haveSameBits(
  network: Network,
  samples: SampleArrays,
  options: ManyOptions,
  { single, many }: { readonly single: FusedVariant; readonly many: ManyVariant },
): Promise<boolean> {
  const replicas = Math.min(COMPARED.replicas, network.replicas);
  const results = [single, many].map(async (which) => {
    using stack = new DisposableStack();
    const scratch = await bindScratch(network, samples, { ...options, replicas, which }, stack);
    const commands = new Commands(network.gpu);
    commands.run(scratch.run(COMPARED.steps));
    commands.submit();
    return await Promise.all(scratch.arrays.map((array) => array.readUint32()));
  });
  const [words, others] = await Promise.all(results);
  return words.every((array, i) => array.every((word, at) => word === others[i][at]));
}
