/** Timing of contestants side by side. @module */
import { lowerMedian } from "../../src/stats/median.ts";

/** Something to be timed. */
export interface Contestant {
  /** Name, as the table has it. */
  readonly name: string;
  /** Takes one measurement, in milliseconds. */
  readonly measure: () => Promise<number>;
}

/** Times of one contestant, in milliseconds. */
export interface Times {
  /** Its name. */
  readonly name: string;
  /** Middle of all. */
  readonly median: number;
  /** Shortest. */
  readonly least: number;
  /** Longest. */
  readonly most: number;
  /** All, in the order of their measurement. */
  readonly all: readonly number[];
}

/** How to take turns. */
export interface Turns {
  /** How often each is measured. */
  readonly repeats: number;
  /**
   * Whether each has a turn before, that does not count: for what is compiled and calibrated.
   * Default: true.
   */
  readonly warmUp?: boolean;
}

/**
 * Times contestants in turns, so that whatever else the machine does meets all of them alike.
 *
 * @param contestants What to time.
 * @param turns How often.
 * @returns The times of each.
 */
export async function timeInTurns(
  contestants: readonly Contestant[],
  { repeats, warmUp = true }: Turns,
): Promise<Times[]> {
  const times = contestants.map(() => new Array<number>());
  for (let turn = warmUp ? 0 : 1; turn <= repeats; turn++) {
    for (const [index, { measure }] of contestants.entries()) {
      const milliseconds = await measure();
      if (turn > 0) times[index].push(milliseconds);
    }
  }
  return contestants.map(({ name }, index) => {
    const all = times[index];
    return {
      name,
      median: lowerMedian(all),
      least: Math.min(...all),
      most: Math.max(...all),
      all,
    };
  });
}

/**
 * How many times as long one takes as another, both of the same turns: the median over the turns,
 * since what slows down both in one turn is not there in the next.
 *
 * @param one Times of one.
 * @param other Times of the other.
 * @returns Their ratio.
 */
export function ratio(one: Times, other: Times): number {
  return lowerMedian(one.all.map((time, turn) => time / other.all[turn]));
}

/**
 * Measures by the host's clock.
 *
 * @param action What to time, the whole way to its result on the host.
 * @param parts What the time is to be divided by. Default: 1.
 * @returns The measurement.
 */
export function clocked(
  action: () => Promise<unknown>,
  parts = 1,
): () => Promise<number> {
  return async () => {
    const start = performance.now();
    await action();
    return (performance.now() - start) / parts;
  };
}

/**
 * Measures work that is sent off many times and waited for once, as often as fills a given time.
 * The first measurement, which compiles, also finds out how often.
 *
 * @param window Time to fill, in milliseconds.
 * @param run Does the work a given number of times, and waits for its end.
 * @returns The measurement, of one time.
 */
export function repeated(
  window: number,
  run: (times: number) => Promise<unknown>,
): () => Promise<number> {
  let times = 0;
  const measure = () => clocked(() => run(times), times)();
  return async () => {
    if (times === 0) {
      // Compiles.
      await run(1);
      times = 1;
      times = Math.max(1, Math.round(window / await measure()));
      // A single time is mostly waiting, where the work is short.
      if (times > 1) times = Math.max(1, Math.round(window / await measure()));
    }
    return await measure();
  };
}
