/** TensorFlow.js and jax-js, for the tests that track them: heavy, loaded there alone. @module */
export * as tf from "npm:@tensorflow/tfjs-core@4.22.0";
export type { WebGPUBackend } from "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
export * as jax from "npm:@jax-js/jax@0.1.25";
