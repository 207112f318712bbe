/**
 * A training in TensorFlow.js and one in jax-js, both tracked on their own devices. It runs in a
 * page and under Deno alike.
 *
 * @module
 */
import { Gpu } from "../../src/gpu/mod.ts";
import { staircaseData, staircaseFigure } from "../../src/plot/mod.ts";
import { RankTracker } from "../../src/tracker/mod.ts";
import { jax, tf, type WebGPUBackend } from "../support/tensor_deps.ts";

/** Thresholds of the ranks. */
export const epsilons: readonly number[] = [1e-2, 1e-4, 1e-6];

/** Features of one layer at one step, as the program itself reads them, and their ranks. */
export interface TrackedLayerOutcome {
  /** Step. */
  readonly step: number;
  /** Loss. */
  readonly loss: number;
  /** Number of samples. */
  readonly rows: number;
  /** Number of neurons. */
  readonly columns: number;
  /** Entries, row-major. */
  readonly data: readonly number[];
  /** Intervals of the ranks, in the order of the thresholds. */
  readonly ranks: readonly (readonly [low: number, high: number])[];
}

/** What came out. */
export interface TensorsOutcome {
  /** Layers at the steps that were tracked. */
  readonly layers: readonly TrackedLayerOutcome[];
  /** Steps that failed. */
  readonly failed: readonly unknown[];
  /** The staircase figure. */
  readonly svg: string;
}

const samples = 31, widths = [9, 7], every = 4, steps = 24;

/** Puts ranks beside the features that were seen. */
async function outcomeOf(
  tracker: RankTracker,
  seen: readonly Omit<TrackedLayerOutcome, "ranks" | "loss">[],
): Promise<TensorsOutcome> {
  const trace = await tracker.finish();
  const found = trace.probes.flatMap(({ step, loss, layers }) =>
    layers.map(({ ranks }) => ({ step, loss, ranks: ranks.map(({ low, high }) => [low, high] as const) }))
  );
  const texts = { title: "Ranks", subtitle: "tracked", lossName: "squared error" };
  const data = staircaseData(trace, { ...texts, threshold: "absolute", layers: tracker.layers });
  const layers = seen.map((each, i) => ({ ...each, ...found[i] }));
  return { layers, failed: tracker.record.failed, svg: staircaseFigure(data) };
}

/** Trains in TensorFlow.js by gradients that are written by hand. */
export async function trackTensorFlow(): Promise<TensorsOutcome> {
  await tf.setBackend("webgpu");
  await tf.ready();
  using gpu = Gpu.from((tf.backend() as WebGPUBackend).device);
  using tracker = new RankTracker(gpu, { every, epsilons, layers: ["first", "second"] });
  const x: tf.Tensor = tf.reshape(tf.linspace(-1, 1, samples), [samples, 1]), y = tf.cos(tf.mul(x, 3));
  const sizes = [1, ...widths, 1];
  let weights = sizes.slice(1).map((n, i): tf.Tensor =>
    tf.randomNormal([sizes[i], n], 0, 1, "float32", i + 1)
  );
  const seen: Omit<TrackedLayerOutcome, "ranks" | "loss">[] = [];
  for (let step = 0; step < steps; step++) {
    const { moved, features, loss } = tf.tidy(() => {
      const features = [x];
      for (let l = 0; l < 2; l++) features.push(tf.tanh(tf.matMul(features[l], weights[l])));
      const error = tf.sub(tf.matMul(features[2], weights[2]), y);
      const moved: tf.Tensor[] = [];
      let delta: tf.Tensor = tf.mul(error, 2 / samples);
      for (let l = 2; l >= 0; l--) {
        moved.unshift(tf.sub(weights[l], tf.mul(tf.matMul(features[l], delta, true), 0.05)));
        delta = tf.mul(tf.matMul(delta, weights[l], false, true), tf.sub(1, tf.square(features[l])));
      }
      return { moved, features: features.slice(1), loss: tf.mean(tf.square(error)) };
    });
    if (tracker.wants(step)) {
      const copies = features.map((each) => each.dataToGPU());
      const [first, second] = copies.map(({ buffer }, l) => ({
        buffer: buffer!,
        rows: samples,
        columns: widths[l],
      }));
      tracker.track(step, { first, second }, loss.data().then(([value]) => value));
      // TensorFlow.js takes the buffers back, and writes other tensors into them.
      tf.dispose(copies.map(({ tensorRef }) => tensorRef));
      for (const [l, each] of features.entries()) {
        seen.push({ step, rows: samples, columns: widths[l], data: [...await each.data()] as number[] });
      }
      await loss.data();
    }
    tf.dispose([weights, features, loss]);
    weights = moved;
  }
  tf.dispose([weights, x, y]);
  return await outcomeOf(tracker, seen);
}

/** Trains in jax-js: one layer by its buffer, the other by its typed array. */
export async function trackJax(): Promise<TensorsOutcome> {
  const { numpy: np } = jax;
  if (!(await jax.init()).includes("webgpu")) throw new Error("jax-js finds no WebGPU here");
  jax.defaultDevice("webgpu");
  type Parameters = Record<"first" | "second" | "last", jax.Array>;
  const x = np.linspace(-1, 1, samples).reshape([samples, 1]);
  const y = np.cos(np.linspace(-3, 3, samples).reshape([samples, 1]));
  const [a, b] = widths, key = (k: number) => jax.random.key(k);
  let parameters: Parameters = {
    first: jax.random.normal(key(1), [1, a]),
    second: jax.random.normal(key(2), [a, b]),
    last: jax.random.normal(key(3), [b, 1]),
  };
  const featuresOf = ({ first, second }: Pick<Parameters, "first" | "second">) => {
    const h = np.tanh(np.dot(x.ref, first));
    return [h.ref, np.tanh(np.dot(h, second))];
  };
  const lossOf = (parameters: Parameters) => {
    const { last, ...rest } = parameters, [first, second] = featuresOf(rest);
    first.dispose();
    return np.mean(np.square(np.dot(second, last).sub(y.ref)));
  };
  const gradient = jax.valueAndGrad(lossOf);
  // The device is there once something has been computed.
  await jax.blockUntilReady(parameters);
  using gpu = Gpu.from(jax.getWebGPUDevice());
  using tracker = new RankTracker(gpu, { every, epsilons });
  const seen: Omit<TrackedLayerOutcome, "ranks" | "loss">[] = [];
  for (let step = 0; step < steps; step++) {
    const [loss, slopes] = gradient(jax.tree.ref(parameters)) as unknown as [jax.Array, Parameters];
    if (tracker.wants(step)) {
      const { first, second } = parameters;
      const features = featuresOf({ first: first.ref, second: second.ref });
      const buffer = await features[0].ref.gpuBuffer();
      const data = await features[1].ref.data() as Float32Array;
      tracker.track(step, {
        first: { buffer, rows: samples, columns: a },
        second: { data, rows: samples, columns: b },
      }, loss.ref.data().then(([value]) => value));
      for (const [l, each] of features.entries()) {
        seen.push({ step, rows: samples, columns: widths[l], data: [...await each.data()] });
      }
    }
    loss.dispose();
    const moved = (["first", "second", "last"] as const).map((name) =>
      [name, parameters[name].sub(slopes[name].mul(0.05))] as const
    );
    parameters = Object.fromEntries(moved) as Parameters;
  }
  return await outcomeOf(tracker, seen);
}
