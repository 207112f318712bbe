/**
 * Runs the study of rank methods: their accuracy, their cost, and the growth of their time.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { printable } from "../../format.ts";
import type { Gpu } from "../../gpu/device.ts";
import { measurePeak, type Peak } from "../../gpu/measure/peak.ts";
import { featuresOf, judge, specimens } from "./accuracy.ts";
import { convergence } from "./convergence.ts";
import { timeBatch, timedProblem } from "./cost.ts";
import { EntrantEndedError } from "./entrant_process.ts";
import { startEntrants } from "./entrants.ts";
import { trainedSteps } from "./families/mod.ts";
import { fitGrowth, growingFeatures, randomFeatures, THEORY } from "./growth.ts";
import { findMethod, methodLabel, type Problem, type StudyMethod, studyMethods } from "./methods.ts";
import type { KernelStudyPlan } from "./plan.ts";
import type { ConvergenceRow, CostRow, CountRow, EigenvalueRow, Exponent, GrowthRow } from "./rows.ts";
import { type MethodSummary, summarizeMethods } from "./summary.ts";
import { trainNetworks } from "./trained.ts";
import type { RunContext } from "../core/experiment.ts";

/** Networks that are trained. */
const NETWORKS = 2;
/** Features of the matrices of which each sweep is looked at, at most: the host multiplies them. */
const MOST_WATCHED = 128;
/** Features of the tall matrix. */
const TALL_FEATURES = 128;

/** A part of the study in which the method of a module failed. */
export interface Failure {
  /** The part, with the name of the method. */
  readonly what: string;
  /** How: by an error or a wrong result, or by the end of its process, which leaves it out. */
  readonly kind: "error" | "ended";
  /** What it threw, or what is wrong with its result. */
  readonly reason: string;
}

/** A finished study. */
export interface KernelStudy {
  /** Options, checked and completed. */
  readonly options: KernelStudyPlan;
  /** The GPU. */
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** Peak rates of the GPU; `null` if no cost is measured. */
  readonly peak: Peak | null;
  /** Ranks. */
  readonly counts: readonly CountRow[];
  /** Eigenvalues. */
  readonly eigenvalues: readonly EigenvalueRow[];
  /** Sweeps of two-sided rotations, of the largest matrices of up to 128 features. */
  readonly sweeps: readonly ConvergenceRow[];
  /** Costs, of batches of trained features. */
  readonly cost: readonly CostRow[];
  /** Costs of growing matrices of random features. */
  readonly growth: readonly GrowthRow[];
  /** Costs of one tall matrix, of which the adapter holds a part at a time. */
  readonly tall: readonly CostRow[];
  /** Accuracy of each method. */
  readonly methods: readonly MethodSummary[];
  /** Growth of the time of each method. */
  readonly exponents: readonly Exponent[];
  /** Omissions and their reasons. */
  readonly omissions: readonly string[];
  /** Failures of the methods of modules. */
  readonly failures: readonly Failure[];
  /** Whether it is finished. */
  readonly complete: boolean;
  /** Time of the study in milliseconds. */
  readonly milliseconds: number;
}

/**
 * Runs the study.
 *
 * 1. Accuracy: one matrix of each family and order, solved as one batch by each method, against
 *    float64.
 * 2. Cost: batches of features of trained networks.
 * 3. Growth: single matrices of random features, n from 64 on with m = 2n, and m from 10³ on with
 *    n = 16.
 * 4. On request, one matrix of random features with n = 128 and `tallSamples` samples.
 *
 * Before methods of modules, it looks at each sweep of two-sided rotations.
 *
 * @param gpu Device.
 * @param plan The plan.
 * @param context Signal, and progress in parts.
 * @returns The study, with the measurements up to a stop.
 * @throws {DeviceLostError} If the device is lost.
 */
