/** Third-party code that the benchmarks compare with. @module */
export {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy,
  random,
  tree,
  valueAndGrad,
} from "npm:@jax-js/jax@0.1.25";
export * as tf from "npm:@tensorflow/tfjs-core@4.22.0";
import "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
