/**
 * Matrix products as large as fill the adapter: a product of squares, and the Gram matrix of many
 * samples.
 *
 * @module
 */
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { measurePeak } from "../../src/gpu/measure/peak.ts";
import type { Dispatch } from "../../src/gpu/kernel.ts";
import { EigenBatch } from "../../src/linalg/eigen/eigen_batch.ts";
import { bindGemm } from "../../src/linalg/products/gemm.ts";
import { bindGram, bindGramReduce, gramPartials } from "../../src/linalg/gram/gram.ts";
import { normals } from "../reference/random.ts";
import { blockUntilReady, jit, type numpy } from "./deps.ts";
import { openJax } from "./jax.ts";
import { atLeast, type Bench, type Section, speedUps } from "./section.ts";
import { openTensorFlow } from "./tfjs.ts";
import { ratio, repeated, timeInTurns } from "./timing.ts";

const ORDER = 1024;
const SAMPLES = 32768, FEATURES = 256;
/** Least percentage of the adapter's peak, and speed-up against jax-js. */
const PEAK_BAR = 25, JAX_BAR = 1;

/** A product of one matrix with itself, or with its own transpose. */
interface Product {
  readonly title: string;
  readonly rows: number;
  readonly columns: number;
  /** Whether the left operand is transposed. */
  readonly transposed: boolean;
  /** Operations of our kernel. */
  readonly flops: number;
  readonly bind: (
    gpu: Gpu,
    entries: Float32Array,
    stack: DisposableStack,
  ) => Promise<Dispatch[]>;
  /** Its name and arguments in `peers.py`. */
  readonly job: Readonly<Record<string, unknown>>;
}

const PRODUCTS: readonly Product[] = [
  {
    title: `Gram matrix, ${SAMPLES} × ${FEATURES}, ms`,
    rows: SAMPLES,
    columns: FEATURES,
    transposed: true,
    // Tiles of the upper triangle only.
    flops: SAMPLES * FEATURES ** 2,
    bind: bindGramJob,
    job: { job: "gram", rows: SAMPLES, columns: FEATURES },
  },
  {
    title: `GEMM, ${ORDER} × ${ORDER} × ${ORDER}, ms`,
    rows: ORDER,
    columns: ORDER,
    transposed: false,
    flops: 2 * ORDER ** 3,
    bind: bindGemmJob,
    job: { job: "gemm", order: ORDER },
  },
];

/** Both products. */
export async function products(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const product of PRODUCTS) sections.push(await section(bench, product));
  return sections;
}

async function section(bench: Bench, product: Product): Promise<Section> {
  const { gpu, python, window } = bench;
  const { title, rows, columns, transposed, flops, job } = product;
  using stack = new DisposableStack();
  const entries = Float32Array.from(normals(rows * columns, 1));
  const dispatches = await product.bind(gpu, entries, stack);
  const word = stack.use(new GpuArray(gpu, "word", 1));
  const staircase = repeated(window, async (times) => {
    const commands = new Commands(gpu);
    for (let i = 0; i < times; i++) commands.run(...dispatches);
    commands.submit();
    await word.read();
  });

  const np = await openJax();
  const onGpu = np.array(entries).reshape([rows, columns]);
  const multiply = jit((a: numpy.Array) => transposed ? np.dot(a.ref.transpose(), a) : np.dot(a.ref, a));
  const jax = repeated(window, async (times) => {
    const results = Array.from(
      { length: times },
      () => multiply(onGpu.ref) as numpy.Array,
    );
    await blockUntilReady(results);
    for (const result of results) result.dispose();
  });

  const tf = await openTensorFlow();
  const tensor = tf.tensor2d(entries, [rows, columns]);
  const tensorFlow = repeated(window, async (times) => {
    let result: ReturnType<typeof tf.matMul> | null = null;
    for (let i = 0; i < times; i++) {
      result?.dispose();
      result = tf.matMul(tensor, tensor, transposed, false);
    }
    const corner = tf.slice(result!, [0, 0], [1, 1]);
    await corner.data();
    corner.dispose();
    result!.dispose();
  });

  // Measured in turns as well, since what else the machine does slows both down.
  const atPeak = async () => 1000 * flops / (await measurePeak(gpu)).flopsPerSecond;
  const times = await timeInTurns([
    { name: "Staircase", measure: staircase },
    { name: "jax-js", measure: jax },
    { name: "TensorFlow.js", measure: tensorFlow },
    ...(python?.versions.numpy
      ? [{ name: "NumPy, CPU", measure: () => python.time({ ...job, window }) }]
      : []),
    { name: "the same at the adapter's fma peak", measure: atPeak },
  ], bench);
  onGpu.dispose();
  tensor.dispose();
  const [ours, ...others] = speedUps(times.slice(0, -1), { "jax-js": JAX_BAR });
  const best = times[times.length - 1];
  const share = ratio(best, times[0]);
  return {
    title,
    lines: [ours, ...others, {
      name: best.name,
      times: best,
      verdict: atLeast(100 * share, PEAK_BAR, " %"),
    }],
    facts: { flops, peakShare: share, dispatches: dispatches.length },
    notes: [],
  };
}

async function bindGramJob(
  gpu: Gpu,
  entries: Float32Array,
  stack: DisposableStack,
): Promise<Dispatch[]> {
  const batch = stack.use(new EigenBatch(gpu, [FEATURES]));
  const array = stack.use(new GpuArray(gpu, "features", entries));
  const weights = stack.use(
    new GpuArray(gpu, "weights", new Float32Array(SAMPLES).fill(1 / SAMPLES)),
  );
  const partials = stack.use(
    new GpuArray(gpu, "partial Gram matrices", gramPartials(gpu, SAMPLES, batch)),
  );
  const options = { samples: SAMPLES, replicas: 1, weights, batch, partials };
  const features = { array, stride: FEATURES / 4, batch: 0 };
  return [
    ...await bindGram(
      gpu,
      { features, order: FEATURES, first: 0, targets: null },
      options,
    ),
    await bindGramReduce(gpu, options),
  ];
}

async function bindGemmJob(
  gpu: Gpu,
  entries: Float32Array,
  stack: DisposableStack,
): Promise<Dispatch[]> {
  const view = (array: GpuArray) => ({ array, stride: ORDER / 4, batch: 0 });
  const a = view(stack.use(new GpuArray(gpu, "operand", entries)));
  const c = view(stack.use(new GpuArray(gpu, "product", ORDER ** 2)));
  return [await bindGemm(gpu, "nn", a, a, c, { m: ORDER, n: ORDER, k: ORDER })];
}
