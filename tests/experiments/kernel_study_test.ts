import { InputError } from "../../src/errors.ts";
import { completeValues } from "../../src/cli/options.ts";
import type { OptionsOf } from "../../src/experiments/core/experiment.ts";
import type { RunOptions } from "../../src/experiments/core/run.ts";
import { kernelStudy as experiment } from "../../src/experiments/kernel_study/mod.ts";
import { kernelStudyOptions, kernelStudyPlan, studyParts } from "../../src/experiments/kernel_study/plan.ts";
import type { KernelStudySummary } from "../../src/experiments/kernel_study/report.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg } from "../support/sound.ts";
import { study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

type Options = OptionsOf<typeof experiment>;
const small: Options = {
  orders: [23],
  batches: [1, 3],
  growthOrders: [],
  growthSamples: [],
  seed: 3,
};

const planOf = (options: Options) =>
  kernelStudyPlan(completeValues(kernelStudyOptions, options, "kernel-study"));

/** A study, with everything that its program makes. */
async function kernelStudy(options: Options, how: RunOptions = {}) {
  const made = await study(gpu, experiment, options, how);
  return { ...made, ...made.rows[0], summary: made.record.summary as KernelStudySummary };
}

Deno.test("kernelStudy: a naive rank is fiction below 10⁻⁷ λ₁; no certain one is wrong", async () => {
  const progress: [done: number, text: string][] = [];
  const study = await kernelStudy(small, { onProgress: (...now) => void progress.push(now) });
  const { counts, eigenvalues, cost, methods, options } = study;
  assert(study.complete);
  assert.deepEqual(study.omissions, []);

  const summary = (name: string, precision = "single") =>
    methods.find((each) => each.method === name && each.precision === precision)!;
  for (const each of methods) {
    const label = `${each.method} ${each.precision}`;
    assert.deepEqual([each.certainButWrong, each.outside, each.beyondBounds], [0, 0, 0], label);
    assert.equal(each.ranks, 8 * 13, label);
  }
  // The truth at ε = 10⁻⁸ … 10⁻¹³ λ₁, and what everyone's way makes of it.
  const naive = summary("naive");
  assert(naive.deep.wrong > 0.2 * naive.deep.ranks, `${naive.deep.wrong} of ${naive.deep.ranks}`);
  assert.equal(naive.certain, null);
  const shallow = counts.filter(({ method, share }) => method === "naive" && share >= 1e-5);
  assert(shallow.every(({ error, family }) => error === 0 || family === "clustered"));
  for (const name of ["gram-jacobi", "one-sided-jacobi"]) {
    assert.equal(summary(name, "double").wrong, 0, name);
    assert(summary(name, "double").certain! >= 0.95, name);
    assert(summary(name, "double").largestError! < 1e-12, name);
  }
  assert(summary("gram-jacobi", "auto").certain! >= 0.95);
  assert(summary("inertia").certain! > 0.2);
  // Sturm counts in double-single are bounded by the matrix's single words only.
  assert(summary("sturm", "double").certain! > 1.1 * summary("sturm").certain!);

  // Every method for every matrix, and nothing twice.
  const distinct = (rows: readonly object[], keys: readonly string[]) =>
    new Set(rows.map((row) => keys.map((key) => (row as Record<string, unknown>)[key]).join())).size;
  assert.equal(distinct(counts, ["method", "precision", "family", "columns", "share"]), counts.length);
  assert.equal(counts.length, 8 * 12 * 13);
  const spectra = options.methods.filter(({ method }) =>
    ["naive", "svdvals", "gram-jacobi", "one-sided-jacobi"].includes(method)
  );
  assert.equal(eigenvalues.length, spectra.length * 8 * 23);
  assert.equal(distinct(cost, ["method", "precision", "columns", "batch"]), 12 * 2);

  for (const row of cost) {
    assert(row.milliseconds > 0 && row.dispatches > 0 && row.submissions > 0 && row.waits > 0);
    assert(row.gpuMilliseconds === null || row.gpuMilliseconds > 0 && row.gpuMilliseconds < row.milliseconds);
    assert(row.peakShare === null || row.peakShare > 0 && row.peakShare < 1);
    assert.equal(row.flops === null, ["svdvals", "one-sided-jacobi"].includes(row.method));
    assert.equal(row.certain === null, row.method === "naive" || row.method === "svdvals");
  }
  // A batch does with as many dispatches as a matrix, but for the Gram matrices of the methods that
  // count.
  const dispatches = (batch: number) =>
    cost.filter((row) => row.batch === batch && ["naive", "svdvals"].includes(row.method)).map((row) =>
      row.dispatches
    );
  assert.deepEqual(dispatches(3), dispatches(1));

  // The last call says that the run is over.
  const parts = studyParts(planOf(small)), last = progress.pop();
  assert.deepEqual(last, progress.at(-1));
  assert.deepEqual(progress.map(([done]) => done), progress.map((_, i) => i + 1));
  assert.equal(progress.at(-1)![0], parts);
  assert(progress.every(([, text]) => text !== ""));

  const { figures, sweeps } = study;
  // Each family starts full and ends diagonal, and no sweep is told twice.
  for (const rows of Map.groupBy(sweeps, ({ family }) => family).values()) {
    assert.deepEqual(rows.map(({ sweep }) => sweep), rows.map((_, i) => i));
    assert(rows.at(-1)!.off < 1e-6 && rows.at(-1)!.digits > 4, rows[0].family);
  }
  assertSoundSvg(figures["convergence.svg"], "How two-sided rotations converge");
  assertSoundSvg(figures["roofline.svg"], "What limits a rank method: arithmetic or memory");
  assertSoundSvg(figures["counts.svg"], "Who counts right: errors of the ε-rank");
  assertSoundSvg(figures["eigenvalues.svg"], "How far eigenvalues are off, and what is certified");
  assertSoundSvg(figures["cost.svg"], "What ranks cost: features in, three ranks out");
  const lines = Object.values(study.tables).map((text) => text.trimEnd().split("\n").length - 1);
  assert.deepEqual(lines, [counts.length, eigenvalues.length, cost.length, 0, study.sweeps.length, 0]);
  assert.deepEqual([study.record.status, study.summary.certainButWrong, study.summary.brokenPromises], [
    "done",
    0,
    0,
  ]);
  assert.match(study.text, /certain ranks that are wrong: 0\n/);
});

Deno.test("kernelStudy: the same seed gives the same ranks, another one others; one method alone", async () => {
  const families = ["random", "clustered", "kahan"];
  const options = {
    ...small,
    families,
    methods: ["gram-jacobi:single"],
    orders: [12],
    batches: [],
    growthOrders: [],
  };
  const run = async (seed: number) => await kernelStudy({ ...options, growthSamples: [], seed });
  const [first, second, third] = [await run(1), await run(1), await run(2)];
  assert.deepEqual(first.eigenvalues, second.eigenvalues);
  assert.deepEqual(first.counts, second.counts);
  assert.notDeepEqual(first.eigenvalues, third.eigenvalues);
  assert.deepEqual(first.options.methods, [{ method: "gram-jacobi", precision: "single" }]);
  assert.deepEqual([first.peak, first.cost, first.growth, first.exponents], [null, [], [], []]);
  for (const [name, svg] of Object.entries(first.figures)) assert(svg.startsWith("<svg "), name);
});

Deno.test("kernelStudy: growth of methods in one precision, with figure and exponents", async () => {
  const study = await kernelStudy({
    methods: ["sturm:single", "gram-jacobi:single", "gram-jacobi:auto"],
    orders: [],
    growthOrders: [8, 12, 24],
    growthSamples: [2000, 6000, 20_000],
  });
  const { growth, exponents, counts, cost } = study;
  assert.deepEqual([counts, cost], [[], []]);
  assert.deepEqual(new Set(growth.map(({ precision }) => precision)), new Set(["single"]));
  const sizes = (axis: string) =>
    growth.filter((row) => row.axis === axis && row.method === "sturm").map((
      { columns, rows },
    ) => [columns, rows]);
  assert.deepEqual(sizes("columns"), [[8, 16], [12, 24], [24, 48]]);
  assert.deepEqual(sizes("rows"), [[16, 2000], [16, 6000], [16, 20_000]]);
  assert.equal(exponents.length, 4);
  // What gram-jacobi does is nearly all proportional to m: the rest, of 16 × 16 matrices, is what
  // 70 samples take. (What the clock says of so little on a busy machine may be anything.)
  const [m] = exponents.filter(({ method, axis }) => method === "gram-jacobi" && axis === "rows");
  assert(Math.abs(m.model! - 1) < 0.05, `${m.model}`);
  assert(exponents.every(({ low, exponent, high }) => low <= exponent && exponent <= high));
  assertSoundSvg(study.figures["growth.svg"], "How the cost of a rank grows");
});

Deno.test("kernelStudy: an order that a method refuses is left out of all parts, and told", async () => {
  const options = { methods: ["sturm:double"], families: ["gaussian"], growthSamples: [] };
  const { counts, growth, omissions } = await kernelStudy({
    ...options,
    orders: [513],
    samples: 513,
    batches: [],
    growthOrders: [24, 513],
  });
  assert.deepEqual(counts, []);
  assert.deepEqual(growth.map(({ columns }) => columns), [24]);
  const [accuracy, grown, ...others] = omissions;
  assert.deepEqual(others, []);
  const reason = "a matrix of order 513 is too large to tridiagonalise in double-single here: at most ";
  assert(accuracy.startsWith(`accuracy of sturm double, n = 513: ${reason}`));
  assert.match(grown, /^growth of sturm double, n = 513 and beyond: (would take|a matrix of order 513) /);
});

Deno.test("kernelStudy: a tall matrix is timed by every method in one precision", async () => {
  const study = await kernelStudy({
    orders: [],
    growthOrders: [],
    growthSamples: [],
    methods: ["sturm", "gram-jacobi", "one-sided-jacobi:double"],
    tallSamples: 301,
  });
  assert.deepEqual(study.omissions, []);
  assert.deepEqual(
    study.tall.map((
      { method, precision, rows, columns, batch },
    ) => [method, precision, rows, columns, batch]),
    [
      ["sturm", "single", 301, 128, 1],
      ["sturm", "double", 301, 128, 1],
      ["gram-jacobi", "single", 301, 128, 1],
      ["gram-jacobi", "double", 301, 128, 1],
      ["one-sided-jacobi", "double", 301, 128, 1],
    ],
  );
  assert(study.tall.every(({ milliseconds, waits }) => milliseconds > 0 && waits > 0));
  assert.deepEqual(study.summary.tall, study.tall);
  assert.match(study.text, /\nranks of 301 samples of 128 neurons:\n/);
  assert.equal(study.tables["tall.csv"].trimEnd().split("\n").length, 6);
});

Deno.test("kernelStudy: zeros, ends of the range and groups of families", async () => {
  const { counts, eigenvalues, options, summary, figures } = await kernelStudy({
    families: "symmetric-1,bidiagonal-6,symmetric-7,inverse",
    methods: ["naive", "inertia", "gram-jacobi:auto"],
    orders: [6],
    batches: [],
    growthOrders: [],
    growthSamples: [],
  });
  assert.equal(options.families.length, 13);
  assert.deepEqual([summary.certainButWrong, summary.brokenPromises], [0, 0]);
  assert.equal(counts.length, 13 * 3 * 13);
  assert(eigenvalues.every((row) => [row.value, row.computed, row.error].every(Number.isFinite)));
  assertSoundSvg(figures["counts.svg"], "Who counts right: errors of the ε-rank");
});

Deno.test("kernelStudy: an aborted study keeps what it has", async () => {
  const abort = new AbortController();
  const study = await kernelStudy(small, {
    signal: abort.signal,
    onProgress: (_, text) => {
      if (text === "accuracy of svdvals single, n = 23") abort.abort();
    },
  });
  assert.equal(study.complete, false);
  assert.deepEqual(new Set(study.counts.map(({ method }) => method)), new Set(["naive", "svdvals"]));
  assert.deepEqual([study.cost, study.growth], [[], []]);
  assert.equal(study.record.status, "stopped");
  for (const svg of Object.values(study.figures)) assert(svg.startsWith("<svg "));
  const never = await kernelStudy(small, { signal: AbortSignal.abort() });
  assert.deepEqual([never.complete, never.counts], [false, []]);
});

Deno.test("kernelStudyPlan: wrong requests, and what is left open", () => {
  const rejects = (options: Options, message: RegExp) =>
    assert.throws(() => planOf(options), (error) => {
      assert(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  rejects(
    { families: ["trained", "hilberts"] },
    /^no family "hilberts"; did you mean "hilbert"\? give one of trained, random, /,
  );
  rejects(
    { methods: ["jacobi"] },
    /^unknown method "jacobi": use naive, svdvals, .*one-sided-jacobi:double$/,
  );
  rejects({ methods: ["inertia:double"] }, /^unknown method "inertia:double"/);
  rejects({ orders: [8, 0] }, /^each of orders must be a whole number from 1 to 1024, not 0$/);
  rejects({ orders: [2000] }, /^each of orders .*, not 2000$/);
  rejects({ batches: [1.5] }, /^each of batches .*, not 1.5$/);
  rejects({ growthSamples: [-1] }, /^each of growthSamples .*, not -1$/);
  rejects({ tallSamples: 5e6 }, /^tallSamples .*, not 5000000$/);
  rejects(
    { orders: [8, 64], samples: 63 },
    /^63 samples of 64 features: give as many samples as features, or more$/,
  );
  rejects({ epsilons: [1e-3, 1] }, /^ε = 1: give shares of λ₁, above 0 and below 1$/);
  rejects({ epsilons: [] }, /^no ε: give at least one$/);
  rejects({ seed: -1 }, /^seed must be .*, not -1$/);
  const chosen = planOf({
    methods: ["gram-jacobi", "naive"],
    orders: [64, 8, 64],
    epsilons: [1e-9, 1e-2],
  });
  assert.deepEqual(chosen.methods.map(({ method }) => method), [
    "naive",
    "gram-jacobi",
    "gram-jacobi",
    "gram-jacobi",
  ]);
  assert.deepEqual([chosen.orders, chosen.epsilons], [[8, 64], [1e-2, 1e-9]]);
  const full = planOf({ full: true });
  assert.deepEqual([
    full.orders.at(-1),
    full.batches.at(-1),
    full.growthOrders.at(-1),
    full.growthSamples.at(-1),
    full.tallSamples,
  ], [
    512,
    64,
    1024,
    1e6,
    1e6,
  ]);
});
