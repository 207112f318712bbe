/**
 * Timing of ways to compute the same thing, side by side.
 *
 * @module
 */
import { StaircaseError } from "../../errors.ts";
import { GpuArray } from "../array.ts";
import type { Candidate } from "./autotune.ts";
import { Commands } from "../commands.ts";
import type { Gpu } from "../device.ts";
import type { Dispatch } from "../kernel.ts";
import { Meter } from "../measure/meter.ts";

/** Turns that those in the lead have after the first, while there is time. */
const TURNS = 4;
/** Time after which there are no more turns, in milliseconds; what compiles and warms up does not count. */
const BUDGET = 300;
/**
 * Who takes so many times as long as the fastest in the first turn has no other; and who takes so many times as long when run
 * once is not run more often.
 */
const HOPELESS = { turn: 1.5, once: 3 };
/**
 * Time that a measurement fills, in milliseconds, if it needs no more repetitions than `MOST_REPETITIONS`. The host's clock
 * sees some 10 ms of waiting, and so needs more.
 */
const WINDOW = { gpu: 4, host: 60 }, MOST_REPETITIONS = 1024;

/** How much less time than the default another must take, so that noise does not choose. */
const MARGIN = 0.05;

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
  const clock = gpu.device.features.has("timestamp-query") ? "gpu" : "host";
  const bound: (readonly Dispatch[] | null)[] = [];
  for (const { bind } of candidates) bound.push(await warm(gpu, bind, stack));
  const best = bound.map((dispatches) => dispatches ? Infinity : null);
  let repetitions = 1;
  const start = performance.now();
  for (let turn = 0; turn <= TURNS && (turn === 0 || performance.now() - start < BUDGET); turn++) {
    for (const [index, dispatches] of bound.entries()) {
      const before = best[index];
      const fastest = Math.min(...best.map((time) => time ?? Infinity));
      if (!dispatches || before === null || turn > 0 && before > HOPELESS.turn * fastest) continue;
      const time = async () => await timeDispatches(gpu, dispatches, repetitions, clock) ?? Infinity;
      if (turn === 0) {
        const once = await timeDispatches(gpu, dispatches, 1, clock) ?? Infinity;
        best[index] = once;
        if (once > HOPELESS.once * fastest) continue;
        for (let least = once; repetitions < MOST_REPETITIONS && repetitions * least < WINDOW[clock];) {
          repetitions = Math.min(MOST_REPETITIONS, 4 * repetitions);
          least = Math.min(least, await time());
        }
      }
      best[index] = Math.min(turn === 0 ? Infinity : before, await time());
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

/**
 * Who won a race.
 *
 * @param times The time of each; `null` for one that could not be run. The first is the default.
 * @returns Index of the fastest, if it takes 5 % less time than the default; else, and where that was not timed, 0.
 */
export function winner(times: readonly (number | null)[]): number {
  const known = times.map((time) => time ?? Infinity);
  const least = Math.min(...known);
  return times[0] !== null && least < (1 - MARGIN) * times[0] ? known.indexOf(least) : 0;
}
