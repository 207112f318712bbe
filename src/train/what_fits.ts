/**
 * What would fit, of a run that does not.
 *
 * @module
 */
import { LimitError, OutOfMemoryError } from "../errors.ts";
import { count } from "../format.ts";
import type { Gpu } from "../gpu/device.ts";
import { largestFitting, wouldFit } from "../gpu/planning.ts";
import type { OptimizerOptions } from "../nn/optim/optimizer.ts";
import { bindTraining } from "./commands.ts";
import type { CompleteOptions } from "./options.ts";
import { Submissions } from "./submissions.ts";

/**
 * Adds to the error of a run that does not fit what would: the number of replicas; if not even one
 * does, the width of its layers; if that is not it, their number.
 *
 * @param error Error of the run.
 * @param gpu Device.
 * @param options Options of the run.
 * @returns The error with advice, or the same error.
 */
export async function withAdvice(
  error: unknown,
  gpu: Gpu,
  options: CompleteOptions,
): Promise<unknown> {
  if (!(error instanceof LimitError)) return error;
  // Given parameters are of this shape, and take no room.
  const { start: _, ...drawn } = options;
  const fits = (smaller: CompleteOptions) =>
    wouldFit(gpu, async (plan) => {
      using stack = new DisposableStack();
      const { network, commands } = await bindTraining(plan, smaller, stack);
      new Submissions(network, smaller, commands, stack);
    });
  const advice = await adviceFor(drawn, fits);
  if (advice === null) return error;
  const Kind = error instanceof OutOfMemoryError ? OutOfMemoryError : LimitError;
  return new Kind(`${error.message} (${advice})`, { cause: error });
}

async function adviceFor(
  options: CompleteOptions,
  fits: (smaller: CompleteOptions) => Promise<boolean>,
): Promise<string | null> {
  const { hidden, replicas } = options;
  const fitting = await largestFitting(replicas - 1, (each) => fits(ofReplicas(options, each)));
  if (fitting > 0) return `${count(fitting, "replica")} would fit`;
  const alone = replicas > 1 ? ofReplicas(options, 1) : options;
  const whose = replicas > 1 ? ", with one replica" : "";
  const widest = hidden.reduce((most, width) => Math.max(most, width));
  const width = await largestFitting(widest - 1, (most) => {
    return fits({ ...alone, hidden: hidden.map((each) => Math.min(each, most)) });
  });
  if (width > 0) return `layers of ${count(width, "neuron")} would fit${whose}`;
  const depth = await largestFitting(hidden.length - 1, (each) => fits(ofLayers(alone, each)));
  return depth > 0 ? `${count(depth, "hidden layer")} would fit${whose}` : null;
}

/** The first replicas of a run. */
function ofReplicas(options: CompleteOptions, replicas: number): CompleteOptions {
  const optimizer = Object.fromEntries(
    Object.entries(options.optimizer).map(([key, value]) => [
      key,
      isOfReplicas(key, value) ? value.slice(0, replicas) : value,
    ]),
  ) as unknown as OptimizerOptions;
  return { ...options, replicas, optimizer, streams: options.streams?.slice(0, replicas) ?? null };
}

/** Whether a setting is a list with a value of each replica, as Adam's pair of betas is not. */
function isOfReplicas(key: string, value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && key !== "betas" && (key !== "layers" || Array.isArray(value[0]));
}

/** The first layers of a run. */
function ofLayers(options: CompleteOptions, layers: number): CompleteOptions {
  const { hidden, activation, optimizer } = options;
  // How many rates there are takes room, not which.
  const rates = Array.from({ length: layers + 1 }, () => ({ weights: 1, biases: 1 }));
  return {
    ...options,
    hidden: hidden.slice(0, layers),
    optimizer: optimizer.layers ? { ...optimizer, layers: rates } : optimizer,
    activation: typeof activation === "string" ? activation : activation.slice(0, layers),
  };
}
