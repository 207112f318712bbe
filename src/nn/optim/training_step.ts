/**
 * One optimisation step as a fixed list of commands.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { bindBatch } from "../layers/batch.ts";
import { bindFusedStep } from "../fused/fused_step.ts";
import { lanesPay } from "../fused/fused_lane.ts";
import type { ManySteps } from "../fused/many_operands.ts";
import { bindManySteps, chooseManySteps, type ManyVariant } from "../fused/many_steps.ts";
import { chooseVariant, defaultVariant } from "../fused/fused_variant.ts";
import { directionalEquation } from "../jets/directions.ts";
import { jetComponents, jetSamples } from "../jets/jets.ts";
import { bindLoss, type Loss, type SampleLossName } from "../loss/loss.ts";
import type { Activations } from "../evaluate.ts";
import type { BatchEvaluation, Network } from "../network.ts";
import { bindResidual, type ResidualCondition } from "../loss/residual.ts";
import type { SampleArrays } from "../samples.ts";
import { bindGradients } from "./gradients.ts";
import { bindSearch, type LineSearch } from "./lbfgs.ts";
import { optimizers } from "./optimizer.ts";
import { scheduleFields } from "./schedule.ts";
import { chooseJetPath, choosePath, type StepPath } from "./step_path.ts";
import { bindUpdate, optimizerArrays, type UpdateOptions } from "./update.ts";

/** Options of a training step. */
export interface TrainingStepOptions extends UpdateOptions {
  /**
   * Loss; or the conditions of a differential equation, whose loss is the mean square of their
   * residual, on the full batch.
   */
  readonly loss: SampleLossName | readonly ResidualCondition[];
  /**
   * Which kernels run. Default: by {@linkcode choosePath}, or {@linkcode chooseJetPath} for a
   * differential equation.
   */
  readonly path?: StepPath;
  /**
   * Kernel that makes many steps in a dispatch; `null` for none. Default: by
   * {@linkcode chooseManySteps}; none where `path` is given.
   */
  readonly many?: ManyVariant | null;
  /** Stops the binding between layers. */
  readonly signal?: AbortSignal | undefined;
}

/** The commands of a step, which are the same at every step, and the arrays that they change. */
export interface TrainingStep {
  /**
   * Draws the mini-batch; none for the full batch, and on the fused paths, which draw samples where
   * they read them.
   */
  readonly draw: readonly Dispatch[];
  /**
   * Evaluates the network on the batch, as far as `update` and `measure` do not do so themselves.
   */
  readonly forward: readonly Dispatch[];
  /** Computes the loss and logs it: for a last step that updates nothing. */
  readonly measure: readonly Dispatch[];
  /** Computes the loss, logs it, and updates the parameters. */
  readonly update: readonly Dispatch[];
  /**
   * Makes several steps, to the bits of as many times `draw`, `forward` and `update`, but leaves
   * nothing of `seen`; `null` where no kernel does. A step by line search, which evaluates another
   * point than the one that it starts from, saves the evaluation of the latter.
   */
  readonly many: ManySteps | null;
  /**
   * Outputs of all layers, known once `forward` has run, and the loss bound to them; `null` on the
   * fused paths.
   */
  readonly evaluated: { readonly activations: Activations; readonly loss: Loss } | null;
  /**
   * Features and loss on the batch at the parameters that the step starts from. They are known once
   * `forward` and the first command of `update` or `measure`, which is the same in both, have run.
   */
  readonly seen: BatchEvaluation;
  /** `struct State` of each replica. */
  readonly states: GpuArray;
  /** First and second moments of the parameters. */
  readonly moments: GpuArray;
  /** What line searches keep from step to step, by name; nothing for other optimisers. */
  readonly kept: Readonly<Record<string, GpuArray>>;
  /** Loss of each replica at the last `logCapacity` steps, `[step mod capacity][replica]`. */
  readonly losses: GpuArray;
}

/**
 * Binds a training step.
 *
 * @param network Network to train.
 * @param samples Training samples, shared by the replicas.
 * @param options What to optimise, and how.
 * @param stack Owner of the arrays.
 * @returns The commands.
 * @throws {InputError} If an option is out of range.
 */
