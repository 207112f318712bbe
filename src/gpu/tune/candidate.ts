/**
 * Candidates: the ways to compute something, of which the fastest is chosen.
 *
 * @module
 */
import type { Dispatch } from "../kernel.ts";

/** One way to compute something. */
export interface Candidate<T> {
  /** Name that a choice is remembered by. */
  readonly name: string;
  /** Value that stands for this way. */
  readonly value: T;
  /** Binds the commands to time, on scratch arrays that `stack` owns. */
  readonly bind: (stack: DisposableStack) => Promise<readonly Dispatch[]>;
}
