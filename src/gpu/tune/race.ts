/**
 * Races: ways to compute the same thing, timed side by side.
 *
 * @module
 */
import { StaircaseError } from "../../errors.ts";
import { GpuArray } from "../array.ts";
import { Commands } from "../commands.ts";
import type { GpuContext } from "../context.ts";
import type { Candidate } from "./candidate.ts";
import type { Dispatch } from "../kernel.ts";
import { Meter } from "../measure/meter.ts";

/** Turns after the first, for the candidates in the lead, while there is time. */
const TURNS = 4;
/** Time after which no turn begins, in milliseconds, without compilation and the first run. */
const BUDGET = 300;
/**
 * Multiples of the fastest time at which a candidate drops out: `turn` after the first turn; `once`
 * after its first single run, which is then not repeated.
 */
const HOPELESS = { turn: 1.5, once: 3 };
/**
 * Time that a measurement should fill, in milliseconds, by at most `MOST_REPETITIONS` repetitions.
 * The host's clock includes about 10 ms of waiting and needs a longer one.
 */
const WINDOW = { gpu: 4, host: 60 }, MOST_REPETITIONS = 1024;

/** Share of the default's time that another candidate must save, so that noise does not choose. */
const MARGIN = 0.05;

/**
 * Runs dispatches and times them: by timestamps on the GPU, or by the host's clock, which includes
 * the wait. Other work of the device during that time counts as well. A running `measure` does not
 * count these dispatches.
 *
 * @param gpu Device.
 * @param dispatches Commands to run.
 * @param repetitions Number of times to run them.
 * @param clock Clock to use: timestamps of the GPU, or the host's clock.
 * @returns Time of one repetition in milliseconds; `null` if the clock is the GPU's and the adapter
 * takes no timestamps.
 */
export async function timeDispatches(
  gpu: GpuContext,
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
    for (let i = 0; i < repetitions; i++) commands.run(dispatches);
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
 * Times candidates in turns, so that other work of the machine affects all of them alike. Each runs
 * once before, which compiles it. The shortest time of each counts, since noise only adds time.
 *
 * @param gpu Device.
 * @param candidates Candidates to time.
 * @returns The time of each in milliseconds, in their order; `null` for one that could not be
 * compiled or bound, or that the device had no memory for.
 */
export async function race(
  gpu: GpuContext,
  candidates: readonly Candidate<unknown>[],
): Promise<(number | null)[]> {
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

/** Binds a candidate and runs it once; `null` if that fails. */
async function warm(
  gpu: GpuContext,
  bind: Candidate<unknown>["bind"],
  stack: DisposableStack,
): Promise<readonly Dispatch[] | null> {
  try {
    const dispatches = await bind(stack);
    await gpu.accept(dispatches.map(({ bindGroup }) => bindGroup));
    await timeDispatches(gpu, dispatches, 1, "host");
    return dispatches;
  } catch (error) {
    gpu.check(); // A device that is lost has no slower candidate.
    if (error instanceof StaircaseError) return null;
    throw error;
  }
}

/**
 * Finds the winner of a race.
 *
 * @param times The time of each; `null` for one that could not be run. The first is the default.
 * @returns Index of the fastest, if it takes 5 % less time than the default, or the default could
 * not be run; else, or if none could be run, 0.
 */
export function winner(times: readonly (number | null)[]): number {
  const known = times.map((time) => time ?? Infinity);
  const least = Math.min(...known);
  const isFaster = times[0] === null ? least < Infinity : least < (1 - MARGIN) * times[0];
  return isFaster ? known.indexOf(least) : 0;
}
