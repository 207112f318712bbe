/**
 * Eigenvalues of 64 Gram matrices of order 64, and counts of them at three ε, beside jax-js on the same adapter.
 *
 *     deno run -A tests/bench/eigenvalues.ts [repeats]
 *
 * Matrices are those of random tanh features; times are from the host's matrices to the host's numbers, but jax-js, jitted,
 * has its matrices on the GPU already. Errors are against float64, as shares of λ₁.
 *
 * @module
 */
import { Gpu } from "../../src/gpu/device.ts";
import { eigh } from "../../src/linalg/eigh.ts";
import { eigvalsh } from "../../src/linalg/eigvalsh.ts";
import { type CountingMethod, countRanks } from "../../src/rank/counting.ts";
import type { RankInterval } from "../../src/rank/rank_interval.ts";
import { tanhGram } from "../linalg/counting.ts";
import { eigenvalues } from "../reference/eigenvalues.ts";
import { jit } from "./deps.ts";
import { openJax } from "./jax.ts";
import { digits, printTable } from "./table.ts";
import { timeInTurns, type Times } from "./timing.ts";

const ORDER = 64, BATCH = 64, SAMPLES = 512;
/** How many times as fast as jax-js: eigenvalues, and counts by the fastest method that is certain. */
const BARS = { eigenvalues: 10, counts: 30 };
const SHARES = [[1e-2, 1e-3, 1e-4], [1e-4, 1e-5, 1e-6], [1e-6, 1e-8, 1e-10]];
/** Share of counts that a method must be certain of: an eigenvalue may lie on ε. */
const CERTAIN = 0.95;

const repeats = Number(Deno.args[0] ?? 5);
using gpu = await Gpu.open();
const np = await openJax();

const matrices = Array.from({ length: BATCH }, (_, seed) => tanhGram(ORDER, seed, SAMPLES));
const exact = matrices.map((matrix) => eigenvalues(matrix, ORDER));
const flat = new Float32Array(BATCH * ORDER ** 2);
matrices.forEach((matrix, index) => flat.set(matrix, index * ORDER ** 2));
const onGpu = np.array(flat).reshape([BATCH, ORDER, ORDER]);
const jaxEigvalsh = jit((a: typeof onGpu) => np.linalg.eigvalsh(a));

/** What each contestant gave last. */
const spectra = new Map<string, readonly Float32Array[]>();
const ranks = new Map<string, RankInterval[][]>();

const jax = {
  name: "jax-js eigvalsh",
  run: async () => {
    const values = await jaxEigvalsh(onGpu.ref).data() as Float32Array;
    const spectrum = (index: number) => values.slice(index * ORDER, (index + 1) * ORDER).sort().reverse();
    spectra.set("jax-js eigvalsh", matrices.map((_, index) => spectrum(index)));
  },
};
const solvers = [
  { name: "eigvalsh", solve: () => eigvalsh(gpu, matrices) },
  { name: "eigh, with vectors", solve: async () => (await eigh(gpu, matrices)).map(({ values }) => values) },
].map(({ name, solve }) => ({ name, run: async () => spectra.set(name, await solve()) }));
const methods: CountingMethod[] = ["sturm", "sturm-double", "inertia", "cholesky"];
const counters = SHARES.flatMap((shares) => {
  const epsilons = exact.map(([largest]) => shares.map((share) => share * largest));
  return methods.map((method) => {
    const name = `${method} at ${shares.map((share) => share.toExponential(0)).join(", ")} λ₁`;
    return { name, run: async () => ranks.set(name, await countRanks(gpu, matrices, epsilons, { method })) };
  });
});

const times = await timeInTurns([jax, ...solvers, ...counters], repeats);
const reference = times[0];
console.log(
  `${gpu.adapterName}: ${BATCH} matrices of order ${ORDER}, milliseconds a matrix, ${repeats} repeats\n`,
);
printTable(
  ["", "median", "least", "most", "ratio", "bar", "largest error / λ₁, certain counts"],
  times.map((one) => {
    const per = [one.median, one.least, one.most].map((value) => digits(value / BATCH));
    return [one.name, ...per, `${digits(reference.median / one.median)}×`, bar(one), outcome(one.name)];
  }),
);
Deno.exit(0);

function bar({ name }: Times): string {
  if (name === "eigvalsh") return `≥ ${BARS.eigenvalues}×`;
  return fastestCertain().has(name) ? `≥ ${BARS.counts}×` : "";
}

function certainCounts(name: string): number {
  return ranks.get(name)!.flat().filter(({ low, high }) => low === high).length;
}

/** For each list of thresholds the fastest method that is certain. */
function fastestCertain(): Set<string> {
  const all = BATCH * SHARES[0].length;
  const certain = times.filter(({ name }) => ranks.has(name) && certainCounts(name) >= CERTAIN * all);
  return new Set(SHARES.flatMap((_, k) => {
    const group = counters.slice(k * methods.length, (k + 1) * methods.length).map(({ name }) => name);
    const [fastest] = certain.filter(({ name }) => group.includes(name)).sort((a, b) => a.median - b.median);
    return fastest ? [fastest.name] : [];
  }));
}

function outcome(name: string): string {
  const found = spectra.get(name);
  if (found) {
    const errors = found.map((values, index) =>
      Math.max(...values.map((value, i) => Math.abs(value - exact[index][i]))) / exact[index][0]
    );
    return Math.max(...errors).toExponential(1);
  }
  const wrong = ranks.get(name)!.flatMap((list, index) =>
    list.filter(({ epsilon, low, high }) => {
      const rank = exact[index].filter((value) => value > epsilon).length;
      return rank < low || rank > high;
    })
  );
  return `${certainCounts(name)} of ${BATCH * SHARES[0].length} certain, ${wrong.length} wrong`;
}
