/**
 * What a training allows at each time of its life.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";

/**
 * Where a training is: not begun, in its loop, at an end at which nothing is on its way, or at an
 * end at which the GPU is ahead of the chunks.
 */
export type Phase = "new" | "running" | "drained" | "left";

/** Tells that a training was disposed within its loop. */
export const DISPOSED_IN_LOOP = "this training was disposed in its loop: leave the loop first";

/**
 * Checks that a training can begin.
 *
 * @param phase Where it is.
 * @param isDisposed Whether it was disposed.
 * @throws {StaircaseError} If it has begun or was disposed.
 */
export function checkBegins(phase: Phase, isDisposed: boolean): void {
  checkAlive(isDisposed);
  if (phase !== "new") throw new StaircaseError("a training run can be iterated over once: create another");
}

/**
 * Checks that the state of a training can be read.
 *
 * @param phase Where it is.
 * @param isDisposed Whether it was disposed.
 * @throws {StaircaseError} If it is in its loop, was left there, or was disposed.
 */
export function checkReadable(phase: Phase, isDisposed: boolean): void {
  checkAlive(isDisposed);
  if (phase === "drained" || phase === "new") return;
  throw new StaircaseError(
    phase === "running"
      ? "a training that runs has no state to read: stop it by its signal first, or request its state"
      : "a training that diverged, failed or was left within its loop has no state to read: request it as it runs",
  );
}

function checkAlive(isDisposed: boolean): void {
  if (isDisposed) throw new StaircaseError("this training was disposed: create another");
}