export async function kernelStudy(
  gpu: Gpu,
  plan: KernelStudyPlan,
  { signal, onProgress }: Pick<RunContext, "signal" | "onProgress">,
): Promise<KernelStudy> {
  const start = performance.now();
  const { families, orders, batches, growthOrders, growthSamples, tallSamples, epsilons, seed } = plan;
  await using entered = await startEntrants(plan.entrants, plan.timeLimit, signal);
  const known = [...studyMethods, ...entered.methods];
  const methods = plan.methods.map((key) => findMethod(key, known));
  let done = 0;
  const advance = (text: string, parts = 1) => onProgress(done += parts, text);
  const stopped = () => signal?.aborted ?? false;

  const timed = batches.length + growthOrders.length + growthSamples.length > 0 || tallSamples !== null;
  const peak = timed && !stopped() ? await measurePeak(gpu) : null;
  advance("peak");
  const steps = trainedSteps([...families, ...batches.length > 0 ? ["trained"] : []]);
  const networks = orders.length > 0 && steps.length > 0 && !stopped()
    ? await trainNetworks(gpu, Math.max(...orders), NETWORKS, seed, steps, signal).catch((error) => {
      if (stopped()) return null;
      throw error;
    })
    : null;
  advance("trained networks");

  const counts: CountRow[] = [], eigenvalues: EigenvalueRow[] = [];
  const cost: CostRow[] = [], growth: GrowthRow[] = [], tall: CostRow[] = [], omissions: string[] = [];
  for (const { name, reason } of plan.missing) omissions.push(`${name}: ${reason}`);
  const failures: Failure[] = [], sweeps: ConvergenceRow[] = [];
  const rowsOf = (columns: number) => plan.samples ?? 2 * columns;

  const specimensOf = once((columns: number) =>
    specimens(families, rowsOf(columns), columns, seed, networks)
  );
  // Methods of modules and peers come last.
  for (const isEntered of [false, true]) {
    const some = methods.filter((method) => (method.isEntered ?? false) === isEntered);
    if (some.length > 0) await measureAll(some);
    if (isEntered) break;
    const watched = orders.findLast((order) => order <= MOST_WATCHED);
    const rotates = some.some(({ name }) => name === "gram-jacobi");
    if (rotates && watched !== undefined && !stopped()) {
      for (const row of await convergence(gpu, await specimensOf(watched), signal)) sweeps.push(row);
    }
    advance("sweeps");
  }

  /** Judges and times some methods. */
  async function measureAll(some: readonly StudyMethod[]): Promise<void> {
    // `auto` takes one precision or the other, so its growth would mix the two.
    const growingMethods = some.filter(({ precision }) => precision !== "auto");
    for (const columns of orders) {
      if (stopped()) break;
      const all = await specimensOf(columns);
      for (const method of some) {
        if (stopped()) break;
        const what = `accuracy of ${methodLabel(method)}, n = ${columns}`;
        await attempt(method, what, async () => {
          const judged = await judge(gpu, method, all, epsilons);
          for (const row of judged.counts) counts.push(row);
          for (const row of judged.eigenvalues) eigenvalues.push(row);
        });
        advance(what);
      }
    }

    for (const columns of batches.length > 0 ? orders : []) {
      if (stopped()) break;
      const features = Array.from(
        { length: NETWORKS },
        (_, index) => featuresOf("trained", rowsOf(columns), columns, index, networks),
      );
      for (const method of some) {
        const ladder = batches.map((batch) => ({
          size: batch,
          make: () => timedProblem(Array.from({ length: batch }, (_, i) => features[i % NETWORKS])),
        }));
        const what = `cost of ${methodLabel(method)}, n = ${columns}, batch`;
        cost.push(...await climb(method, ladder, 1, what));
      }
    }

    for (const axis of ["columns", "rows"] as const) {
      const sizes = axis === "columns" ? growthOrders : growthSamples;
      const problem = once((size: number) => timedProblem([growingFeatures(axis, size, seed)]));
      for (const method of growingMethods) {
        const ladder = sizes.map((size) => ({ size, make: () => problem(size) }));
        const what = `growth of ${methodLabel(method)}, ${axis === "columns" ? "n" : "m"}`;
        growth.push(...(await climb(method, ladder, THEORY[axis], what)).map((row) => ({ ...row, axis })));
      }
    }

    if (tallSamples !== null && !stopped()) {
      const problem = timedProblem([randomFeatures(tallSamples, TALL_FEATURES, seed)]);
      for (const method of growingMethods) {
        const ladder = [{ size: tallSamples, make: () => problem }];
        const what = `cost of ${methodLabel(method)}, n = ${TALL_FEATURES}, m`;
        tall.push(...await climb(method, ladder, 1, what));
      }
    }
  }

  /**
   * Times a method on growing problems, up to the first that would take too long or has no room.
   */
  async function climb(
    method: StudyMethod,
    ladder: readonly Rung[],
    exponent: number,
    what: string,
  ): Promise<CostRow[]> {
    const rows: CostRow[] = [];
    for (const [i, { size, make }] of ladder.entries()) {
      if (stopped()) return rows;
      const last = rows.at(-1);
      // Time on the GPU does not contain the compilation of kernels.
      const took = last ? last.gpuMilliseconds ?? last.milliseconds : 0;
      const predicted = took * (size / (ladder[i - 1]?.size ?? size)) ** exponent;
      const beyond = `${what} = ${size} and beyond`;
      if (predicted > plan.limit) omissions.push(`${beyond}: would take ${(predicted / 1000).toFixed(0)} s`);
      const isTimed = predicted <= plan.limit &&
        await attempt(
          method,
          beyond,
          async () => void rows.push(await timeBatch(gpu, method, make(), peak!)),
        );
      if (!isTimed) {
        advance(what, ladder.length - i);
        return rows;
      }
      advance(`${what} = ${size}`);
    }
    return rows;
  }

  /** Runs an action. Notes the reason if the adapter has no room, or a method of a module fails. */
  async function attempt(method: StudyMethod, what: string, action: () => Promise<void>): Promise<boolean> {
    // The failure that ended its process says so already.
    if (method.hasEnded?.()) return false;
    try {
      await action();
      return true;
    } catch (error) {
      if (method.isEntered && stopped()) return false;
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof ShapeError) omissions.push(`${what}: ${reason}`);
      else if (method.isEntered) {
        failures.push({
          what,
          kind: error instanceof EntrantEndedError ? "ended" : "error",
          reason: printable(reason.split("\n")[0]),
        });
      } else throw error;
      return false;
    }
  }

  return {
    options: plan,
    adapter: { name: gpu.adapterName, software: gpu.software },
    peak,
    counts,
    eigenvalues,
    sweeps,
    cost,
    growth,
    tall,
    methods: summarizeMethods(counts, eigenvalues),
    exponents: fitGrowth(growth),
    omissions,
    failures,
    complete: !stopped(),
    milliseconds: performance.now() - start,
  };
}

/** One of a ladder of growing problems. */
interface Rung {
  readonly size: number;
  readonly make: () => Problem;
}

/** Makes a value for each size once. */
function once<Made>(make: (size: number) => Made): (size: number) => Made {
  const made = new Map<number, Made>();
  return (size) => {
    if (!made.has(size)) made.set(size, make(size));
    return made.get(size)!;
  };
}
