/**
 * Trials: the networks of a sweep.
 *
 * @module
 */
import type { TaskDefaults, TaskKind } from "../../tasks/task.ts";
import type { Skip } from "../../nn/layout.ts";
import type { CompleteOptions } from "../../train/options.ts";

/** Value of an option of a trial. */
export type TrialValue = string | number | boolean | readonly (string | number)[];

/** Options of a trial by their names, in camel case; `null` leaves the choice to the task. */
export type TrialOptions = Readonly<Record<string, TrialValue | null>>;

/** What a task is made of. */
export interface TaskSource {
  /** Its name. */
  readonly task: string;
  /** Folder of its files, if it reads any. */
  readonly data: string | null;
  /** Number of training samples; `null` for the task's own. */
  readonly samples: number | null;
  /** Seed of its samples. */
  readonly seed: number;
}

/** A task without its samples. */
export interface TaskFacts {
  /** What it is made of. Of seeds that give the same samples it is the first. */
  readonly source: TaskSource;
  /** 64 hexadecimal digits that depend on its samples and all else that is trained on. */
  readonly digest: string;
  /** One line for figures. */
  readonly description: string;
  /** Kind of task. */
  readonly kind: TaskKind;
  /** Name of its loss. */
  readonly loss: string;
  /** Dimension of the input. */
  readonly inputs: number;
  /** Dimension of the output. */
  readonly outputs: number;
  /** Number of training samples. */
  readonly samples: number;
  /** Number of held-out samples. */
  readonly heldOut: number;
  /** Its defaults. */
  readonly defaults: TaskDefaults;
}

/** Options of the training of one network, with every choice made, apart from the task. */
export type TrialSettings =
  & Pick<
    CompleteOptions,
    | "hidden"
    | "activation"
    | "initializer"
    | "optimizer"
    | "schedule"
    | "batch"
    | "steps"
    | "probeEvery"
    | "spectraEvery"
    | "epsilons"
    | "threshold"
    | "precision"
    | "seed"
  >
  & {
    /** Skip connections; absent without, as from trials of old. */
    readonly skip?: Exclude<Skip, false>;
  };

/** One network of a sweep. */
export interface Trial {
  /**
   * 16 hexadecimal digits that depend on all that it trains: its options, completed, and the
   * samples of its task.
   */
  readonly id: string;
  /** Options as given, beside those of all trials. */
  readonly given: TrialOptions;
  /** Its task. */
  readonly task: TaskFacts;
  /** Options of its training. */
  readonly settings: TrialSettings;
  /** 16 hexadecimal digits that are equal for trials that one batch can hold. */
  readonly shape: string;
}

/** All trials of a sweep. */
export interface SweepPlan {
  /** Options that all trials have unless they say otherwise. */
  readonly base: TrialOptions;
  /** Names of the options that trials give, in the order of the grid. */
  readonly keys: readonly string[];
  /** The trials, in the order of the plan; the last key of the grid varies fastest. */
  readonly trials: readonly Trial[];
}
