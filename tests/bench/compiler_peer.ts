/**
 * Times a few kernels on one implementation of WebGPU, for `compilers.ts`. Its arguments are the
 * implementation, the time that a measurement fills, in milliseconds, and how often each is made;
 * it prints a line of JSON.
 *
 * @module
 */
import { loadImplementation } from "../../src/cli/implementation.ts";
import type { implementationNames } from "../../src/cli/program_flags.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { measurePeak } from "../../src/gpu/measure/peak.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { gramMatrices } from "../../src/linalg/gram/gram_matrices.ts";
import { squareMatrix } from "../../src/linalg/matrix.ts";
import { bindGemm } from "../../src/linalg/products/gemm.ts";
import { countRanks } from "../../src/rank/methods/counting.ts";
import { normals } from "../../src/stats/random_matrices.ts";
import { tanhGram } from "../support/counting.ts";
import type { CompilerTimes } from "./compilers.ts";
import { repeated } from "./timing.ts";
import { trainingRate } from "./training_rate.ts";
import { SMALL, trainingOptions, workloadName } from "./workload.ts";

const [name, window, repeats] = Deno.args;
const ORDER = 64, BATCH = 64, PRODUCT = 512, SAMPLES = 4096, FEATURES = 128;

using gpu = await Gpu.open({
  implementation: await loadImplementation(name as typeof implementationNames[number]),
});
using stack = new DisposableStack();

const options = await trainingOptions(SMALL);
const matrices = Array.from({ length: BATCH }, (_, seed) => tanhGram(ORDER, seed, 2 * ORDER));
const epsilons = matrices.map((matrix) => [1e-3, 1e-5].map((share) => share * matrix[0] * ORDER));
const features = {
  rows: SAMPLES,
  columns: FEATURES,
  data: Float32Array.from(normals(SAMPLES * FEATURES, 1)),
};
const operand = stack.use(new GpuArray(gpu, "operand", Float32Array.from(normals(PRODUCT ** 2, 1))));
const product = stack.use(new GpuArray(gpu, "product", PRODUCT ** 2));
const word = stack.use(new GpuArray(gpu, "word", 1));
const view = (array: GpuArray) => ({ array, stride: PRODUCT / 4, batch: 0 });

const often = (action: () => Promise<unknown>) =>
  repeated(Number(window), async (times) => {
    for (let i = 0; i < times; i++) await action();
  });
/** What is timed: first what compiles, then one measurement. */
const works: Readonly<Record<string, () => Promise<number>>> = {
  [workloadName(SMALL)]: async () => (await trainingRate(gpu, options, Number(window))).milliseconds,
  [`product, ${PRODUCT}³`]: repeated(Number(window), async (times) => {
    const sizes = { m: PRODUCT, n: PRODUCT, k: PRODUCT };
    const dispatch = await bindGemm(gpu, "nn", view(operand), view(operand), view(product), sizes);
    const commands = new Commands(gpu);
    for (let i = 0; i < times; i++) commands.run(dispatch);
    commands.submit();
    await word.read();
  }),
  [`Gram matrix, ${SAMPLES} × ${FEATURES}, compensated`]: often(() =>
    gramMatrices(gpu, [features], { precision: "single" })
  ),
  [`eigenvalues of ${BATCH} matrices of order ${ORDER}`]: often(() =>
    eigvalsh(gpu, matrices.map(squareMatrix))
  ),
  "counts of them at two ε, sturm": often(() => countRanks(gpu, matrices, epsilons, { rankMethod: "sturm" })),
  "counts of them at two ε, inertia": often(() =>
    countRanks(gpu, matrices, epsilons, { rankMethod: "inertia" })
  ),
};

const { flopsPerSecond, bytesPerSecond, dispatchMilliseconds, waitMilliseconds } = await measurePeak(gpu);
const found: CompilerTimes = {
  adapter: gpu.adapterName,
  peak: { flopsPerSecond, bytesPerSecond, dispatchMilliseconds, waitMilliseconds },
  works: [],
};
for (const [title, measure] of Object.entries(works)) {
  const start = performance.now();
  await measure();
  const first = performance.now() - start, all: number[] = [];
  for (let i = 0; i < Number(repeats); i++) all.push(await measure());
  found.works.push({ title, first, all });
}
console.log(JSON.stringify(found));
Deno.exit(0);
