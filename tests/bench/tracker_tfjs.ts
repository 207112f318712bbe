/**
 * What tracking ranks costs a program in TensorFlow.js: four hidden layers of 256 neurons, tracked
 * every ten steps on the program's own device, beside the same training without.
 *
 * The network has 8 inputs and one output, a batch of 256 samples and tanh, and learns by momentum.
 * The gradients are written by hand, which takes fewer dispatches than TensorFlow.js's own and
 * makes the training that is compared with faster.
 *
 * On lavapipe everything shares the cores, so the share is one of work. A step multiplies 12 pairs
 * of 256 × 256 matrices, 0.4 GFLOP at the 4.6 GFLOP/s that TensorFlow.js reaches. A tracked one
 * adds the Gram matrices, 3 m n² flops a layer, and for each layer, threshold and side n³/3 terms
 * of about 57 operations: 0.6 GFLOP and 8 G operations, at about ten times that rate.
 *
 * On a GPU (not measured, none was available) a step of TensorFlow.js is bound by its 80 dispatches
 * and takes some 3 ms, so that ten leave 3 ms for a tracked step. The copies, 1 MiB, and the Gram
 * matrices take less than 0.1 ms. The counts of five tracked steps, as many as 64 MiB hold, are 120
 * invocations side by side of 44,000 block steps each: by the 2 µs a block step that
 * `inertia_double_single.wgsl` reckons with 0.1 s, 20 ms a tracked step. So layers this wide cost
 * more than the bar there, and meet it with `every: 70`. With 64 neurons eight steps are counted
 * in 2 ms together.
 *
 * @module
 */
import process from "node:process";
import type { WebGPUBackend } from "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import { Gpu } from "../../src/gpu/device.ts";
import { lowerMedian } from "../../src/stats/median.ts";
import { RankTracker } from "../../src/tracker/rank_tracker.ts";
import { tf } from "./deps.ts";
import { atMost, type Bench, type Section } from "./section.ts";
import { openTensorFlow } from "./tfjs.ts";
import { clocked, ratio, timeInTurns } from "./timing.ts";

const WIDTHS = [8, 256, 256, 256, 256, 1],
  SAMPLES = 256,
  RATE = 0.01,
  MOMENTUM = 0.9;
/** Steps of a measurement, of which each tenth is tracked. */
const STEPS = 50, EVERY = 10;
/** Most that a tracked training may take, as a multiple of one that is not. */
const BAR = 1.1;

/** Training in TensorFlow.js, with and without a tracker. */
export async function trackerTfjs(bench: Bench): Promise<Section[]> {
  await openTensorFlow();
  using gpu = Gpu.from((tf.backend() as WebGPUBackend).device);
  using tracker = new RankTracker(gpu, {
    every: EVERY,
    epsilons: [1e-2, 1e-4, 1e-6],
  });
  const x: tf.Tensor = tf.randomNormal(
    [SAMPLES, WIDTHS[0]],
    0,
    1,
    "float32",
    1,
  );
  const y = tf.tanh(tf.sum(x, 1, true));
  // Weights, then biases, and the speed of each.
  const last = WIDTHS.length - 1;
  let parameters = [
    ...WIDTHS.slice(1).map((n, l): tf.Tensor =>
      tf.randomNormal([WIDTHS[l], n], 0, WIDTHS[l] ** -0.5, "float32", l)
    ),
    ...WIDTHS.slice(1).map((n): tf.Tensor => tf.zeros([n])),
  ];
  let speeds = parameters.map((each): tf.Tensor => tf.zerosLike(each));
  const descend = () => {
    const sums = (h: tf.Tensor, l: number) => tf.add(tf.matMul(h, parameters[l]), parameters[last + l]);
    const inputs = [x];
    for (let l = 0; l < last - 1; l++) inputs.push(tf.tanh(sums(inputs[l], l)));
    const error = tf.sub(sums(inputs[last - 1], last - 1), y);
    const gradients: tf.Tensor[] = [];
    let delta: tf.Tensor = tf.mul(error, 2 / SAMPLES);
    for (let l = last - 1; l >= 0; l--) {
      gradients[l] = tf.matMul(inputs[l], delta, true);
      gradients[last + l] = tf.sum(delta, 0);
      if (l === 0) break;
      const slopes = tf.sub(1, tf.square(inputs[l]));
      delta = tf.mul(tf.matMul(delta, parameters[l], false, true), slopes);
    }
    const faster = speeds.map((speed, i) => tf.add(tf.mul(speed, MOMENTUM), gradients[i]));
    const moved = parameters.map((each, i) => tf.sub(each, tf.mul(faster[i], RATE)));
    return {
      moved,
      faster,
      features: inputs.slice(1),
      loss: tf.mean(tf.square(error)),
    };
  };

  let step = 0, calls = 0, inCalls = 0;
  /** Processor time of each measurement, the first of which does not count. */
  const seconds: Record<"bare" | "tracked", number[]> = {
    bare: [],
    tracked: [],
  };
  const processorTime = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const train = (isTracked: boolean) => async () => {
    const start = processorTime();
    for (const end = step + STEPS; step < end; step++) {
      const { moved, faster, features, loss } = tf.tidy(descend);
      // Either reads the loss as often.
      const value = step % EVERY === 0 ? (await loss.data())[0] : NaN;
      if (isTracked && tracker.wants(step)) {
        const copies = features.map((each) => each.dataToGPU());
        const layers = copies.map(({ buffer }, l) =>
          [`layer ${l + 1}`, {
            buffer: buffer!,
            rows: SAMPLES,
            columns: WIDTHS[l + 1],
          }] as const
        );
        const called = performance.now();
        tracker.track(step, Object.fromEntries(layers), value);
        inCalls += performance.now() - called;
        calls++;
        tf.dispose(copies.map(({ tensorRef }) => tensorRef));
      }
      tf.dispose([parameters, speeds, features, loss]);
      [parameters, speeds] = [moved, faster];
    }
    if (isTracked) await tracker.flush();
    else await parameters[0].data();
    seconds[isTracked ? "tracked" : "bare"].push(processorTime() - start);
  };
  const times = await timeInTurns([
    { name: "without", measure: clocked(train(false), STEPS) },
    {
      name: `ranks at three ε every ${EVERY} steps`,
      measure: clocked(train(true), STEPS),
    },
  ], bench);
  const [bare, tracked] = times;
  const work = lowerMedian(
    seconds.tracked.map((time, i) => time / seconds.bare[i]).slice(1),
  );
  const { record } = tracker;
  const trace = await tracker.finish();
  tf.dispose([parameters, speeds, x, y]);
  const intervals = trace.probes.flatMap(({ layers }) => layers.flatMap(({ ranks }) => ranks));
  const certain = intervals.filter(({ low, high }) => low === high).length /
    intervals.length;
  return [{
    title: `${WIDTHS.join("-")} tanh in TensorFlow.js, ${SAMPLES} samples, ms a step`,
    lines: [
      { name: bare.name, times: bare, verdict: null },
      {
        name: tracked.name,
        times: tracked,
        verdict: atMost(ratio(tracked, bare), BAR),
      },
      // A machine that does other things does not change this one.
      {
        name: "the same in processor time",
        times: null,
        verdict: atMost(work, null),
      },
    ],
    facts: { ...record, certain, seconds },
    notes: [
      `track returns after ${
        (inCalls / calls).toFixed(2)
      } ms; ${record.tracked} steps tracked, ${record.thinned.length} times fewer than asked, ` +
      `${(100 * certain).toFixed(1)} % of the ranks certain`,
    ],
  }];
}