export async function bindTrainingStep(
  network: Network,
  samples: SampleArrays,
  options: TrainingStepOptions,
  stack: DisposableStack,
): Promise<TrainingStep> {
  const { loss: objective, batch, signal } = options;
  if (batch !== null && (!Number.isInteger(batch) || batch < 1 || batch > samples.count)) {
    throw new InputError(
      `a batch of ${batch} from ${samples.count} samples: give a whole number from 1 to those`,
    );
  }
  if (typeof objective !== "string" && batch !== null) {
    throw new InputError(`a batch of ${batch} samples of a differential equation: give the full batch`);
  }
  if (network.skips.some(Boolean) && (options.path ?? "layered") !== "layered") {
    throw new InputError(`the path ${options.path} has no skip connections: give the path layered`);
  }
  const arrays = optimizerArrays(network, options, stack);
  const { states, moments, losses } = arrays;
  const { searches } = optimizers[options.optimizer.name];
  const search = searches ? await bindSearch(network, { ...options, arrays }, stack) : null;

  const path = options.path ??
    (typeof objective === "string"
      ? choosePath(network, batch ?? samples.count)
      : chooseJetPath(network, objective));
  if (path !== "layered") {
    const fusedOptions = {
      loss: objective,
      optimizer: options.optimizer.name,
      schedule: scheduleFields(samples.count, options),
      batch,
      logCapacity: options.logCapacity,
      arrays,
    };
    const sampled = typeof objective === "string" ? { ...fusedOptions, loss: objective } : null;
    const work = {
      count: batch ?? samples.count,
      steps: options.steps,
      optimizer: options.optimizer.name,
    };
    // Where most steps are made by lanes, the single ones are not worth their timing.
    const variant = options.path || sampled && lanesPay(network, work)
      ? defaultVariant(network, path)
      : await chooseVariant(network, samples, path, fusedOptions, options.steps);
    const fused = await bindFusedStep(network, samples, { ...fusedOptions, variant }, stack);
    const kernel = options.many !== undefined || options.path || !sampled || search
      ? options.many ?? null
      : await chooseManySteps(network, samples, { ...sampled, steps: options.steps }, variant);
    const many = sampled && kernel && await bindManySteps(network, samples, sampled, kernel);
    return searched({ draw: [], ...fused, many, evaluated: null, states, moments, losses, kept: {} }, search);
  }

  const { gpu, replicas } = network;
  const drawn = batch === null ? null : await bindBatch(network, samples, { batch, states }, stack);
  const along = typeof objective === "string" ? null : directionalEquation(objective, network.widths[0]);
  const trained = along ? jetSamples(gpu, samples, along, stack) : drawn?.samples ?? samples;
  const activations = await network.evaluate(trained, stack, { signal });
  const output = activations.layers[activations.layers.length - 1];
  const shared = { samples: trained, output, replicas };
  const loss = typeof objective === "string"
    ? await bindLoss(gpu, { ...shared, name: objective, outputs: network.widths.at(-1)! }, stack)
    : await bindResidual(gpu, { ...shared, conditions: along!.conditions }, stack);
  const backward = { activations, outputDelta: loss.delta, signal };
  const { dispatches, gradients, cut } = await bindGradients(network, trained, backward, stack);
  const results = {
    samples: samples.count,
    loss: { array: loss.partials, count: loss.partialCount },
    gradients: { array: gradients, slices: cut.slices },
  };
  const { log, apply } = await bindUpdate(network, results, { ...options, arrays });
  return searched({
    draw: drawn ? [drawn.dispatch] : [],
    forward: activations.forward,
    measure: [loss.dispatch, log],
    update: [loss.dispatch, log, ...dispatches, apply],
    many: null,
    evaluated: { activations, loss },
    seen: {
      features: activations.layers.slice(0, -1),
      rows: jetComponents(trained.axes ?? 0, trained.order) * trained.count,
      loss: results.loss,
    },
    states,
    moments,
    losses,
    kept: {},
  }, search);
}

/**
 * Makes the steps of a line search: from the network between two trials, which probes look at, to
 * the trial point, whose loss and gradient `update` leaves, and back.
 *
 * @param step The step, whose update leaves the gradient.
 * @param search The search; `null` for none.
 * @returns The step.
 */
function searched(step: TrainingStep, search: LineSearch | null): TrainingStep {
  if (!search) return step;
  const { aim, judge, kept } = search;
  const trial = [aim, ...step.forward, ...step.update, ...judge];
  return {
    ...step,
    update: [step.measure[0], ...trial],
    many: (steps) => Array.from({ length: steps }, () => trial).flat(),
    kept,
  };
}
