/**
 * Long work of the host, in turns with everything else that waits for the event loop: signals,
 * timers, results of the GPU.
 *
 * @module
 */
import type { WorkOptions } from "./paced_commands.ts";

/** Longest time without a turn of the event loop, in milliseconds, but for single steps. */
const MOST_MILLISECONDS = 50;

/**
 * Work cut into steps, which yields after each; or yields a promise, and goes on with its value
 * once it is settled.
 */
export type Steps<T> = Generator<void | PromiseLike<unknown>, T, unknown>;

/**
 * Waits for a value within steps, if it is a promise.
 *
 * @param value A value, or a promise of one.
 * @returns The value, at once where it is no promise.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { inTurns, settled } from "./turns.ts";
 *
 * function* sum() {
 *   return (yield* settled(1)) + (yield* settled(Promise.resolve(2)));
 * }
 * assert.equal(await inTurns(sum()), 3);
 * ```
 */
export function* settled<T>(value: T | PromiseLike<T>): Steps<T> {
  return isPromise(value) ? (yield value) as T : value;
}

/**
 * Tells whether a value is a promise, of any make.
 *
 * @param value A value, or a promise of one.
 * @returns Whether it has to be awaited.
 */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value;
}

/**
 * Does all steps of some work at once.
 *
 * @param steps The work, which waits for no promise.
 * @returns Its result.
 */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Does some work, waits for the promises that it yields, and lets the event loop turn about every
 * 50 ms.
 *
 * @param steps The work.
 * @param options Signal to stop.
 * @returns Its result.
 * @throws {unknown} The reason of the signal, once it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { inTurns } from "./turns.ts";
 *
 * function* sum(count: number) {
 *   let total = 0;
 *   for (let k = 1; k <= count; k++, yield) total += k;
 *   return total;
 * }
 * assert.equal(await inTurns(sum(100)), 5050);
 * ```
 */
export async function inTurns<T>(steps: Steps<T>, { signal }: WorkOptions = {}): Promise<T> {
  signal?.throwIfAborted();
  const turn = givesTurns({ signal });
  let sent: unknown;
  for (;;) {
    const { done, value } = steps.next(sent);
    if (done) return value;
    sent = undefined;
    if (value) {
      sent = await value;
      signal?.throwIfAborted();
    }
    const given = turn();
    if (given) await given;
  }
}

/**
 * Makes a function for long work to await now and then.
 *
 * @param options Signal to stop.
 * @returns The function. It lets the event loop turn once 50 ms have passed since the last turn,
 * and throws the reason of the signal if it is aborted by then; otherwise it returns `null`, which
 * costs next to nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { givesTurns } from "./turns.ts";
 *
 * let isHeard = false;
 * setTimeout(() => isHeard = true, 60);
 * const turn = givesTurns();
 * while (!isHeard) await turn();
 * assert(isHeard);
 * ```
 */
export function givesTurns(options: WorkOptions = {}): () => Promise<void> | null {
  let last = performance.now();
  return () => {
    if (performance.now() - last < MOST_MILLISECONDS) return null;
    return turn(options).then(() => {
      last = performance.now();
    });
  };
}

/**
 * Lets the event loop turn once.
 *
 * @param options Signal to stop.
 * @throws {unknown} The reason of the signal, if it is aborted.
 */
export async function turn({ signal }: WorkOptions = {}): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
