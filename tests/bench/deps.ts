/** Third-party code that the benchmarks compare with. @module */
export { defaultDevice, init, jit, numpy } from "npm:@jax-js/jax@0.1.25";
