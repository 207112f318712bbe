/**
 * The beginning of a run: options checked, everything allocated.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import { bindTraining, type BoundTraining } from "./commands.ts";
import { checkSteps, type CompleteOptions, completeOptions, type TrainingOptions } from "./options.ts";
import type { SavedTraining } from "./state.ts";
import { Submissions } from "./submissions.ts";
import { withAdvice } from "./what_fits.ts";

/** A run that begins, or goes on. */
export interface BegunTraining extends BoundTraining {
  /** Its options, with every choice made. */
  readonly options: CompleteOptions;
  /** Stops it. */
  readonly signal: AbortSignal | undefined;
  /** Makes its submissions. */
  readonly submissions: Submissions;
  /** What it goes on from; `null` from its start. */
  readonly from: SavedTraining | null;
}

/**
 * Checks the options of a run and allocates everything that it needs.
 *
 * @param gpu Device.
 * @param options What to train, and how.
 * @param from A training to go on with; `null` from the start.
 * @param stack Owner of the arrays, which is disposed if there is no run.
 * @returns The run.
 * @throws {InputError} If an option is out of range, or does not fit the training to go on with.
 * @throws {ShapeError} If the adapter has no room for it, or the machine no memory.
 * @throws {unknown} The reason of `options.signal`, if it is aborted meanwhile.
 */
export async function beginTraining(
  gpu: Gpu,
  options: TrainingOptions,
  from: SavedTraining | null,
  stack: DisposableStack,
): Promise<BegunTraining> {
  gpu.check();
  const kept = from && { spectraEvery: from.state.spectraEvery ?? 1 };
  const complete = completeOptions({ ...kept, ...options });
  if (from) checkSteps(complete, from.state);
  try {
    // One that is aborted already stops the run before its first step.
    const signal = options.signal?.aborted ? undefined : options.signal;
    const bound = await bindTraining(gpu, complete, stack, { signal, from });
    const submissions = new Submissions(bound.network, complete, bound.commands, stack);
    if (from) bound.commands.state.write(from.state.arrays);
    await gpu.accept();
    return { ...bound, options: complete, signal: options.signal, submissions, from };
  } catch (error) {
    stack.dispose();
    throw await withAdvice(error, gpu, complete);
  }
}
