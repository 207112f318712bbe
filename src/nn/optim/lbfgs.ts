/**
 * L-BFGS: quasi-Newton directions and line searches, advanced on the GPU after each evaluation.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { Network } from "../network.ts";
import type { OptimizerOptions } from "./optimizer.ts";
import type { OptimizerArrays, UpdateOptions } from "./update.ts";
import compactSource from "../../../shaders/nn/include/compact_inverse.wgsl" with { type: "text" };
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import lbfgsSource from "../../../shaders/nn/optim/lbfgs.wgsl" with { type: "text" };
import lineSearchSource from "../../../shaders/nn/include/line_search.wgsl" with { type: "text" };
import stateSource from "../../../shaders/nn/include/state.wgsl" with { type: "text" };

/** `MOST_HISTORY` in `shaders/nn/include/compact_inverse.wgsl`. */
export const MOST_HISTORY = 64;
/** Pairs that are kept where the options do not say how many. */
const HISTORY = 40;
/** `TOGETHER` in `shaders/nn/optim/lbfgs.wgsl`, and `OWN` as above. */
const TOGETHER = 2, OWN = 3;
/** Vectors of a workgroup that multiplies pairs, and most workgroups for a pair. */
const BLOCK = 256, MOST_BLOCKS = 16;
/**
 * Most vectors for workgroups of the eight invocations that lavapipe runs at once: half of its
 * limit on loops, for each of them.
 */
const MOST_VECTORS = 2 ** 18;
/** Words of `struct Search` in `shaders/nn/include/line_search.wgsl`. */
export const SEARCH_WORDS = 22;

/** What a search follows from. */
type SearchedOptions = Pick<UpdateOptions, "schedule" | "batch"> & {
  readonly optimizer: Pick<OptimizerOptions, "history" | "layers">;
};

/**
 * Checks the options of a training by line searches.
 *
 * @param options Its options.
 * @throws {InputError} If it has mini-batches, a schedule or rates of layers, or the number of
 * pairs is out of range.
 */
export function checkSearch({ schedule, batch, optimizer }: SearchedOptions): void {
  const { history = HISTORY, layers } = optimizer;
  if (batch !== null) {
    throw new InputError(
      `lbfgs on batches of ${batch} samples: a line search needs the same loss at all its points; ` +
        "give the full batch, or another optimiser",
    );
  }
  if (schedule.kind !== "constant") {
    throw new InputError(
      `lbfgs with the schedule ${schedule.kind}: it finds its own steps; give the schedule constant`,
    );
  }
  if (layers) throw new InputError("lbfgs with rates of layers: it moves all as one; leave the rates out");
  checkNumber("history of lbfgs", history, { min: 1, max: MOST_HISTORY, integer: true });
}

/** The commands of a search, and what they keep. */
export interface LineSearch {
  /** Moves the parameters to the trial point of each replica. */
  readonly aim: Dispatch;
  /**
   * Takes in loss and gradient there: moves the parameters to the last accepted point, chooses the
   * next trial, and makes the loss in the log that of the point before the step.
   */
  readonly judge: readonly Dispatch[];
  /** Arrays that change from step to step, by name. */
  readonly kept: Readonly<Record<string, GpuArray>>;
}

/**
 * Binds the searches of all replicas. The gradient at the trial point is the first moment, as
 * `optimizer.wgsl` leaves it.
 *
 * @param network Network to train.
 * @param options Optimiser, and its arrays.
 * @param stack Owner of the pairs and of what the searches know.
 * @returns The commands.
 * @throws {InputError} If an option is out of range.
 */
export async function bindSearch(
  { gpu, replicas, layout, parameters }: Pick<Network, "gpu" | "replicas" | "layout" | "parameters">,
  options: UpdateOptions & { readonly arrays: OptimizerArrays },
  stack: DisposableStack,
): Promise<LineSearch> {
  checkSearch(options);
  const { logCapacity, optimizer: { history = HISTORY }, arrays } = options;
  const { hypers, states, moments, losses } = arrays;
  const { size } = layout, slots = history + 1;
  const lanes = gpu.software && size <= MOST_VECTORS ? 8 : 64;
  const blocks = Math.min(Math.ceil(size / BLOCK), MOST_BLOCKS), chains = lanes * blocks;
  const array = (name: string, words: number) => stack.use(new GpuArray(gpu, name, replicas * words));
  const vectors = array("pairs of L-BFGS", 4 * size * (2 * slots + 2));
  const searches = array("line searches", SEARCH_WORDS);
  const partials = array("partial products of pairs", 4 * chains * (OWN + history));
  const products = array("products of pairs", 2 * (slots ** 2 + history));
  const settings = gpuStruct(gpu, "search settings", ["u32", size, history, logCapacity, replicas, chains]);
  const files = [elementarySource, stateSource, lineSearchSource, compactSource, lbfgsSource];
  const kernel = (entryPoint: string) => gpu.kernel({ name: "lbfgs", files, entryPoint }, { LANES: lanes });
  const shared = [parameters, moments, vectors, searches];
  const aimed = [settings, null, null, null, ...shared, null, products];
  const multiplied = [settings, null, null, null, ...shared, partials];
  const judged = [settings, hypers, states, losses, parameters, null, vectors, searches, partials, products];
  return {
    aim: (await kernel("aim")).bind(aimed, [Math.ceil(size / 64), 1, replicas]),
    judge: [
      (await kernel("multiply")).bind(multiplied, [blocks, 1 + Math.ceil(history / TOGETHER), replicas]),
      (await kernel("judge")).bind(judged, [replicas]),
    ],
    kept: { pairs: vectors, searches, products },
  };
}
