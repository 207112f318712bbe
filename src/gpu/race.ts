/**
 * Timing of ways to compute the same thing, side by side.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";
import { GpuArray } from "./array.ts";
import type { Candidate } from "./autotune.ts";
import { Commands } from "./commands.ts";
import type { Gpu } from "./device.ts";
import type { Dispatch } from "./kernel.ts";
import { Meter } from "./meter.ts";

/** Turns that those in the lead have after the first, while there is time. */
const TURNS = 4;
/** Time after which there are no more turns, in milliseconds; what compiles and warms up does not count. */
const BUDGET = 300;
/** Who takes so many times as long as the fastest in the first turn has no other. */
const HOPELESS = 1.5;
/**
 * Time that a measurement fills, in milliseconds, if it needs no more repetitions than `MOST_REPETITIONS`. The host's clock
 * sees some 10 ms of waiting, and so needs more.
 */
const WINDOW = { gpu: 2, host: 60 }, MOST_REPETITIONS = 1024;

/**
 * Runs dispatches and times them: by timestamps on the GPU, or by the host's clock, which counts the wait in. What else the
 * device does meanwhile is timed as well; the meter that may be running does not see it.
 *
 * @param gpu Device.
 * @param dispatches What to run.
 * @param repetitions How often.
 * @param clock Whose clock.
 * @returns Time of one repetition in milliseconds; `null` where the adapter takes no timestamps and was asked for them.
 */
export async function timeDispatches(
  gpu: Gpu,
  dispatches: readonly Dispatch[],
  repetitions: number,
  clock: "gpu" | "host",
): Promise<number | null> {
  using meter = new Meter(gpu);
  using word = new GpuArray(gpu, "word", 1);
  const other = gpu.meter;
  const start = performance.now();
  gpu.meter = meter;
  try {
    const commands = new Commands(gpu);
    for (let i = 0; i < repetitions; i++) commands.run(...dispatches);
    commands.submit();
  } finally {
    gpu.meter = other;
  }
  if (clock === "gpu") {
    const milliseconds = await meter.read();
    return milliseconds === null ? null : milliseconds / repetitions;
  }
  await word.read();
  return (performance.now() - start) / repetitions;
}

/**
 * Times candidates in turns, so that whatever else the machine does meets all of them alike. Each runs once before, which
 * compiles it. The fastest time of each counts: noise only ever adds.
 *
 * @param gpu Device.
 * @param candidates What to time.
 * @returns The time of each in milliseconds, in their order; `null` for one that could not be bound or compiled.
 */
export async function race(gpu: Gpu, candidates: readonly Candidate<unknown>[]): Promise<(number | null)[]> {
  using stack = new DisposableStack();
  const clock = !gpu.profiler && gpu.device.features.has("timestamp-query") ? "gpu" : "host";
  const bound: (readonly Dispatch[] | null)[] = [];
  for (const { bind } of candidates) bound.push(await warm(gpu, bind, stack));
  const best = bound.map((dispatches) => dispatches ? Infinity : null);
  let repetitions = 1;
  const start = performance.now();
  for (let turn = 0; turn <= TURNS && (turn === 0 || performance.now() - start < BUDGET); turn++) {
    const fastest = Math.min(...best.map((time) => time ?? Infinity));
    for (const [index, dispatches] of bound.entries()) {
      const before = best[index];
      if (!dispatches || before === null || turn > 0 && before > HOPELESS * fastest) continue;
      let time = await timeDispatches(gpu, dispatches, repetitions, clock) ?? Infinity;
      // The first finds out how often.
      while (repetitions * time < WINDOW[clock] && repetitions < MOST_REPETITIONS) {
        repetitions = Math.min(MOST_REPETITIONS, 4 * repetitions);
        time = await timeDispatches(gpu, dispatches, repetitions, clock) ?? Infinity;
      }
      best[index] = Math.min(before, time);
    }
  }
  return best;
}

/** Binds a candidate, and runs it once. `null` where it can not be. */
async function warm(
  gpu: Gpu,
  bind: Candidate<unknown>["bind"],
  stack: DisposableStack,
): Promise<readonly Dispatch[] | null> {
  try {
    const dispatches = await bind(stack);
    await timeDispatches(gpu, dispatches, 1, "host");
    return dispatches;
  } catch (error) {
    if (error instanceof StaircaseError) return null;
    throw error;
  }
}
