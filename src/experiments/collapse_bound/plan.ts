/**
 * Options of the experiment on the bound of neural rank collapse.
 *
 * @module
 */
import { choice, pick, type TableOf } from "../../cli/options.ts";
import { InputError } from "../../errors.ts";
import { shown } from "../../format.ts";
import {
  type RankCollapseOptions,
  rankCollapseOptions,
  type RankCollapsePlan,
  rankCollapsePlan,
} from "../rank_collapse/plan.ts";

/** Values of the options of the experiment; their table explains them. */
export type CollapseBoundOptions = Readonly<
  & Omit<
    RankCollapseOptions,
    | "task"
    | "data"
    | "activation"
    | "skip"
    | "adaptiveSkip"
    | "gates"
    | "optimizer"
    | "history"
    | "schedule"
    | "batch"
  >
  & { activation: "tanh" | "relu" }
>;

/** Options of the experiment. */
export const collapseBoundOptions: TableOf<CollapseBoundOptions> = {
  ...pick(rankCollapseOptions, [
    ...["deviations", "samples", "layers", "init", "learningRate", "momentum", "steps"] as const,
    ...["replicas", "seed", "weightDecays", "full"] as const,
  ], {
    init: { default: "xavier-normal" },
    steps: { default: 2000, full: 20_000, help: "updates of the weights, each on all samples" },
    weightDecays: {
      default: [0, 2e-3, 5e-3, 1e-2, 2e-2],
      help: "weight decays, ascending; networks without any are judged by the largest",
    },
  }),
  activation: choice({
    default: "tanh",
    choices: ["tanh", "relu"],
    help: "of the hidden layers, with slopes of at most 1",
    group: "what to train",
  }),
};

/**
 * Checks the options together, and makes the tasks.
 *
 * @param options Values of all options.
 * @returns The experiment, apart from skip connections, which one half of its runs have.
 * @throws {InputError} If no weight decay is above 0, or no hidden layer can have a skip
 * connection, or as for {@linkcode rankCollapsePlan}.
 */
export async function collapseBoundPlan(options: CollapseBoundOptions): Promise<RankCollapsePlan> {
  const plan = await rankCollapsePlan({
    ...options,
    task: "mixture",
    data: null,
    optimizer: "momentum",
    history: null,
    schedule: "constant",
    batch: "full",
    skip: false,
    adaptiveSkip: false,
    gates: false,
  });
  if (!plan.weightDecays.some((decay) => decay > 0)) {
    throw new InputError("no weight decay above 0 bounds the rank of weights: give one");
  }
  if (!plan.hidden.some((width, l) => l > 0 && width === plan.hidden[l - 1])) {
    throw new InputError(
      `layers ${
        shown(plan.hidden.join())
      } leave residual networks no skip connection: give two of one width, as 32,32`,
    );
  }
  return plan;
}
