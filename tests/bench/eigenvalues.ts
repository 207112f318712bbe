/**
 * Eigenvalues of 64 Gram matrices of order 64, and counts of them at three ε, beside jax-js on the
 * same adapter and LAPACK.
 *
 * Matrices are those of random tanh features; times are from the host's matrices to the host's
 * numbers, but jax-js, jitted, has its matrices on the GPU already. Errors are against float64, as
 * shares of λ₁.
 *
 * @module
 */
import { eigh } from "../../src/linalg/eigen/eigh.ts";
import { squareMatrix } from "../../src/linalg/matrix.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { type CountingOptions, countRanks } from "../../src/rank/methods/counting.ts";
import type { RankInterval } from "../../src/rank/certificates/rank_interval.ts";
import { tanhGram } from "../support/counting.ts";
import { eigenvalues } from "../reference/eigenvalues.ts";
import { jit } from "./deps.ts";
import { openJax } from "./jax.ts";
import { atLeast, type Bench, type Line, type Section } from "./section.ts";
import { clocked, ratio, timeInTurns } from "./timing.ts";

const ORDER = 64, BATCH = 64, SAMPLES = 512;
/**
 * How many times as fast as jax-js: eigenvalues, and counts by the fastest method that is certain.
 */
const BARS = { eigenvalues: 10, counts: 30 };
const SHARES = [[1e-2, 1e-3, 1e-4], [1e-4, 1e-5, 1e-6], [1e-6, 1e-8, 1e-10]];
const METHODS: readonly (readonly [name: string, options: CountingOptions])[] = [
  ["sturm", { rankMethod: "sturm" }],
  ["sturm-double", { rankMethod: "sturm", precision: "double" }],
  ["inertia", { rankMethod: "inertia" }],
  ["cholesky", { rankMethod: "cholesky" }],
];
/** Share of counts that a method must be certain of: an eigenvalue may lie on ε. */
const CERTAIN = 0.95;
/** Names of those who find eigenvalues. */
const JAX = "jax-js eigvalsh", OURS = "eigvalsh", VECTORS = "eigh, with vectors";

/** What the contestants find, and what they should. */
class Findings {
  /** Eigenvalues in double precision, descending. */
  readonly exact: readonly (readonly number[])[];
  /** Eigenvalues that each contestant found last. */
  readonly spectra = new Map<string, readonly (Float32Array | Float64Array)[]>();
  /** Counts that each contestant found last. */
  readonly ranks = new Map<string, RankInterval[][]>();

  constructor(exact: readonly (readonly number[])[]) {
    this.exact = exact;
  }

  /** Largest error of eigenvalues, as a share of λ₁. */
  error(name: string): number {
    const errors = this.spectra.get(name)!.map((values, index) =>
      Math.max(...values.map((value, i) => Math.abs(value - this.exact[index][i]))) / this.exact[index][0]
    );
    return Math.max(...errors);
  }

  /** How many counts are certain, and how many are wrong. */
  counts(name: string): { readonly certain: number; readonly wrong: number } {
    const certain = this.ranks.get(name)!.flat().filter(({ low, high }) => low === high).length;
    const wrong = this.ranks.get(name)!.flatMap((list, index) =>
      list.filter(({ epsilon, low, high }) => {
        const rank = this.exact[index].filter((value) => value > epsilon).length;
        return rank < low || rank > high;
      })
    );
    return { certain, wrong: wrong.length };
  }
}

/** Eigenvalues and counts. */
export async function eigenvalueBench(bench: Bench): Promise<Section[]> {
  const { gpu, python, window } = bench;
  const np = await openJax();
  const matrices = Array.from({ length: BATCH }, (_, seed) => tanhGram(ORDER, seed, SAMPLES));
  const findings = new Findings(matrices.map((matrix) => eigenvalues(matrix, ORDER)));
  const { exact, spectra, ranks } = findings;
  const flat = new Float32Array(BATCH * ORDER ** 2);
  matrices.forEach((matrix, index) => flat.set(matrix, index * ORDER ** 2));
  const onGpu = np.array(flat).reshape([BATCH, ORDER, ORDER]);
  const jaxEigvalsh = jit((a: typeof onGpu) => np.linalg.eigvalsh(a));

  const contestant = (name: string, action: () => Promise<unknown>) => ({
    name,
    measure: clocked(action, BATCH),
  });
  const spectral = [
    contestant(JAX, async () => {
      const values = await jaxEigvalsh(onGpu.ref).data() as Float32Array;
      const spectrum = (index: number) => values.slice(index * ORDER, (index + 1) * ORDER).sort().reverse();
      spectra.set(JAX, matrices.map((_, index) => spectrum(index)));
    }),
    contestant(OURS, async () => spectra.set(OURS, await eigvalsh(gpu, matrices.map(squareMatrix)))),
    contestant(
      VECTORS,
      async () =>
        spectra.set(VECTORS, (await eigh(gpu, matrices.map(squareMatrix))).map(({ values }) => values)),
    ),
  ];
  const counting = SHARES.flatMap((shares) => {
    const epsilons = exact.map(([largest]) => shares.map((share) => share * largest));
    return METHODS.map(([method, options]) => {
      const name = `${method} at ${shares.map((share) => share.toExponential(0)).join(", ")} λ₁`;
      return contestant(name, async () => {
        ranks.set(name, await countRanks(gpu, matrices, epsilons, options));
      });
    });
  });
  const lapack = python?.versions.scipy
    ? [{
      name: "SciPy eigvalsh, f64, CPU",
      measure: () => python.time({ job: "eigvalsh", window, order: ORDER }),
    }]
    : [];
  const times = await timeInTurns([...spectral, ...lapack, ...counting], bench);
  onGpu.dispose();

  const [reference] = times;
  const median = (name: string) => times.find((one) => one.name === name)!.median;
  const fastest = new Set(SHARES.flatMap((_, k) => {
    const certain = counting.slice(k * METHODS.length, (k + 1) * METHODS.length).map(({ name }) => name)
      .filter((name) => findings.counts(name).certain >= CERTAIN * BATCH * SHARES[0].length);
    return certain.sort((a, b) => median(a) - median(b)).slice(0, 1);
  }));
  const lines = times.map((one): Line => {
    const { name } = one;
    if (name === JAX || name.startsWith("SciPy")) return { name, times: one, verdict: null };
    const bar = name === OURS ? BARS.eigenvalues : fastest.has(name) ? BARS.counts : null;
    return { name, times: one, verdict: atLeast(ratio(reference, one), bar) };
  });
  const errors = Object.fromEntries([JAX, OURS, VECTORS].map((name) => [name, findings.error(name)]));
  const counts = Object.fromEntries(counting.map(({ name }) => [name, findings.counts(name)]));
  const all = BATCH * SHARES[0].length;
  return [{
    title: `eigenvalues of ${BATCH} matrices of order ${ORDER}, ms a matrix`,
    lines,
    facts: { errors, counts, countsEach: all },
    notes: [
      `largest errors / λ₁: ${
        Object.entries(errors).map(([name, error]) => `${name} ${error.toExponential(1)}`).join("; ")
      }`,
      `certain counts of ${all}: ${
        METHODS.map(([method], m) => {
          const each = SHARES.map((_, k) => counts[counting[k * METHODS.length + m].name].certain);
          return `${method} ${each.join(", ")}`;
        }).join("; ")
      }; wrong: ${Object.values(counts).reduce((sum, { wrong }) => sum + wrong, 0)}`,
    ],
  }];
}
