/**
 * Clocks that decide how many steps a submission has: a training measures how long each takes.
 *
 * @module
 */

/**
 * Replaces `performance.now` until it is disposed of.
 *
 * @param tick Milliseconds from one reading to the next.
 * @returns The clock.
 */
export function fakeClock(tick: () => number): Disposable {
  const { now } = performance;
  let time = 0;
  performance.now = () => time += tick();
  return { [Symbol.dispose]: () => void (performance.now = now) };
}

/** Every submission seems to take no time: each has twice the steps of the one before. */
export const fast = (): number => 0;
/** Every submission seems to take long: each has one step. */
export const slow = (): number => 1000;
