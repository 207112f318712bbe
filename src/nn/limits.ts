/**
 * How large a network is, at most.
 *
 * @module
 */

/**
 * Hidden layers: each has kernels of its own, which are bound one after the other. A list of
 * millions would fill the memory of the host before the adapter could refuse it.
 */
export const MOST_LAYERS = 1024;
