import { GpuArray } from "../../../src/gpu/array.ts";
import { gpuStruct } from "../../../src/gpu/struct.ts";
import {
  optimizerConstants,
  type OptimizerName,
  optimizerNames,
  optimizerRecords,
  optimizers,
} from "../../../src/nn/optim/optimizer.ts";
import { STATE_WORDS } from "../../../src/nn/optim/update.ts";
import { assert } from "../../deps.ts";
import { type ReferenceOptimizer, update, zeroMoments } from "../../reference/optimizer.ts";
import { U } from "../../reference/rounding.ts";
import { randomFloats, run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };
import stateSource from "../../../shaders/nn/include/state.wgsl" with { type: "text" };
import updateSource from "../../../shaders/nn/optim/update.wgsl" with { type: "text" };
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const STEPS = 20, REPLICAS = 3, SLICES = 3, VECTORS = 70, WORDS = 4 * VECTORS;
/** The last words stand for padding: parameter and gradient 0. */
const PADDING = 6;
const rates = [0.1, 0.01, 0.003].map(Math.fround);
const decays = [0, 0.01, 0.3].map(Math.fround);
const momenta = [0.9, 0.5, 0].map(Math.fround);
/** Large enough to tell √v + ϵ from √(v + ϵ). */
const epsilon = Math.fround(0.01);

const zeroPadding = (words: Float32Array) => {
  for (let first = WORDS; first <= words.length; first += WORDS) words.fill(0, first - PADDING, first);
  return words;
};

/** Learning rates that change from step to step, as schedules make them. */
const scheduled = (replica: number, step: number) => Math.fround(rates[replica] * (1 - step / 40));

/** Runs all steps on the GPU and gives the parameters of all replicas. */
async function optimize(name: OptimizerName, start: Float32Array, gradients: readonly Float32Array[]) {
  using stack = new DisposableStack();
  const kernel = await gpu.kernel(
    { name: "update", files: [stateSource, optimizerSource, updateSource] },
    optimizerConstants(name, { layerRates: null }),
  );
  const options = { name, learningRate: rates, weightDecay: decays, momentum: momenta, epsilon };
  const records = optimizerRecords(options, REPLICAS);
  const settings = gpuStruct(gpu, "update settings", ["u32", VECTORS, SLICES]);
  const hypers = stack.use(new GpuArray(gpu, "hypers", records));
  const states = stack.use(new GpuArray(gpu, "states", STATE_WORDS * REPLICAS));
  const gradient = stack.use(new GpuArray(gpu, "gradients", gradients[0].length));
  const parameters = stack.use(new GpuArray(gpu, "parameters", start));
  const moments = stack.use(new GpuArray(gpu, "moments", 2 * REPLICAS * WORDS));
  const dispatch = kernel.bind(
    [settings, hypers, states, gradient, parameters, moments],
    [Math.ceil(VECTORS / 64), 1, REPLICAS],
  );
  gradients.forEach((each, step) => {
    gradient.write(each);
    const t = step + 1;
    const corrections = [0.9, 0.999].map((beta) => -Math.expm1(t * Math.log(beta)));
    const floats = rates.flatMap((_, r) => [0, 0, 0, 0, scheduled(r, step), ...corrections, 0, 0, 0, 0]);
    states.write(Float32Array.from(floats));
    run(gpu, [dispatch]);
  });
  return await parameters.read();
}

/**
 * The same in float64, with a bound of the error. A step rounds θ and its change a few times; the
 * change is good to the roundings of the moments, whose number grows by three a step, relative to
 * the moments of |g|:
 *     |δθ| ≤ Σ_t (3 u |θ_t| + η_t · (3 t + 12) u · size_t),
 *     size = moment of |g|, over √v̂ for Adam,
 * and, where decay couples θ to itself, a factor (1 + λ η …)^t < 2.
 */
