/**
 * What an experiment keeps in its folder of what is done, so that it is not done again.
 *
 * @module
 */
import { FileError } from "../../errors.ts";
import { readOutcome, type RunIdentity, writeOutcome } from "../../io/mod.ts";
import type { Run, RunOutcome, TrainingKeeper } from "./experiment.ts";
import { type SessionPlace, TrainingSession } from "./training_session.ts";

/** Where an experiment keeps what is done. */
export interface KeptPlace extends Omit<SessionPlace, "index" | "isBegun" | "begin"> {
  /** Path of the table `trace.csv`. */
  readonly trace: string;
  /** Options that may change when the experiment goes on, and then change what a run comes to. */
  readonly variant: string;
  /** Whether files are written once a run is ready, and not only when there is a result. */
  readonly isEager: boolean;
  /** Called once, before the first file is written. */
  begin(): Promise<void>;
}

/** What the file of an outcome holds. */
interface Kept {
  /** What the run has prepared, in a list of its own; absent if that is nothing. */
  readonly prepared?: readonly [unknown];
  /** What the run has come to; absent while it is not done. */
  readonly outcome?: RunOutcome<unknown>;
  /** Steps of the run that has come to it. */
  readonly steps: number;
  /** Its {@linkcode KeptPlace.variant}. */
  readonly variant: string;
}

/** Keeps the outcomes and the trainings of an experiment. */
export class RunKeeper {
  readonly #place: KeptPlace;
  #beginning: Promise<void> | null = null;
  #run = 0;
  #restored = 0;

  /**
   * Keeps nothing yet.
   *
   * @param place Where to keep it.
   */
  constructor(place: KeptPlace) {
    this.#place = place;
  }

  /** Whether files have been written. */
  get isBegun(): boolean {
    return this.#beginning !== null;
  }

  /** How far the current run had come when it began: grows with every checkpoint of every run. */
  get progress(): number {
    return this.#run * 2 ** 33 + this.#restored;
  }

  /**
   * Prepares to write files.
   *
   * @throws {FileError} If it cannot.
   */
  begin(): Promise<void> {
    return this.#beginning ??= this.#place.begin();
  }

  /**
   * Finds the outcome of a run that is done.
   *
   * @param index Number of the run, from 0.
   * @param run The run.
   * @returns The outcome; `null` if it is not done.
   */
  async outcome<Row>(index: number, run: Run<Row>): Promise<RunOutcome<Row> | null> {
    const kept = await this.#read(index, run);
    const isSame = kept?.steps === run.steps && kept.variant === this.#place.variant;
    return isSame ? kept.outcome as RunOutcome<Row> | undefined ?? null : null;
  }

  /**
   * Keeps the outcome of a run. Where that fails the run is done again when the experiment goes on.
   *
   * @param index Number of the run, from 0.
   * @param run The run.
   * @param outcome The outcome.
   */
  async keep<Row>(index: number, run: Run<Row>, outcome: RunOutcome<Row>): Promise<void> {
    const isNothing = outcome.rows.length === 0 || outcome.status === "diverged";
    if (isNothing && !this.#place.isEager && !this.isBegun) return;
    const { prepared } = await this.#read(index, run) ?? {};
    await this.#write(index, run, { outcome, ...prepared && { prepared } });
  }

  /**
   * Makes the keeper of the training of a run.
   *
   * @param index Number of the run, from 0.
   * @param run The run.
   * @returns The keeper.
   */
  training(index: number, run: Run<unknown>): TrainingKeeper {
    [this.#run, this.#restored] = [index, 0];
    const { isEager, trace: path, variant: _, ...place } = this.#place;
    return {
      open: async (shape, swept) => {
        const table = swept ? { path, swept } : null;
        const session = await TrainingSession.open({
          ...place,
          index,
          isBegun: isEager || this.isBegun,
          begin: () => this.begin(),
          onNotice: (line) => place.onNotice(line),
        }, { shape, table });
        this.#restored = session.saved?.state.step ?? 0;
        return session;
      },
      prepared: async () => {
        const { prepared } = await this.#read(index, run) ?? {};
        return prepared ? { value: prepared[0] } : null;
      },
      prepare: async (prepared) => {
        if (isEager || this.isBegun) await this.#write(index, run, { prepared: [prepared] });
      },
    };
  }

  async #read(index: number, run: Run<unknown>): Promise<Kept | null> {
    const { folder, isEager, onNotice } = this.#place;
    // What lies there is of the run that is to be replaced.
    if (!isEager && !this.isBegun) return null;
    const { value, refused } = await readOutcome(folder, index, this.#identityOf(run));
    if (refused) onNotice(`${refused}; it is done again`);
    return value as Kept | null;
  }

  async #write(index: number, run: Run<unknown>, what: Pick<Kept, "prepared" | "outcome">): Promise<void> {
    const { folder, variant, onNotice } = this.#place;
    const kept: Kept = { ...what, steps: run.steps, variant };
    try {
      await this.begin();
      await writeOutcome(folder, index, this.#identityOf(run), kept);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      onNotice(error.message);
    }
  }

  #identityOf({ label }: Run<unknown>): RunIdentity {
    return { ...this.#place.identity, run: label };
  }
}
