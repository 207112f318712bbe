/** Timing of contestants side by side. @module */

/** Something to be timed, the whole way from the host's data to the host's result. */
export interface Contestant {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** Times of one contestant, in milliseconds. */
export interface Times {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Times contestants in turns, so that whatever else the machine does meets all of them alike. Each is warmed up once.
 *
 * @param contestants What to time.
 * @param repeats How often.
 * @returns The times of each.
 */
export async function timeInTurns(contestants: readonly Contestant[], repeats: number): Promise<Times[]> {
  const times = contestants.map(() => new Array<number>());
  for (let turn = 0; turn <= repeats; turn++) {
    for (const [index, { run }] of contestants.entries()) {
      const start = performance.now();
      await run();
      if (turn > 0) times[index].push(performance.now() - start);
    }
  }
  return contestants.map(({ name }, index) => {
    const sorted = times[index].sort((a, b) => a - b);
    return { name, median: sorted[repeats >> 1], least: sorted[0], most: sorted[repeats - 1] };
  });
}
