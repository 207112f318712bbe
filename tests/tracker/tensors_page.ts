/** A page that trains in TensorFlow.js, and leaves what came out as `outcome`. @module */
import { trackTensorFlow } from "./tensors_work.ts";

Object.assign(globalThis, { outcome: await trackTensorFlow() });
