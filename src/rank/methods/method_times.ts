/**
 * Measures what the expected times of rank methods are computed from.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { timeDispatches } from "../../gpu/tune/race.ts";
import { BlockedFactors, packMatrix } from "../../linalg/count/blocked_factors.ts";
import { selfTestDoubleSingle } from "../../linalg/double_single/double_single_self_test.ts";
import { hostSvdvals } from "../../linalg/host/host_svdvals.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { methodTimeNames, type MethodTimes, USUAL_TIMES } from "./method_costs.ts";

/** Orders of what is timed: for waits, for products, on the host. */
const SMALL = 256, LARGE = 2048, ON_HOST = 160;
/** Runs on the host, of which the shortest counts. */
const RUNS_ON_HOST = 4;
/** Dispatches in a row of which one is timed. */
const IN_A_ROW = 256;
/** Repetitions by the GPU's clock, and by the host's, which includes a wait of some 10 ms. */
const REPETITIONS = { gpu: 2, host: 16 } as const;

const measured = new WeakMap<Gpu, Promise<MethodTimes>>();

/**
 * Gets the times of an adapter and its host, measured once: in some tenths of a second, most of
 * which compile kernels. Programs keep them for later runs, as they keep choices of kernels.
 *
 * @param gpu Device.
 * @returns The times; the usual ones of a GPU where the device is not to choose by timing.
 * @throws {PrecisionError} If the adapter has no double-single arithmetic.
 */
export function methodTimes(gpu: Gpu): Promise<MethodTimes> {
  const { tuner } = gpu;
  if (!tuner || gpu.profiler) return Promise.resolve(USUAL_TIMES);
  let times = measured.get(gpu);
  if (!times) {
    times = tuner.figures("times of rank methods", methodTimeNames, () => measureTimes(gpu));
    measured.set(gpu, times);
    // A failure is not kept.
    times.catch(() => measured.delete(gpu));
  }
  return times;
}

/**
 * Measures the times of an adapter and its host.
 *
 * @param gpu Device.
 * @returns The times.
 * @throws {PrecisionError} If the adapter has no double-single arithmetic.
 */
export async function measureTimes(gpu: Gpu): Promise<MethodTimes> {
  const { form } = await selfTestDoubleSingle(gpu);
  const clock = gpu.device.features.has("timestamp-query") ? "gpu" : "host";
  /** Milliseconds of commands; the first run compiles them. */
  const timed = async (dispatches: readonly Dispatch[]) => {
    await timeDispatches(gpu, dispatches, 1, "host");
    return await timeDispatches(gpu, dispatches, REPETITIONS[clock], clock) ?? NaN;
  };
  const factorsOf = (order: number) => new BlockedFactors(gpu, order, [packMatrix(matrixOf(order))], 1);
  const lane = { matrix: 0, shift: 0.5, isReversed: false };
  using small = factorsOf(SMALL);
  const columns = await small.bind(form, [lane]);
  const ofColumns = await timed(columns.flat());
  // The products of the last column but one are of a single block.
  const ofDispatches = await timed(new Array<Dispatch>(IN_A_ROW).fill(columns.at(-2)!.at(-1)!));
  using large = factorsOf(LARGE);
  const products = (await large.bind(form, [lane]))[0].slice(3);
  const ofProducts = await timed(products);
  const operations = products.reduce((sum, dispatch) => sum + dispatch.operations, 0);
  const matrix = matrixOf(ON_HOST);
  let onHost = Infinity;
  // The first runs also compile.
  for (let run = 0; run < RUNS_ON_HOST; run++) {
    const start = performance.now();
    hostSvdvals(matrix);
    onHost = Math.min(onHost, performance.now() - start);
  }
  const times: MethodTimes = {
    "dispatch": ofDispatches / IN_A_ROW,
    "column of blocks": ofColumns / columns.length,
    "10⁹ operations": ofProducts / operations * 1e9,
    "10⁹ host operations": onHost / (8 / 3 * ON_HOST ** 3) * 1e9,
  };
  // A clock may be too coarse for some.
  return Object.values(times).every((time) => time > 0 && Number.isFinite(time)) ? times : USUAL_TIMES;
}

/** A matrix with a large diagonal. */
function matrixOf(order: number): Matrix {
  const data = new Float64Array(order ** 2);
  for (let e = 0; e < data.length; e++) data[e] = Math.sin(e) + (e % (order + 1) === 0 ? order : 0);
  return { rows: order, columns: order, data };
}
