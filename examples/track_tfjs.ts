/**
 * Trains a small network with TensorFlow.js on WebGPU and tracks the ranks of its features.
 *
 *     deno run -A examples/track_tfjs.ts [STEPS] [FIGURE]
 *
 * @module
 */
import * as tf from "npm:@tensorflow/tfjs-core@4.22.0";
import type { WebGPUBackend } from "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import { Gpu } from "../src/gpu/mod.ts";
import { staircaseData, staircaseFigure } from "../src/plot/mod.ts";
import { RankTracker } from "../src/tracker/mod.ts";

const [steps = "1000", figure = "tfjs-staircase.svg"] = Deno.args;
const samples = 128, widths = [1, 40, 40, 1], rate = 0.05, momentum = 0.9;

await tf.setBackend("webgpu");
await tf.ready();
using gpu = Gpu.from((tf.backend() as WebGPUBackend).device);
using tracker = new RankTracker(gpu, { every: 20, epsilons: [1e-2, 1e-4], layers: ["first", "second"] });

const x: tf.Tensor = tf.reshape(tf.linspace(-1, 1, samples), [samples, 1]);
const y = tf.cos(tf.mul(x, 2 * Math.PI));
// Weights, then biases, and the speed of each.
const spread = (l: number) => (2 / (widths[l] + widths[l + 1])) ** 0.5;
let parameters = [
  ...[0, 1, 2].map((l) => tf.randomNormal([widths[l], widths[l + 1]], 0, spread(l))),
  ...[0, 1, 2].map((l) => tf.randomUniform([widths[l + 1]], -1, 1)),
];
let speeds = parameters.map((each) => tf.zerosLike(each));

/** One step of gradient descent with momentum: what it changes, features of the layers, loss. */
function descend() {
  const sums = (h: tf.Tensor, l: number) => tf.add(tf.matMul(h, parameters[l]), parameters[3 + l]);
  const first = tf.tanh(sums(x, 0)), second = tf.tanh(sums(first, 1));
  const inputs = [x, first, second], error = tf.sub(sums(second, 2), y);
  const gradients: tf.Tensor[] = [];
  let delta: tf.Tensor = tf.mul(error, 2 / samples);
  for (let l = 2; l >= 0; l--) {
    gradients[l] = tf.matMul(inputs[l], delta, true);
    gradients[3 + l] = tf.sum(delta, 0);
    delta = tf.mul(tf.matMul(delta, parameters[l], false, true), tf.sub(1, tf.square(inputs[l])));
  }
  const faster = speeds.map((speed, i) => tf.add(tf.mul(speed, momentum), gradients[i]));
  const moved = parameters.map((each, i) => tf.sub(each, tf.mul(faster[i], rate)));
  return { moved, faster, first, second, loss: tf.mean(tf.square(error)) };
}

/** Features in a buffer on the GPU, and the tensor that it belongs to. */
function onGpu(features: tf.Tensor) {
  const [rows, columns] = features.shape, { buffer, tensorRef } = features.dataToGPU();
  return { buffer: buffer!, tensorRef, rows, columns };
}

for (let step = 0; step <= Number(steps); step++) {
  const { moved, faster, first, second, loss } = tf.tidy(descend);
  if (tracker.wants(step)) {
    const [a, b] = [onGpu(first), onGpu(second)];
    tracker.track(step, { first: a, second: b }, (await loss.data())[0]);
    tf.dispose([a.tensorRef, b.tensorRef]); // The tracker has its copies.
  }
  tf.dispose([parameters, speeds, first, second, loss]);
  [parameters, speeds] = [moved, faster];
}

const { layers } = tracker, trace = await tracker.finish();
const last = trace.probes[trace.probes.length - 1];
const ranks = last.layers.map(({ ranks: [{ low, high }] }) => low === high ? low : `${low} to ${high}`);
console.log(`loss ${last.loss.toPrecision(3)}, ranks at 0.01: ${ranks.join(", ")}`);
const texts = { title: "Ranks while TensorFlow.js trains", subtitle: `${widths.join("-")} tanh, momentum` };
const settings = { lossName: "mean squared error", threshold: "absolute", layers } as const;
await Deno.writeTextFile(figure, staircaseFigure(staircaseData(trace, { ...texts, ...settings })));