function reference(
  optimizer: ReferenceOptimizer,
  replica: number,
  start: Float32Array,
  gradients: Float32Array[],
) {
  const theta = Float64Array.from(start), bound = new Float64Array(WORDS);
  const moments = zeroMoments(WORDS), sizes = zeroMoments(WORDS);
  for (let step = 0; step < STEPS; step++) {
    const rate = scheduled(replica, step), t = step + 1;
    const sum = new Float64Array(WORDS), magnitude = new Float64Array(WORDS);
    for (let slice = 0; slice < SLICES; slice++) {
      for (let i = 0; i < WORDS; i++) {
        const g = gradients[step][(replica * SLICES + slice) * WORDS + i];
        sum[i] += g;
        magnitude[i] += Math.abs(g);
      }
    }
    const decay = optimizer.name === "adamw" ? 0 : optimizer.weightDecay;
    for (let i = 0; i < WORDS; i++) magnitude[i] += decay * Math.abs(theta[i]);
    // The sizes of the changes: the optimiser on |g| from θ = 0, without decay.
    const change = new Float64Array(WORDS);
    update({ ...optimizer, weightDecay: 0 }, rate, t, change, magnitude, sizes);
    update(optimizer, rate, t, theta, sum, moments);
    for (let i = 0; i < WORDS; i++) {
      let size = Math.abs(change[i]);
      if (optimizer.name.startsWith("adam")) {
        // The moments of |g| over the root of the second moment of g itself, not of |g|.
        size *= Math.sqrt(sizes.second[i] / Math.max(moments.second[i], 1e-300));
        // The square carries its relative error, twice that of a gradient that cancelled between
        // its slices.
        size *= sizes.second[i] > 0 ? Math.sqrt(sizes.second[i] / moments.second[i]) : 1;
      }
      bound[i] += 3 * U * Math.abs(theta[i]) + (3 * t + 12) * U * size;
    }
  }
  return { theta, bound: bound.map((each) => 2 * each) };
}

for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
  Deno.test(`update: ${name} is that of float64, with rates, decays and momenta of each replica's own`, async () => {
    const floats = randomFloats(7);
    const start = zeroPadding(floats(REPLICAS * WORDS));
    const gradients = Array.from({ length: STEPS }, () => zeroPadding(floats(REPLICAS * SLICES * WORDS)));
    const words = await optimize(name, start, gradients);
    for (let r = 0; r < REPLICAS; r++) {
      const optimizer: ReferenceOptimizer = {
        name,
        learningRate: rates[r],
        weightDecay: decays[r],
        momentum: momenta[r],
        betas: [0.9, 0.999],
        epsilon,
      };
      const own = (array: Float32Array) => array.subarray(r * WORDS, (r + 1) * WORDS);
      const { theta, bound } = reference(optimizer, r, own(start), gradients);
      assertWithin(own(words), theta, bound, `${name}, replica ${r}`);
      assert(own(words).subarray(WORDS - PADDING).every((word) => word === 0), "padding is not 0");
    }
  });
}

Deno.test("update: Adam's first update has the size of the learning rate, whatever that of the gradient", async () => {
  const start = new Float32Array(REPLICAS * WORDS);
  const gradient = randomFloats(9)(REPLICAS * SLICES * WORDS, 0, 1).map((g) => 1e6 * (0.5 + g));
  const words = await optimize("adam", start, [gradient]);
  for (let r = 0; r < REPLICAS; r++) {
    const rate = scheduled(r, 0);
    // a / (1 − β₁) is g and v / (1 − β₂) is g²: what is left are 4 roundings of each, 3 divisions
    // of up to 5 u and a root of up to 12 u. 1 − 0.999 in single precision would be off by 200 u.
    const own = words.subarray(r * WORDS, (r + 1) * WORDS);
    assertWithin(own, new Float64Array(WORDS).fill(-rate), 35 * U * rate, `replica ${r}`);
  }
});

Deno.test("update: NaN gradients of one replica do not reach another", async () => {
  const floats = randomFloats(8);
  const start = floats(REPLICAS * WORDS);
  const clean = [floats(REPLICAS * SLICES * WORDS)];
  const dirty = clean.map((each) => each.slice().fill(NaN, SLICES * WORDS, 2 * SLICES * WORDS));
  for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
    const [before, after] = [await optimize(name, start, clean), await optimize(name, start, dirty)];
    after.forEach((word, i) => {
      if (Math.floor(i / WORDS) === 1) assert(Number.isNaN(word), `${name}: NaN got lost`);
      else assert.equal(word, before[i], name);
    });
  }
});
