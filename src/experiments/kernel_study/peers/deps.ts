/**
 * Third-party code of the peers. Only the process of a peer loads it.
 *
 * @module
 */
export { defaultDevice, init, numpy } from "npm:@jax-js/jax@0.1.25";
