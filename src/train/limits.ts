/**
 * How much a training run takes on, at most. What is within these limits and too large for the
 * adapter is refused when it is allocated; what is beyond them is refused before anything is.
 *
 * @module
 */
export { MOST_LAYERS } from "../nn/limits.ts";

/** Steps: counters of the GPU are 32-bit words. */
export const MOST_STEPS: number = 2 ** 32 - 1;

/** Networks side by side: workgroups along a dimension are no more on any adapter. */
export const MOST_REPLICAS: number = 2 ** 16;

/** Neurons of a hidden layer, where one number holds for all of them. */
export const MOST_WIDTH: number = 2 ** 20;

/** Thresholds, each of which every probe is compared with. */
export const MOST_EPSILONS = 1024;
